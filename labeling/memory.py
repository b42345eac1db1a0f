"""How much memory this process has taken at most, on Linux since it was last asked to forget."""

from __future__ import annotations

import contextlib
import re
import resource
import sys
from pathlib import Path

_STATUS, _FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
_FORGET_PEAK = "5"
"""proc(5): writing it resets the peak of the resident set."""


def forget_peak() -> None:
    """Begin anew, where the system can."""
    with contextlib.suppress(OSError):
        _FORGET.write_text(_FORGET_PEAK)


def read_peak() -> int:
    """In bytes, of this program alone: Linux counts in `ru_maxrss` what the parent held at the start."""
    with contextlib.suppress(OSError):
        if found := _PEAK.search(_STATUS.read_text()):
            return int(found[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
