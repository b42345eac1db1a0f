"""The learning curve of a simulation of label orders, with intervals. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Interval = tuple[float, float]

RANDOM, UNCERTAIN, WORTH = "random", "uncertain", "worth"
ORDERS = (RANDOM, UNCERTAIN, WORTH)
"""As they come; those that the networks doubt most first; by what they teach, as VINloop orders them."""
ALL = "all"
"""Every label together, where the order makes no difference."""

DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Result:
    """One fine-tuning, or none where nothing is labeled.

    `right` says of each held-out line in how many of its crops the whole VIN was read right, from 0 to 1.
    """

    order: str
    seed: int
    size: int
    labeled: tuple[str, ...]
    right: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """How much is read right after `size` labels in one order, in the mean over the seeds.

    `gain` is over random order, None where there is nothing to compare with. Intervals are 95 %.
    """

    order: str
    size: int
    seeds: int
    exact: float
    interval: Interval
    gain: float | None = None
    gain_interval: Interval | None = None


def trace_curve(results: Sequence[Result], vins: Sequence[str]) -> list[Point]:
    """The points by size, then by order; `vins` are those of the held-out lines."""
    groups: dict[tuple[int, str], list[Result]] = {}
    for result in results:
        groups.setdefault((result.size, result.order), []).append(result)
    return [_trace(order, size, groups, vins) for size, order in sorted(groups)]


def _trace(order: str, size: int, groups: dict[tuple[int, str], list[Result]], vins: Sequence[str]) -> Point:
    right = _table(groups[size, order])
    shares = _resample(right, vins)
    point = Point(order, size, len(right), float(right.mean()), _quantiles(shares))
    if (size, RANDOM) not in groups or order in (RANDOM, ALL):
        return point
    random = _table(groups[size, RANDOM])
    gains = shares - _resample(random, vins)
    gain = float(right.mean() - random.mean())
    return Point(order, size, point.seeds, point.exact, point.interval, gain, _quantiles(gains))


def _table(results: Sequence[Result]) -> Array:
    """Seeds x held-out lines."""
    return np.array([result.right for result in results], np.float64)


def _resample(right: Array, vins: Sequence[str]) -> Array:
    """Shares in DRAWS resamplings of whole vehicles, the same ones for every table, and of seeds.

    Both are samples of what might have been: other photos to measure with, other turns of chance in training.
    """
    _, member_of = np.unique(np.asarray(vins), return_inverse=True)
    sizes = np.bincount(member_of)
    sums = np.stack([np.bincount(member_of, weights=row, minlength=len(sizes)) for row in right])
    vehicles = np.random.default_rng(1).multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), DRAWS)
    seeds = np.random.default_rng(len(right)).multinomial(
        len(right), np.full(len(right), 1 / len(right)), DRAWS
    )
    return np.einsum("dv,sv,ds->d", vehicles, sums, seeds / len(right)) / (vehicles @ sizes)


def _quantiles(draws: Array) -> Interval:
    return float(np.quantile(draws, 0.025)), float(np.quantile(draws, 0.975))


def print_curve(points: Sequence[Point]) -> Iterator[str]:
    """A table in Markdown."""
    yield "| labels | order | runs | whole VINs read right | more than random order |"
    yield "|---:|---|---:|---:|---:|"
    for point in points:
        low, high = point.interval
        right = f"{point.exact:.1%} ({low:.1%} to {high:.1%})"
        yield f"| {point.size} | {point.order} | {point.seeds} | {right} | {_say_gain(point)} |"


def _say_gain(point: Point) -> str:
    if point.gain is None or point.gain_interval is None:
        return ""
    low, high = point.gain_interval
    return f"{100 * point.gain:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"
