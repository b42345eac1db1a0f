"""Figures of people as shapes for an inline SVG: shares with their interval, and what happened over time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from labeling.measures import Share
from labeling.queries.figures import Stretch

WIDTH = 560
ROW = 28
LEFT, RIGHT = 130, 400
"""Where the scale of a chart of shares begins and ends: names to its left, values to its right."""

FOOT = 26
BARS_LEFT, BARS_RIGHT, BARS_TOP, BARS_BOTTOM = 40, 548, 14, 150
BARS_HEIGHT = 178
LONGEST_NAME = 18
MOST_LABELS = 7
ENOUGH = 20
"""Of so many trials the whole interval is shown."""


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Dot:
    """One share with its interval; without anything to take a share of there is no dot."""

    name: str
    full_name: str
    url: str
    y: float
    label: str
    words: str
    at: float | None = None
    low: float = 0.0
    high: float = 0.0
    stands_out: bool = False

    @property
    def top(self) -> float:
        return self.y - ROW / 2


@dataclass(frozen=True, slots=True)
class ShareChart:
    """Shares below each other on one scale, with the share of all together as a line."""

    dots: list[Dot]
    ticks: list[Tick]
    together: Tick | None
    summary: str
    foot: float
    height: float
    width: int = WIDTH
    left: int = LEFT
    right: int = RIGHT


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of time, or one position; `label` is written over it where there is room."""

    x: float
    y: float
    width: float
    height: float
    url: str
    words: str
    label: str = ""

    @property
    def half(self) -> float:
        return self.width / 2


@dataclass(frozen=True, slots=True)
class BarChart:
    bars: list[Bar]
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    summary: str
    unit: str
    width: int = WIDTH
    height: int = BARS_HEIGHT
    left: int = BARS_LEFT
    right: int = BARS_RIGHT
    bottom: int = BARS_BOTTOM


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    low: float
    high: float
    url: str
    words: str


@dataclass(frozen=True, slots=True)
class RateChart:
    """A share over time; `line` joins its points, each with the interval that its trials allow."""

    points: list[Point]
    line: str
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
    bottom: int = BARS_BOTTOM


@dataclass(frozen=True, slots=True)
class Named:
    """A share, whose it is, and where the photos behind it are."""

    name: str
    share: Share
    url: str
    stands_out: bool = field(default=False)


def draw_shares(rows: Sequence[Named], *, together: Share, what: str) -> ShareChart | None:
    """The highest first; None where there is nothing to draw."""
    measured = [row.share for row in rows if row.share.of]
    if not measured:
        return None
    # The interval of somebody with three reviews would flatten all others: it is cut at the scale's end.
    known = [share.high for share in measured if share.of >= ENOUGH] or [share.high for share in measured]
    top = _round_up_share(max([*known, *(share.value or 0.0 for share in measured)]))
    foot = len(rows) * ROW + 6
    line = None
    if together.value is not None and len(measured) > 1:
        line = Tick(_scale(together.value, top), f"all {write_percent(together.value)}")
    rows = sorted(rows, key=lambda row: -(row.share.value or 0.0))
    return ShareChart(
        dots=[_draw_dot(row, place, top) for place, row in enumerate(rows)],
        ticks=[Tick(_scale(top * part / 4, top), write_percent(top * part / 4)) for part in range(5)],
        together=line,
        summary=f"{what}: " + "; ".join(f"{row.name} {write_share(row.share)}" for row in rows) + ".",
        foot=foot,
        height=foot + FOOT,
    )


def draw_counts(stretches: Sequence[Stretch], *, urls: Sequence[str], unit: str) -> BarChart | None:
    """A bar for each stretch of time."""
    counts = [stretch.annotations for stretch in stretches]
    if not any(counts):
        return None
    names = [write_stretch(stretch) for stretch in stretches]
    words = [f"{name}: {count:,} {unit}" for name, count in zip(names, counts, strict=True)]
    summary = f"{sum(counts):,} {unit}, at most {max(counts):,} on {names[counts.index(max(counts))]}."
    short = [f"{stretch.start:%d %b}".lstrip("0") for stretch in stretches]
    return _draw_bars(counts, urls, words, thin_labels(short), summary, unit)


def draw_positions(counts: Sequence[int], *, urls: Sequence[str]) -> BarChart | None:
    """A bar for each of the 17 positions."""
    if not any(counts):
        return None
    words = [f"Position {place}: {count:,} corrected" for place, count in enumerate(counts, start=1)]
    worst = counts.index(max(counts)) + 1
    summary = f"{sum(counts):,} characters corrected, most often position {worst}: {max(counts):,}."
    labels = [str(place) for place in range(1, len(counts) + 1)]
    return _draw_bars(counts, urls, words, labels, summary, "characters")


