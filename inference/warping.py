"""Resamples a photo through a homography, averaging where it is reduced."""

from __future__ import annotations

import cv2
import numpy as np

from inference.geometry import Array
from inference.types import Image

MAX_OVERSAMPLING = 6

# OpenCV counts from the centers of pixels, everything else here from their corners
_TO_CENTERS = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
_FROM_CENTERS = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])


def warp(image: Image, matrix: Array, *, width: int, height: int, reduction: float = 1.0) -> Image:
    """The photo through a 3 x 3 homography, height x width pixels; beyond the frame its edge is repeated.

    `reduction` is how many photo pixels fall on one: so many times finer it is sampled first, then averaged.
    """
    factor = int(np.clip(round(reduction), 1, MAX_OVERSAMPLING))
    pixel_matrix = _FROM_CENTERS @ np.diag([factor, factor, 1.0]) @ matrix @ _TO_CENTERS
    size = (width * factor, height * factor)
    flags = cv2.INTER_CUBIC if factor == 1 else cv2.INTER_LINEAR
    pixels = cv2.warpPerspective(image, pixel_matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    if factor > 1:
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(pixels, dtype=np.uint8)
