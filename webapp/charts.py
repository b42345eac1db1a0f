"""Curves of a fine-tuning run as numbers for an inline SVG."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 470, 12, 200
LABEL_GAP = 14
MAX_POINTS = 400


class Point(Protocol):
    """One report of a training; a value that was not measured is None."""

    step: int
    loss: float | None
    validation_exact: float | None


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Series:
    """A polyline in the units of the SVG, labelled at its end."""

    name: str
    points: str
    last_x: float
    last_y: float
    label_y: float
    label: str


@dataclass(frozen=True, slots=True)
class RunChart:
    """Loss on the axis that is drawn; validation exact match from 0 at its foot to 100 % at its top."""

    series: list[Series]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    rows: Sequence[Point]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM


def chart_run(metrics: Sequence[Point], *, steps: int) -> RunChart | None:
    """The curves so far; None where nothing was reported."""
    losses = [(point.step, point.loss) for point in metrics if point.loss is not None]
    if not losses:
        return None
    exacts = [(p.step, p.validation_exact) for p in metrics if p.validation_exact is not None]
    last_step = max(steps, metrics[-1].step, 1)
    top = _round_up(max(loss for _, loss in losses))
    series = [_build_series("loss", losses, last_step, top, f"loss {losses[-1][1]:.3f}")]
    if exacts:
        words = f"exact {exacts[-1][1] * 100:.0f} %"
        series.append(_keep_apart(_build_series("exact", exacts, last_step, 1.0, words), series[0]))
    return RunChart(
        series=series,
        x_ticks=[Tick(_x(step, last_step), f"{step:,}") for step in _spread(last_step)],
        y_ticks=[Tick(_y(top * part / 4, top), f"{top * part / 4:.3g}") for part in range(5)],
        rows=metrics,
        summary=_summarize(losses, exacts),
    )


def _build_series(
    name: str, pairs: Iterable[tuple[int, float]], last_step: int, top: float, label: str
) -> Series:
    points = [(_x(step, last_step), _y(value, top)) for step, value in _thin(list(pairs))]
    x, y = points[-1]
    return Series(name, " ".join(f"{px:.1f},{py:.1f}" for px, py in points), x, y, y, label)


def _keep_apart(series: Series, other: Series) -> Series:
    """Move a label off another one's."""
    gap = series.label_y - other.label_y
    if abs(gap) >= LABEL_GAP:
        return series
    moved = other.label_y + math.copysign(LABEL_GAP, gap)
    return Series(series.name, series.points, series.last_x, series.last_y, moved, series.label)


def _thin(pairs: list[tuple[int, float]]) -> list[tuple[int, float]]:
    stride = max(1, math.ceil(len(pairs) / MAX_POINTS))
    kept = pairs[::stride]
    return kept if kept[-1] == pairs[-1] else [*kept, pairs[-1]]


def _x(step: int, last_step: int) -> float:
    return round(LEFT + (RIGHT - LEFT) * step / last_step, 1)


def _y(value: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * min(max(value / top, 0.0), 1.0), 1)


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 8 times a power of ten, so that quarters are short numbers."""
    if value <= 0 or not math.isfinite(value):
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return unit * next(factor for factor in (1, 2, 4, 8, 10) if value <= unit * factor * (1 + 1e-9))


def _spread(last_step: int) -> list[int]:
    return sorted({round(last_step * part / 4) for part in range(5)})


def _summarize(losses: list[tuple[int, float]], exacts: list[tuple[int, float]]) -> str:
    words = (
        f"Loss from {losses[0][1]:.3f} at step {losses[0][0]} to {losses[-1][1]:.3f} at step {losses[-1][0]}."
    )
    if exacts:
        words += f" Validation exact match now {exacts[-1][1] * 100:.0f} %."
    return words
