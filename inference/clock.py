"""Tells how long each stage of a reading took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Clock:
    """Starts when it is made. Stages may be entered several times; they do not overlap."""

    def __init__(self) -> None:
        self._start = perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            self._stages[name] = self._stages.get(name, 0.0) + (perf_counter() - start) * 1000

    @property
    def total(self) -> float:
        """Milliseconds since the start."""
        return (perf_counter() - self._start) * 1000

    @property
    def stages(self) -> dict[str, float]:
        """Milliseconds by stage, in the order in which they were first entered."""
        return {name: round(milliseconds, 2) for name, milliseconds in self._stages.items()}
