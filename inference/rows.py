"""VINs in two rows, as frames of motorcycles and some labels have them: which lines may be halves of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from inference.geometry import DegenerateQuad, enclose, homography, map_points, quad_size, turn_quad
from inference.rectifier import View, apply_view
from inference.types import Region

HEIGHTS = (0.6, 1.7)
"""How high the second row may be, in heights of the first."""
APART = (0.75, 2.8)
"""How far the middle of the second row may lie below that of the first, in heights of the first."""
LEAST_SHARED = 0.5
"""Of the shorter row, how much lies beside the longer one."""
LEAST_LENGTH = 0.35
"""Of the shorter row, in lengths of the longer one: 5 characters below 12."""
LENGTHS = (5.0, 28.0)
"""Of both rows together, in heights: narrow letters, and wide ones with spaces."""
_MOST_LEANING = 0.6
"""Of the second row against the first, in heights."""


@dataclass(frozen=True, slots=True)
class RowPair:
    """Two rows of one VIN, the upper one first."""

    first: Region
    second: Region

    @property
    def region(self) -> Region:
        """Around both rows."""
        quad = enclose([self.first.quad, self.second.quad])
        return Region(quad, min(self.first.confidence, self.second.confidence))

    def turned(self) -> RowPair:
        """The same for text that is upside down: what was the lower row is the first."""
        return RowPair(*(replace(row, quad=turn_quad(row.quad)) for row in (self.second, self.first)))

    def seen_from(self, view: View) -> RowPair:
        """Both rows moved as the view says."""
        return RowPair(*(replace(row, quad=apply_view(row.quad, view)) for row in (self.first, self.second)))


def pair_rows(lines: Sequence[Region], *, limit: int) -> list[RowPair]:
    """The pairs of lines that may be a VIN in two rows, those most like a VIN first."""
    pairs = [RowPair(*pair) for pair in permutations(lines, 2) if _may_be_rows(*pair)]
    return sorted(pairs, key=lambda pair: -pair.first.confidence * pair.second.confidence)[:limit]


def _may_be_rows(first: Region, second: Region) -> bool:
    """Whether the second line lies right below the first, as high and not much longer or shorter."""
    width, height = quad_size(first.quad)
    try:
        upper_left, upper_right, lower_right, lower_left = map_points(
            homography(first.quad, width, height), second.quad
        )
    except DegenerateQuad:
        return False
    left, right = (upper_left + lower_left) / 2, (upper_right + lower_right) / 2
    length = float(right[0] - left[0])
    if length <= 0:
        return False
    sides = (lower_left - upper_left, lower_right - upper_right)
    other_height = float(np.linalg.norm(sides, axis=1).mean())
    shared = min(width, float(right[0])) - max(0.0, float(left[0]))
    return (
        HEIGHTS[0] < other_height / height < HEIGHTS[1]
        and APART[0] < float(left[1] + right[1]) / 2 / height - 0.5 < APART[1]
        and abs(float(right[1] - left[1])) < _MOST_LEANING * height
        and shared > LEAST_SHARED * min(width, length)
        and min(width, length) > LEAST_LENGTH * max(width, length)
        and LENGTHS[0] < (width + length) / height < LENGTHS[1]
    )
