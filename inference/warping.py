"""Resamples a photo through a homography, averaging where it is reduced."""

from __future__ import annotations

import cv2
import numpy as np

from inference.geometry import Array, is_convex, map_points, quad_from_points
from inference.types import Image

MAX_OVERSAMPLING = 6
_RIM = 4
"""Photo pixels beyond those that are seen, for what averaging and interpolation reach."""

# OpenCV counts from the centers of pixels, everything else here from their corners
_TO_CENTERS = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
_FROM_CENTERS = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])


def warp(image: Image, matrix: Array, *, width: int, height: int, reduction: float = 1.0) -> Image:
    """The photo through a 3 x 3 homography, height x width pixels; beyond the frame its edge is repeated.

    `reduction` is how many photo pixels fall on one: so many times finer it is sampled first, then averaged.
    A photo that loses half or more in every direction is halved before, which takes a fraction of the time.
    """
    while reduction >= 2 and min(image.shape[:2]) > 2:
        outline = _outline(matrix, width, height)
        if _least_reduction(outline, width, height) < 2:
            break
        image, matrix = _halve(image, matrix, outline)
        reduction /= 2
    factor = int(np.clip(round(reduction), 1, MAX_OVERSAMPLING))
    pixel_matrix = _FROM_CENTERS @ np.diag([factor, factor, 1.0]) @ matrix @ _TO_CENTERS
    size = (width * factor, height * factor)
    flags = cv2.INTER_CUBIC if factor == 1 else cv2.INTER_LINEAR
    pixels = cv2.warpPerspective(image, pixel_matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    if factor > 1:
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(pixels, dtype=np.uint8)


def _least_reduction(outline: Array, width: int, height: int) -> float:
    """How many photo pixels fall on one of the result where, and in the direction in which, they are fewest;
    0 where the result reaches beyond the horizon.
    """
    if not is_convex(quad_from_points(outline)):
        return 0.0
    sides = np.linalg.norm(outline - np.roll(outline, -1, axis=0), axis=1)
    return float((sides / (width, height, width, height)).min())


def _halve(image: Image, matrix: Array, outline: Array) -> tuple[Image, Array]:
    """What is seen of the photo, and a rim, at half its size; and the homography from there."""
    size = np.array(image.shape[1::-1])
    left, top = (np.floor(outline.min(axis=0) - _RIM).clip(0, size - 2) // 2 * 2).astype(int)
    right, bottom = np.ceil(outline.max(axis=0) + _RIM).clip((left + 2, top + 2), size).astype(int) // 2 * 2
    part = cv2.resize(
        image[top:bottom, left:right],
        ((right - left) // 2, (bottom - top) // 2),
        interpolation=cv2.INTER_AREA,
    )
    back = np.array([[2, 0, left], [0, 2, top], [0, 0, 1.0]])
    return np.asarray(part, dtype=np.uint8), matrix @ back


def _outline(matrix: Array, width: int, height: int) -> Array:
    """The corners of the result in photo pixels, 4 x 2."""
    return map_points(
        np.linalg.inv(matrix).astype(np.float64), [(0, 0), (width, 0), (width, height), (0, height)]
    )
