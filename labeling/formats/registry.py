"""The formats by name: what each is for, what it cannot hold, and who reads and writes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from inference.snapshot import Split
from labeling.formats import coco, csv_table, icdar2015, label_studio, paddleocr, vinloop, yolo
from labeling.formats.records import Files, LabeledPhoto, Parsed, SizeOf

Writer = Callable[[Sequence[LabeledPhoto], str], dict[str, bytes]]
Reader = Callable[[Files, SizeOf], Parsed]


class FormatName(StrEnum):
    VINLOOP = "vinloop"
    PADDLEOCR_DETECTION = "paddleocr_detection"
    PADDLEOCR_RECOGNITION = "paddleocr_recognition"
    YOLO = "yolo"
    COCO = "coco"
    ICDAR_2015 = "icdar_2015"
    LABEL_STUDIO = "label_studio"
    CSV = "csv"


class Images(StrEnum):
    """What an export puts beside the labels."""

    ORIGINALS = "originals"
    UPRIGHT = "upright"
    CROPS = "crops"


def place_in_photos(split: Split, name: str) -> str:
    return f"photos/{name}"


@dataclass(frozen=True, slots=True)
class Format:
    """`suits` and `loses` are for people; `place_image` says where in the package an image lies.

    An export needs the regions, or all characters, where `needs` says so.
    """

    title: str
    suits: str
    loses: str
    write: Writer
    read: Reader
    images: Images = Images.UPRIGHT
    place_image: Callable[[Split, str], str] = place_in_photos
    needs_region: bool = False
    needs_characters: bool = False


FORMATS: dict[FormatName, Format] = {
    FormatName.VINLOOP: Format(
        "VINloop",
        "Moving work to another VINloop, or keeping it: the snapshot as it was frozen, and the originals.",
        "readings of models, reviews and comments",
        vinloop.write,
        vinloop.read,
        Images.ORIGINALS,
    ),
    FormatName.PADDLEOCR_DETECTION: Format(
        "PaddleOCR detection",
        "Training PaddleOCR's text detectors, or correcting in PPOCRLabel.",
        "characters, kind, source, weight",
        paddleocr.write_detection,
        paddleocr.read_detection,
        needs_region=True,
    ),
    FormatName.PADDLEOCR_RECOGNITION: Format(
        "PaddleOCR recognition",
        "Training PaddleOCR's text recognizers: the straightened line and its text.",
        "the photo around the line, boxes, kind, source, weight",
        paddleocr.write_recognition,
        paddleocr.read_recognition,
        Images.CROPS,
        needs_region=True,
    ),
    FormatName.YOLO: Format(
        "YOLO characters",
        "Training YOLO detectors on characters: one upright box for each.",
        "corners of turned characters, the region, kind, source, weight",
        yolo.write,
        yolo.read,
        place_image=yolo.place_image,
        needs_characters=True,
    ),
    FormatName.COCO: Format(
        "COCO",
        "Any tool that reads COCO: the region and each character, as boxes and polygons.",
        "the revision of the annotation",
        coco.write,
        coco.read,
    ),
    FormatName.ICDAR_2015: Format(
        "ICDAR 2015",
        "Scene-text detectors and their benchmarks.",
        "fractions of a pixel, characters, kind, source, weight",
        icdar2015.write,
        icdar2015.read,
        place_image=lambda split, name: f"{split}/images/{name}",
        needs_region=True,
    ),
    FormatName.LABEL_STUDIO: Format(
        "Label Studio",
        "Going on with the work in Label Studio, or bringing it from there.",
        "the revision of the annotation",
        label_studio.write,
        label_studio.read,
    ),
    FormatName.CSV: Format(
        "CSV",
        "Spreadsheets and scripts: a line for each photo.",
        "characters",
        csv_table.write,
        csv_table.read,
    ),
}

LABEL_SUFFIXES = (".json", ".txt", ".csv", ".yaml", ".yml")
"""Files of a package that may hold labels; all others are images or of no concern."""
