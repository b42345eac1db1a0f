"""Reads a whole crop at once with a CTC network (Shi et al. 2015, arXiv 1507.05717)."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inference.types import Image
from inference.vin import ALPHABET

Tensor = npt.NDArray[np.float32]

BLANK = 0
CLASSES = len(ALPHABET) + 1
"""The blank, then the alphabet in order."""


def prepare_crop(pixels: Image) -> Tensor:
    """The network's input, 1 x H x W: gray, with the mean 0 and the deviation 1 of the crop itself."""
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    deviation = max(float(gray.std()), 1.0)
    return ((gray - gray.mean()) / deviation)[None]
