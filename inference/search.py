"""Searches a photo for its VIN: which line it is, which way up, how wide, and how it reads best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from inference.clock import Clock
from inference.detector import DETECTOR_SIDE, Detector
from inference.fusion import pool
from inference.geometry import Box, turn_quad
from inference.recognizers.characters import CharacterLine, CharacterRecognizer
from inference.recognizers.sequence import SequenceRecognizer
from inference.rectifier import CROP_WIDTH, MARGIN_X, View, apply_view, rectify, rectify_rows
from inference.rows import RowPair, pair_rows
from inference.rules import is_other_text, plausibility
from inference.types import Crop, Image, LineEvidence, Region
from inference.vin import ALPHABET, LENGTH

MOST_LINES = 12
"""Mostly the first line is the one; so many are glanced at where it is not."""
FURTHER_LINES = 4
"""The same in sizes beyond the first."""
MOST_REFINED = 2
"""Of the lines that were glanced at, how many get a second look."""
MOST_ROWS = 16
"""Halves of a VIN look less like one, so more lines may be halves than may be the whole."""
MOST_PAIRS = 3
"""Of lines that may be the rows of one VIN, how many are glanced at."""
ORIENTED = 3
"""So many lines tell which way up the text of a photo is."""
CLOSER = 1.25
"""The part of the photo with text is searched again where that enlarges it at least so much."""
TEXT_MARGIN = 0.08
"""Around the lines that were found, in parts of what they span."""
SMALL_SIDE, LARGE_SIDE = 384, 1280
ENOUGH_DETAIL = 900

LEAST_LIKENESS = 0.01
"""Of a line to a VIN as the detector sees it: what is no more than that says nothing further."""
UPRIGHT_ODDS = 3.0
"""Log-odds for a photo that was not taken upside down."""
UPRIGHT = 0.85
"""Characters that are this probable at a glance, in a text that may be a VIN, are not upside down."""
SURE, SURE_THOUGH_ODD = 0.8, 0.97
"""A look at exactly 17 symbols with this probability for all of them ends the search, and needs no other
view; the second where the symbols do not look like a VIN, but both recognizers, each alone, read them.
"""
CLEAR, FOUND = 0.95, 0.85
"""Exactly 17 characters this probable end the search among the lines; the second on a line that looks like a
VIN.
"""
IMPLAUSIBLE, ODD = -2.0, -4.0
"""Log-odds: below the first are unknown makers and letters at the end, below the second lines that are no VIN
for more than one reason.
"""
PROMISING = 0.65
"""Other views help only where characters are this probable, on a line that may be a VIN."""
LEGIBLE = 0.4
"""Characters less probable than this at a glance are none, and not worth reading."""
GOOD_ENOUGH = 0.5
"""Characters this probable end the search among the sizes."""

MOST_READ = 1
"""Of the crops of one group, how many the sequence recognizer reads: the character recognizer, which is
quicker, has glanced at all of them.
"""
MOST_VIEWS = 2
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

ROW_VIEWS = (View(top=0.1, bottom=0.1), View(top=-0.05, bottom=-0.05))
MOST_ROWS_READ = 2
"""Of the crops of two rows, how many the sequence recognizer reads."""


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

    @property
    def is_upright(self) -> bool:
        """Whether it need not be seen the other way up; many symbols look like others upside down."""
        plausible = plausibility(most_probable(self.characters.evidence)) > IMPLAUSIBLE
        return plausible and self.mean_probability > UPRIGHT

    @property
    def is_legible(self) -> bool:
        """Whether there seem to be characters at all."""
        return self.mean_probability > LEGIBLE


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
    def shows_17(self) -> bool:
        """Whether the crop does not clearly show more or fewer symbols."""
        return not self.evidence.windows

    @property
    def is_whole(self) -> bool:
        """Whether 17 characters are seen here, whether they are a VIN's or not: no part of a longer text."""
        return self.shows_17 and self.mean_probability > FOUND

    @property
    def is_sure(self) -> bool:
        """Whether nothing is to be gained by looking on."""
        if is_other_text(self.text):
            return False
        is_odd = plausibility(self.text) <= ODD
        least = SURE_THOUGH_ODD if is_odd else SURE
        is_clear = self.shows_17 and self.evidence.log_probability > np.log(least)
        return is_clear and (self.recognizers_agree or not is_odd)

    @property
    def is_found(self) -> bool:
        """Whether this is the line of the VIN, though not every character may be sure."""
        plausible = plausibility(self.text)
        if plausible > IMPLAUSIBLE:
            return self.mean_probability > FOUND
        return self.shows_17 and plausible > ODD and self.mean_probability > CLEAR

    @property
    def is_worth_views(self) -> bool:
        """Whether other views may tell the characters that this one leaves open; two rows have none."""
        is_open = not self.is_sure and self.crop.second is None
        return is_open and self.mean_probability > PROMISING and plausibility(self.text) > ODD

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
    return (
        evidence.log_probability
        + plausibility(most_probable(evidence))
        + np.log(region.confidence + LEAST_LIKENESS)
        - against
    )


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
        self._glances: list[Glance] = []

    @property
    def best(self) -> Look | None:
        return max(self.looks, key=_score, default=None)

    def run(self) -> None:
        """Looks at the likeliest line, then at others, until a VIN is found; again where it is not sure.

        Something is read wherever lines were found: people want to see where a VIN was looked for.
        """
        found = self._detect(DETECTOR_SIDE, MOST_ROWS)
        for region in found[:1]:
            self._look_closely(region)
        if not self._is_settled:
            closer = self._detect_closer(found)
            self._choose(closer[:MOST_LINES] or found[1:MOST_LINES])
            self._join_rows(closer or found)
        for side in further_sides(self._image):
            if self._is_good_enough:
                break
            self._choose(self._detect(side, FURTHER_LINES))
        if self.best is not None and self.best.is_worth_views:
            center = self.best.region
            self._read(self._glance([see_from(center, view) for view in SECOND_VIEWS]), most=MOST_VIEWS)
        if not self.looks and self._glances:
            self._look([max(self._glances, key=lambda glance: glance.log_score)])

    @property
    def _is_settled(self) -> bool:
        return self.best is not None and (self.best.is_sure or self.best.is_found)

    @property
    def _is_good_enough(self) -> bool:
        return self.best is not None and self.best.mean_probability > GOOD_ENOUGH

    def _detect(self, side: int, limit: int) -> list[Region]:
        with self._clock.stage("detect"):
            return list(self._detector.detect(self._image, side=side, limit=limit))

    def _detect_closer(self, found: Sequence[Region]) -> list[Region]:
        """The lines in the part of the photo that has text, where that is much smaller than the photo."""
        box = span_text(found[:MOST_LINES], self._image)
        if box is None:
            return []
        with self._clock.stage("detect"):
            return list(self._detector.detect_within(self._image, box, limit=MOST_ROWS))

    def _refine(self, region: Region) -> Region:
        with self._clock.stage("detect"):
            refined = self._detector.refine(self._image, region)
        self.regions.append(refined)
        return refined

    def _choose(self, lines: Sequence[Region]) -> None:
        """Glances at the lines as they were found, and looks closely at those most like a VIN."""
        glances = sorted(self._glance_oriented(lines), key=lambda glance: -glance.log_score)
        closely = set()
        for glance in glances[:MOST_REFINED]:
            if self._is_settled or not glance.is_legible:
                break
            self._look_closely(glance.region)
            closely |= {glance.region.quad, turn(glance.region).quad}
        self.regions += [line for line in lines if line.quad not in closely]

    def _join_rows(self, lines: Sequence[Region]) -> None:
        """Reads the two lines that together are most like a VIN in two rows, where any may be one."""
        if self._is_settled or (self.best is not None and self.best.is_whole):
            return
        pairs = pair_rows(lines, limit=MOST_PAIRS)
        pairs += [pair.turned() for pair in pairs]
        glances = self._glance_rows(pairs)
        if not any(glance.mean_probability > GOOD_ENOUGH for glance in glances):
            return
        likeliest = pairs[int(np.argmax([glance.log_score for glance in glances]))]
        refined = RowPair(self._refine(likeliest.first), self._refine(likeliest.second))
        views = [refined.seen_from(view) for view in ROW_VIEWS]
        self._read(self._glance_rows([likeliest, refined, *views]), most=MOST_ROWS_READ)

    def _glance_oriented(self, lines: Sequence[Region]) -> list[Glance]:
        """At each line the way up that the text of the photo is, as far as the first lines tell."""
        first, others = lines[:ORIENTED], lines[ORIENTED:]
        upright, turned = self._glance(first), self._glance([turn(region) for region in first])
        if mean_log(turned) > mean_log(upright):
            others = [turn(region) for region in others]
        return [*upright, *turned, *self._glance(others)]

    def _look_closely(self, region: Region) -> None:
        """As a second look finds it; where that is not clear as it was found, too, and both ways up: a second
        look may lose a line. Where it holds more or less than a VIN, at its parts or beyond its ends.
        """
        refined = self._refine(region)
        glances = self._glance([refined])
        if not glances[0].is_upright:
            others = [turn(refined)] if region == refined else [region, turn(refined), turn(region)]
            glances += self._glance(others)
        looks = self._read(glances, most=MOST_READ)
        if not any(look.is_sure for look in looks):
            self._read(self._glance([part for look in looks for part in resize(look)]), most=MOST_READ)

    def _glance(self, regions: Sequence[Region]) -> list[Glance]:
        """Straightens the regions and shows them to the character recognizer."""
        with self._clock.stage("rectify"):
            crops = [rectify(self._image, region) for region in regions]
        return self._weigh(regions, crops)

    def _glance_rows(self, pairs: Sequence[RowPair]) -> list[Glance]:
        """The same for two rows each, side by side."""
        with self._clock.stage("rectify"):
            crops = [rectify_rows(self._image, pair.first.quad, pair.second.quad) for pair in pairs]
        return self._weigh([pair.region for pair in pairs], crops)

    def _weigh(self, regions: Sequence[Region], crops: Sequence[Crop]) -> list[Glance]:
        with self._clock.stage("characters"):
            lines = self._characters.weigh(crops)
        glances = [Glance(*glance) for glance in zip(regions, crops, lines, strict=True)]
        self._glances += glances
        return glances

    def _read(self, glances: Sequence[Glance], *, most: int) -> list[Look]:
        """Reads those that look most like a VIN with the sequence recognizer, too."""
        ordered = sorted(glances, key=lambda glance: glance.log_score, reverse=True)[:most]
        return self._look([glance for glance in ordered if glance.is_legible])

    def _look(self, chosen: Sequence[Glance]) -> list[Look]:
        if not chosen:
            return []
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
    """Where 17 symbols may be, if the look clearly shows another number of them, in one row."""
    if look.crop.second is not None:
        return []
    inner = CROP_WIDTH - 2 * MARGIN_X
    windows = [(np.array(window) - MARGIN_X) / inner * LENGTH for window in look.evidence.windows]
    return [see_from(look.region, View(left=-first, right=last - LENGTH)) for first, last in windows]


