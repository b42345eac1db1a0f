"""Finds lines of text that may be a VIN, with a CRAFT network (Baek et al. 2019, arXiv 1904.01941)."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inference.types import Image

Tensor = npt.NDArray[np.float32]

DETECTOR_SIDE = 736
"""The longest side of what the network sees, in pixels."""
MAX_ENLARGEMENT = 2.0
STRIDE = 4
"""Network pixels in one cell of the score maps."""

_MULTIPLE = 32
_MEAN, _DEVIATION = 127.5, 64.0


def prepare_image(image: Image, *, side: int = DETECTOR_SIDE) -> tuple[Tensor, float]:
    """The network's input, 1 x 3 x H x W, and the scale: network pixels in one photo pixel.

    The photo lies in the upper left corner; H and W are padded to multiples of 32 with mid-gray. Small photos
    are enlarged, at most MAX_ENLARGEMENT times.
    """
    height, width = image.shape[:2]
    scale = min(side / max(height, width), MAX_ENLARGEMENT)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(image, size, interpolation=how)
    return normalize(_pad(resized)), scale


def normalize(pixels: Image) -> Tensor:
    """H x W x 3 bytes as 1 x 3 x H x W numbers about zero."""
    planes = pixels.transpose(2, 0, 1)[None].astype(np.float32)
    return (planes - _MEAN) / _DEVIATION


def _pad(pixels: Image) -> Image:
    height, width = pixels.shape[:2]
    bottom, right = -height % _MULTIPLE, -width % _MULTIPLE
    gray = (int(_MEAN),) * 3
    return cv2.copyMakeBorder(pixels, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=gray)
