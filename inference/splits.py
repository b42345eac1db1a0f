"""Which labeled photos may teach and which only measure.

Plates of one design look alike, so photos are kept apart by the first eight characters of the VIN: maker,
model and body. A third of the designs never trains, tunes or sets a threshold.
"""

from __future__ import annotations

import hashlib
from typing import Literal

Part = Literal["train", "held_out"]

DESIGN_LENGTH = 8
_PARTS = 3
_BOXED_PARTS = 5


def plate_design(vin: str) -> str:
    """What photos of the same model share: the world manufacturer identifier and the vehicle attributes."""
    return vin[:DESIGN_LENGTH]


def part_of(vin: str) -> Part:
    """The part of a photo whose VIN is known: one design in three is held out."""
    return "held_out" if bucket(plate_design(vin), _PARTS) == 0 else "train"


def part_of_boxed(file: str) -> Part:
    """The part of a photo that only has a box, by its name: one in five measures the detector."""
    return "held_out" if bucket(file, _BOXED_PARTS) == 0 else "train"


def bucket(text: str, count: int) -> int:
    """Which of `count` equal shares a text falls into, the same on every machine and for ever."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % count
