"""Charts of a report as inline SVG. Colours come from the page's tokens, so that both themes are served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from inference.metrics import Acceptance, Pair, ReliabilityBin, percentile, wilson_interval
from inference.report.markup import element, interval, percent
from inference.vin import ALPHABET, LENGTH

GAP = "∅"
"""Stands in the matrix for no symbol."""
_BINS = 30
_LABEL_GAP = 46.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A plotting area inside an SVG; values run from `low` to `high` along both axes."""

    width: float = 560
    height: float = 340
    left: float = 46
    right: float = 14
    top: float = 14
    bottom: float = 40
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)

    def x(self, value: float) -> float:
        low, high = self.x_range
        return self.left + (value - low) / (high - low) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        low, high = self.y_range
        return (
            self.height - self.bottom - (value - low) / (high - low) * (self.height - self.top - self.bottom)
        )

    def draw(self, label: str, *content: str) -> str:
        shape = f"0 0 {self.width:.0f} {self.height:.0f}"
        return element("svg", *content, viewBox=shape, role="img", aria_label=label)

    def grid(self, x_title: str, y_title: str, *, steps: int = 5) -> str:
        """Lines and labels in per cent along both axes, and what the axes are."""
        parts = []
        for step in range(steps + 1):
            along = self.x_range[0] + (self.x_range[1] - self.x_range[0]) * step / steps
            up = self.y_range[0] + (self.y_range[1] - self.y_range[0]) * step / steps
            digits = 0 if self.y_range[1] - self.y_range[0] >= 0.25 else 1
            parts += [
                _line(self.x(self.x_range[0]), self.y(up), self.x(self.x_range[1]), self.y(up), "grid"),
                _text(self.left - 6, self.y(up) + 4, f"{up * 100:.{digits}f}", "end"),
                _text(self.x(along), self.height - self.bottom + 15, f"{along * 100:.0f}", "middle"),
            ]
        middle = (self.left + self.width - self.right) / 2
        parts.append(_text(middle, self.height - 6, x_title, "middle", "axis-title"))
        parts.append(_text(4, 10, y_title, "start", "axis-title"))
        return "".join(parts)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str | None = None) -> str:
    return element("text", escape(words), x=x, y=y, text_anchor=anchor, class_=kind)


def _titled(name: str, words: str, **attributes: str | float) -> str:
    return element(name, element("title", escape(words)), **attributes)


def draw_interval(right: int, n: int, *, width: float = 120) -> str:
    """A share with its 95 % interval on a line from 0 to 100 %."""
    if not n:
        return ""
    low, high = wilson_interval(right, n)
    words = f"{percent(right / n)}, 95 % interval {interval(low, high)}"
    parts = [
        _line(0, 8, width, 8, "track"),
        element(
            "rect", x=low * width, y=4, width=max((high - low) * width, 1), height=8, rx=2, class_="spread"
        ),
        element("circle", cx=right / n * width, cy=8, r=3.5, class_="dot"),
    ]
    return element(
        "svg", *parts, viewBox=f"-4 0 {width + 8:.0f} 16", class_="interval", role="img", aria_label=words
    )


def draw_reliability(bins: Sequence[ReliabilityBin]) -> str:
    """How often readings are right against how sure they are (Guo et al. 2017, figure 1)."""
    frame = Frame(top=24, bottom=84)
    foot = frame.height - 46
    most = max((each.n for each in bins), default=0) or 1
    parts = [_line(frame.x(0), frame.y(0), frame.x(1), frame.y(1), "diagonal")]
    for each in bins:
        if not each.n:
            continue
        low, high = wilson_interval(each.right, each.n)
        words = (
            f"{each.low * 100:.0f} to {each.high * 100:.0f} % sure, {percent(each.confidence)} on average: "
            f"{each.right} of {each.n} right, {percent(each.right / each.n)}, interval {interval(low, high)}"
        )
        x, height = frame.x(each.confidence), each.n / most * 26
        left, right = frame.x(each.low) + 1, frame.x(each.high) - 1
        parts += [
            _line(x, frame.y(low), x, frame.y(high), "whisker"),
            _titled("circle", words, cx=x, cy=frame.y(each.right / each.n), r=4.5, class_="dot"),
            _titled(
                "rect",
                words,
                x=left,
                y=foot + 40 - height,
                width=right - left,
                height=max(height, 1),
                class_="bar",
            ),
            _text((left + right) / 2, foot + 37 - height, str(each.n), "middle", "count"),
        ]
    return frame.draw("Share right by confidence", frame.grid("", "right, %"), *parts)


