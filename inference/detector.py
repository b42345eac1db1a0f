"""Finds lines of text that may be a VIN, with a CRAFT network (Baek et al. 2019, arXiv 1904.01941)."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inference.geometry import scale_quad
from inference.linking import Map, find_lines
from inference.sessions import Network
from inference.types import Image, Region

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
    return normalize(_pad(np.asarray(resized, dtype=np.uint8))), scale


def normalize(pixels: Image) -> Tensor:
    """H x W x 3 bytes as 1 x 3 x H x W numbers about zero."""
    planes = pixels.transpose(2, 0, 1)[None].astype(np.float32)
    return (planes - _MEAN) / _DEVIATION


def _pad(pixels: Image) -> Image:
    height, width = pixels.shape[:2]
    bottom, right = -height % _MULTIPLE, -width % _MULTIPLE
    gray = (int(_MEAN),) * 3
    padded = cv2.copyMakeBorder(pixels, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=gray)
    return np.asarray(padded, dtype=np.uint8)


class Detector:
    """Finds the lines of a photo that look most like a VIN."""

    def __init__(self, network: Network, *, side: int = DETECTOR_SIDE) -> None:
        self._network = network
        self._side = side

    def detect(self, image: Image, *, limit: int = 3) -> tuple[Region, ...]:
        """At most `limit` regions, best first, tight and in any direction.

        Upside-down text is not told from upright text: the quads of vertical lines start above, the others
        on the left. Empty where nothing looks like a line of text.
        """
        tensor, scale = prepare_image(image, side=self._side)
        region, affinity = self.score(tensor)
        factor = STRIDE / scale
        lines = find_lines(region, affinity, limit=limit)
        return tuple(Region(scale_quad(line.quad, factor), line.confidence) for line in lines)

    def score(self, tensor: Tensor) -> tuple[Map, Map]:
        """The region and the affinity score maps of one prepared image, H/4 x W/4, from 0 to 1."""
        region, affinity = self._network.run(tensor)[0]
        return region, affinity
