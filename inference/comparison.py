"""Two bundles on the same photos: what changed, and whether it may be chance. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb, sqrt

import numpy as np

from inference.types import EvaluatedPhoto, Scorecard

DRAWS = 4000
"""Resamplings of a bootstrap: the ends of its interval then move by about a hundredth of its width."""


class NotComparable(ValueError):
    """The scorecards are of different photos."""


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """How many whole VINs two bundles read right in the same `n` photos.

    `won` counts the photos that only the second reads right, `lost` those that only the first does.
    `difference` is the second's share minus the first's, `interval` its 95 % bootstrap interval, and
    `likely_better` the share of resamplings in which the second is better, ties counting by half.
    `p_value` is that of McNemar's exact test.
    """

    n: int
    won: int
    lost: int
    difference: float
    interval: tuple[float, float]
    likely_better: float
    p_value: float


def compare_exact(first: Scorecard, second: Scorecard, *, kind: str | None = None) -> PairedComparison:
    """Compare what two bundles read right, of all photos or of one kind. Raises NotComparable."""
    pairs = [
        (before, after) for before, after in pair_photos(first, second) if kind is None or after.kind == kind
    ]
    changes = [int(after.is_right) - int(before.is_right) for before, after in pairs]
    won, lost = changes.count(1), changes.count(-1)
    draws = resample_mean(changes, [after.expected for _, after in pairs])
    return PairedComparison(
        n=len(pairs),
        won=won,
        lost=lost,
        difference=sum(changes) / len(pairs) if pairs else 0.0,
        interval=(float(np.quantile(draws, 0.025)), float(np.quantile(draws, 0.975))),
        likely_better=float((draws > 0).mean() + (draws == 0).mean() / 2),
        p_value=mcnemar_test(won, lost),
    )


def pair_photos(first: Scorecard, second: Scorecard) -> list[tuple[EvaluatedPhoto, EvaluatedPhoto]]:
    """Each photo as both bundles read it, in the order of the second. Raises NotComparable."""
    before = {photo.photo: photo for photo in first.photos}
    if {photo.photo for photo in second.photos} != before.keys():
        raise NotComparable("The two scorecards are of different photos.")
    return [(before[after.photo], after) for after in second.photos]


def paired_interval(n: int, won: int, lost: int) -> tuple[float, float]:
    """The 95 % interval of the second's share minus the first's, from the counts alone.

    Wald's for paired proportions with half a photo added to each of the four cells, which keeps its promise
    in small samples too (Agresti and Min 2005, doi 10.1002/sim.1781). It takes the photos for independent:
    where vehicles repeat, `compare_exact` is the better one.
    """
    total, won_more, lost_more = n + 2, won + 0.5, lost + 0.5
    difference = (won_more - lost_more) / total
    deviation = sqrt(max((won_more + lost_more) / total - difference**2, 0.0) / total)
    return max(-1.0, difference - 1.96 * deviation), min(1.0, difference + 1.96 * deviation)


def mcnemar_test(won: int, lost: int) -> float:
    """The two-sided p-value of McNemar's test in its exact form, 1 where nothing changed.

    Under the hypothesis that neither bundle is better, each photo on which they differ is a toss of a fair
    coin (McNemar 1947, doi 10.1007/BF02295996; the exact form is the sign test).
    """
    total = won + lost
    tail = sum(comb(total, k) for k in range(min(won, lost) + 1))
    return min(1.0, 2 * tail / 2**total)


def resample_mean(
    values: Sequence[float], clusters: Iterable[str], *, draws: int = DRAWS, seed: int = 1
) -> np.ndarray:
    """Means of the values in `draws` resamplings of whole clusters; zeros where there are no values.

    Photos of one vehicle are right and wrong together, so vehicles are drawn and not photos (Field and Welsh
    2007, doi 10.1111/j.1467-9868.2007.00593.x). The same seed gives the same means.
    """
    if not values:
        return np.zeros(draws)
    _, member_of = np.unique(np.asarray(list(clusters)), return_inverse=True)
    sums = np.bincount(member_of, weights=np.asarray(values, dtype=float))
    sizes = np.bincount(member_of)
    random = np.random.default_rng(seed)
    chosen = random.multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), size=draws)
    return (chosen @ sums) / (chosen @ sizes)