def mean_log(glances: Sequence[Glance]) -> float:
    """The mean log-probability of the characters at some glances; 0 without any."""
    return float(np.mean([glance.characters.evidence.log_probability for glance in glances] or [0.0]))


def span_text(lines: Sequence[Region], image: Image) -> Box | None:
    """The box around all lines and a little more; None where it is not much smaller than the photo."""
    if not lines:
        return None
    corners = np.concatenate([np.asarray(line.quad) for line in lines])
    margin = TEXT_MARGIN * float(np.ptp(corners, axis=0).max())
    size = np.array(image.shape[1::-1], dtype=np.float64)
    left, top = np.clip(corners.min(axis=0) - margin, 0, size)
    right, bottom = np.clip(corners.max(axis=0) + margin, 0, size)
    if max(right - left, bottom - top) * CLOSER > size.max() or min(right - left, bottom - top) < 1:
        return None
    return (float(left), float(top), float(right), float(bottom))


def further_sides(image: Image) -> tuple[int, ...]:
    """The sizes in which a photo is searched after the usual one, until a VIN is found.

    Small ones are for characters that fill the photo, large ones for those that are lost when it is reduced.
    """
    return (SMALL_SIDE, LARGE_SIDE) if max(image.shape[:2]) > ENOUGH_DETAIL else (SMALL_SIDE,)


def _score(look: Look) -> float:
    return look.log_score
