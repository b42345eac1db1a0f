"""The values that the stages of the engine hand to each other.

All of them are frozen. Coordinates are in pixels of the photo after its EXIF orientation was applied,
with the origin at the upper left corner, x to the right and y down, unless a field says otherwise.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""H x W x 3, RGB, uint8, orientation applied."""

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Top-left, top-right, bottom-right, bottom-left of the *upright* text, however it lies in the photo."""

QualityCode = Literal[
    "too_small", "blurred", "glare", "too_dark", "too_bright", "low_contrast", "cut_off", "no_vin"
]


@dataclass(frozen=True, slots=True)
class Region:
    """Where a VIN is in the photo."""

    quad: Quad
    confidence: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another symbol that a position may hold."""

    symbol: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CharacterBox:
    """One character: its position in the VIN (0 to 16), its symbol, and its quad in photo pixels."""

    index: int
    symbol: str
    confidence: float
    quad: Quad
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondRow:
    """The second row of a VIN in two, from `left` in crop pixels on; `homography` as that of a crop."""

    left: float
    homography: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crop:
    """The rectified pixels of one region.

    `homography` is 3 x 3 and maps photo pixels to crop pixels; its inverse maps results back. Where the VIN
    has two rows, it is that of the first, and the second stands to the right of it.
    """

    pixels: Image
    homography: npt.NDArray[np.float64]
    second: SecondRow | None = None


@dataclass(frozen=True, slots=True)
class SequenceCharacter:
    """One character read by the sequence recognizer; `left` and `right` are x in crop pixels."""

    symbol: str
    confidence: float
    left: float
    right: float
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class CharSequence:
    """What the sequence recognizer read in one crop. `confidence` is that of the whole text."""

    characters: tuple[SequenceCharacter, ...]
    confidence: float

    @property
    def text(self) -> str:
        return "".join(character.symbol for character in self.characters)


@dataclass(frozen=True, slots=True)
class LineEvidence:
    """What one look at a line says, before any rule about VINs is applied.

    `scores` are log-probabilities, 17 positions x 33 symbols; what a row lacks to 1 is the chance that there
    is no symbol, or more than one. `centers` are the x of the characters, in crop pixels. Where the crop
    clearly shows more or fewer symbols, `windows` are the x from and to where 17 may be.
    """

    scores: npt.NDArray[np.float64]
    centers: npt.NDArray[np.float64]
    windows: tuple[tuple[float, float], ...] = ()

    @property
    def log_probability(self) -> float:
        """Of the most probable 17 symbols."""
        return float(self.scores.max(axis=1).sum())

    @property
    def mean_probability(self) -> float:
        """Of the most probable symbols, as the geometric mean."""
        return float(np.exp(self.log_probability / len(self.scores)))


@dataclass(frozen=True, slots=True)
class QualityIssue:
    """One thing that is wrong with a photo, and what to tell the person who took it."""

    code: QualityCode
    advice: str


@dataclass(frozen=True, slots=True)
class QualityReport:
    """`readable` is false where the issues make any reading a guess. `measures` are named numbers."""

    readable: bool
    issues: tuple[QualityIssue, ...] = ()
    measures: dict[str, float] = field(default_factory=dict)


BarcodeVerdict = Literal["agrees", "conflicts"]
"""What a bar code says of the text that was read beside it."""


@dataclass(frozen=True, slots=True)
class Barcode:
    """A bar code in the photo: its symbology, its text, the VIN in it where there is one, and its place."""

    format: str
    text: str
    vin: str | None
    quad: Quad


@dataclass(frozen=True, slots=True)
class Candidate:
    """A VIN that may be the one, with the probability that the networks and the rules of VINs give it."""

    vin: str
    probability: float


