"""Reads a photo: the stages in order, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from inference.appearance import describe_crop
from inference.barcodes import TILTED, read_barcodes, read_barcodes_near, without_repeats
from inference.clock import Clock
from inference.decoding import decode_image
from inference.detector import Detector
from inference.fusion import Calibration, Confirmation, are_aligned, combine, confirm, confirm_probability
from inference.geometry import Box
from inference.quality import Evidence, QualityJudge
from inference.reading_measures import mean_probability, measure_lines, measure_reading
from inference.recognizers.characters import CharacterRecognizer
from inference.recognizers.sequence import SequenceRecognizer, character_columns, list_alternatives
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH, MARGIN_Y, map_back
from inference.rules import Verdict, judge, plausibility
from inference.search import ODD, Look, Search, most_probable
from inference.types import (
    CharacterBox,
    Image,
    LineEvidence,
    LineReading,
    QualityReport,
    Reading,
    Region,
    Stages,
)
from inference.vin import ALPHABET

MOST_MISREAD = 2
"""Looks that differ in so many symbols at most are of the same VIN."""
SURE = 0.95
"""Texts below this confidence are worth a closer look for a bar code."""
LEAST_CREDIBLE = 0.25
"""A line whose characters are less probable than this, in the geometric mean, is no VIN."""


class VinReader:
    """Reads the VIN in photos. Keeps no state between photos."""

    def __init__(
        self,
        *,
        detector: Detector,
        sequence: SequenceRecognizer,
        characters: CharacterRecognizer,
        calibration: Calibration,
        bundle_name: str,
        quality: QualityJudge | None = None,
    ) -> None:
        self._detector, self._sequence, self._characters = detector, sequence, characters
        self._quality = quality or QualityJudge()
        self._calibration = calibration
        self.bundle_name = bundle_name

    def read_file(self, path: str | Path) -> Reading:
        """Decodes and reads a file. Raises OSError and decoding.UndecodableImage."""
        return self.read_bytes(Path(path).read_bytes())

    def read_bytes(self, content: bytes) -> Reading:
        """Decodes and reads what a file holds. Raises decoding.UndecodableImage."""
        clock = Clock()
        with clock.stage("decode"):
            image = decode_image(content)
        return self._read(image, clock)

    def read(self, image: Image) -> Reading:
        """Bar codes, search (detect, rectify, recognize), fuse, judge by the rules of VINs, calibrate."""
        return self._read(image, Clock())

    def _read(self, image: Image, clock: Clock) -> Reading:
        with clock.stage("barcodes"):
            barcodes = read_barcodes(image)
        search = Search(
            image,
            detector=self._detector,
            sequence=self._sequence,
            characters=self._characters,
            clock=clock,
        )
        search.run()
        with clock.stage("fuse"):
            read = self._fuse(search)
        if not any(barcode.vin for barcode in barcodes) and not (read and read.confidence >= SURE):
            with clock.stage("barcodes"):
                closer = (
                    read_barcodes_near(image, read.look.region.quad)
                    if read
                    else read_barcodes(image, directions=TILTED)
                )
            barcodes = without_repeats([*barcodes, *closer])
        text = read.verdict.vin if read and read.is_credible else None
        confirmed = confirm(text, read.confidence if read else 0.0, barcodes)
        with clock.stage("quality"):
            quality = self._judge_quality(image, read, confirmed, search.regions)
        vin = confirmed.vin if quality.readable else None
        shown = vin or (text if read and read.is_like_a_vin else None)
        return Reading(
            vin=vin,
            confidence=confirmed.confidence if vin else 0.0,
            region=read.look.region if read else None,
            characters=locate_characters(shown, read, confirmed.positions) if read and shown else (),
            quality=quality,
            image_size=(image.shape[1], image.shape[0]),
            milliseconds=clock.total,
            stages=Stages(
                regions=tuple(search.regions),
                looks=len(search.looks),
                lines=tell_lines(read.look) if read else (),
                candidates=read.verdict.candidates if read else (),
                raw_confidence=read.raw_confidence if read else 0.0,
                barcodes=tuple(barcodes),
                barcode_verdict=confirmed.verdict,
                milliseconds=clock.stages,
            ),
            appearance=describe_crop(read.look.crop) if read else (),
        )

    def _fuse(self, search: Search) -> FusedLook | None:
        """The best look with the evidence of all that agree with it; none where no line was found."""
        look = search.best
        if look is None:
            return None
        agreeing = [each for each in search.looks if _agree(each, look)]
        rivals = [each for each in search.looks if not _agree(each, look)]
        verdict = judge(combine([each.evidence for each in agreeing]))
        raw = verdict.raw_confidence * _lead(look, rivals)
        confidence = self._calibration.apply(raw, agreed=look.recognizers_agree)
        return FusedLook(look, verdict, raw, confidence)

    def _judge_quality(
        self, image: Image, read: FusedLook | None, confirmed: Confirmation, lines: Sequence[Region]
    ) -> QualityReport:
        is_credible = confirmed.vin is not None
        if read is None:
            return self._quality.judge(image, evidence=Evidence(confirmed.confidence, is_credible))
        measures = {
            **measure_lines(image, lines),
            **measure_reading(read.look, read.verdict, confirmed.confidence),
        }
        evidence = Evidence(confirmed.confidence, is_credible, lines, measures)
        return self._quality.judge(image, read.look.region, read.look.crop, evidence)


@dataclass(frozen=True, slots=True)
class FusedLook:
    """The look that was chosen, what all looks say of it, and the calibrated confidence."""

    look: Look
    verdict: Verdict
    raw_confidence: float
    confidence: float

    @property
    def is_credible(self) -> bool:
        """Whether the characters are clear enough for a VIN at all."""
        return self.likelihood >= LEAST_CREDIBLE

    @property
    def is_like_a_vin(self) -> bool:
        """Whether a person would rather correct the text than type it, and not another line."""
        return self.is_credible and plausibility(self.verdict.vin) > ODD

    @property
    def likelihood(self) -> float:
        """The probability of one character, as the geometric mean."""
        return mean_probability(self.verdict)


def tell_lines(look: Look) -> tuple[LineReading, ...]:
    """What each recognizer alone read."""
    return (
        _tell_line("sequence", look.sequence),
        _tell_line("characters", look.characters.evidence),
    )


def _tell_line(recognizer: Literal["sequence", "characters"], evidence: LineEvidence) -> LineReading:
    probabilities = np.exp(evidence.scores.max(axis=1))
    return LineReading(recognizer, most_probable(evidence), tuple(float(p) for p in probabilities))


def _agree(look: Look, other: Look) -> bool:
    """Whether two looks place the same characters at the same positions, but for a few misread ones.

    Looks that lost a character at one end read the rest at shifted positions: no evidence for the others.
    """
    return sum(a != b for a, b in zip(look.text, other.text, strict=True)) <= MOST_MISREAD


def _lead(best: Look, rivals: Sequence[Look]) -> float:
    """The probability of the best look against the best that reads something else."""
    if not rivals:
        return 1.0
    return float(1 / (1 + np.exp(max(rival.log_score for rival in rivals) - best.log_score)))


def locate_characters(
    vin: str, read: FusedLook, confirmed: frozenset[int] = frozenset()
) -> tuple[CharacterBox, ...]:
    """The characters with their boxes in photo pixels: as they were found one by one where the recognizers
    saw them at the same places, else from the columns where the sequence recognizer read them.

    A bar code says what was read at the `confirmed` positions.
    """
    look, table = read.look, read.verdict.probabilities
    boxes = []
    for index, (symbol, box) in enumerate(zip(vin, crop_boxes(look), strict=True)):
        row = table[index]
        alternatives = list_alternatives(row, chosen=symbol)
        confidence = float(row[ALPHABET.index(symbol)])
        if index in confirmed:
            confidence = confirm_probability(confidence)
        boxes.append(CharacterBox(index, symbol, confidence, map_back(look.crop, box), alternatives))
    return tuple(boxes)


def crop_boxes(look: Look) -> list[Box]:
    """17 boxes in crop pixels."""
    if are_aligned(look.sequence.centers, look.characters.evidence.centers):
        return [(float(x1), float(y1), float(x2), float(y2)) for x1, y1, x2, y2 in look.characters.boxes]
    columns = character_columns(look.sequence.centers, CROP_WIDTH)
    return [(left, MARGIN_Y, right, CROP_HEIGHT - MARGIN_Y) for left, right in columns]
