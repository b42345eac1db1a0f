"""Reads a photo: the stages in order, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from inference.decoding import decode_image
from inference.detector import DETECTOR_SIDE, Detector
from inference.fusion import Calibration, combine
from inference.geometry import map_quad, quad_from_box, turn_quad
from inference.quality import assess, judge_quality
from inference.recognizers.sequence import SequenceRecognizer, character_columns, list_alternatives
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH, MARGIN_X, MARGIN_Y, View, apply_view, rectify
from inference.rules import Verdict, judge, plausibility
from inference.types import CharacterBox, Crop, Image, LineEvidence, QualityReport, Reading, Region
from inference.vin import ALPHABET, LENGTH

MOST_REGIONS = 8
UPRIGHT_ODDS = 3.0
"""Log-odds for a photo that was not taken upside down."""
MOST_MISREAD = 2
SURE = 0.9
"""A first look with this probability for the whole VIN ends the search among the regions."""
GOOD_ENOUGH = 0.5
"""A reading whose characters have this probability ends the search among the sizes."""
UPRIGHT = 0.98
"""Characters this probable are not upside down."""
MOST_RESIZED = 3
"""Of how many looks other widths are tried."""
SURE_ALONE = 0.9
"""A first look below this is checked from other views."""
LEAST_CREDIBLE = 0.25
"""A line whose characters are less probable than this, in the geometric mean, is no VIN."""

CENTERS = (2, 1)
"""Beside how many looks further ones are taken, in each round."""
CLEAR_LEAD = 0.9
"""Where the characters of the best look are this probable, the second best is not looked at again."""
SECOND_VIEWS = (
    View(slant=0.25),
    View(slant=-0.25),
    View(top=0.12, bottom=0.12),
    View(top=-0.06, bottom=-0.06),
    View(left=0.5, right=0.5),
    View(left=-0.3, right=-0.3),
    View(top=0.1, bottom=-0.1),
    View(top=-0.1, bottom=0.1),
)

SMALL_SIDE, LARGE_SIDE = 384, 1280
ENOUGH_DETAIL = 900

_UNSEEN = QualityReport(readable=False)


@dataclass(frozen=True, slots=True)
class Look:
    """One region in one orientation, as it was first read."""

    region: Region
    crop: Crop
    evidence: LineEvidence

    @property
    def text(self) -> str:
        """The most probable symbols."""
        return "".join(ALPHABET[index] for index in self.evidence.scores.argmax(axis=1))

    @property
    def log_score(self) -> float:
        """How probable it is that this is the VIN, and read right; to compare looks with each other."""
        against = UPRIGHT_ODDS if is_upside_down(self.region) else 0.0
        return self.evidence.log_probability + plausibility(self.text) - against

    @property
    def mean_probability(self) -> float:
        """Of one character, as the geometric mean."""
        return float(np.exp(self.evidence.log_probability / LENGTH))


class VinReader:
    """Reads the VIN in photos. Keeps no state between photos."""

    def __init__(
        self,
        *,
        detector: Detector,
        recognizer: SequenceRecognizer,
        calibration: Calibration,
        bundle_name: str,
    ) -> None:
        self._detector = detector
        self._recognizer = recognizer
        self._calibration = calibration
        self.bundle_name = bundle_name

    def read_file(self, path: str | Path) -> Reading:
        """Decodes and reads a file. Raises OSError and decoding.UndecodableImage."""
        start = perf_counter()
        reading = self.read(decode_image(Path(path).read_bytes()))
        return replace(reading, milliseconds=_since(start))

    def read(self, image: Image) -> Reading:
        """Detect, rectify, recognize, fuse, judge by the rules of VINs, calibrate."""
        start = perf_counter()
        looks = self._look_around(image, self._find(image))
        if not looks:
            return _nothing_found(image, start)
        look = max(looks, key=_score)
        agreeing = [each for each in looks if _agree(each, look)]
        verdict = judge(combine([each.evidence for each in agreeing]))
        rivals = [each for each in looks if not _agree(each, look)]
        confidence = self._calibration.apply(verdict.raw_confidence * _lead(look, rivals))
        quality = assess(image, look.region, look.crop)
        credible = _is_credible(verdict)
        return Reading(
            vin=verdict.vin if credible else None,
            confidence=confidence if credible else 0.0,
            region=look.region,
            characters=locate_characters(verdict, look) if credible else (),
            quality=judge_quality(quality, credible=credible, confidence=confidence),
            image_size=(image.shape[1], image.shape[0]),
            milliseconds=_since(start),
        )

    def _find(self, image: Image) -> list[Look]:
        """Looks at the regions that may hold the VIN, searched for in one size after another."""
        looks: list[Look] = []
        for side in detector_sides(image):
            coarse = self._detector.detect(image, side=side, limit=MOST_REGIONS)
            for regions in (coarse[:1], coarse[1:4], coarse[4:]):  # mostly the first is the one
                looks += self._look_closely(
                    image, [self._detector.refine(image, region) for region in regions]
                )
                if looks and max(looks, key=_score).log_score > np.log(SURE):
                    break
            if looks and max(looks, key=_score).mean_probability > GOOD_ENOUGH:
                break
        return looks

    def _look_closely(self, image: Image, regions: Sequence[Region]) -> list[Look]:
        """Both ways up, and where a line holds more or less than a VIN, at its parts or beyond its ends."""
        looks = self._look(image, regions)
        doubtful = [look for look in looks if look.mean_probability < UPRIGHT]
        looks += self._look(image, [turn(look.region) for look in doubtful])
        best = sorted(looks, key=_score, reverse=True)[:MOST_RESIZED]
        return looks + self._look(image, [region for look in best for region in resize(look)])

    def _look(self, image: Image, regions: Sequence[Region]) -> list[Look]:
        crops = [rectify(image, region) for region in regions]
        evidence = self._recognizer.weigh(crops)
        return [Look(*look) for look in zip(regions, crops, evidence, strict=True)]

    def _look_around(self, image: Image, looks: Sequence[Look]) -> list[Look]:
        """The looks, and where none is sure, others beside the two best, and again beside the best of all."""
        known = sorted(looks, key=_score, reverse=True)
        for count in CENTERS:
            if not known or known[0].evidence.log_probability > np.log(SURE_ALONE):
                break
            centers = known[:1] if known[0].mean_probability > CLEAR_LEAD else known[:count]
            views = [see_from(center.region, view) for center in centers for view in SECOND_VIEWS]
            known = sorted([*known, *self._look(image, views)], key=_score, reverse=True)
            if known[0] is centers[0]:
                break
        return known


def is_upside_down(region: Region) -> bool:
    """Whether the text runs to the left, which few photos are taken for."""
    x, y = np.subtract(region.quad[1], region.quad[0])
    return bool(x < -abs(y))


def turn(region: Region) -> Region:
    """The region for text that is upside down."""
    return replace(region, quad=turn_quad(region.quad))


def see_from(region: Region, view: View) -> Region:
    return replace(region, quad=apply_view(region.quad, view))


def resize(look: Look) -> list[Region]:
    """Where 17 symbols may be, if the look clearly shows another number of them."""
    inner = CROP_WIDTH - 2 * MARGIN_X
    windows = [(np.array(window) - MARGIN_X) / inner * LENGTH for window in look.evidence.windows]
    return [see_from(look.region, View(left=-first, right=last - LENGTH)) for first, last in windows]


def detector_sides(image: Image) -> tuple[int, ...]:
    """The sizes in which a photo is searched, one after another until a VIN is found.

    Small ones are for characters that fill the photo, large ones for those that are lost when it is reduced.
    """
    longest = max(image.shape[:2])
    return (DETECTOR_SIDE, SMALL_SIDE, LARGE_SIDE) if longest > ENOUGH_DETAIL else (DETECTOR_SIDE, SMALL_SIDE)


def _score(look: Look) -> float:
    return look.log_score


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


def _is_credible(verdict: Verdict) -> bool:
    chosen = [ALPHABET.index(symbol) for symbol in verdict.vin]
    likely = verdict.probabilities[np.arange(LENGTH), chosen]
    return float(np.exp(np.log(np.maximum(likely, 1e-9)).mean())) >= LEAST_CREDIBLE


def locate_characters(verdict: Verdict, look: Look) -> tuple[CharacterBox, ...]:
    """The characters with their boxes in photo pixels, from the columns where they were read."""
    back = np.linalg.inv(look.crop.homography).astype(np.float64)
    columns = character_columns(look.evidence.centers, CROP_WIDTH)
    boxes = []
    for index, (symbol, (left, right)) in enumerate(zip(verdict.vin, columns, strict=True)):
        row = verdict.probabilities[index]
        quad = map_quad(back, quad_from_box((left, MARGIN_Y, right, CROP_HEIGHT - MARGIN_Y)))
        confidence = float(row[ALPHABET.index(symbol)])
        boxes.append(CharacterBox(index, symbol, confidence, quad, list_alternatives(row, chosen=symbol)))
    return tuple(boxes)


def _nothing_found(image: Image, start: float) -> Reading:
    return Reading(
        vin=None,
        confidence=0.0,
        region=None,
        characters=(),
        quality=_UNSEEN,
        image_size=(image.shape[1], image.shape[0]),
        milliseconds=_since(start),
    )


def _since(start: float) -> float:
    return (perf_counter() - start) * 1000
