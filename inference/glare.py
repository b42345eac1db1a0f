"""Spots of light in a photo. Light fades out around them, where white paper ends at once."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
"""H x W; spots are looked for in a small copy of the photo."""

WHITE = 250
"""The gray level from which on nothing is told apart."""
SPOT = 6
"""The least width of a spot of light, in pixels of that copy."""
RINGS = ((1, 3), (3, 6), (6, 10), (10, 16))
"""How far from the edge of a spot its surroundings are measured, in pixels of that copy."""

_NEARLY_WHITE = 170
_USUAL_SPREAD = 80.0

MEASURES = (
    *("spot_share", "spot_halo", "spot_size", "spot_fill", "spot_at_frame", "spot_rim", "spot_count"),
    *(f"spot_ring_{end}" for _, end in RINGS),
)


def find_spots(gray: Gray, *, width: int) -> Gray:
    """1 in saturated spots of at least that width."""
    white = (gray >= WHITE).astype(np.uint8)
    if not white.any():
        return white
    return np.asarray(cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((width, width), np.uint8)), np.uint8)


def measure_spots(gray: Gray, spots: Gray) -> dict[str, float]:
    """Every one of MEASURES, of all `spots` and of the largest; 0 where there is none."""
    found = dict.fromkeys(MEASURES, 0.0)
    if not spots.any():
        return found
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(spots)
    largest = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
    left, top, width, height, area = (int(number) for number in statistics[largest])
    one = np.asarray(labels == largest, np.uint8)
    levels = gray[_rim(one) > 0]
    return found | {
        "spot_share": float(spots.mean()),
        "spot_halo": _share_nearly_white(gray[_rim(spots) > 0]),
        "spot_size": float(np.sqrt(area / gray.size)),
        "spot_fill": area / (width * height),
        "spot_at_frame": float(_touches_frame(gray, left, top, width, height)),
        "spot_rim": float(levels.std()) / _USUAL_SPREAD if levels.size else 0.0,
        "spot_count": float(np.log1p(count - 1)) / 3,
        **_measure_rings(gray, one),
    }


def _rim(spots: Gray) -> Gray:
    """1 in what lies next to spots."""
    wider = cv2.dilate(spots, np.ones((2 * SPOT + 1, 2 * SPOT + 1), np.uint8))
    return np.asarray(wider - spots, np.uint8)


def _share_nearly_white(rim: Gray) -> float:
    darker = rim[rim < WHITE]
    return float((darker >= _NEARLY_WHITE).mean()) if darker.size else 0.0


def _touches_frame(gray: Gray, left: int, top: int, width: int, height: int) -> bool:
    bottom, right = gray.shape
    return left == 0 or top == 0 or left + width == right or top + height == bottom


def _measure_rings(gray: Gray, spot: Gray) -> dict[str, float]:
    """The mean gray level at several distances from a spot."""
    distances = cv2.distanceTransform(1 - spot, cv2.DIST_L2, 3)
    rings = {end: gray[(distances > start) & (distances <= end)] for start, end in RINGS}
    return {
        f"spot_ring_{end}": float(levels.mean()) / 255 if levels.size else 0.0
        for end, levels in rings.items()
    }
