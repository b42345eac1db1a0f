"""Says what is wrong with a photo in words that help to take a better one.

First-version heuristics on the region where the VIN is. They advise; whether a reading is trusted is decided
by its confidence, and only a photo with issues and without a credible reading is called unreadable.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from inference.geometry import quad_size
from inference.types import Crop, Image, QualityCode, QualityIssue, QualityReport, Region
from inference.vin import LENGTH

ADVICE: dict[QualityCode, str] = {
    "too_small": "The characters are very small: move closer or zoom in.",
    "blurred": "The characters are blurred: hold still and tap on the VIN to focus.",
    "glare": "Light is reflected over the VIN: tilt the camera away from the light, or shade the glass.",
    "too_dark": "The VIN is too dark: add light.",
    "too_bright": "The VIN is overexposed: reduce the light or the exposure.",
    "low_contrast": "The characters hardly stand out: clean them and light them from the side.",
    "cut_off": "The VIN reaches over the edge of the photo: take all 17 characters into the frame.",
}

MIN_CHARACTER_HEIGHT = 5.0
"""In photo pixels, and MIN_CHARACTER_WIDTH as well: half of either is readable at best by luck."""
MIN_CHARACTER_WIDTH = 4.5
MIN_SHARPNESS = 0.16
MIN_CONTRAST = 24.0
MIN_BRIGHTEST = 50.0
MAX_DARKEST = 225.0
MAX_GLARE = 0.10
MAX_OUTSIDE = 0.5
"""How much of a character's width may reach over the frame."""

TRUSTED = 0.9
"""A reading with this confidence needs no better photo."""

_SATURATED = 250
_BRIGHT_GROUND = 190.0

Gray = npt.NDArray[np.uint8]


def assess(image: Image, region: Region, crop: Crop) -> QualityReport:
    """Measures the region and its crop, and lists the issues, the worst hindrance first."""
    gray = np.asarray(cv2.cvtColor(crop.pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    width, height = quad_size(region.quad)
    measures = {
        "character_height": height,
        "character_width": width / LENGTH,
        "sharpness": measure_sharpness(gray),
        "contrast": measure_contrast(gray),
        "brightest": float(np.percentile(gray, 95)),
        "darkest": float(np.percentile(gray, 5)),
        "glare": measure_glare(gray),
        "outside": measure_outside(image, region),
    }
    issues = tuple(QualityIssue(code, ADVICE[code]) for code in _find_issues(measures))
    return QualityReport(readable=True, issues=issues, measures=measures)


def judge_quality(report: QualityReport, *, credible: bool, confidence: float) -> QualityReport:
    """The report in the light of the reading: what was read surely was good enough, whatever was measured."""
    issues = () if credible and confidence >= TRUSTED else report.issues
    return replace(report, readable=credible or not issues, issues=issues)


def _find_issues(measures: dict[str, float]) -> list[QualityCode]:
    found: list[tuple[QualityCode, bool]] = [
        ("cut_off", measures["outside"] > MAX_OUTSIDE),
        ("too_small", measures["character_height"] < MIN_CHARACTER_HEIGHT),
        ("too_small", measures["character_width"] < MIN_CHARACTER_WIDTH),
        ("glare", measures["glare"] > MAX_GLARE),
        ("too_dark", measures["brightest"] < MIN_BRIGHTEST),
        ("too_bright", measures["darkest"] > MAX_DARKEST),
        ("low_contrast", measures["contrast"] < MIN_CONTRAST),
        ("blurred", measures["sharpness"] < MIN_SHARPNESS),
    ]
    return list(dict.fromkeys(code for code, is_so in found if is_so))


def measure_contrast(gray: Gray) -> float:
    """The range between the darkest and the brightest twentieth, in gray levels."""
    return float(np.percentile(gray, 95) - np.percentile(gray, 5))


def measure_sharpness(gray: Gray) -> float:
    """How much of the contrast the steepest edges cross within one crop pixel, 0 to about 1."""
    steps = np.abs(np.diff(gray.astype(np.float32), axis=1))
    return float(np.percentile(steps, 97)) / max(measure_contrast(gray), 8.0)


def measure_glare(gray: Gray) -> float:
    """The share of the crop under saturated spots wider than a stroke; 0 where the ground is bright."""
    if float(np.median(gray)) > _BRIGHT_GROUND:
        return 0.0
    spots = (gray >= _SATURATED).astype(np.uint8)
    stroke = max(gray.shape[0] // 4, 3)
    wide = cv2.morphologyEx(spots, cv2.MORPH_OPEN, np.ones((stroke, stroke), np.uint8))
    return float(wide.mean())


def measure_outside(image: Image, region: Region) -> float:
    """How far the region reaches over the frame, in character widths."""
    height, width = image.shape[:2]
    corners = np.asarray(region.quad)
    beyond = np.maximum(np.maximum(-corners, corners - np.array([width, height])), 0.0).max()
    return float(beyond) / max(quad_size(region.quad)[0] / LENGTH, 1e-6)