def draw_coverage(trace: Sequence[Acceptance], marks: Sequence[Acceptance]) -> str:
    """The share right among the accepted readings as more and more are accepted; `marks` are thresholds."""
    lowest = min(
        (wilson_interval(each.right, each.accepted)[0] for each in _thin(trace) if each.accepted >= 10),
        default=0.0,
    )
    floor = max(min(int(lowest * 20) / 20, 0.95), 0.0)
    frame = Frame(top=24, y_range=(floor, 1.0))
    curve = [each for each in _thin(trace) if each.accepted]
    upper = [(each.coverage, wilson_interval(each.right, each.accepted)[1]) for each in curve]
    lower = [(each.coverage, wilson_interval(each.right, each.accepted)[0]) for each in curve]
    band = _path(frame, [*upper, *lower[::-1]])
    line = _path(frame, [(each.coverage, each.precision) for each in curve])
    return frame.draw(
        "Share right among accepted readings, by the share that is accepted",
        frame.grid("accepted, % of the photos", "right among the accepted, %"),
        element("polygon", points=band, class_="band"),
        element("polyline", points=line, class_="curve"),
        *_mark_thresholds(frame, marks),
    )


def _mark_thresholds(frame: Frame, marks: Sequence[Acceptance]) -> list[str]:
    parts: list[str] = []
    last = float("-inf")
    for mark in sorted((each for each in marks if each.accepted), key=lambda each: each.coverage):
        x, y = frame.x(mark.coverage), frame.y(max(mark.precision, frame.y_range[0]))
        shares = f"{percent(mark.coverage)} accepted, {percent(mark.precision)} of them right"
        words = f"From {percent(mark.threshold)} on: {shares}"
        parts.append(_titled("circle", words, cx=x, cy=y, r=4.5, class_="dot"))
        if x - last >= _LABEL_GAP:
            parts.append(_text(x, y + 18, f"≥ {mark.threshold:.3g}", "middle", "mark"))
            last = x
    return parts


def _path(frame: Frame, pairs: Sequence[tuple[float, float]]) -> str:
    low = frame.y_range[0]
    return " ".join(f"{frame.x(x):.1f},{frame.y(max(y, low)):.1f}" for x, y in pairs)


