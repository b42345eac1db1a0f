"""What the processes of both engines share: one processor, paths on stdin, JSON lines on stdout; and how they
are asked.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from labeling.memory import read_peak

ROOT = Path(__file__).resolve().parent.parent
MEBIBYTE = 1 << 20

ReadFile = Callable[[str], Any]
"""From a photo's path to what was asked for: the VIN read in it, or the boxes found; JSON values."""


def ask(python: Path, module: Sequence[str], paths: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What a module that calls `answer_all` says of each path, as soon as it does, and of its memory.

    Raises CalledProcessError.
    """
    command = [str(python), "-m", *module]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdin  # noqa: S101  (both are pipes)
        assert process.stdout  # noqa: S101
        process.stdin.write("".join(f"{path}\n" for path in paths))
        process.stdin.close()
        yield from (json.loads(line) for line in process.stdout if line.startswith("{"))
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


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
    print(json.dumps({"mebibytes": read_peak() / MEBIBYTE}), flush=True)
