"""When a figure has left what is usual: bands from a reference period, and how far two histograms differ.

Pure functions. A reference is the first days of a version in service; what comes after is held against it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import median

EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
"""Where one bin of confidences ends and the next begins: narrow near 1, where most readings are."""

BINS = len(EDGES) + 1

SIGMAS = 3.0
"""The usual width of a control chart's band, which chance alone leaves about three times in a thousand."""

MAD_TO_DEVIATION = 1.4826
"""The median absolute deviation of a normal distribution, times this, is its standard deviation."""

LEAST_SHARE = 0.05
"""Bins that hold less are joined with their neighbours."""

LEAST_INDEX = 0.2
"""Below it a shift is called small by custom, whatever the numbers of readings allow to tell."""

_Z = 3.09
"""The 99.9 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted in one stretch of time: `hits` in `n`, where one may count for more than one hit."""

    hits: float
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    def __add__(self, other: Count) -> Count:
        return Count(self.hits + other.hits, self.n + other.n)


@dataclass(frozen=True, slots=True)
class Reference:
    """What is usual: the share or rate of all stretches together, of `n`, and how much more than chance alone
    stretches differ among each other.
    """

    middle: float
    n: int
    spread: float
    is_share: bool

    def band(self, n: int) -> tuple[float, float]:
        """Where the figure of a stretch of `n` should lie."""
        deviation = SIGMAS * self.spread * sqrt(self._variance() * (1 / n + 1 / self.n)) if n else 0.0
        high = self.middle + deviation
        return max(0.0, self.middle - deviation), min(1.0, high) if self.is_share else high

    def _variance(self) -> float:
        """Of one trial, with one more hit and one more miss, lest a reference without hits allows none."""
        smoothed = (self.middle * self.n + 1) / (self.n + 2)
        return smoothed * (1 - smoothed) if self.is_share else smoothed


def learn_reference(counts: Sequence[Count], *, is_share: bool) -> Reference | None:
    """What the stretches of the reference period say; None where nothing was counted in them.

    This is a p' chart of Laney (2002, doi 10.1081/QEN-120003555), and for rates his u' chart: the band
    follows from the number of trials, and is wider by as much as the stretches of the reference differ more
    than their numbers explain. The excess is measured by the median absolute deviation, which an odd day does
    not move (Leys et al. 2013, doi 10.1016/j.jesp.2013.03.013), where Laney takes moving ranges.
    """
    together = sum(counts, Count(0, 0))
    if together.value is None:
        return None
    plain = Reference(together.value, together.n, 1.0, is_share)
    variance = plain._variance()
    scores = [(each.hits / each.n - plain.middle) / sqrt(variance / each.n) for each in counts if each.n]
    middle = median(scores)
    excess = MAD_TO_DEVIATION * median([abs(score - middle) for score in scores])
    return Reference(plain.middle, plain.n, max(1.0, excess), is_share)


def bin_of(confidence: float) -> int:
    """In which of the BINS a confidence is counted."""
    return bisect_right(EDGES, confidence)


def add_histograms(histograms: Sequence[Sequence[int]]) -> list[int]:
    return [sum(counts) for counts in zip(*histograms, strict=True)] if histograms else [0] * BINS


def stability_index(reference: Sequence[int], now: Sequence[int]) -> float:
    """The population stability index: how far two histograms differ, 0 where they are alike.

    It is the symmetric Kullback-Leibler divergence (Jeffreys 1946, doi 10.1098/rspa.1946.0056), with half a
    reading added to each bin so that an empty one does not make it infinite.
    """
    first, second = _join_bins(reference, now)
    return sum((q - p) * log(q / p) for p, q in zip(_shares(first), _shares(second), strict=True))


def index_limit(reference: Sequence[int], now: Sequence[int]) -> float:
    """Up to which index two histograms of these sizes may be alike.

    If they are, the index over 1/n + 1/m is distributed as chi squared with one degree of freedom less than
    there are bins (Yurdakul and Naranjo 2020, doi 10.21314/JRMV.2020.227): its 99.9 % quantile, and never
    less than the customary 0.2. The quantile is Wilson and Hilferty's (1931, doi 10.1073/pnas.17.12.684).
    """
    n, m = sum(reference), sum(now)
    degrees = len(_join_bins(reference, now)[0]) - 1
    if not n or not m or not degrees:
        return LEAST_INDEX
    quantile = degrees * (1 - 2 / (9 * degrees) + _Z * sqrt(2 / (9 * degrees))) ** 3
    return max(LEAST_INDEX, quantile * (1 / n + 1 / m))


def _join_bins(reference: Sequence[int], now: Sequence[int]) -> tuple[list[int], list[int]]:
    """Neighbours together until each holds LEAST_SHARE of both on average; the last join what is before.

    By both, as readings in a bin where the reference has none are what is looked for.
    """
    first, second, shares = [0], [0], [0.0]
    n, m = max(sum(reference), 1), max(sum(now), 1)
    for before, after in zip(reference, now, strict=True):
        if shares[-1] >= LEAST_SHARE:
            first.append(0)
            second.append(0)
            shares.append(0.0)
        first[-1] += before
        second[-1] += after
        shares[-1] += (before / n + after / m) / 2
    if len(first) > 1 and shares[-1] < LEAST_SHARE:
        first[-2:], second[-2:] = [sum(first[-2:])], [sum(second[-2:])]
    return first, second


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) + len(counts) / 2
    return [(count + 0.5) / total for count in counts]
