"""Straightens a region into a crop of fixed size, and keeps the homography that leads back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.geometry import (
    Array,
    Box,
    homography,
    map_points,
    map_quad,
    quad_from_box,
    quad_from_points,
    quad_size,
)
from inference.types import Crop, Image, Quad, Region, SecondRow
from inference.vin import LENGTH
from inference.warping import warp

CROP_HEIGHT = 48
CROP_WIDTH = 384
MARGIN_X = 12
"""Pixels of the crop left and right of the text."""
MARGIN_Y = 6
"""Pixels of the crop above and below the text."""

ROW_GAP = 4
"""Pixels of the crop between the rows of a VIN in two: about what is between two characters."""


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


def rectify_rows(image: Image, first: Quad, second: Quad) -> Crop:
    """Both rows of a VIN side by side as if it were written in one. Raises geometry.DegenerateQuad."""
    lengths = np.array([quad_size(quad)[0] / quad_size(quad)[1] for quad in (first, second)])
    inner = CROP_WIDTH - 2 * MARGIN_X - ROW_GAP
    end = MARGIN_X + inner * float(lengths[0] / lengths.sum())
    spans = ((MARGIN_X, end), (end + ROW_GAP, CROP_WIDTH - MARGIN_X))
    crops = []
    for quad, (left, right) in zip((first, second), spans, strict=True):
        matrix = crop_homography(quad, left=left, right=right)
        reduction = _reduction(quad, right - left)
        pixels = warp(image, matrix, width=CROP_WIDTH, height=CROP_HEIGHT, reduction=reduction)
        crops.append(Crop(pixels, matrix))
    seam = round(end + ROW_GAP / 2)
    pixels = np.concatenate([crops[0].pixels[:, :seam], crops[1].pixels[:, seam:]], axis=1)
    return Crop(pixels, crops[0].homography, SecondRow(seam, crops[1].homography))


def map_back(crop: Crop, box: Box) -> Quad:
    """A box in crop pixels as a quad in photo pixels, through the homography of the row it lies in."""
    second = crop.second
    is_second = second is not None and (box[0] + box[2]) / 2 > second.left
    matrix = second.homography if second is not None and is_second else crop.homography
    return map_quad(np.linalg.inv(matrix).astype(np.float64), quad_from_box(box))


def crop_homography(quad: Quad, *, left: float = MARGIN_X, right: float = CROP_WIDTH - MARGIN_X) -> Array:
    """Maps photo coordinates to crop coordinates so that the quad lies inside the margins, from x to x."""
    inner = homography(quad, right - left, CROP_HEIGHT - 2 * MARGIN_Y)
    shift = np.array([[1, 0, left], [0, 1, MARGIN_Y], [0, 0, 1.0]])
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


def _reduction(quad: Quad, wide: float = CROP_WIDTH - 2 * MARGIN_X) -> float:
    """How many photo pixels fall on one of the crop, in which the quad is so wide."""
    width, height = quad_size(quad)
    return max(width / wide, height / (CROP_HEIGHT - 2 * MARGIN_Y))
