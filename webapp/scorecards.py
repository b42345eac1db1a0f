"""Two scorecards side by side, with intervals where the number of photos allows one."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from inference.types import Scorecard

Z_95 = 1.959964
INTERVAL_WIDTH = 200
MAX_CHANGED = 50


@dataclass(frozen=True, slots=True)
class Interval:
    """A share and its 95 % interval, in units of an SVG that is INTERVAL_WIDTH wide."""

    who: str
    low: float
    at: float
    high: float
    y: int


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of each version."""

    word: str
    hint: str
    cells: list[str]
    difference: str = ""
    tone: str = ""
    intervals: list[Interval] = field(default_factory=list)
    interval_words: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A photo that one version reads right and the other does not."""

    expected: str
    champion: str
    challenger: str
    better: bool
    photo: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    names: list[str]
    snapshot: str
    split: str
    n: int
    rows: list[Row]
    changed: list[Changed]

    @property
    def has_two(self) -> bool:
        return len(self.names) == 2


@dataclass(frozen=True, slots=True)
class _Measure:
    word: str
    hint: str
    value: Callable[[Scorecard], float]
    write: Callable[[float], str]
    more_is_better: bool
    count: Callable[[Scorecard], int] | None = None


def _write_percent(value: float) -> str:
    return f"{value * 100:.1f} %"


def _write_points(value: float) -> str:
    return f"{value * 100:.1f} points"


def _write_milliseconds(value: float) -> str:
    return f"{value:,.0f} ms"


def _located(card: Scorecard) -> float:
    return card.located / card.n if card.n else 0.0


_MEASURES = (
    _Measure(
        "Whole VINs right",
        "all 17 characters",
        lambda card: card.exact_match,
        _write_percent,
        True,
        lambda card: card.exact,
    ),
    _Measure("Characters wrong", "edits over characters", lambda card: card.cer, _write_percent, False),
    _Measure(
        "Regions found",
        "overlap of half or more",
        _located,
        _write_percent,
        True,
        lambda card: card.located,
    ),
    _Measure(
        "Confidence off by",
        "expected calibration error",
        lambda card: card.calibration_error,
        _write_percent,
        False,
    ),
    _Measure("Time a photo", "median", lambda card: card.milliseconds_median, _write_milliseconds, False),
    _Measure(
        "Time a photo, slowest",
        "95 of 100 are faster",
        lambda card: card.milliseconds_p95,
        _write_milliseconds,
        False,
    ),
)


def compare_scorecards(
    *,
    champion: tuple[str, Scorecard] | None,
    challenger: tuple[str, Scorecard],
    snapshot: str,
    photos: Mapping[str, Any],
) -> Comparison:
    """The table of a model version's page. `photos` maps the SHA-256 of a photo to its id."""
    pairs = [pair for pair in (champion, challenger) if pair]
    cards = [card for _, card in pairs]
    return Comparison(
        names=[name for name, _ in pairs],
        snapshot=snapshot,
        split=cards[-1].split,
        n=cards[-1].n,
        rows=[_build_row(measure, cards) for measure in _MEASURES],
        changed=_find_changed(cards, photos) if len(cards) == 2 else [],
    )


def wilson_interval(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927, doi 10.1080/01621459.1927.10502953)."""
    if n == 0:
        return (0.0, 1.0)
    share, square = hits / n, Z_95**2
    center = (share + square / (2 * n)) / (1 + square / n)
    half = Z_95 * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return (max(0.0, center - half), min(1.0, center + half))


def _build_row(measure: _Measure, cards: list[Scorecard]) -> Row:
    values = [measure.value(card) for card in cards]
    cells = [_write_cell(measure, card) for card in cards]
    difference, tone = _judge(measure, values) if len(values) == 2 else ("", "")
    intervals = [_draw_interval(measure, card, place, len(cards)) for place, card in enumerate(cards)]
    drawn = [interval for interval in intervals if interval]
    words = "; ".join(
        f"{interval.who} {interval.low / 2:.0f} to {interval.high / 2:.0f} %" for interval in drawn
    )
    return Row(measure.word, measure.hint, cells, difference, tone, drawn, words)


def _write_cell(measure: _Measure, card: Scorecard) -> str:
    written = measure.write(measure.value(card))
    return f"{measure.count(card)} of {card.n}, {written}" if measure.count else written


def _judge(measure: _Measure, values: list[float]) -> tuple[str, str]:
    change = values[1] - values[0]
    write = _write_points if measure.write is _write_percent else measure.write
    written = write(abs(change))
    if written == write(0.0):
        return ("same", "")
    better = (change > 0) == measure.more_is_better
    return (
        f"{'+' if change > 0 else '−'}{written} {'better' if better else 'worse'}",
        "better" if better else "worse",
    )


def _draw_interval(measure: _Measure, card: Scorecard, place: int, of: int) -> Interval | None:
    if measure.count is None or not card.n:
        return None
    low, high = wilson_interval(measure.count(card), card.n)
    at = measure.count(card) / card.n
    who = "challenger" if place == of - 1 else "champion"
    return Interval(who, low * INTERVAL_WIDTH, at * INTERVAL_WIDTH, high * INTERVAL_WIDTH, 8 + place * 12)


def _find_changed(cards: list[Scorecard], photos: Mapping[str, Any]) -> list[Changed]:
    before = {photo.photo: photo for photo in cards[0].photos}
    changed = []
    for after in cards[1].photos:
        old = before.get(after.photo)
        if old is None or (old.vin == old.expected) == (after.vin == after.expected):
            continue
        changed.append(
            Changed(
                expected=after.expected,
                champion=old.vin or "",
                challenger=after.vin or "",
                better=after.vin == after.expected,
                photo=photos.get(after.photo),
            )
        )
    return changed[:MAX_CHANGED]
