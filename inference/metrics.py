"""Measures of how well VINs are read and found: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt

from inference.geometry import quad_iou
from inference.types import Quad


def count_edits(expected: str, found: str) -> int:
    """The fewest insertions, deletions and substitutions between the texts (Levenshtein)."""
    row = list(range(len(found) + 1))
    for index, symbol in enumerate(expected, start=1):
        diagonal, row[0] = row[0], index
        for column, other in enumerate(found, start=1):
            change = diagonal + (symbol != other)
            diagonal = row[column]
            row[column] = min(change, row[column] + 1, row[column - 1] + 1)
    return row[-1]


def character_error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Edits over expected characters, for pairs of expected and found text; 0 where nothing is expected."""
    expected = sum(len(truth) for truth, _ in pairs)
    return sum(count_edits(truth, found) for truth, found in pairs) / expected if expected else 0.0


def wilson_interval(successes: int, trials: int, *, z: float = 1.96) -> tuple[float, float]:
    """The interval for a proportion, 95 % with the default `z` (Wilson 1927); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    share, square = successes / trials, z * z
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = z / (1 + square / trials) * sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def calibration_error(outcomes: Sequence[tuple[float, bool]], *, bins: int = 10) -> float:
    """Expected calibration error (Guo et al. 2017) of pairs of a confidence and whether it was right."""
    if not outcomes:
        return 0.0
    sums = [[0.0, 0.0] for _ in range(bins)]
    for confidence, right in outcomes:
        place = sums[min(int(confidence * bins), bins - 1)]
        place[0] += confidence
        place[1] += right
    return sum(abs(said - true) for said, true in sums) / len(outcomes)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(ceil(share * len(ordered)) - 1, 0)] if ordered else 0.0


def box_f1(expected: Sequence[Quad], found: Sequence[Quad], *, iou: float = 0.5) -> float:
    """F1 of character boxes; each expected box is matched once, to the free one that overlaps it most."""
    if not expected and not found:
        return 1.0
    free, matched = list(found), 0
    for quad in expected:
        best = max(free, key=lambda other: quad_iou(quad, other), default=None)
        if best is not None and quad_iou(quad, best) >= iou:
            free.remove(best)
            matched += 1
    return 2 * matched / (len(expected) + len(found))
