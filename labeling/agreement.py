"""How far people agree who read the same photo without seeing each other's text: pure functions.

A unit is what several people said of one thing; a cluster is the units of one photo, which stand or fall
together: its whole VIN is one unit, its characters are 17.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import numpy as np

UNREADABLE = "?"
"""What a person writes at a position that they cannot read."""

RESAMPLES = 500

Unit = Sequence[str]
Cluster = Sequence[Unit]


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's alpha with its 95 % interval: 1 is full agreement, 0 what chance would bring.

    Where nobody differs there is nothing to draw an interval from, and `low` and `high` are None.
    """

    value: float
    low: float | None
    high: float | None
    photos: int


def split_characters(texts: Sequence[str]) -> list[list[str]]:
    """The units of each position of texts of one photo; who could not read it is missing from its unit."""
    length = max(map(len, texts), default=0)
    return [
        [text[place] for text in texts if place < len(text) and text[place] != UNREADABLE]
        for place in range(length)
    ]


def count_agreeing(units: Iterable[Unit]) -> tuple[int, int]:
    """How many pairs of people said the same of the same unit, and how many pairs there are."""
    pairs = [one == other for unit in units for one, other in combinations(unit, 2)]
    return sum(pairs), len(pairs)


def krippendorff_alpha(units: Iterable[Unit]) -> float | None:
    """Alpha for nominal values, with any number of people and with gaps.

    One minus the disagreement within units over the disagreement that chance would bring (Krippendorff 2011,
    "Computing Krippendorff's Alpha-Reliability"). Units of fewer than two values count for nothing. None
    where nothing could have been disagreed on: there is one value alone, or none.
    """
    disagreement, counts = 0.0, Counter[str]()
    for unit in units:
        if len(unit) > 1:
            disagreement += _disagreement(unit)
            counts.update(unit)
    alpha = _alpha(disagreement, counts.total(), sum(count * count for count in counts.values()))
    return None if np.isnan(alpha) else float(alpha)


def estimate_alpha(clusters: Sequence[Cluster], *, resamples: int = RESAMPLES, seed: int = 1) -> Alpha | None:
    """Alpha over the units of all clusters, with an interval by the percentiles of a bootstrap.

    Whole clusters are drawn again, as the characters of one photo are no independent evidence (Efron and
    Tibshirani 1993, chapter 8). The same clusters and seed give the same interval. None as above.
    """
    paired = [[unit for unit in cluster if len(unit) > 1] for cluster in clusters]
    paired = [cluster for cluster in paired if cluster]
    value = krippendorff_alpha(chain.from_iterable(paired))
    if value is None:
        return None
    if value == 1:
        return Alpha(value, None, None, len(paired))
    low, high = _bootstrap(paired, resamples, seed)
    return Alpha(value, min(low, value), max(high, value), len(paired))


def _disagreement(unit: Unit) -> float:
    """Pairs within the unit that differ, each person's weight being the same whatever the unit's size."""
    most = len(unit)
    return (most * most - sum(count * count for count in Counter(unit).values())) / (most - 1)


def _alpha(disagreement: float, values: float, squares: float) -> float:
    """`values` is their number, `squares` the sum of the squared counts of each; nan where undefined."""
    by_chance = values * values - squares
    return 1 - (values - 1) * disagreement / by_chance if by_chance > 0 else float("nan")


def _bootstrap(clusters: Sequence[Cluster], resamples: int, seed: int) -> tuple[float, float]:
    disagreements = np.array([sum(map(_disagreement, cluster)) for cluster in clusters])
    spoken = [list(chain.from_iterable(cluster)) for cluster in clusters]
    codes = {value: code for code, value in enumerate(sorted(set(chain.from_iterable(spoken))))}
    coded = np.array([codes[value] for values in spoken for value in values])
    owner = np.repeat(np.arange(len(clusters)), [len(values) for values in spoken])
    random = np.random.default_rng(seed)
    alphas = []
    for _ in range(resamples):
        drawn = random.integers(len(clusters), size=len(clusters))
        weights = np.bincount(drawn, minlength=len(clusters))
        counts = np.bincount(coded, weights=weights[owner], minlength=len(codes))
        alphas.append(_alpha(float(weights @ disagreements), counts.sum(), float(counts @ counts)))
    defined = np.array(alphas)[~np.isnan(alphas)]
    low, high = np.percentile(defined, [2.5, 97.5]) if len(defined) else (float("-inf"), float("inf"))
    return float(low), float(high)
