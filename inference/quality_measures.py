"""Measures of a photo and of the line found in it, from which its quality is judged.

All of them are of the order of 1 and keep their meaning whatever the size of the photo: sharpness is measured
at several scales, lengths are logarithms of photo pixels or in characters, gray levels are shares of white.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inference.geometry import quad_size
from inference.types import Crop, Image, Region
from inference.vin import LENGTH

Gray = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

OVERVIEW_SIDE = 384
"""The longest side of the copy on which the whole photo is measured."""
WHITE, BLACK = 250, 12
"""Gray levels from which on, and up to which, nothing is told apart."""

_SPOT = 6
"""The least width of a spot of light, in pixels of the overview."""
_NEARLY_WHITE = 170
_NEAR_ENDS, _NEAR_SIDES = 0.25, 2.0
"""What belongs to the surroundings of a line, in its own lengths and heights."""
_PHOTO_SCALES = (1, 2, 4, 8)
_CROP_SCALES = (1, 2, 4)
_CROP_MARGIN = 1 / 32
"""What a crop shows left and right of the text, in crop widths."""

MEASURES = (
    *("photo_side", "photo_p5", "photo_p50", "photo_p95", "photo_black", "photo_white"),
    *("photo_spot", "photo_halo", "near_spot", "near_white"),
    *(f"photo_edges_{scale}" for scale in _PHOTO_SCALES),
    *("photo_noise", "found", "character_height", "character_width", "detected", "frame_ends", "frame_sides"),
    *("crop_p2", "crop_p50", "crop_p98", "crop_spot", "crop_noise"),
    *(f"crop_{direction}_{scale}" for direction in ("across", "down") for scale in _CROP_SCALES),
    *("cell_least", "cell_low", "cell_median", "white_cells", "blank_cells"),
    *("likelihood", "confidence"),
)
"""The names of all measures, in the order in which the classifier takes them."""
OF_THE_LINE = [index for index, name in enumerate(MEASURES) if not name.startswith("photo_")]
"""Those that say nothing where no line was found."""


def measure_quality(
    image: Image, region: Region | None, crop: Crop | None, *, likelihood: float, confidence: float
) -> dict[str, float]:
    """Every one of MEASURES. Those of the line are 0 where none was found.

    `likelihood` is the geometric mean of the probabilities of the characters, `confidence` the calibrated
    one of the whole VIN.
    """
    found = dict.fromkeys(MEASURES, 0.0) | measure_photo(image)
    if region is not None and crop is not None:
        found |= measure_region(image, region) | measure_surroundings(image, region) | measure_crop(crop)
        found |= {"found": 1.0, "likelihood": likelihood, "confidence": scale_confidence(confidence)}
    return {name: round(found[name], 4) for name in MEASURES}


def measure_photo(image: Image) -> dict[str, float]:
    """Exposure and sharpness of the whole photo, on a copy of OVERVIEW_SIDE."""
    gray = overview(image)
    low, middle, high = _quantiles(gray, 0.05, 0.5, 0.95)
    spots = find_spots(gray, width=_SPOT)
    return {
        "photo_side": float(np.log(max(image.shape[:2]) / OVERVIEW_SIDE)),
        "photo_p5": low / 255,
        "photo_p50": middle / 255,
        "photo_p95": high / 255,
        "photo_black": float((gray <= BLACK).mean()),
        "photo_white": float((gray >= WHITE).mean()),
        "photo_spot": float(spots.mean()),
        "photo_halo": _measure_halo(gray, spots),
        **{f"photo_edges_{scale}": _steepness(gray, scale, 0.99) for scale in _PHOTO_SCALES},
        "photo_noise": measure_noise(gray),
    }


def overview(image: Image) -> Gray:
    """The green of the photo, which is nearly its brightness, at most OVERVIEW_SIDE on its longest side.

    Averaged, but of huge photos only every so many pixels, which is quicker than the detector is.
    """
    step = max(max(image.shape[:2]) // (2 * OVERVIEW_SIDE), 1)
    green = np.ascontiguousarray(image[::step, ::step, 1])
    scale = min(OVERVIEW_SIDE / max(green.shape), 1.0)
    size = (max(round(green.shape[1] * scale), 1), max(round(green.shape[0] * scale), 1))
    return np.asarray(cv2.resize(green, size, interpolation=cv2.INTER_AREA), np.uint8)


def measure_region(image: Image, region: Region) -> dict[str, float]:
    """Size of the characters, and how far the line stays away from the frame.

    In characters, up to two of them: beyond all distances are alike, and near 1 or -1.
    """
    width, height = quad_size(region.quad)
    ends, sides = _distances_from_frame(image, region)
    return {
        "character_height": float(np.log(max(height, 0.5) / 10)),
        "character_width": float(np.log(max(width / LENGTH, 0.5) / 7)),
        "detected": region.confidence,
        "frame_ends": float(np.tanh(ends * LENGTH / max(width, 1e-6))),
        "frame_sides": float(np.tanh(sides / max(height, 1e-6))),
    }


def _distances_from_frame(image: Image, region: Region) -> tuple[float, float]:
    """Of the nearer end of the line, and of its nearer side, in photo pixels; negative beyond the frame."""
    corners = np.asarray(region.quad)
    middles = (corners + np.roll(corners, -1, axis=0)) / 2  # of the top, the right, the bottom, the left edge
    size = np.array(image.shape[1::-1])
    inside = np.minimum(middles, size - middles).min(axis=1)
    return float(min(inside[1], inside[3])), float(min(inside[0], inside[2]))


def measure_crop(crop: Crop) -> dict[str, float]:
    """Exposure and sharpness of the line, and of each of its 17 parts."""
    gray = np.asarray(cv2.cvtColor(crop.pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    low, middle, high = _quantiles(gray, 0.02, 0.5, 0.98)
    across = {f"crop_across_{scale}": _steepness(gray, scale, 0.97) for scale in _CROP_SCALES}
    down = {f"crop_down_{scale}": _steepness(gray.T, scale, 0.97) for scale in _CROP_SCALES}
    return {
        "crop_p2": low / 255,
        "crop_p50": middle / 255,
        "crop_p98": high / 255,
        "crop_spot": float(find_spots(gray, width=gray.shape[0] // 4).mean()),
        "crop_noise": measure_noise(gray),
        **across,
        **down,
        **_measure_cells(gray),
    }


def _measure_cells(gray: Gray) -> dict[str, float]:
    """Where some characters are lost and others are not, their parts of the crop differ."""
    margin = round(gray.shape[1] * _CROP_MARGIN)
    cells = np.array_split(gray[:, margin : gray.shape[1] - margin], LENGTH, axis=1)
    contrasts = np.sort([float(cell.std()) for cell in cells])
    whites = [float((cell >= WHITE).mean()) for cell in cells]
    return {
        "cell_least": _level(contrasts[0]),
        "cell_low": _level(contrasts[3]),
        "cell_median": _level(contrasts[LENGTH // 2]),
        "white_cells": float(np.mean(np.array(whites) > 0.6)),
        "blank_cells": float(np.mean(contrasts < 0.35 * max(contrasts[-4], 1.0))),
    }


def find_spots(gray: Gray, *, width: int) -> Gray:
    """1 in saturated spots of at least that width."""
    white = (gray >= WHITE).astype(np.uint8)
    if not white.any():
        return white
    return np.asarray(cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((width, width), np.uint8)), np.uint8)


def _measure_halo(gray: Gray, spots: Gray) -> float:
    """How much of the rim of the spots is nearly white: light fades out, white paper ends at once."""
    if not spots.any():
        return 0.0
    wider = cv2.dilate(spots, np.ones((2 * _SPOT + 1, 2 * _SPOT + 1), np.uint8))
    rim = gray[(wider > 0) & (gray < WHITE)]
    return float((rim >= _NEARLY_WHITE).mean()) if rim.size else 0.0


def measure_surroundings(image: Image, region: Region) -> dict[str, float]:
    """What is white about the line: more of it may have been there."""
    gray = overview(image)
    corners = np.asarray(region.quad)
    along, across = corners[1] - corners[0], corners[3] - corners[0]
    along, across = along * _NEAR_ENDS, across * _NEAR_SIDES
    grown = corners + np.array([-along - across, along - across, along + across, across - along])
    mask = np.zeros_like(gray)
    scale = np.array([gray.shape[1] / image.shape[1], gray.shape[0] / image.shape[0]])
    cv2.fillConvexPoly(mask, np.round(np.clip(grown * scale, -2000, 2000)).astype(np.int32), 1)
    near = mask > 0
    if not near.any():
        return {}
    spots = find_spots(gray, width=_SPOT)
    return {"near_spot": float(spots[near].mean()), "near_white": float((gray[near] >= WHITE).mean())}


def measure_noise(gray: Gray) -> float:
    """How much a pixel differs from the next but one where little is to be seen: mean of the lower half."""
    counts = _histogram(_difference(gray[:, 2:], gray[:, :-2])) if gray.shape[1] > 2 else np.zeros(256)
    half = np.clip(counts.sum() / 2 - np.r_[0, np.cumsum(counts)[:-1]], 0, counts)
    return _level(float(half @ np.arange(256)) / max(float(half.sum()), 1.0))


def _steepness(gray: Gray, scale: int, share: float) -> float:
    """The steepest steps from a pixel to the next one, after averaging over `scale` x `scale` pixels."""
    if scale > 1:
        size = (max(gray.shape[1] // scale, 1), max(gray.shape[0] // scale, 1))
        gray = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    if gray.shape[1] < 2:
        return 0.0
    return _level(*_quantiles(_difference(gray[:, 1:], gray[:, :-1]), share))


def _difference(first: Gray, second: Gray) -> Gray:
    return np.asarray(cv2.absdiff(first, second), np.uint8)


def _quantiles(gray: Gray, *shares: float) -> list[float]:
    """Gray levels that these shares of the pixels do not exceed; from the histogram, which is quick."""
    counts = np.cumsum(_histogram(gray))
    return [float(np.searchsorted(counts, share * counts[-1])) for share in shares]


def _histogram(gray: Gray) -> npt.NDArray[np.float64]:
    contiguous = np.ascontiguousarray(gray)
    return np.asarray(cv2.calcHist([contiguous], [0], None, [256], [0, 256]), np.float64).ravel()


def _level(difference: float) -> float:
    """Differences of gray levels on a scale where a small one counts beside a large one, 0 to about 2."""
    return float(np.log1p(difference)) / 3


def scale_confidence(confidence: float) -> float:
    """As a logit, from about -2 to 2: between 0.9 and 0.99 lies as much as between 0.5 and 0.9."""
    bounded = min(max(confidence, 1e-4), 1 - 1e-4)
    return round(float(np.log(bounded) - np.log1p(-bounded)) / 4, 4)
