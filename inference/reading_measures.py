"""Measures of the lines that were found in a photo and of what was read in one of them.

Other lines of a label are as sharp as the VIN and are read as surely, but they seldom have 17 characters of
one size that begin as a maker's and end in digits.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inference.fusion import are_aligned
from inference.geometry import quad_size
from inference.quality_measures import distances_from_frame, scale_confidence
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH, MARGIN_X, MARGIN_Y
from inference.rules import VIN_ODDS, Verdict, plausibility
from inference.search import Look, most_probable
from inference.types import Image, LineEvidence, Region
from inference.vin import ALPHABET, LENGTH

Array = npt.NDArray[np.float64]

SURE = 0.9
"""The probability of a symbol that was read clearly."""
NEAR_FRAME = 0.6
"""An end of a line that is nearer to the frame than this, in characters, may be cut off."""

_LEAST = 2.5e-3
_FEWEST_BOXES = 4
_END = 2
"""Symbols at either end of a line."""
_MOST_SPREAD, _MOST_GAP = 2.0, 4.0
_MARGIN = 20.0
"""Pixels of a crop by which its margins differ noticeably."""


def measure_lines(image: Image, regions: Sequence[Region]) -> dict[str, float]:
    """How many lines were looked at, how much they look like a VIN, and how many of them reach the frame."""
    if not regions:
        return {}
    confidences = np.array([region.confidence for region in regions])
    cut = np.array([_is_near_frame(image, region) for region in regions], np.float64)
    return {
        "lines_count": float(np.log1p(len(regions))) / 2,
        "lines_best": float(confidences.max()),
        "lines_mean": float(confidences.mean()),
        "lines_cut": float(cut.mean()),
        "lines_cut_best": float(cut[confidences.argmax()]),
    }


def _is_near_frame(image: Image, region: Region) -> bool:
    ends, _ = distances_from_frame(image, region)
    return ends < NEAR_FRAME * quad_size(region.quad)[0] / LENGTH


def measure_reading(look: Look, verdict: Verdict, confidence: float) -> dict[str, float]:
    """What was read in the line that was chosen; `confidence` is the calibrated one of the whole VIN."""
    return {
        "confidence": scale_confidence(confidence),
        "plausibility": plausibility(verdict.vin) / VIN_ODDS,
        **_measure_symbols(symbol_probabilities(verdict)),
        **_measure_recognizers(look),
        **_measure_boxes(look.characters.boxes[look.characters.found]),
    }


def symbol_probabilities(verdict: Verdict) -> Array:
    """Of each of the 17 symbols of the VIN that was read."""
    chosen = [ALPHABET.index(symbol) for symbol in verdict.vin]
    return np.maximum(verdict.probabilities[np.arange(LENGTH), chosen], 1e-9)


def mean_probability(verdict: Verdict) -> float:
    """Of one symbol, as the geometric mean."""
    return float(np.exp(np.log(symbol_probabilities(verdict)).mean()))


def _measure_symbols(probabilities: Array) -> dict[str, float]:
    ordered = np.sort(probabilities)
    return {
        "likelihood": float(np.exp(np.log(probabilities).mean())),
        "symbol_least": _log(ordered[0]),
        "symbol_low": _log(ordered[3]),
        "symbol_median": _log(ordered[LENGTH // 2]),
        "symbols_sure": float((ordered >= SURE).mean()),
    }


def _measure_recognizers(look: Look) -> dict[str, float]:
    """Whether both read the same at the same places, one symbol at each of 17."""
    sequence, characters = look.sequence, look.characters.evidence
    pairs = zip(most_probable(sequence), most_probable(characters), strict=True)
    return {
        "same_symbols": float(np.mean([a == b for a, b in pairs])),
        "same_places": float(are_aligned(sequence.centers, characters.centers)),
        "sequence_mean": sequence.mean_probability,
        "characters_mean": characters.mean_probability,
        "characters_found": float(look.characters.found.mean()),
        **_measure_mass("sequence", sequence),
        **_measure_mass("characters", characters),
        "other_length": _measure_length(sequence),
        "ends_least": _measure_ends(sequence),
        **_measure_gaps(sequence.centers),
    }


def _measure_mass(name: str, evidence: LineEvidence) -> dict[str, float]:
    """The chance that there is one symbol at a position, and no more: at the worst, and in the mean."""
    mass = np.exp(np.logaddexp.reduce(evidence.scores, axis=1))
    return {f"{name}_mass_least": _log(float(mass.min())), f"{name}_mass_mean": float(mass.mean())}


def _measure_length(evidence: LineEvidence) -> float:
    """Above 0 where the line clearly has fewer symbols than 17, below where it has more."""
    if not evidence.windows:
        return 0.0
    width = float(np.mean([end - start for start, end in evidence.windows]))
    return float(np.log(width / (CROP_WIDTH - 2 * MARGIN_X)))


def _measure_ends(evidence: LineEvidence) -> float:
    """The least sure of the first and the last few symbols: a cut line ends in guesses."""
    best = np.exp(evidence.scores.max(axis=1))
    return _log(float(min(best[:_END].min(), best[-_END:].min())))


def _measure_gaps(centers: Array) -> dict[str, float]:
    """Spread and largest of the gaps between neighbors, in usual gaps: words and light part them."""
    gaps = np.diff(centers)
    usual = max(float(np.median(gaps)), 1.0)
    return {
        "gaps_spread": min(float(gaps.std()) / usual, _MOST_SPREAD),
        "gaps_most": min(float(gaps.max()) / usual, _MOST_GAP),
    }


def _measure_boxes(boxes: Array) -> dict[str, float]:
    """Whether the characters have one height, one middle and one distance, and fill the crop."""
    if len(boxes) < _FEWEST_BOXES:
        return {}
    heights, middles = boxes[:, 3] - boxes[:, 1], (boxes[:, 1] + boxes[:, 3]) / 2
    steps = np.diff((boxes[:, 0] + boxes[:, 2]) / 2)
    height = max(float(heights.mean()), 1.0)
    return {
        "box_heights": float(heights.std()) / height,
        "box_middles": float(middles.std()) / height,
        "box_steps": float(np.tanh(steps.std() / max(float(steps.mean()), 1.0))),
        "box_height": float(np.log(max(float(np.median(heights)), 1.0) / (CROP_HEIGHT - 2 * MARGIN_Y))),
        "box_left": _clip(float(boxes[0, 0] - MARGIN_X) / _MARGIN),
        "box_right": _clip(float(CROP_WIDTH - MARGIN_X - boxes[-1, 2]) / _MARGIN),
    }


def _clip(number: float) -> float:
    return min(max(number, -2.0), 4.0)


def _log(probability: float) -> float:
    """From -1 to 0."""
    return float(np.log(max(probability, _LEAST)) / -np.log(_LEAST))
