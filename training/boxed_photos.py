"""Real photos in which the line of the VIN is boxed, whether anybody has read it or not."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from inference.geometry import Box
from inference.labels import InvalidLabels
from inference.splits import Part, part_of, part_of_boxed

LOCATED_IOU = 0.5
LEAST_SPAN = 0.7
LEAST_INSIDE = 0.7


@dataclass(frozen=True, slots=True)
class BoxedPhoto:
    """`file` is its path beside the CSV; `vin` is empty where nobody has read it; `box` is in pixels."""

    file: str
    vin: str
    box: Box

    @property
    def part(self) -> Part:
        """Photos of one design stay together where the VIN is known."""
        return part_of(self.vin) if self.vin else part_of_boxed(self.file)


def list_boxed_photos(csv_path: Path, *, part: Part) -> list[BoxedPhoto]:
    """The photos of a part in a CSV as `inference.labels` reads it, but for those without a box.

    Raises InvalidLabels.
    """
    try:
        with csv_path.open(newline="", encoding="utf-8-sig") as lines:
            rows = [row for row in csv.DictReader(lines) if len(row["box"].split(",")) in (4, 8)]
        photos = [BoxedPhoto(row["file"], row["vin"], _decode_box(row["box"])) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError) as error:
        raise InvalidLabels(f"{csv_path} cannot be read as CSV with boxes: {error!r}") from error
    return [photo for photo in photos if photo.part == part]


@dataclass(frozen=True, slots=True)
class BoxMatch:
    """How a line that was found lies to the box that was drawn, all from 0 to 1.

    `covered` is the share of the drawn box, `inside` that of the found line's own box, `span` the part of the
    drawn box's longer side that the line runs along: drawn boxes are loose, so IoU alone asks for too much.
    """

    iou: float
    covered: float
    inside: float
    span: float

    @property
    def is_located(self) -> bool:
        return self.iou >= LOCATED_IOU

    @property
    def fills(self) -> bool:
        """Whether the line runs from end to end of the drawn box and does not leave it."""
        return self.inside >= LEAST_INSIDE and self.span >= LEAST_SPAN


def match_boxes(found: Box, drawn: Box) -> BoxMatch:
    """Both in the same pixels, neither of them empty."""
    width = max(min(found[2], drawn[2]) - max(found[0], drawn[0]), 0.0)
    height = max(min(found[3], drawn[3]) - max(found[1], drawn[1]), 0.0)
    wide, high = drawn[2] - drawn[0], drawn[3] - drawn[1]
    own, boxed, shared = (found[2] - found[0]) * (found[3] - found[1]), wide * high, width * height
    span = width / wide if wide >= high else height / high
    return BoxMatch(shared / (own + boxed - shared), shared / boxed, shared / own, span if shared else 0.0)


def _decode_box(text: str) -> Box:
    """The axis-aligned box around two or four corners."""
    numbers = [float(number) for number in text.split(",")]
    xs, ys = numbers[::2], numbers[1::2]
    return min(xs), min(ys), max(xs), max(ys)
