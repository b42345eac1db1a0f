"""Decides whether a photo can be read, before its VIN is trusted, and says what would make a better one.

A small network weighs the measures of the photo, of the line in it and of how surely the line was read. A
bundle without that network falls back on fixed limits, which advise and never refuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from inference.ctc import log_softmax
from inference.quality_measures import MEASURES, measure_quality
from inference.sessions import Network
from inference.types import Crop, Image, QualityCode, QualityIssue, QualityReport, Region

ADVICE: dict[QualityCode, str] = {
    "too_small": "The characters are very small: move closer or zoom in.",
    "blurred": "The characters are blurred: hold still and tap on the VIN to focus.",
    "glare": "Light is reflected over the VIN: tilt the camera away from the light, or shade the glass.",
    "too_dark": "The VIN is too dark: add light.",
    "too_bright": "The VIN is overexposed: reduce the light or the exposure.",
    "low_contrast": "The characters hardly stand out: clean them and light them from the side.",
    "cut_off": "The VIN reaches over the edge of the photo: take all 17 characters into the frame.",
    "no_vin": "No VIN was found: take the whole VIN into the frame, closer and straight.",
}

HELPED_BY: dict[QualityCode, tuple[QualityCode, ...]] = {
    "too_small": ("no_vin",),
    "cut_off": ("no_vin",),
    "no_vin": ("cut_off",),
}
"""Hindrances against which other advice helps as well: to take the whole VIN into the frame, and closer."""

CLASSES: tuple[QualityCode | None, ...] = (None, *ADVICE)
"""What the network tells apart, in the order of its outputs; None is a photo that can be read."""

OTHER_ADVICE = 0.7
"""How much the advice on another hindrance helps, where the advice on this one helps by 1."""
HELP = np.array(
    [
        [1.0 if a == b else OTHER_ADVICE if b and a in HELPED_BY.get(b, ()) else 0.0 for a in CLASSES]
        for b in CLASSES
    ]
)
"""How much the advice on the class of the column helps where the class of the row is the matter."""

TRUSTED = 0.9
"""A reading with this confidence needs no better photo."""
REFUSED = 0.5
"""Photos that are readable with a lower probability are refused."""
MENTIONED = 0.2
"""A hindrance with this probability is worth an advice."""

_LEAST_HEIGHT, _LEAST_WIDTH = 5.0, 4.5
"""In photo pixels: half of either is readable at best by luck."""

Probabilities = Mapping[QualityCode | None, float]
"""Of None, that the photo can be read, and of every hindrance."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was read, as far as it bears on the quality of the photo.

    `confidence` is that of the whole VIN; `is_credible` is false where no VIN was read that deserves the
    name. `lines` are all that were looked at, `measures` those of them and of what was read.
    """

    confidence: float = 0.0
    is_credible: bool = False
    lines: Sequence[Region] = ()
    measures: Mapping[str, float] = field(default_factory=dict)


class QualityJudge:
    """Tells photos that can be read from those that cannot, and why."""

    def __init__(self, network: Network | None = None) -> None:
        """The network answers N x len(CLASSES) logits for N x len(MEASURES) measures."""
        self._network = network

    def judge(
        self,
        image: Image,
        region: Region | None = None,
        crop: Crop | None = None,
        evidence: Evidence = Evidence(),
    ) -> QualityReport:
        """The report on a photo whose line, where one was found, was read already.

        What was read surely was good enough, whatever was measured. Where it is not readable, the first issue
        is the one whose advice most likely helps.
        """
        measures = measure_quality(image, region, crop, lines=evidence.lines, reading=evidence.measures)
        if evidence.is_credible and evidence.confidence >= TRUSTED:
            return QualityReport(readable=True, measures=measures)
        chances = self.weigh(measures)
        readable = evidence.is_credible and chances[None] >= REFUSED
        codes = list_hindrances(chances, at_least_one=not readable)
        return QualityReport(readable, tuple(QualityIssue(code, ADVICE[code]) for code in codes), measures)

    def weigh(self, measures: Mapping[str, float]) -> Probabilities:
        """The probability that the photo can be read, and of every hindrance."""
        if self._network is None:
            return weigh_by_limits(measures)
        inputs = np.array([[measures[name] for name in MEASURES]], np.float32)
        chances = np.exp(log_softmax(self._network.run(inputs)[0]))
        return dict(zip(CLASSES, chances.tolist(), strict=True))


def list_hindrances(chances: Probabilities, *, at_least_one: bool) -> list[QualityCode]:
    """Those whose advice most likely helps first."""
    helping = dict(zip(CLASSES, np.array([chances[name] for name in CLASSES]) @ HELP, strict=True))
    ordered = sorted(ADVICE, key=lambda code: -helping[code])
    best = ordered[:1] if at_least_one else []
    return [*best, *(code for code in ordered if chances[code] >= MENTIONED and code not in best)]


def weigh_by_limits(measures: Mapping[str, float]) -> Probabilities:
    """Hindrances that are plain from one measure alone; the first of them counts most."""
    plain = [code for code, is_so in _check_limits(measures) if is_so]
    chances: dict[QualityCode | None, float] = {None: 1.0, **dict.fromkeys(ADVICE, 0.0)}
    return chances | {"no_vin": 0.1} | {code: 0.9 ** (1 + place) for place, code in enumerate(plain)}


def _check_limits(measures: Mapping[str, float]) -> list[tuple[QualityCode, bool]]:
    found = measures["found"] > 0
    small = min(
        measures["character_height"] - float(np.log(_LEAST_HEIGHT / 10)),
        measures["character_width"] - float(np.log(_LEAST_WIDTH / 7)),
    )
    contrast = measures["crop_p98"] - measures["crop_p2"]
    return [
        ("too_dark", measures["photo_p95"] < 0.1 and measures["crop_p98"] < 0.2),
        ("too_bright", measures["photo_p5"] > 0.95 and (not found or measures["crop_p2"] > 0.9)),
        ("no_vin", not found),
        ("cut_off", found and measures["frame_ends"] < -0.5),
        ("too_small", found and small < 0),
        ("glare", found and measures["crop_spot"] > 0.1 and measures["crop_p50"] < 0.75),
        ("low_contrast", found and contrast < 0.1),
        ("blurred", found and measures["crop_across_1"] < np.log1p(41 * max(contrast, 0.1)) / 3),
    ]
