"""Finds lines of text that may be a VIN, with a CRAFT network (Baek et al. 2019, arXiv 1904.01941)."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inference.geometry import (
    Array,
    Box,
    map_points,
    map_quad,
    quad_coverage,
    quad_size,
    scale_quad,
    shift_quad,
)
from inference.linking import Map, TextLine, find_lines
from inference.sessions import Network
from inference.types import Image, Quad, Region
from inference.warping import warp

Tensor = npt.NDArray[np.float32]

DETECTOR_SIDE = 736
"""The longest side of what the network sees, in pixels."""
MAX_ENLARGEMENT = 2.0
STRIDE = 4
"""Network pixels in one cell of the score maps."""

PATCH_WIDTH, PATCH_HEIGHT = 640, 128
"""The size of a second look at one region, in network pixels."""
PATCH_TEXT_WIDTH, PATCH_TEXT_HEIGHT = 400, 28
"""How large the text is made to be in it, at most."""

_PATCH_THRESHOLDS = (0.35,)
_SAME_LINE = 0.6
_MULTIPLE = 32
_LINEAR_REDUCTION = 1.25
"""Pixels are skipped where an image is reduced more than this without averaging."""
_MEAN, _DEVIATION = 127.5, 64.0


def prepare_image(image: Image, *, side: int = DETECTOR_SIDE) -> tuple[Tensor, float]:
    """The network's input, 1 x 3 x H x W, and the scale: network pixels in one photo pixel.

    The photo lies in the upper left corner; H and W are padded to multiples of 32 with mid-gray. Small photos
    are enlarged, at most MAX_ENLARGEMENT times.
    """
    height, width = image.shape[:2]
    scale = min(side / max(height, width), MAX_ENLARGEMENT)
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    resized = _reduce(image, size) if scale < 1 else _resize(image, size, cv2.INTER_CUBIC)
    return normalize(_pad(resized)), scale


def _reduce(image: Image, size: tuple[int, int]) -> Image:
    """Averaged down to (width, height): by halves, which OpenCV does many times faster than other shares."""
    while min(image.shape[1] / size[0], image.shape[0] / size[1]) >= 2:
        even = image[: image.shape[0] // 2 * 2, : image.shape[1] // 2 * 2]
        image = _resize(even, (even.shape[1] // 2, even.shape[0] // 2), cv2.INTER_AREA)
    if image.shape[1] > _LINEAR_REDUCTION * size[0] and min(size) > 1:
        image = _resize(image, (2 * size[0], 2 * size[1]), cv2.INTER_LINEAR)
        return _resize(image, size, cv2.INTER_AREA)
    return _resize(image, size, cv2.INTER_LINEAR)


def _resize(image: Image, size: tuple[int, int], how: int) -> Image:
    return np.asarray(cv2.resize(image, size, interpolation=how), dtype=np.uint8)


def normalize(pixels: Image) -> Tensor:
    """H x W x 3 bytes as 1 x 3 x H x W numbers about zero."""
    planes = np.empty((1, 3, *pixels.shape[:2]), np.float32)
    for plane, channel in zip(planes[0], cv2.split(pixels), strict=True):
        cv2.addWeighted(channel, 1 / _DEVIATION, channel, 0, -_MEAN / _DEVIATION, dst=plane, dtype=cv2.CV_32F)
    return planes


def patch_homography(quad: Quad) -> Array:
    """Maps the photo to the patch: turned, scaled alike both ways, the quad's center in the middle."""
    width, height = quad_size(quad)
    scale = min(PATCH_TEXT_HEIGHT / height, PATCH_TEXT_WIDTH / width)
    corners = np.asarray(quad)
    along = corners[1] + corners[2] - corners[0] - corners[3]
    x, y = scale * along / np.linalg.norm(along)
    turn = np.array([[x, y], [-y, x]])
    shift = np.array([PATCH_WIDTH, PATCH_HEIGHT]) / 2 - turn @ corners.mean(axis=0)
    return np.array([[*turn[0], shift[0]], [*turn[1], shift[1]], [0.0, 0.0, 1.0]])


def prepare_patch(image: Image, quad: Quad) -> tuple[Tensor, Array]:
    """The network's input for a second look at `quad`, 1 x 3 x PATCH_HEIGHT x PATCH_WIDTH, and the homography
    that maps the photo to it.
    """
    matrix = patch_homography(quad)
    reduction = 1 / float(np.hypot(*matrix[0, :2]))
    patch = warp(image, matrix, width=PATCH_WIDTH, height=PATCH_HEIGHT, reduction=reduction)
    return normalize(patch), matrix


def _pad(pixels: Image) -> Image:
    height, width = pixels.shape[:2]
    bottom, right = -height % _MULTIPLE, -width % _MULTIPLE
    gray = (int(_MEAN),) * 3
    padded = cv2.copyMakeBorder(pixels, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=gray)
    return np.asarray(padded, dtype=np.uint8)


class Detector:
    """Finds the lines of a photo that look most like a VIN."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def detect(self, image: Image, *, side: int = DETECTOR_SIDE, limit: int = 3) -> tuple[Region, ...]:
        """At most `limit` regions, best first, tight and in any direction; `side` as in `prepare_image`.

        Upside-down text is not told from upright text: the quads of vertical lines start above, the others
        on the left. Empty where nothing looks like a line of text.
        """
        tensor, scale = prepare_image(image, side=side)
        region, affinity = self.score(tensor)
        factor = STRIDE / scale
        lines = find_lines(region, affinity, limit=limit)
        return tuple(Region(scale_quad(line.quad, factor), line.confidence) for line in lines)

    def detect_within(self, image: Image, box: Box, *, limit: int) -> tuple[Region, ...]:
        """As `detect`, in a part of the photo that is enlarged to the usual size; `box` in photo pixels."""
        left, top, right, bottom = (int(value) for value in box)
        found = self.detect(image[top:bottom, left:right], limit=limit)
        return tuple(Region(shift_quad(region.quad, left, top), region.confidence) for region in found)

    def refine(self, image: Image, region: Region) -> Region:
        """The region as a second look finds it; itself where the second look finds nothing there."""
        line = self.inspect(image, region.quad)
        return region if line is None else Region(line.quad, max(line.confidence, region.confidence))

    def inspect(self, image: Image, quad: Quad) -> TextLine | None:
        """The line of text at `quad` in photo pixels, from a second look; None where there is none.

        It is straightened and brought to the size that the network sees best, so ends that were cut off are
        found again.
        """
        tensor, matrix = prepare_patch(image, quad)
        scores, links = self.score(tensor)
        back = np.linalg.inv(matrix).astype(np.float64)
        expected = map_quad(matrix, quad)
        for line in find_lines(scores, links, thresholds=_PATCH_THRESHOLDS):
            found = scale_quad(line.quad, STRIDE)
            if quad_coverage(expected, found) > _SAME_LINE or quad_coverage(found, expected) > _SAME_LINE:
                return TextLine(map_quad(back, found), map_points(back, line.peaks * STRIDE), line.confidence)
        return None

    def score(self, tensor: Tensor) -> tuple[Map, Map]:
        """The region and the affinity score maps of one prepared image, H/4 x W/4, from 0 to 1."""
        region, affinity = self._network.run(tensor)[0]
        return region, affinity