@dataclass(frozen=True, slots=True)
class LineReading:
    """What one recognizer alone read in the region: 17 symbols, and the probability of each."""

    recognizer: Literal["sequence", "characters"]
    text: str
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stages:
    """How a photo was read, stage by stage, for those who want to know why.

    `regions` are the lines that were looked at, best first; `looks` counts the crops that both recognizers
    read; `raw_confidence` is that of the text before calibration; `milliseconds` tells the time of each
    stage by its name.
    """

    regions: tuple[Region, ...] = ()
    looks: int = 0
    lines: tuple[LineReading, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    raw_confidence: float = 0.0
    barcodes: tuple[Barcode, ...] = ()
    barcode_verdict: BarcodeVerdict | None = None
    milliseconds: dict[str, float] = field(default_factory=dict)

    @property
    def recognizers_agree(self) -> bool:
        """Whether the recognizers, each alone, read the same."""
        return len(self.lines) > 1 and len({line.text for line in self.lines}) == 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What the engine says of one photo.

    `vin` is None where no VIN was found or the photo was refused; `confidence` is the probability that the
    whole VIN is right. The `characters` of a refused photo are what was made out all the same, for a person
    to correct. `image_size` is (width, height) in pixels. `appearance` is what the line looks like, in the
    numbers of inference.appearance; empty where none was found.
    """

    vin: str | None
    confidence: float
    region: Region | None
    characters: tuple[CharacterBox, ...]
    quality: QualityReport
    image_size: tuple[int, int]
    milliseconds: float
    stages: Stages = Stages()
    appearance: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A dictionary of plain JSON values, with the names of the fields."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EvaluatedPhoto:
    """One row of a scorecard: what was expected of a photo and what was read.

    `region` is where the VIN was found. `character_confidences` has one entry for each character box, and is
    None in scorecards of before boxes were counted; `character_iou` is the mean overlap of those boxes with
    the true ones, where these are known. `error` says why a photo could not be decoded. `refused` tells
    whether the engine said that the photo cannot be read; it is None in scorecards of before that was kept.
    """

    photo: str
    expected: str
    vin: str | None
    confidence: float
    edits: int
    region_iou: float | None
    milliseconds: float
    kind: str = ""
    region: Quad | None = None
    character_confidences: tuple[float, ...] | None = None
    character_iou: float | None = None
    stage_milliseconds: dict[str, float] = field(default_factory=dict)
    error: str = ""
    refused: bool | None = None

    @property
    def is_right(self) -> bool:
        """Whether the whole VIN is right."""
        return self.vin == self.expected

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> EvaluatedPhoto:
        read = dict(data)
        if read.get("region") is not None:
            first, second, third, fourth = ((float(x), float(y)) for x, y in read["region"])
            read["region"] = (first, second, third, fourth)
        if read.get("character_confidences") is not None:
            read["character_confidences"] = tuple(read["character_confidences"])
        return cls(**read)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """How one bundle reads one split.

    `exact` counts whole VINs read right; `cer` is edits over expected characters; `located` counts photos
    whose region overlaps the labelled one with an IoU of 0.5 or more; `calibration_error` is the expected
    calibration error (Guo et al. 2017, arXiv 1706.04599) over ten bins of the photos with a VIN.
    `with_region` counts the labels that have a region, `with_17_boxes` the right readings that have one box
    for each of the 17 characters; `character_iou` is the mean over the photos where it is known. These three
    are None in scorecards of before they were counted.
    """

    bundle: str
    snapshot: str
    split: str
    n: int
    exact: int
    cer: float
    located: int
    calibration_error: float
    milliseconds_median: float
    milliseconds_p95: float
    photos: tuple[EvaluatedPhoto, ...] = ()
    with_region: int | None = None
    with_17_boxes: int | None = None
    character_iou: float | None = None

    @property
    def exact_match(self) -> float:
        return self.exact / self.n if self.n else 0.0

    @property
    def refused(self) -> int | None:
        """How many photos it refused, all of which a person could read; None where that was not kept."""
        told = [photo.refused for photo in self.photos if photo.refused is not None]
        return sum(told) if len(told) == len(self.photos) else None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "exact_match": self.exact_match, "refused": self.refused}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Scorecard:
        """A scorecard of any age: what was not measured yet has its default."""
        fields = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        return cls(**{**fields, "photos": tuple(map(EvaluatedPhoto.from_json, data["photos"]))})
