"""What a round read, as shapes for an inline SVG: the way from photo to label, and the threshold curve."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from inference.metrics import Acceptance
from labeling.measures import say_percent
from labeling.pseudo_labels import Objection, ThresholdChoice, floor_percent
from labeling.queries.pseudo_rounds import RoundCounts
from webapp.figures_charts import Tick, write_percent

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT = 52, 470
TOP, BOTTOM = 14, 160
"""Of the precision; the coverage is below it."""

COVER_TOP, COVER_BOTTOM = 190, 256
SUREST = 1 - 1e-6
"""A confidence beyond this is drawn here: the axis shows doubt, whose logarithm has no end."""

MARKS = (0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
MOST_POINTS, MOST_ROWS = 200, 12

OBJECTION_WORDS = {
    Objection.FAILED: "impossible to open or read",
    Objection.NO_VIN: "without a VIN",
    Objection.DISAGREE: "read differently by the recognizers",
    Objection.BARCODE: "contradicted by a bar code",
    Objection.CHECK_DIGIT: "with a wrong check digit",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One stage from photo to label: how many are left, and what became of the others."""

    name: str
    count: int
    width: float
    dropped: int
    why: str


@dataclass(frozen=True, slots=True)
class ThresholdChart:
    """Precision with its interval, and under it the share of photos that is accepted, by the threshold."""

    precision: str
    interval: str
    coverage: str
    target_y: float
    target: str
    chosen_x: float | None
    chosen: str
    chosen_y: float
    chosen_cover_y: float
    label: str
    cover_label: str
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    cover_ticks: list[Tick]
    rows: list[Acceptance]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = RIGHT
    top: int = TOP
    bottom: int = BOTTOM
    cover_top: int = COVER_TOP
    cover_bottom: int = COVER_BOTTOM


def list_steps(counts: RoundCounts, *, threshold: float | None) -> list[Step]:
    """The funnel of a round; nothing before anything is read."""
    if not counts.read:
        return []
    objections = counts.objections
    unread = [Objection.DISAGREE, Objection.NO_VIN, Objection.FAILED]
    ways = [
        ("Read by the teacher", counts.read, 0, ""),
        ("Both recognizers agree", counts.agreed, counts.read, _say(objections, unread)),
        (
            "Nothing contradicts",
            counts.uncontradicted,
            counts.agreed,
            _say(objections, [Objection.BARCODE, Objection.CHECK_DIGIT]),
        ),
        (
            f"Sure enough, from {write_threshold(threshold)} on",
            counts.sure,
            counts.uncontradicted,
            "below the threshold",
        ),
    ]
    if counts.is_decided:
        ways.append(("Accepted", counts.accepted, counts.sure, "somebody had begun them meanwhile"))
    return [
        Step(name, count, round(100 * count / counts.read, 2), max(before - count, 0), why)
        for name, count, before, why in ways
    ]


def write_threshold(threshold: float | None) -> str:
    """As many digits as tell it from certainty: 0.98, 0.9996."""
    if threshold is None:
        return "–"
    digits = 2 if threshold < 0.985 else min(2 - math.floor(math.log10(max(1 - threshold, 1e-6))), 6)
    return f"{math.floor(threshold * 10**digits) / 10**digits:.{digits}f}"


