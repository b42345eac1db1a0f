"""Measures of how well VINs are read and found: pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from inference.geometry import quad_iou
from inference.types import Quad

Outcome = tuple[float, bool]
"""How sure a reading was, 0 where no VIN was read, and whether the whole VIN is right."""

Pair = tuple[str, str]
"""An expected symbol and the one that was read in its place; one of them is empty where there is none."""


def count_edits(expected: str, found: str) -> int:
    """The fewest insertions, deletions and substitutions between the texts (Levenshtein)."""
    return 0 if expected == found else _edit_table(expected, found)[-1][-1]


def align_texts(expected: str, found: str) -> list[Pair]:
    """The texts symbol by symbol along a path of fewest edits, in their order.

    A symbol that was left out is paired with an empty string, and so is one that was put in. Where several
    paths are equally short, symbols are rather mistaken for each other than left out and put in.
    """
    table = _edit_table(expected, found)
    row, column = len(expected), len(found)
    pairs: list[Pair] = []
    while row or column:
        here = table[row][column]
        if row and column and here == table[row - 1][column - 1] + (expected[row - 1] != found[column - 1]):
            row, column = row - 1, column - 1
            pairs.append((expected[row], found[column]))
        elif row and here == table[row - 1][column] + 1:
            row -= 1
            pairs.append((expected[row], ""))
        else:
            column -= 1
            pairs.append(("", found[column]))
    return pairs[::-1]


def count_confusions(texts: Iterable[tuple[str, str]]) -> Counter[Pair]:
    """How often each expected symbol was read as each other, was left out, or was put in; right ones too."""
    return Counter(pair for expected, found in texts for pair in align_texts(expected, found))


def _edit_table(expected: str, found: str) -> list[list[int]]:
    """Row r and column c hold the edits between the first r and the first c symbols."""
    table = [list(range(len(found) + 1))]
    for index, symbol in enumerate(expected, start=1):
        above, row = table[-1], [index]
        for column, other in enumerate(found, start=1):
            row.append(min(above[column - 1] + (symbol != other), above[column] + 1, row[-1] + 1))
        table.append(row)
    return table


def wilson_interval(successes: int, trials: int, *, z: float = 1.96) -> tuple[float, float]:
    """The interval for a proportion, 95 % with the default `z` (Wilson 1927); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    share, square = successes / trials, z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = z / (1 + square / trials) * sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The readings whose confidence lies from `low` to `high`; `confidence` is their mean."""

    low: float
    high: float
    n: int
    right: int
    confidence: float


def reliability_bins(outcomes: Sequence[Outcome], *, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """The outcomes in bins of equal width; an empty bin has its middle for a confidence."""
    inside: list[list[Outcome]] = [[] for _ in range(bins)]
    for outcome in outcomes:
        inside[min(int(outcome[0] * bins), bins - 1)].append(outcome)
    return tuple(
        _build_bin(members, place / bins, (place + 1) / bins) for place, members in enumerate(inside)
    )


def _build_bin(members: Sequence[Outcome], low: float, high: float) -> ReliabilityBin:
    confidence = sum(sure for sure, _ in members) / len(members) if members else (low + high) / 2
    return ReliabilityBin(low, high, len(members), sum(right for _, right in members), confidence)


def calibration_error(outcomes: Sequence[Outcome], *, bins: int = 10) -> float:
    """Expected calibration error (Guo et al. 2017); 0 where there are no outcomes."""
    if not outcomes:
        return 0.0
    gaps = (abs(each.confidence * each.n - each.right) for each in reliability_bins(outcomes, bins=bins))
    return sum(gaps) / len(outcomes)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What becomes of `n` photos if readings with a confidence of `threshold` or more are accepted."""

    threshold: float
    n: int
    accepted: int
    right: int

    @property
    def coverage(self) -> float:
        """The share of photos whose reading is accepted."""
        return self.accepted / self.n if self.n else 0.0

    @property
    def precision(self) -> float:
        """The share of the accepted readings that are right; 1 where none is accepted."""
        return self.right / self.accepted if self.accepted else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the precision."""
        return wilson_interval(self.right, self.accepted)

    @property
    def least_precision(self) -> float:
        """What the precision of all such photos is at least."""
        return self.interval[0]


def accept_from(outcomes: Sequence[Outcome], threshold: float) -> Acceptance:
    """The acceptance at a threshold; a photo without a VIN, of confidence 0, is never accepted."""
    accepted = [right for sure, right in outcomes if sure > 0 and sure >= threshold]
    return Acceptance(threshold, len(outcomes), len(accepted), sum(accepted))


def trace_acceptance(outcomes: Sequence[Outcome]) -> tuple[Acceptance, ...]:
    """The acceptance at every confidence that occurs, from the highest to the lowest."""
    traced: list[Acceptance] = []
    accepted = right = 0
    for sure, is_right in sorted((each for each in outcomes if each[0] > 0), reverse=True):
        accepted, right = accepted + 1, right + is_right
        if traced and traced[-1].threshold == sure:
            traced.pop()
        traced.append(Acceptance(sure, len(outcomes), accepted, right))
    return tuple(traced)


def choose_threshold(outcomes: Sequence[Outcome], *, precision: float = 0.995) -> float | None:
    """The lowest confidence from which on the accepted readings are right at least as often as asked; None
    where there is none, as with few photos.

    The lower end of the interval must reach what is asked: that 50 of 50 were right does not show that 99.5 %
    are. The outcomes must be of validation photos: on those that the threshold was chosen on, it looks better
    than it is.
    """
    good = [each.threshold for each in trace_acceptance(outcomes) if each.least_precision >= precision]
    return good[-1] if good else None


def count_needed(precision: float, *, z: float = 1.96) -> int:
    """How many accepted readings, all of them right, show a precision; below 1. From wilson_interval."""
    return ceil(precision * z * z / (1 - precision))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)] if ordered else 0.0


def mean_iou(expected: Sequence[Quad], found: Sequence[Quad]) -> float:
    """The mean overlap of boxes with those of the same place; a box without a partner counts as 0."""
    most = max(len(expected), len(found))
    return sum(map(quad_iou, expected, found)) / most if most else 1.0
