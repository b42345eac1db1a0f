"""Small values that figures are made of: shares with their interval, and times with their spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.metrics import wilson_interval


def say_percent(share: float) -> str:
    """'99.5 %', with no digit more than there is, of two at most."""
    return f"{round(share * 100, 2):g} %"


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int = 0
    of: int = 0

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None where there is nothing to take a share of."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % (Wilson 1927), so that 0 of 3 does not look like 0 of 300."""
        return wilson_interval(self.hits, self.of)

    @property
    def low(self) -> float:
        return self.interval[0]

    @property
    def high(self) -> float:
        return self.interval[1]

    def __add__(self, other: Share) -> Share:
        return Share(self.hits + other.hits, self.of + other.of)

    def __sub__(self, other: Share) -> Share:
        return Share(self.hits - other.hits, self.of - other.of)


NO_SHARE = Share()


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some amounts and the quarter above and below it; all are of `n` measured ones."""

    lower: float
    median: float
    upper: float
    n: int


def spread_over(amounts: Sequence[float]) -> Spread | None:
    """Their quartiles, interpolated as PostgreSQL's PERCENTILE_CONT does; None where nothing was measured."""
    if not amounts:
        return None
    lower, median, upper = map(float, np.percentile(amounts, (25, 50, 75)))
    return Spread(lower, median, upper, len(amounts))
