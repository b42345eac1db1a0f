"""Which characters a text has instead of those that were meant: pure functions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

LENGTH = 17

MOST_DIFFERENCES = 4
"""Texts that differ at more positions are another VIN, or one that slid: no characters were confused."""


@dataclass(frozen=True, slots=True, order=True)
class Confusion:
    """One character in place of another; `position` is from 1 to 17."""

    typed: str
    meant: str
    position: int


def find_confusions(typed: str, meant: str) -> list[Confusion]:
    """Where two texts of the same length differ, unless they differ too much to be compared by position."""
    if len(typed) != len(meant):
        return []
    pairs = enumerate(zip(typed, meant, strict=True), start=1)
    found = [Confusion(one, other, place) for place, (one, other) in pairs if one != other]
    return found if len(found) <= MOST_DIFFERENCES else []


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """How often one character stood for another, and at which positions."""

    typed: str
    meant: str
    count: int
    positions: tuple[int, ...]


def count_pairs(confusions: Iterable[Confusion]) -> list[ConfusedPair]:
    """How often each pair of characters was confused, the most frequent first."""
    places: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for each in confusions:
        places[each.typed, each.meant][each.position] += 1
    pairs = [
        ConfusedPair(typed, meant, counted.total(), tuple(sorted(counted)))
        for (typed, meant), counted in places.items()
    ]
    return sorted(pairs, key=lambda pair: (-pair.count, pair.typed, pair.meant))


def count_positions(confusions: Iterable[Confusion]) -> list[int]:
    """How many characters were confused at each of the 17 positions."""
    counted = Counter(each.position for each in confusions)
    return [counted[place] for place in range(1, LENGTH + 1)]
