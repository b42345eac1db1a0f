"""Searches a photo for its VIN: which line it is, which way up, how wide, and how it reads best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from inference.clock import Clock
from inference.detector import DETECTOR_SIDE, Detector
from inference.fusion import pool
from inference.geometry import turn_quad
from inference.recognizers.characters import CharacterLine, CharacterRecognizer
from inference.recognizers.sequence import SequenceRecognizer
from inference.rectifier import CROP_WIDTH, MARGIN_X, View, apply_view, rectify
from inference.rules import plausibility
from inference.types import Crop, Image, LineEvidence, Region
from inference.vin import ALPHABET, LENGTH

GROUPS = ((0, 1), (1, 4), (4, 8))
"""Mostly the first region is the one; the others are looked at where it is not."""
FURTHER_GROUPS = ((0, 1), (1, 4))
"""The same in sizes beyond the first."""
SMALL_SIDE, LARGE_SIDE = 384, 1280
ENOUGH_DETAIL = 900

UPRIGHT_ODDS = 3.0
"""Log-odds for a photo that was not taken upside down."""
UPRIGHT = 0.85
"""Characters that are this probable at a glance are not upside down."""
SURE = 0.9
"""A look with this probability for the whole VIN ends the search, and needs no other view."""
SURE_TOGETHER = 0.5
"""The same where both recognizers, each alone, read the same."""
ODD = -3.0
"""Log-odds: below are lines that are no VIN for more than one reason, though both recognizers read them."""
FOUND = 0.85
"""Characters this probable, on a line that looks like a VIN, end the search among the regions."""
IMPLAUSIBLE = -2.0
"""Log-odds: lines of an unknown maker, or with letters at the end, do not look like a VIN."""
GOOD_ENOUGH = 0.5
"""Characters this probable end the search among the sizes."""

MOST_READ = 1
"""Of the crops of one group, how many the sequence recognizer reads: the character recognizer, which is
quicker, has glanced at all of them.
"""
MOST_VIEWS = 4
"""The same for other views of a region that was read before."""
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


@dataclass(frozen=True, slots=True)
class Glance:
    """One region in one orientation as the character recognizer saw it."""

    region: Region
    crop: Crop
    characters: CharacterLine

    @property
    def log_score(self) -> float:
        return score(self.region, self.characters.evidence)

    @property
    def mean_probability(self) -> float:
        return self.characters.evidence.mean_probability


@dataclass(frozen=True, slots=True)
class Look:
    """One region in one orientation as both recognizers read it; `evidence` is what they say together."""

    region: Region
    crop: Crop
    sequence: LineEvidence
    characters: CharacterLine
    evidence: LineEvidence

    @property
    def text(self) -> str:
        """The most probable symbols."""
        return most_probable(self.evidence)

    @property
    def recognizers_agree(self) -> bool:
        """Whether both recognizers, each alone, read the same 17 symbols."""
        return most_probable(self.sequence) == most_probable(self.characters.evidence)

    @property
    def is_sure(self) -> bool:
        """Whether nothing is to be gained by looking on."""
        if self.recognizers_agree:
            return self.evidence.log_probability > np.log(SURE_TOGETHER) and plausibility(self.text) > ODD
        return self.evidence.log_probability + plausibility(self.text) > np.log(SURE)

    @property
    def is_found(self) -> bool:
        """Whether this is the line of the VIN, though not every character may be sure."""
        return self.mean_probability > FOUND and plausibility(self.text) > IMPLAUSIBLE

    @property
    def log_score(self) -> float:
        """How probable it is that this is the VIN, and read right; to compare looks with each other."""
        return score(self.region, self.evidence)

    @property
    def mean_probability(self) -> float:
        return self.evidence.mean_probability


def most_probable(evidence: LineEvidence) -> str:
    return "".join(ALPHABET[index] for index in evidence.scores.argmax(axis=1))


def score(region: Region, evidence: LineEvidence) -> float:
    against = UPRIGHT_ODDS if is_upside_down(region) else 0.0
    return evidence.log_probability + plausibility(most_probable(evidence)) - against


class Search:
    """The search in one photo. `looks` are those taken so far, and `regions` the lines that were found."""

    def __init__(
        self,
        image: Image,
        *,
        detector: Detector,
        sequence: SequenceRecognizer,
        characters: CharacterRecognizer,
        clock: Clock,
    ) -> None:
        self._image = image
        self._detector, self._sequence, self._characters = detector, sequence, characters
        self._clock = clock
        self.regions: list[Region] = []
        self.looks: list[Look] = []

    @property
    def best(self) -> Look | None:
        return max(self.looks, key=_score, default=None)

    def run(self) -> None:
        """Detects in one size after another until a VIN is found, then looks again where it is not sure."""
        for index, side in enumerate(detector_sides(self._image)):
            self._search_size(side, FURTHER_GROUPS if index else GROUPS)
            if self.best is not None and self.best.mean_probability > GOOD_ENOUGH:
                break
        if self.best is not None and not self.best.is_sure:
            center = self.best.region
            self._read(self._glance([see_from(center, view) for view in SECOND_VIEWS]), most=MOST_VIEWS)

    def _search_size(self, side: int, groups: Sequence[tuple[int, int]]) -> None:
        with self._clock.stage("detect"):
            found = self._detector.detect(self._image, side=side, limit=groups[-1][1])
        for start, end in groups:
            with self._clock.stage("detect"):
                regions = [self._detector.refine(self._image, region) for region in found[start:end]]
            self.regions += regions
            self._look_closely(regions)
            if self.best is not None and (self.best.is_sure or self.best.is_found):
                break

    def _look_closely(self, regions: Sequence[Region]) -> None:
        """Both ways up, and where a line holds more or less than a VIN, at its parts or beyond its ends."""
        glances = self._glance(regions)
        if not any(glance.mean_probability > UPRIGHT for glance in glances):
            glances += self._glance([turn(region) for region in regions])
        looks = self._read(glances, most=MOST_READ)
        if not any(look.is_sure for look in looks):
            self._read(self._glance([part for look in looks for part in resize(look)]), most=MOST_READ)

    def _glance(self, regions: Sequence[Region]) -> list[Glance]:
        """Straightens the regions and shows them to the character recognizer."""
        with self._clock.stage("rectify"):
            crops = [rectify(self._image, region) for region in regions]
        with self._clock.stage("characters"):
            lines = self._characters.weigh(crops)
        return [Glance(*glance) for glance in zip(regions, crops, lines, strict=True)]

    def _read(self, glances: Sequence[Glance], *, most: int) -> list[Look]:
        """Reads those that look most like a VIN with the sequence recognizer, too."""
        chosen = sorted(glances, key=lambda glance: glance.log_score, reverse=True)[:most]
        with self._clock.stage("sequence"):
            lines = self._sequence.weigh([glance.crop for glance in chosen])
        taken = [
            Look(each.region, each.crop, line, each.characters, pool(line, each.characters.evidence))
            for each, line in zip(chosen, lines, strict=True)
        ]
        self.looks += taken
        return taken


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