def draw_rate(stretches: Sequence[Stretch], *, urls: Sequence[str]) -> RateChart | None:
    """How often people changed what the model had read, over time; a line needs two points."""
    measured = [place for place, stretch in enumerate(stretches) if stretch.changed.of]
    if len(measured) < 2:
        return None
    step = (BARS_RIGHT - BARS_LEFT - 60) / len(stretches)
    # An interval of a day with three photos would flatten all others: the scale follows the values.
    top = _round_up_share(min(1.0, 1.25 * max(stretches[place].changed.value or 0 for place in measured)))
    points = [_draw_point(stretches[place], place, step, top, urls[place]) for place in measured]
    first, last = (stretches[place] for place in (measured[0], measured[-1]))
    short = thin_labels([f"{stretch.start:%d %b}".lstrip("0") for stretch in stretches])
    return RateChart(
        points=points,
        line=" ".join(f"{point.x},{point.y}" for point in points),
        x_ticks=[Tick(_middle(place, step), label) for place, label in enumerate(short) if label],
        y_ticks=[Tick(_height(top * part / 4, top), write_percent(top * part / 4)) for part in range(5)],
        label=write_percent(last.changed.value),
        last_x=points[-1].x,
        label_y=points[-1].y,
        summary=(
            f"From {write_percent(first.changed.value)} ({write_stretch(first)}) to "
            f"{write_percent(last.changed.value)} ({write_stretch(last)}) of the model's readings changed."
        ),
    )


def write_percent(value: float | None) -> str:
    """A share in whole per cents, with one digit more near the ends, where it is never rounded away."""
    if value is None:
        return "–"
    if value <= 0 or value >= 1:
        return f"{value * 100:.0f} %"
    if value < 0.0995 or value > 0.9905:
        return f"{min(max(value * 100, 0.1), 99.9):.1f} %"
    return f"{value * 100:.0f} %"


def write_share(share: Share) -> str:
    """'15 %, 12 of 80'."""
    if not share.of:
        return "nothing yet"
    return f"{write_percent(share.value)}, {share.hits:,} of {share.of:,}"


def write_stretch(stretch: Stretch) -> str:
    """'3 Mar', or 'week of 3 Mar'."""
    day = f"{stretch.start:%d %b}".lstrip("0")
    return day if (stretch.end - stretch.start).days == 1 else f"week of {day}"


def _draw_dot(row: Named, place: int, top: float) -> Dot:
    y = place * ROW + ROW / 2
    short = row.name if len(row.name) <= LONGEST_NAME else f"{row.name[: LONGEST_NAME - 1]}…"
    label = write_share(row.share)
    if not row.share.of:
        return Dot(short, row.name, row.url, y, label, f"{row.name}: {label}")
    low, high = row.share.interval
    words = f"{row.name}: {label}, 95 % interval {write_percent(low)} to {write_percent(high)}"
    at, ends = _scale(row.share.value or 0.0, top), (_scale(min(low, top), top), _scale(min(high, top), top))
    return Dot(short, row.name, row.url, y, label, words, at, *ends, row.stands_out)


def _draw_bars(
    counts: Sequence[int],
    urls: Sequence[str],
    words: Sequence[str],
    labels: Sequence[str],
    summary: str,
    unit: str,
) -> BarChart:
    top = _round_up_count(max(counts))
    step = (BARS_RIGHT - BARS_LEFT) / len(counts)
    bars = []
    for place, count in enumerate(counts):
        y = _height(count, top)
        label = f"{count:,}" if count and step >= 22 else ""
        x, width = round(BARS_LEFT + place * step + step * 0.1, 1), round(step * 0.8, 1)
        bars.append(Bar(x, y, width, round(BARS_BOTTOM - y, 1), urls[place], words[place], label))
    return BarChart(
        bars=bars,
        x_ticks=[Tick(_middle(place, step), label) for place, label in enumerate(labels) if label],
        y_ticks=[Tick(_height(top * part / 2, top), f"{top * part / 2:,.0f}") for part in range(3)],
        summary=summary,
        unit=unit,
    )


def _draw_point(stretch: Stretch, place: int, step: float, top: float, url: str) -> Point:
    share = stretch.changed
    words = (
        f"{write_stretch(stretch)}: {write_share(share)} changed, 95 % interval "
        f"{write_percent(share.low)} to {write_percent(share.high)}"
    )
    y, low, high = (_height(min(value, top), top) for value in (share.value or 0.0, share.low, share.high))
    return Point(_middle(place, step), y, low, high, url, words)


def thin_labels(labels: Sequence[str]) -> list[str]:
    """Some of them, evenly spread, so that none lies on another."""
    stride = math.ceil(len(labels) / MOST_LABELS)
    return [label if place % stride == 0 else "" for place, label in enumerate(labels)]


def _middle(place: int, step: float) -> float:
    return round(BARS_LEFT + (place + 0.5) * step, 1)


def _scale(value: float, top: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * value / top, 1)


def _height(value: float, top: float) -> float:
    return round(BARS_BOTTOM - (BARS_BOTTOM - BARS_TOP) * value / top, 1)


def _round_up_share(value: float) -> float:
    """The next share of which a quarter is a short number."""
    return next((top for top in (0.02, 0.04, 0.08, 0.2, 0.4, 0.6, 0.8) if value <= top), 1.0)


def _round_up_count(value: int) -> int:
    """The next of 2, 4, 10 times a power of ten: its half is whole."""
    unit = 10 ** max(0, math.floor(math.log10(max(value, 1))))
    return next(factor * unit for factor in (2, 4, 6, 10, 20) if value <= factor * unit)
