"""Straightens a region into a crop of fixed size, and keeps the homography that leads back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.geometry import Array, homography, map_points, quad_from_points, quad_size
from inference.types import Crop, Image, Quad, Region
from inference.vin import LENGTH
from inference.warping import warp

CROP_HEIGHT = 48
CROP_WIDTH = 384
MARGIN_X = 12
"""Pixels of the crop left and right of the text."""
MARGIN_Y = 6
"""Pixels of the crop above and below the text."""


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
    reduction = _reduction(region.quad)
    pixels = warp(image, matrix, width=CROP_WIDTH, height=CROP_HEIGHT, reduction=reduction)
    return Crop(pixels=pixels, homography=matrix)


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


def _reduction(quad: Quad) -> float:
    """How many photo pixels fall on one of the crop."""
    width, height = quad_size(quad)
    return max(width / (CROP_WIDTH - 2 * MARGIN_X), height / (CROP_HEIGHT - 2 * MARGIN_Y))
