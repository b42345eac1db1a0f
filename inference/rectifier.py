"""Straightens a region into a crop of fixed size, and keeps the homography that leads back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from inference.geometry import Array, homography, map_points, quad_from_points, quad_size
from inference.types import Crop, Image, Quad, Region
from inference.vin import LENGTH

CROP_HEIGHT = 40
CROP_WIDTH = 384
MARGIN_X = 12
"""Pixels of the crop left and right of the text."""
MARGIN_Y = 5
"""Pixels of the crop above and below the text."""

_MAX_OVERSAMPLING = 6
_TO_CENTERS = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
_FROM_CENTERS = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])


@dataclass(frozen=True, slots=True)
class View:
    """A deliberately different look at the same region, for a second opinion.

    `slant` leans the text: the top edge moves right by this many text heights. `top` and `bottom` move an
    edge outwards in text heights, `left` and `right` in 17ths of the width; a negative number cuts into the
    text.
    """

    slant: float = 0.0
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


STRAIGHT = View()


def rectify(image: Image, region: Region, *, view: View = STRAIGHT) -> Crop:
    """CROP_HEIGHT x CROP_WIDTH pixels, the text stretched to fill all but the margin.

    The aspect ratio is not kept. Where the region reaches over the frame, the edge pixels are repeated.
    Raises geometry.DegenerateQuad.
    """
    matrix = crop_homography(apply_view(region.quad, view))
    return Crop(pixels=_warp(image, matrix, _oversampling(region.quad)), homography=matrix)


def crop_homography(quad: Quad) -> Array:
    """Maps photo coordinates to crop coordinates so that the quad lies inside the margins."""
    inner = homography(quad, CROP_WIDTH - 2 * MARGIN_X, CROP_HEIGHT - 2 * MARGIN_Y)
    shift = np.array([[1, 0, MARGIN_X], [0, 1, MARGIN_Y], [0, 0, 1.0]])
    return shift @ inner


def apply_view(quad: Quad, view: View) -> Quad:
    """The quad moved as the view says, in the perspective of the quad itself."""
    if view == STRAIGHT:
        return quad
    width, height = quad_size(quad)
    ratio = width / max(height, 1e-6)
    left, right = -view.left * ratio / LENGTH, ratio * (1 + view.right / LENGTH)
    lean = view.slant / 2
    top, bottom = -view.top, 1 + view.bottom
    corners = [(left + lean, top), (right + lean, top), (right - lean, bottom), (left - lean, bottom)]
    back = np.linalg.inv(homography(quad, ratio, 1.0)).astype(np.float64)
    return quad_from_points(map_points(back, corners))


def _oversampling(quad: Quad) -> int:
    """How many times larger to sample first, so that fine print is averaged and not picked apart."""
    width, height = quad_size(quad)
    shrink = max(width / (CROP_WIDTH - 2 * MARGIN_X), height / (CROP_HEIGHT - 2 * MARGIN_Y))
    return int(np.clip(round(shrink), 1, _MAX_OVERSAMPLING))


def _warp(image: Image, matrix: Array, factor: int) -> Image:
    enlarge = np.diag([factor, factor, 1.0])
    pixel_matrix = _FROM_CENTERS @ enlarge @ matrix @ _TO_CENTERS
    size = (CROP_WIDTH * factor, CROP_HEIGHT * factor)
    flags = cv2.INTER_CUBIC if factor == 1 else cv2.INTER_LINEAR
    pixels = cv2.warpPerspective(image, pixel_matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    if factor > 1:
        pixels = cv2.resize(pixels, (CROP_WIDTH, CROP_HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(pixels, dtype=np.uint8)
