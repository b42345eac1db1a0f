"""Two scorecards side by side, with intervals where the number of photos allows one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from inference.comparison import PairedComparison, compare_exact, pair_photos
from inference.metrics import wilson_interval
from inference.types import EvaluatedPhoto, Scorecard
from labeling.models import Photo
from webapp.dataset_words import KIND_WORDS
from webapp.drawings import Strip, frame_strip

INTERVAL_WIDTH = 200
MAX_CHANGED = 50
SIGNIFICANT = 0.05


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
class Side:
    """What one version read in a photo, how sure it was, and the strip where it found the VIN."""

    name: str
    vin: str
    confidence: float
    is_right: bool
    strip: Strip | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A photo that the two versions read differently; both may be wrong. `photo` is None where it is gone."""

    expected: str
    champion: Side
    challenger: Side
    photo: Photo | None

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.champion, self.challenger

    @property
    def rank(self) -> int:
        """What a promotion would cost comes first, then what it would gain, then what stays wrong."""
        if self.champion.is_right:
            return 0
        return 1 if self.challenger.is_right else 2


@dataclass(frozen=True, slots=True)
class KindRow:
    """One kind of photo: what each version reads right, and how the second differs."""

    kind: str
    n: int
    cells: list[str]
    difference: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`chance` says how the two differ in whole VINs, and whether that may be chance; empty for one alone.

    `changed` are the first of the photos that they read differently, of which there are `changed_count`.
    """

    names: list[str]
    snapshot: str
    split: str
    n: int
    rows: list[Row]
    kinds: list[KindRow]
    chance: str
    changed: list[Changed]
    changed_count: int

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
    of: Callable[[Scorecard], int] = lambda card: card.n


def _write_percent(value: float) -> str:
    return f"{value * 100:.1f} %"


def _write_points(value: float) -> str:
    return f"{value * 100:.1f} points"


def _write_milliseconds(value: float) -> str:
    return f"{value:,.0f} ms"


def _with_region(card: Scorecard) -> int:
    """The labels that say where the VIN is; scorecards of before did not count them."""
    return card.n if card.with_region is None else card.with_region


def _located(card: Scorecard) -> float:
    return card.located / _with_region(card) if _with_region(card) else 0.0


def _refused(card: Scorecard) -> int:
    return card.refused or 0


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
        "overlap of half or more, where the label has one",
        _located,
        _write_percent,
        True,
        lambda card: card.located,
        _with_region,
    ),
    _Measure(
        "Refused as unreadable",
        "though a person could read them",
        lambda card: _refused(card) / card.n if card.n else 0.0,
        _write_percent,
        False,
        _refused,
        lambda card: 0 if card.refused is None else card.n,
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
    photos: Mapping[str, Photo],
) -> Comparison:
    """The tables of a model version's page. `photos` maps the SHA-256 of a photo to its row."""
    pairs = [pair for pair in (champion, challenger) if pair]
    cards = [card for _, card in pairs]
    two = len(cards) == 2
    changed = _find_changed(pairs, photos) if two else []
    return Comparison(
        names=[name for name, _ in pairs],
        snapshot=snapshot,
        split=cards[-1].split,
        n=cards[-1].n,
        rows=[_build_row(measure, cards) for measure in _MEASURES],
        kinds=_list_kinds(cards),
        chance=_say_chance(compare_exact(*cards)) if two and cards[1].photos else "",
        changed=changed[:MAX_CHANGED],
        changed_count=len(changed),
    )


def _build_row(measure: _Measure, cards: list[Scorecard]) -> Row:
    values = [measure.value(card) for card in cards]
    cells = [_write_cell(measure, card) for card in cards]
    is_comparable = len(cards) == 2 and all(map(measure.of, cards))
    difference, tone = _judge(measure, values) if is_comparable else ("", "")
    intervals = [_draw_interval(measure, card, place, len(cards)) for place, card in enumerate(cards)]
    drawn = [interval for interval in intervals if interval]
    words = "; ".join(
        f"{interval.who} {interval.low / 2:.0f} to {interval.high / 2:.0f} %" for interval in drawn
    )
    return Row(measure.word, measure.hint, cells, difference, tone, drawn, words)


