"""Known photos in disguise: pure rules for a plausible wrong character and for an inconspicuous name.

A share, drawn from 0 up to 1, decides wherever there is a choice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

CONFUSED = {
    "0": "D9",
    "1": "T7",
    "2": "Z",
    "5": "S6",
    "6": "G85",
    "7": "1T",
    "8": "B6",
    "9": "0",
    "B": "8",
    "D": "0",
    "G": "6",
    "H": "NM",
    "M": "NWH",
    "N": "MWH",
    "S": "5",
    "T": "17",
    "U": "V",
    "V": "U",
    "W": "MN",
    "Z": "2",
}
"""What each symbol is mistaken for on real plates, the likeliest first; all of them are symbols of VINs."""

_NUMBER = re.compile(r"\d+(?=\D*$)")
"""The last digits of a name."""


@dataclass(frozen=True, slots=True)
class SeededError:
    """A reading with one wrong character at `index`, where `symbol` stands instead of the truth."""

    vin: str
    characters: list[dict[str, Any]]
    index: int
    symbol: str


def seed_error(
    vin: str, characters: Sequence[dict[str, Any]], *, place: float, choice: float
) -> SeededError | None:
    """One character of a right reading replaced by one that it is mistaken for; None where none could be.

    The confidence stays: the error is one that the model is sure of. Where the wrong symbol was among the
    alternatives, the right one takes its place.
    """
    candidates = [index for index, symbol in enumerate(vin) if symbol in CONFUSED]
    if not candidates:
        return None
    index = candidates[int(place * len(candidates))]
    right, options = vin[index], CONFUSED[vin[index]]
    wrong = options[int(choice * len(options))]
    changed = deepcopy(list(characters))
    for character in changed:
        if character["index"] == index:
            character["symbol"] = wrong
            for alternative in character.get("alternatives") or []:
                alternative["symbol"] = right if alternative["symbol"] == wrong else alternative["symbol"]
    return SeededError(vin[:index] + wrong + vin[index + 1 :], changed, index, wrong)


def name_beside(name: str, *, step: float, unlike: str = "") -> str:
    """A name like that of the photo beside it, and not `unlike`: the same with another number, where it has
    one.
    """
    found = _NUMBER.search(name)
    if found is None:
        return name
    digits = found.group()
    places = len(digits[-2:])
    others = 10**places - 1
    numbers = [
        (int(digits[-2:]) + 1 + (int(step * others) + turn) % others) % (others + 1) for turn in (0, 1)
    ]
    first, second = (
        f"{name[: found.start()]}{digits[:-2]}{number:0{places}d}{name[found.end() :]}" for number in numbers
    )
    return second if first == unlike else first


def chance_of_probe(share: float) -> float:
    """How often a known photo comes before a new one, so that of all photos that come `share` are known."""
    return share / (1 - share)