def draw_threshold(choice: ThresholdChoice) -> ThresholdChart | None:
    """None where no reading could be accepted at all."""
    points = list(reversed(_thin(choice.curve)))
    if not points:
        return None
    chosen = choice.chosen
    scale = _Scale(points, min(choice.target, *((chosen or points[0]).interval)))
    at = chosen or points[0]
    return ThresholdChart(
        precision=_line((scale.x(each), scale.y(each.precision)) for each in points),
        interval=_line(
            [(scale.x(each), scale.y(each.interval[1])) for each in points]
            + [(scale.x(each), scale.y(each.interval[0])) for each in reversed(points)]
        ),
        coverage=_line((scale.x(each), _cover(each.coverage)) for each in points),
        target_y=scale.y(choice.target),
        target=f"target {say_percent(choice.target)}",
        chosen_x=scale.x(chosen) if chosen else None,
        chosen=f"from {write_threshold(choice.threshold)} on" if chosen else "",
        chosen_y=scale.y(at.precision),
        chosen_cover_y=_cover(at.coverage),
        label=write_percent(points[-1].precision),
        cover_label=write_percent(points[-1].coverage),
        x_ticks=scale.x_ticks(),
        y_ticks=scale.y_ticks(),
        cover_ticks=[Tick(_cover(share), write_percent(share)) for share in (0.0, 0.5, 1.0)],
        rows=_thin(choice.curve, MOST_ROWS),
        summary=_summarize(choice),
    )


class _Scale:
    """Confidence along the logarithm of its doubt, and precision from below what must be seen up to 1."""

    def __init__(self, points: Sequence[Acceptance], least: float) -> None:
        self._low, self._high = (_doubt(points[0].threshold), _doubt(points[-1].threshold))
        self._floor = max(math.floor(least * 20 - 0.5) / 20, 0.0)

    def x(self, point: Acceptance) -> float:
        return self._at(_doubt(point.threshold))

    def _at(self, doubt: float) -> float:
        span = (self._high - self._low) or 1.0
        return round(LEFT + (RIGHT - LEFT) * (doubt - self._low) / span, 1)

    def y(self, share: float) -> float:
        part = (max(share, self._floor) - self._floor) / (1 - self._floor)
        return round(BOTTOM - (BOTTOM - TOP) * part, 1)

    def x_ticks(self) -> list[Tick]:
        inside = [mark for mark in MARKS if self._low <= _doubt(mark) <= self._high]
        if len(inside) > 1:
            return [Tick(self._at(_doubt(mark)), f"{mark:g}") for mark in inside]
        return [
            Tick(self._at(doubt), write_threshold(1 - 10**-doubt))
            for doubt in dict.fromkeys((self._low, self._high))
        ]

    def y_ticks(self) -> list[Tick]:
        return [
            Tick(self.y(share), write_percent(share)) for share in (self._floor, (1 + self._floor) / 2, 1.0)
        ]


def _doubt(confidence: float) -> float:
    """0 at none, 1 at 0.9, 2 at 0.99."""
    return -math.log10(1 - min(confidence, SUREST))


def _cover(share: float) -> float:
    return round(COVER_BOTTOM - (COVER_BOTTOM - COVER_TOP) * share, 1)


def _line(points: object) -> str:
    return " ".join(f"{x},{y}" for x, y in points)  # type: ignore[attr-defined]


def _thin(curve: Sequence[Acceptance], most: int = MOST_POINTS) -> list[Acceptance]:
    """Some of them, evenly spread, the last one among them."""
    if len(curve) <= most:
        return list(curve)
    return [curve[round(place * (len(curve) - 1) / (most - 1))] for place in range(most)]


def _say(objections: dict[str, int], which: Sequence[Objection]) -> str:
    parts = [
        f"{objections[each]:,} {OBJECTION_WORDS[each]}" if len(which) > 1 else OBJECTION_WORDS[each]
        for each in which
        if objections.get(each)
    ]
    return ", ".join(parts)


def _summarize(choice: ThresholdChoice) -> str:
    chosen = choice.chosen
    if chosen is None:
        best = floor_percent(choice.best)
        return f"No threshold shows {say_percent(choice.target)}; the best shows {best}."
    least, covered = floor_percent(chosen.least_precision), write_percent(chosen.coverage)
    return (
        f"From a confidence of {write_threshold(chosen.threshold)} on, {chosen.right:,} of "
        f"{chosen.accepted:,} validation readings are right, at least {least}, and {covered} of the photos "
        "are accepted."
    )