def _write_cell(measure: _Measure, card: Scorecard) -> str:
    written = measure.write(measure.value(card))
    if not measure.count:
        return written
    return f"{measure.count(card)} of {of}, {written}" if (of := measure.of(card)) else "–"


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
    if measure.count is None or not (of := measure.of(card)):
        return None
    low, high = wilson_interval(measure.count(card), of)
    at = measure.count(card) / of
    who = "challenger" if place == of - 1 else "champion"
    return Interval(who, low * INTERVAL_WIDTH, at * INTERVAL_WIDTH, high * INTERVAL_WIDTH, 8 + place * 12)


def _list_kinds(cards: list[Scorecard]) -> list[KindRow]:
    """One row for each kind of photo, where there is more than one."""
    slices = [_slice(card) for card in cards]
    kinds = sorted(slices[-1])
    return [_build_kind_row(kind, cards, slices) for kind in kinds] if len(kinds) > 1 else []


def _build_kind_row(kind: str, cards: list[Scorecard], slices: list[dict[str, tuple[int, int]]]) -> KindRow:
    n = slices[-1][kind][1]
    cells = [f"{exact} of {n}, {_write_percent(exact / n)}" for exact, n in (each[kind] for each in slices)]
    difference, tone = "", ""
    if len(cards) == 2:
        paired = compare_exact(cards[0], cards[1], kind=kind)
        difference, tone = _write_difference(paired), _tone_of(paired)
    return KindRow(KIND_WORDS.get(kind, kind), n, cells, difference, tone)


def _slice(card: Scorecard) -> dict[str, tuple[int, int]]:
    """Of each kind how many VINs were read right, and how many there are."""
    counts: dict[str, tuple[int, int]] = {}
    for photo in card.photos:
        exact, n = counts.get(photo.kind, (0, 0))
        counts[photo.kind] = (exact + photo.is_right, n + 1)
    return counts


def _write_difference(paired: PairedComparison) -> str:
    low, high = paired.interval
    return f"{100 * paired.difference:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})".replace("-", "−")


def _tone_of(paired: PairedComparison) -> str:
    """Coloured only where neither the interval nor the test leaves it to chance."""
    low, high = paired.interval
    if paired.p_value >= SIGNIFICANT:
        return ""
    return "better" if low > 0 else "worse" if high < 0 else ""


def _say_chance(paired: PairedComparison) -> str:
    verdict = "Chance alone hardly makes such a difference." if _tone_of(paired) else "It may be chance."
    return (
        f"{paired.won} {'photo is' if paired.won == 1 else 'photos are'} read right that "
        f"{'was' if paired.won == 1 else 'were'} not, {paired.lost} no longer: "
        f"{_write_difference(paired)} points, with its 95 % interval by bootstrap over vehicles. McNemar's "
        f"exact test: p = {paired.p_value:.2g}. {verdict}"
    )


def _find_changed(pairs: Sequence[tuple[str, Scorecard]], photos: Mapping[str, Photo]) -> list[Changed]:
    (champion, first), (challenger, second) = pairs
    changed = [
        Changed(
            expected=after.expected,
            champion=_describe_side(champion, before),
            challenger=_describe_side(challenger, after),
            photo=photos.get(after.photo),
        )
        for before, after in pair_photos(first, second)
        if before.vin != after.vin
    ]
    return sorted(changed, key=lambda row: row.rank)


def _describe_side(name: str, photo: EvaluatedPhoto) -> Side:
    strip = frame_strip(photo.region) if photo.region else None
    return Side(name, photo.vin or "", photo.confidence, photo.is_right, strip)
