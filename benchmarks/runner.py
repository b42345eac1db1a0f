"""What the processes of both engines share: one processor, paths on stdin, JSON lines on stdout."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ReadFile = Callable[[str], Any]
"""From a photo's path to what was asked for: the VIN read in it, or the boxes found; JSON values."""


def pin_to_one_processor() -> None:
    """Before any library starts its threads."""
    os.environ["OMP_NUM_THREADS"] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def answer_all(read: ReadFile, *, name: str = "vin") -> None:
    """Answers each path of stdin under `name`; the last line tells the greatest memory in MiB.

    `busy_milliseconds` are those of the processor alone, which other programs do not lengthen.
    The first photo is read twice, so that nothing that happens once is counted as the time of a photo.
    """
    paths = [line.rstrip("\n") for line in sys.stdin if line.strip()]
    for path in paths[:1]:
        read(path)
    for path in paths:
        start, busy = perf_counter(), process_time()
        found = read(path)
        answer = {
            "file": path,
            name: found,
            "milliseconds": (perf_counter() - start) * 1000,
            "busy_milliseconds": (process_time() - busy) * 1000,
        }
        print(json.dumps(answer), flush=True)
    print(json.dumps({"mebibytes": _peak_mebibytes()}), flush=True)


def _peak_mebibytes() -> float:
    """Of this program alone: Linux counts in `ru_maxrss` what its parent held when it was started."""
    status = Path("/proc/self/status")
    if status.exists():
        (peak,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)
