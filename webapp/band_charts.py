"""A figure over time with its interval and the band that it should keep to, for an inline SVG."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from webapp.figures_charts import (
    BARS_BOTTOM,
    BARS_HEIGHT,
    BARS_LEFT,
    BARS_RIGHT,
    BARS_TOP,
    WIDTH,
    Tick,
    thin_labels,
    write_percent,
)

BOTTOMS = (0.95, 0.9, 0.8, 0.5)
"""Where a scale of shares may begin that are all near 1."""

LABEL_ROOM = 60


@dataclass(frozen=True, slots=True)
class Measured:
    """One stretch of time: `value` is None where nothing was measured, `low` and `high` are its interval.

    `band` is where it should lie.
    """

    name: str
    value: float | None
    words: str
    url: str = ""
    low: float | None = None
    high: float | None = None
    band: tuple[float, float] | None = None

    @property
    def stands_out(self) -> bool:
        return (
            self.value is not None
            and self.band is not None
            and not self.band[0] <= self.value <= self.band[1]
        )


@dataclass(frozen=True, slots=True)
class BandPoint:
    x: float
    y: float
    low: float
    high: float
    url: str
    words: str
    stands_out: bool


@dataclass(frozen=True, slots=True)
class BandChart:
    """`band` is a polygon, `reference` from where to where lie the stretches that it was computed from.

    Both may be empty.
    """

    points: list[BandPoint]
    line: str
    band: str
    reference: tuple[float, float] | None
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    label: str
    last_x: float
    label_y: float
    summary: str
    width: int = WIDTH
    height: int = BARS_HEIGHT
    left: int = BARS_LEFT
    right: int = BARS_RIGHT
    top: int = BARS_TOP
    bottom: int = BARS_BOTTOM

    @property
    def reference_width(self) -> float:
        return self.reference[1] - self.reference[0] if self.reference else 0.0


@dataclass(frozen=True, slots=True)
class _Scale:
    bottom: float
    top: float

    def place(self, value: float) -> float:
        share = (min(max(value, self.bottom), self.top) - self.bottom) / (self.top - self.bottom)
        return round(BARS_BOTTOM - (BARS_BOTTOM - BARS_TOP) * share, 1)


def draw_band(
    rows: Sequence[Measured],
    *,
    what: str,
    reference: int = 0,
    write: Callable[[float | None], str] = write_percent,
    most: float = 1.0,
) -> BandChart | None:
    """A line needs two points. The first `reference` rows are those that the band was computed from.

    `write` says a value in words, `most` is the largest that there can be.
    """
    measured = [place for place, row in enumerate(rows) if row.value is not None]
    if len(measured) < 2:
        return None
    step = (BARS_RIGHT - BARS_LEFT - LABEL_ROOM) / len(rows)
    scale = _find_scale(rows, most)
    points = [_draw_point(rows[place], place, step, scale) for place in measured]
    first, last = rows[measured[0]], rows[measured[-1]]
    names = thin_labels([row.name for row in rows])
    return BandChart(
        points=points,
        line=" ".join(f"{point.x},{point.y}" for point in points),
        band=_draw_polygon(rows, step, scale),
        reference=(float(BARS_LEFT), round(BARS_LEFT + reference * step, 1)) if reference else None,
        x_ticks=[Tick(_middle(place, step), name) for place, name in enumerate(names) if name],
        y_ticks=[_draw_tick(scale, part, write) for part in range(5)],
        label=write(last.value),
        last_x=points[-1].x,
        label_y=points[-1].y,
        summary=_summarize(what, first, last, rows, write),
    )


def write_number(value: float | None) -> str:
    """A count or a rate, with as many digits as say something."""
    if value is None:
        return "–"
    return f"{value:.2f}" if value < 1 else f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _summarize(
    what: str, first: Measured, last: Measured, rows: Sequence[Measured], write: Callable[[float | None], str]
) -> str:
    outside = sum(row.stands_out for row in rows)
    words = f"{what}: from {write(first.value)} ({first.name}) to {write(last.value)} ({last.name})"
    return f"{words}; {outside} outside of the band." if outside else f"{words}."


def _draw_point(row: Measured, place: int, step: float, scale: _Scale) -> BandPoint:
    value = row.value or 0.0
    low, high = (value if end is None else end for end in (row.low, row.high))
    return BandPoint(
        x=_middle(place, step),
        y=scale.place(value),
        low=scale.place(low),
        high=scale.place(high),
        url=row.url,
        words=row.words,
        stands_out=row.stands_out,
    )


def _draw_polygon(rows: Sequence[Measured], step: float, scale: _Scale) -> str:
    """Out along the upper end, back along the lower one; its ends reach to the edges of their stretches."""
    bands = [(place, row.band) for place, row in enumerate(rows) if row.band is not None]
    if len(bands) < 2:
        return ""
    xs = [_middle(place, step) for place, _ in bands]
    xs[0], xs[-1] = xs[0] - step / 2, xs[-1] + step / 2
    upper = [(x, scale.place(high)) for x, (_, (_, high)) in zip(xs, bands, strict=True)]
    lower = [(x, scale.place(low)) for x, (_, (low, _)) in zip(xs, bands, strict=True)]
    return " ".join(f"{x:.1f},{y}" for x, y in (*upper, *reversed(lower)))


def _draw_tick(scale: _Scale, part: int, write: Callable[[float | None], str]) -> Tick:
    value = scale.bottom + (scale.top - scale.bottom) * part / 4
    return Tick(scale.place(value), write(value))


def _find_scale(rows: Sequence[Measured], most: float) -> _Scale:
    """Follows the values and the band; an interval of a day with three photos would flatten all others."""
    values = [row.value for row in rows if row.value is not None]
    ends = [end for row in rows if row.band for end in row.band]
    bottom = next((each for each in BOTTOMS if most == 1.0 and min([*values, *ends]) > each + 0.01), 0.0)
    highest = max([*values, *ends])
    top = most if bottom else min(most, round_up(1.1 * highest))
    return _Scale(bottom, top)


def round_up(value: float) -> float:
    """The next of 1, 2, 4, 8 times a power of ten: its quarters are short numbers."""
    if value <= 0 or not math.isfinite(value):
        return 0.02
    unit = 10.0 ** math.floor(math.log10(value))
    return unit * next(factor for factor in (1, 2, 4, 8, 10) if value <= unit * factor * (1 + 1e-9))


def _middle(place: int, step: float) -> float:
    return round(BARS_LEFT + (place + 0.5) * step, 1)
