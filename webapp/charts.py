"""Curves of a fine-tuning run as numbers for an inline SVG."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 440, 12, 160
LABEL_GAP = 14
MAX_POINTS = 400
SMALLEST_LOSS = 0.001
"""Below, a loss is as good as none, and its digits say nothing."""


class Point(Protocol):
    """One report of a training; a value that was not measured is None."""

    network: str
    step: int
    loss: float | None
    validation_loss: float | None
    validation_exact: float | None
    validation_cer: float | None


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
class Mark:
    """A point that stands out: where the best was measured."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves by step on one axis from 0."""

    title: str
    series: list[Series]
    best: Mark | None
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    bottom: int = BOTTOM


@dataclass(frozen=True, slots=True)
class NetworkCharts:
    """What one network has learned so far, as curves and as rows."""

    network: str
    charts: list[Chart]
    rows: Sequence[Point]


@dataclass(frozen=True, slots=True)
class _Curve:
    name: str
    word: str
    pairs: list[tuple[int, float]]
    write: Callable[[float], str]

    @property
    def label(self) -> str:
        return f"{self.word} {self.write(self.pairs[-1][1])}"


def chart_run(metrics: Sequence[Point], *, steps: Mapping[str, int]) -> list[NetworkCharts]:
    """Charts of each network that has reported a loss; `steps` says how long each will learn."""
    networks = dict.fromkeys(point.network for point in metrics)
    charted = [
        _chart_network([point for point in metrics if point.network == network], steps.get(network, 0))
        for network in networks
    ]
    return [charts for charts in charted if charts.charts]


def _chart_network(points: Sequence[Point], steps: int) -> NetworkCharts:
    last_step = max(steps, points[-1].step, 1)
    losses = [
        _Curve("loss", "training", _pick(points, "loss"), _write_loss),
        _Curve("validation", "validation", _pick(points, "validation_loss"), _write_loss),
    ]
    rates = [_Curve("validation", "CER", _pick(points, "validation_cer"), _write_rate)]
    charts = [_draw("Loss", losses, last_step)] if losses[0].pairs else []
    charts += [_draw("Wrong characters (CER) of the validation photos", rates, last_step)] if charts else []
    return NetworkCharts(points[-1].network, [chart for chart in charts if chart], points)


def _pick(points: Sequence[Point], name: str) -> list[tuple[int, float]]:
    return [(point.step, getattr(point, name)) for point in points if getattr(point, name) is not None]


def _draw(title: str, curves: Sequence[_Curve], last_step: int) -> Chart | None:
    drawn = [curve for curve in curves if curve.pairs]
    if not drawn:
        return None
    top = _round_up(max(value for curve in drawn for _, value in curve.pairs))
    series = [_build_series(curve, last_step, top) for curve in drawn]
    if len(series) > 1:
        series[0] = _keep_apart(series[0], series[1])
    best = next((_mark_best(curve, last_step, top) for curve in drawn if curve.name == "validation"), None)
    return Chart(
        title=title,
        series=series,
        best=best,
        x_ticks=[Tick(_x(step, last_step), f"{step:,}") for step in _spread(last_step)],
        y_ticks=[Tick(_y(top * part / 4, top), drawn[0].write(top * part / 4)) for part in range(5)],
        summary=" ".join(_summarize(curve) for curve in drawn),
    )


def _mark_best(curve: _Curve, last_step: int, top: float) -> Mark:
    step, value = min(curve.pairs, key=lambda pair: pair[1])
    return Mark(_x(step, last_step), _y(value, top), f"best {curve.write(value)}, step {step:,}")


def _build_series(curve: _Curve, last_step: int, top: float) -> Series:
    points = [(_x(step, last_step), _y(value, top)) for step, value in _thin(curve.pairs)]
    x, y = points[-1]
    return Series(curve.name, " ".join(f"{px:.1f},{py:.1f}" for px, py in points), x, y, y, curve.label)


def _keep_apart(series: Series, other: Series) -> Series:
    """Move a label off another one's."""
    gap = series.label_y - other.label_y
    if abs(gap) >= LABEL_GAP:
        return series
    moved = other.label_y + math.copysign(LABEL_GAP, gap)
    return replace(series, label_y=moved)


def _write_loss(value: float) -> str:
    return "under 0.001" if 0 < value < SMALLEST_LOSS else f"{value:.3g}"


def _write_rate(value: float) -> str:
    percent = value * 100
    return f"{percent:.2g} %" if percent < 99.5 else f"{percent:.0f} %"


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


def _summarize(curve: _Curve) -> str:
    (first, begin), (last, end) = curve.pairs[0], curve.pairs[-1]
    word = curve.word[:1].upper() + curve.word[1:]
    return f"{word} {curve.write(begin)} at step {first}, {curve.write(end)} at step {last}."
