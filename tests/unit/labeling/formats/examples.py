"""Labeled photos to write and read again."""

from __future__ import annotations

import math

from hypothesis import settings
from hypothesis import strategies as st

from inference.geometry import Box, quad_from_box
from inference.snapshot import SnapshotCharacter
from inference.types import Quad
from inference.vin import ALPHABET, LENGTH
from labeling.formats.records import LabeledPhoto

WIDTH, HEIGHT = 1600, 1200
VIN = "1M8GDM9AXKP042788"
PHOTO = "ab" * 32


def turn_box(box: Box, degrees: float) -> Quad:
    """The box turned about the middle of the photo."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x0, y0 = WIDTH / 2, HEIGHT / 2
    first, second, third, fourth = (
        (x0 + (x - x0) * cos - (y - y0) * sin, y0 + (x - x0) * sin + (y - y0) * cos)
        for x, y in quad_from_box(box)
    )
    return (first, second, third, fourth)


def make_label(vin: str = VIN, *, degrees: float = 0.0, **fields: object) -> LabeledPhoto:
    """A line of 17 characters in the middle of the photo, turned by so much."""
    left, top, step, tall = 400.0, 570.0, 47.0, 60.0
    boxes = [(left + step * place, top, left + step * (place + 1), top + tall) for place in range(len(vin))]
    values: dict[str, object] = {
        "file": f"photos/{PHOTO}.jpg",
        "region": turn_box((left, top, left + step * len(vin), top + tall), degrees),
        "characters": tuple(
            SnapshotCharacter(symbol, turn_box(box, degrees)) for symbol, box in zip(vin, boxes, strict=True)
        ),
        "width": WIDTH,
        "height": HEIGHT,
        "source": "human",
        "weight": 0.5,
        "kind": "windshield",
        "annotation": "9f0d1a52-0000-4000-8000-000000000001",
    }
    return LabeledPhoto(vin=vin, **{**values, **fields})  # type: ignore[arg-type]


few = settings(max_examples=25, deadline=None)
"""Each example is many boxes, written and read; how long that takes is not what is tested."""

vins = st.text(alphabet=ALPHABET, min_size=LENGTH, max_size=LENGTH)
angles = st.floats(-180, 180, allow_nan=False)
splits = st.sampled_from(("train", "validation", "test"))


def any_labels(degrees: st.SearchStrategy[float] = angles) -> st.SearchStrategy[list[LabeledPhoto]]:
    """Photos of different names, turned VINs and splits."""
    one = st.tuples(vins, degrees, splits, st.floats(0, 4))
    return st.lists(one, min_size=1, max_size=4).map(
        lambda drawn: [
            make_label(vin, degrees=angle, split=split, weight=weight, file=f"photos/{number:064x}.jpg")
            for number, (vin, angle, split, weight) in enumerate(drawn)
        ]
    )
