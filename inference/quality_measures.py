"""Measures of a photo and of the line found in it, from which its quality is judged.

All of them are of the order of 1 and keep their meaning whatever the size of the photo: sharpness is measured
at several scales, lengths are logarithms of photo pixels or in characters, gray levels are shares of white.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import cv2
import numpy as np
import numpy.typing as npt

from inference import glare, sharpness
from inference.geometry import quad_size
from inference.glare import SPOT, WHITE, find_spots
from inference.types import Crop, Image, Region
from inference.vin import LENGTH

Gray = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

OVERVIEW_SIDE = 384
"""The longest side of the copy on which the whole photo is measured."""
BLACK = 12
"""The gray level up to which nothing is told apart."""

_NEAR_ENDS, _NEAR_SIDES = 0.25, 2.0
"""What belongs to the surroundings of a line, in its own lengths and heights."""
_STILL = 1e-6
_PHOTO_SCALES = (1, 2, 4, 8)
_CROP_SCALES = (1, 2, 4)
_CROP_MARGIN = 1 / 32
"""What a crop shows left and right of the text, in crop widths."""
_TILE = 16
"""Pixels of the overview."""
_TILE_SHARES = (25, 50, 75, 90, 98)
"""Percent of the tiles that have less contrast."""
_FINE_ROWS = 160
"""Of the photo in its own pixels, as many rows are enough."""
_FINE_SHARES = (900, 990, 999, 1000)
"""Thousandths of the steps that are less steep."""

OF_THE_PHOTO = (
    *(
        "photo_side",
        "photo_p1",
        "photo_p5",
        "photo_p50",
        "photo_p95",
        "photo_p99",
        "photo_black",
        "photo_white",
    ),
    *(f"photo_edges_{scale}" for scale in _PHOTO_SCALES),
    *("photo_noise", "photo_steepest"),
    *(f"fine_{share}" for share in _FINE_SHARES),
    *("fine_wide_999", "fine_wide_1000", "fine_noise"),
    *(f"tiles_{share}" for share in _TILE_SHARES),
    *glare.MEASURES,
    *sharpness.MEASURES,
)
OF_ALL_LINES = ("lines_count", "lines_best", "lines_mean", "lines_cut", "lines_cut_best", "lines_spot")
OF_THE_LINE = (
    *("found", "near_spot", "near_white"),
    *("character_height", "character_width", "detected", "frame_ends", "frame_sides"),
    *("room_least", "room_most"),
    *("crop_p2", "crop_p50", "crop_p98", "crop_spot", "crop_noise"),
    *(f"crop_{direction}_{scale}" for direction in ("across", "down") for scale in _CROP_SCALES),
    *("cell_least", "cell_low", "cell_median", "white_cells", "blank_cells"),
)
OF_THE_READING = (
    *("likelihood", "confidence", "plausibility"),
    *("symbol_least", "symbol_low", "symbol_median", "symbols_sure"),
    *("same_symbols", "same_places", "sequence_mean", "characters_mean", "characters_found", "other_length"),
    *("sequence_mass_least", "sequence_mass_mean", "characters_mass_least", "characters_mass_mean"),
    *("box_heights", "box_middles", "box_steps", "box_height", "box_left", "box_right"),
    *("ends_least", "gaps_spread", "gaps_most"),
)
MEASURES = (*OF_THE_PHOTO, *OF_ALL_LINES, *OF_THE_LINE, *OF_THE_READING)
"""The names of all measures, in the order in which the classifier takes them."""


def measure_quality(
    image: Image,
    region: Region | None,
    crop: Crop | None,
    *,
    lines: Sequence[Region] = (),
    reading: Mapping[str, float] = MappingProxyType({}),
) -> dict[str, float]:
    """Every one of MEASURES. Those of the line are 0 where none was found.

    `lines` are all that were looked at; `reading` are the measures of these lines and of what was read.
    """
    gray = overview(image)
    found = dict.fromkeys(MEASURES, 0.0) | measure_photo(image, gray)
    if region is not None and crop is not None:
        spots = find_spots(gray, width=SPOT)
        around = measure_surroundings(image, gray, spots, region)
        others = [
            measure_surroundings(image, gray, spots, line)["near_spot"] for line in lines if spots.any()
        ]
        found |= measure_region(image, region) | around | measure_crop(crop) | dict(reading)
        found |= {"found": 1.0, "lines_spot": max(others, default=0.0)}
    return {name: round(found[name], 4) for name in MEASURES}


def measure_photo(image: Image, gray: Gray) -> dict[str, float]:
    """Exposure and sharpness of the whole photo, mostly on `gray`, its overview."""
    names, shares = ("p1", "p5", "p50", "p95", "p99"), (0.01, 0.05, 0.5, 0.95, 0.99)
    levels = zip(names, _quantiles(gray, *shares), strict=True)
    return {
        "photo_side": float(np.log(max(image.shape[:2]) / OVERVIEW_SIDE)),
        **{f"photo_{name}": level / 255 for name, level in levels},
        "photo_black": float((gray <= BLACK).mean()),
        "photo_white": float((gray >= WHITE).mean()),
        **{f"photo_edges_{scale}": _steepness(gray, scale, 0.99) for scale in _PHOTO_SCALES},
        "photo_noise": measure_noise(gray),
        "photo_steepest": _steepness(gray, 1, 1.0),
        **_measure_fine(image),
        **_measure_tiles(gray),
        **glare.measure_spots(gray, find_spots(gray, width=SPOT)),
        **sharpness.measure_edges(gray),
    }


def _measure_fine(image: Image) -> dict[str, float]:
    """Sharpness in the pixels of the photo itself: whether anything in it is in focus."""
    green = np.ascontiguousarray(image[:: max(len(image) // _FINE_ROWS, 1), :, 1])
    wide = _difference(green[:, 4:], green[:, :-4]) if green.shape[1] > 4 else np.zeros((1, 1), np.uint8)
    return {
        **{f"fine_{share}": _steepness(green, 1, share / 1000) for share in _FINE_SHARES},
        **{f"fine_wide_{share}": _level(*_quantiles(wide, share / 1000)) for share in (999, 1000)},
        "fine_noise": measure_noise(green),
    }


def _measure_tiles(gray: Gray) -> dict[str, float]:
    """How much is to be seen in most parts of the photo."""
    rows, columns = (max(side // _TILE, 1) for side in gray.shape)
    size = (columns * _TILE, rows * _TILE)
    whole = gray if gray.shape[::-1] == size else cv2.resize(gray, size, interpolation=cv2.INTER_LINEAR)
    tiles = np.asarray(whole, np.float32).reshape(rows, _TILE, columns, _TILE)
    contrasts = np.percentile(tiles.std(axis=(1, 3)), _TILE_SHARES)
    return {f"tiles_{share}": _level(float(c)) for share, c in zip(_TILE_SHARES, contrasts, strict=True)}


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
    """Size of the characters, how far the line stays away from the frame, and how much room is at its ends.

    In characters, up to two of them (room: up to four): beyond all distances are alike, and near 1 or -1.
    """
    width, height = quad_size(region.quad)
    ends, sides = distances_from_frame(image, region)
    room = [float(np.tanh(each * LENGTH / max(width, 1e-6) / 2)) for each in room_at_ends(image, region)]
    return {
        "character_height": float(np.log(max(height, 0.5) / 10)),
        "character_width": float(np.log(max(width / LENGTH, 0.5) / 7)),
        "detected": region.confidence,
        "frame_ends": float(np.tanh(ends * LENGTH / max(width, 1e-6))),
        "frame_sides": float(np.tanh(sides / max(height, 1e-6))),
        "room_least": min(room),
        "room_most": max(room),
    }


def distances_from_frame(image: Image, region: Region) -> tuple[float, float]:
    """Of the nearer end of the line, and of its nearer side, in photo pixels; negative beyond the frame."""
    corners = np.asarray(region.quad)
    middles = (corners + np.roll(corners, -1, axis=0)) / 2  # of the top, the right, the bottom, the left edge
    size = np.array(image.shape[1::-1])
    inside = np.minimum(middles, size - middles).min(axis=1)
    return float(min(inside[1], inside[3])), float(min(inside[0], inside[2]))


def room_at_ends(image: Image, region: Region) -> tuple[float, float]:
    """From the line's start back and from its end on, along the line, to the frame, in photo pixels; negative
    beyond it. A line close to a side that it runs along has room all the same.
    """
    corners = np.asarray(region.quad)
    start, end = (corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2
    along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
    size = np.array(image.shape[1::-1], np.float64)
    return _room(start, -along, size), _room(end, along, size)


def _room(point: Floats, direction: Floats, size: Floats) -> float:
    moving = np.abs(direction) > _STILL
    ahead = np.where(direction > 0, size - point, point)
    return float(min(ahead[moving] / np.abs(direction[moving]), default=0.0))


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


def measure_surroundings(image: Image, gray: Gray, spots: Gray, region: Region) -> dict[str, float]:
    """What is white about the line: more of it may have been there. `gray` is the overview of the photo."""
    corners = np.asarray(region.quad)
    along, across = corners[1] - corners[0], corners[3] - corners[0]
    along, across = along * _NEAR_ENDS, across * _NEAR_SIDES
    grown = corners + np.array([-along - across, along - across, along + across, across - along])
    mask = np.zeros_like(gray)
    scale = np.array([gray.shape[1] / image.shape[1], gray.shape[0] / image.shape[0]])
    cv2.fillConvexPoly(mask, np.round(np.clip(grown * scale, -2000, 2000)).astype(np.int32), 1)
    near = mask > 0
    if not near.any():
        return {"near_spot": 0.0, "near_white": 0.0}
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