def _thin(trace: Sequence[Acceptance], most: int = 300) -> list[Acceptance]:
    stride = max(1, -(-len(trace) // most))
    kept = list(trace[::stride])
    return kept if not trace or kept[-1] is trace[-1] else [*kept, trace[-1]]


def draw_times(milliseconds: Sequence[float]) -> str:
    """A histogram of the time a photo takes; what lies beyond its right end is in the last bar."""
    end = _round_up(percentile(milliseconds, 0.98) * 1.05 or 1.0)
    counts = [0] * _BINS
    for time in milliseconds:
        counts[min(int(time / end * _BINS), _BINS - 1)] += 1
    most = max(max(counts), 1)
    frame = Frame(width=720, height=240, left=14, top=34, x_range=(0.0, end), y_range=(0.0, most))
    bars = [_draw_time_bar(frame, place, count, end / _BINS) for place, count in enumerate(counts) if count]
    ticks = [
        _text(frame.x(end * part / 5), frame.height - 24, f"{end * part / 5:.0f}", "middle")
        for part in range(6)
    ]
    axis = _line(frame.x(0), frame.y(0), frame.x(end), frame.y(0), "axis")
    title = _text(frame.x(end / 2), frame.height - 6, "milliseconds a photo", "middle", "axis-title")
    lines = _time_lines(frame, milliseconds, end)
    return frame.draw("Histogram of the time a photo takes", *bars, axis, *ticks, title, *lines)


def _draw_time_bar(frame: Frame, place: int, count: int, step: float) -> str:
    more = " and more" if place == _BINS - 1 else ""
    return _titled(
        "rect",
        f"{place * step:.0f} to {(place + 1) * step:.0f} ms{more}: {count} photos",
        x=frame.x(place * step) + 0.5,
        y=frame.y(count),
        width=frame.x(step) - frame.x(0) - 1,
        height=frame.y(0) - frame.y(count),
        class_="bar",
    )


def _time_lines(frame: Frame, milliseconds: Sequence[float], end: float) -> list[str]:
    parts = []
    for place, (share, name) in enumerate(((0.5, "median"), (0.95, "95 of 100 within"))):
        time = percentile(milliseconds, share)
        x = frame.x(min(time, end))
        anchor = "end" if x > frame.width * 0.6 else "start"
        parts += [
            _line(x, frame.top - 24 + 14 * place, x, frame.y(0), "marker"),
            _text(
                x + (-5 if anchor == "end" else 5),
                frame.top - 16 + 14 * place,
                f"{name} {time:.0f} ms",
                anchor,
                "mark",
            ),
        ]
    return parts


def _round_up(value: float) -> float:
    """The next short number, so that fifths of it are short too."""
    unit = 1.0
    while unit * 100 < value:
        unit *= 10
    return next(
        unit * factor for factor in (5, 10, 15, 20, 25, 30, 40, 50, 75, 100) if value <= unit * factor
    )


def draw_confusions(confusions: Mapping[Pair, int]) -> str:
    """Expected symbols down, read ones across; the stronger a cell, the more often. Right ones are gray."""
    names = [*ALPHABET, GAP]
    cell, margin = 17.0, 26.0
    side = margin + cell * len(names)
    worst = max((count for (expected, found), count in confusions.items() if expected != found), default=1)
    places = {symbol: margin + cell * index for index, symbol in enumerate([*ALPHABET, ""])}
    parts = []
    for name, place in zip(names, places.values(), strict=True):
        parts.append(_text(place + cell / 2, margin - 6, name, "middle", "symbol"))
        parts.append(_text(margin - 8, place + cell - 5, name, "end", "symbol"))
    parts.append(
        element("rect", x=margin, y=margin, width=side - margin, height=side - margin, class_="ground")
    )
    for (expected, found), count in confusions.items():
        x, y = places[found], places[expected]
        words = f"{_say_pair((expected, found))}: {count}"
        kind = "right" if expected == found else "wrong"
        strength = 1.0 if expected == found else 0.25 + 0.75 * (count / worst) ** 0.5
        parts.append(
            _titled(
                "rect",
                words,
                x=x + 0.5,
                y=y + 0.5,
                width=cell - 1,
                height=cell - 1,
                rx=2,
                class_=kind,
                opacity=strength,
            )
        )
        if expected != found:
            strong = " strong" if strength > 0.6 else ""
            parts.append(_text(x + cell / 2, y + cell - 5, str(count), "middle", f"cell-count{strong}"))
    return element(
        "svg",
        *parts,
        viewBox=f"0 0 {side:.0f} {side:.0f}",
        class_="matrix",
        role="img",
        aria_label="Confusion matrix of the symbols",
    )


def _say_pair(pair: Pair) -> str:
    expected, found = pair
    if not found:
        return f"{expected} left out"
    if not expected:
        return f"{found} put in"
    return f"{expected} read as {found}" if expected != found else f"{expected} read right"


def draw_positions(errors: Sequence[int], n: int) -> str:
    """How many of `n` readings have each of the 17 positions wrong."""
    most = max(max(errors, default=0), 1)
    frame = Frame(width=420, height=140, left=14, bottom=22, x_range=(0, LENGTH), y_range=(0.0, most), top=20)
    parts = []
    for place, count in enumerate(errors):
        words = f"Position {place + 1}: wrong in {count} of {n}"
        left, width = frame.x(place) + 1.5, frame.x(1) - frame.x(0) - 3
        height = max(frame.y(0) - frame.y(count), 1)
        parts += [
            _titled("rect", words, x=left, y=frame.y(0) - height, width=width, height=height, class_="bar"),
            _text(left + width / 2, frame.height - 7, str(place + 1), "middle"),
            _text(left + width / 2, frame.y(0) - height - 4, str(count or ""), "middle", "count"),
        ]
    return frame.draw("Wrong characters by position", *parts)
