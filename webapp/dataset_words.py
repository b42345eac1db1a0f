"""What snapshots, exports and imports are called on the pages, and the bars that show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inference.snapshot import SPLITS
from labeling.models import DatasetSnapshot
from labeling.operations.datasets import KEPT_APART, NEAR_DUPLICATE, OTHER_SIDE

SOURCE_WORDS = {
    "human": ("People", "Annotated, and accepted by a second person or by the rules of the project"),
    "consensus": ("Consensus", "Read by several people independently, who agreed"),
    "imported": ("Imported", "Came with a file and was accepted"),
    "barcode": ("Bar codes", "Nobody looked, but a bar code in the photo says the same as its text"),
    "pseudo": (
        "Pseudo-labels",
        "Nobody looked, and a round trusts the reading; weighs half as much, and teaches only",
    ),
}
KIND_WORDS = {
    "windshield": "Windshield",
    "label_sticker": "Label or sticker",
    "stamped_metal": "Stamped metal",
    "paper": "Paper",
    "": "Not said",
}
PLACE_WORDS = {
    "label": "The label says it",
    "reading": "A model read the same VIN there",
    "unknown": "Nobody knows",
}
LEFT_OUT_WORDS = {
    NEAR_DUPLICATE: "looks almost the same as another photo of its vehicle",
    OTHER_SIDE: "was in test, or taught, under another VIN before it was corrected",
    KEPT_APART: "has a pseudo-label, and its vehicle is kept for test or validation",
}
BAR_WIDTH, BAR_STEP, BAR_HEIGHT = 17, 21, 96
RARE = 0.25
"""A symbol with less than this share of the mean has hardly been seen."""

LABELS_A_SECOND = 4_000
"""So many are frozen in a second of a processor (`make bench-freeze`)."""


@dataclass(frozen=True, slots=True)
class SplitPart:
    """One split of a bar, in hundredths of its width."""

    split: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class SymbolBar:
    symbol: str
    count: int
    x: int
    y: float
    height: float
    is_rare: bool

    @property
    def middle(self) -> float:
        return self.x + BAR_WIDTH / 2


@dataclass(frozen=True, slots=True)
class SymbolChart:
    """How often each symbol teaches; `rare` are those that hardly do."""

    bars: list[SymbolBar]
    width: int
    height: int = BAR_HEIGHT

    @property
    def rare(self) -> list[str]:
        return [bar.symbol for bar in self.bars if bar.is_rare]

    @property
    def summary(self) -> str:
        most = max(self.bars, key=lambda bar: bar.count)
        rare = f" Rare: {', '.join(self.rare)}." if self.rare else " None is rare."
        return f"Most frequent is {most.symbol} with {most.count:,}.{rare}"


def split_parts(counts: dict[str, int]) -> list[SplitPart]:
    """The parts of a bar from counts by split."""
    total = sum(counts.get(split, 0) for split in SPLITS)
    parts, start = [], 0.0
    for split in SPLITS:
        width = 100 * counts.get(split, 0) / total if total else 0.0
        parts.append(SplitPart(split, counts.get(split, 0), round(start, 2), round(width, 2)))
        start += width
    return parts


def chart_symbols(counts: dict[str, int]) -> SymbolChart | None:
    """The bars; None where nothing teaches."""
    highest = max(counts.values(), default=0)
    if not highest:
        return None
    mean = sum(counts.values()) / len(counts)
    bars = []
    for place, (symbol, count) in enumerate(counts.items()):
        height = round(BAR_HEIGHT * count / highest, 2)
        rare = count < RARE * mean
        bars.append(SymbolBar(symbol, count, place * BAR_STEP, BAR_HEIGHT - height, height, rare))
    return SymbolChart(bars, width=len(bars) * BAR_STEP)


def describe_wait(labels: int) -> str:
    """How long it takes to freeze so many; empty where nobody will wonder."""
    seconds = round(labels / LABELS_A_SECOND, -1)
    if not seconds:
        return ""
    return (
        f"So many take about {seconds:.0f} seconds, and longer while the server is busy. The snapshot comes "
        "into the list whether you wait here or not."
    )


def describe_criteria(snapshot: DatasetSnapshot) -> list[tuple[str, str]]:
    """What was asked for, as words and values; snapshots of before have no criteria."""
    wanted: dict[str, Any] = snapshot.criteria
    if not wanted:
        return [("Labels from", "People")]
    sources = [f"{SOURCE_WORDS[name][0]} × {wanted['weights'][name]:g}" for name in wanted["sources"]]
    kinds = [KIND_WORDS[kind] for kind in wanted["kinds"]]
    rows = [("Labels from", ", ".join(sources)), ("Kinds", ", ".join(kinds) or "all")]
    days = (wanted["uploaded_from"], wanted["uploaded_until"])
    if any(days):
        rows.append(("Uploaded", " to ".join(day or "any day" for day in days)))
    if wanted["balance_kinds"]:
        rows.append(("Balanced", "all kinds weigh the same in training"))
    if wanted["leave_out_near_duplicates"]:
        rows.append(("Near-duplicates", "left out"))
    return rows


def describe_left_out(snapshot: DatasetSnapshot) -> list[tuple[int, str]]:
    """How many photos were not taken, and why."""
    return [(count, LEFT_OUT_WORDS.get(reason, reason)) for reason, count in snapshot.left_out.items()]
