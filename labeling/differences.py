"""What one reading of a photo says differently from another: its characters, its boxes and its region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from inference.geometry import quad_from_points, quad_iou
from inference.metrics import align_texts

UNMOVED = 0.5
"""A corner that is not farther away than this, in pixels, is where it was: screens round."""


class BoxChangeKind(StrEnum):
    MOVED = "moved"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Version:
    """A reading to compare: `characters` and `region` as they are stored, in pixels of the upright photo."""

    text: str
    characters: Sequence[Mapping[str, Any]]
    region: Sequence[Sequence[float]] | None


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """`before` became `after`; the one or the other is empty, its index None, where there is none."""

    before_index: int | None
    after_index: int | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BoxChange:
    """A box that moved, came or went.

    `iou` is the intersection over union of both boxes, `pixels` how far the corner went that went farthest;
    both are None where there is no pair to measure.
    """

    kind: BoxChangeKind
    before_index: int | None
    after_index: int | None
    symbol: str
    iou: float | None = None
    pixels: float | None = None
    before_quad: Any = None


@dataclass(frozen=True, slots=True)
class Differences:
    """All of them, in reading order; `region` is set where the region is not what it was."""

    symbols: tuple[SymbolChange, ...] = ()
    boxes: tuple[BoxChange, ...] = ()
    region: BoxChange | None = None

    @property
    def is_any(self) -> bool:
        return bool(self.symbols or self.boxes or self.region)


def compare_versions(before: Version, after: Version) -> Differences:
    """What `after` says differently. Characters are paired along a path of fewest edits."""
    old, new = _arrange(before), _arrange(after)
    pairs = _pair(old, new)
    symbols = (_compare_symbols(old, new, one, other) for one, other in pairs)
    boxes = (_compare_boxes(old, new, one, other) for one, other in pairs)
    return Differences(
        symbols=tuple(change for change in symbols if change),
        boxes=tuple(change for change in boxes if change),
        region=_measure(None, None, "", before.region, after.region),
    )


def _arrange(version: Version) -> list[Mapping[str, Any]]:
    """One entry for each symbol of the text; what the boxes do not cover has none."""
    boxes = {character["index"]: character for character in version.characters}
    return [
        {"symbol": symbol, "quad": boxes.get(index, {}).get("quad")}
        for index, symbol in enumerate(version.text)
    ]


def _pair(old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]) -> list[tuple[int | None, int | None]]:
    pairs: list[tuple[int | None, int | None]] = []
    row = column = 0
    for one, other in align_texts(_text(old), _text(new)):
        pairs.append((row if one else None, column if other else None))
        row += bool(one)
        column += bool(other)
    return pairs


def _text(characters: list[Mapping[str, Any]]) -> str:
    return "".join(character["symbol"] for character in characters)


def _compare_symbols(
    old: list[Mapping[str, Any]], new: list[Mapping[str, Any]], one: int | None, other: int | None
) -> SymbolChange | None:
    before = "" if one is None else old[one]["symbol"]
    after = "" if other is None else new[other]["symbol"]
    return None if before == after else SymbolChange(one, other, before, after)


def _compare_boxes(
    old: list[Mapping[str, Any]], new: list[Mapping[str, Any]], one: int | None, other: int | None
) -> BoxChange | None:
    before = None if one is None else old[one]
    after = None if other is None else new[other]
    symbol = str((after or before or {}).get("symbol", ""))
    return _measure(one, other, symbol, (before or {}).get("quad"), (after or {}).get("quad"))


def _measure(one: int | None, other: int | None, symbol: str, before: Any, after: Any) -> BoxChange | None:
    """How the quad `before` became the quad `after`; None where it did not change."""
    if before is None and after is None:
        return None
    if before is None:
        return BoxChange(BoxChangeKind.ADDED, one, other, symbol)
    if after is None:
        return BoxChange(BoxChangeKind.REMOVED, one, other, symbol, before_quad=before)
    pixels = max(((x - u) ** 2 + (y - v) ** 2) ** 0.5 for (x, y), (u, v) in zip(before, after, strict=True))
    if pixels <= UNMOVED:
        return None
    iou = quad_iou(quad_from_points(before), quad_from_points(after))
    return BoxChange(BoxChangeKind.MOVED, one, other, symbol, round(iou, 3), round(pixels, 1), before)
