"""Straight lines through groups of score-map cells: where the text runs, how long and how high it is.

Everything here is in cells of the score maps, with the same convention as photos: cell (i, j) covers the
square from (j, i) to (j + 1, i + 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from inference.geometry import Array, quad_from_points
from inference.types import Quad
from inference.vin import LENGTH

HEIGHT_FACTOR = 6.3
"""Height of the characters over the mean distance of the region score from the line's axis."""
BLUR = 0.25
"""How far the network itself spreads the score of a point, in cells, measured in the same way."""
END_FACTOR = 0.35
"""What the first and the last character reach beyond the ink cells, in character widths."""
LEAST_HEIGHT = 1.0
_STRONGEST = 0.95


@dataclass(frozen=True)
class Cells:
    """The cells of one group: N x 2 centers (x, y), N region scores (weights), N affinity scores (links)."""

    centers: Array
    weights: Array
    links: Array

    def take(self, chosen: npt.NDArray[np.bool_]) -> Cells:
        return Cells(self.centers[chosen], self.weights[chosen], self.links[chosen])

    def join(self, other: Cells) -> Cells:
        return Cells(
            np.concatenate([self.centers, other.centers]),
            np.concatenate([self.weights, other.weights]),
            np.concatenate([self.links, other.links]),
        )

    @cached_property
    def mass(self) -> float:
        return float(self.weights.sum())

    @cached_property
    def linked(self) -> float:
        """How strong the strongest links are: one in twenty is stronger."""
        place = int(_STRONGEST * (len(self.links) - 1))
        return float(np.partition(self.links, place)[place])

    @cached_property
    def bond(self) -> float:
        """How strong the links are where the characters are."""
        return float(self.links @ self.weights) / self.mass

    @cached_property
    def axis(self) -> Axis:
        return fit_axis(self)


@dataclass(frozen=True, slots=True)
class Axis:
    """A straight line through a group, which runs from `start` to `end` as seen from its center.

    `height` is that of the characters at the center, `growth` what it gains with each cell along the axis:
    a line seen in perspective is a trapezoid.
    """

    center: Array
    direction: Array
    start: float
    end: float
    height: float
    growth: float

    @property
    def length(self) -> float:
        return self.end - self.start

    @property
    def normal(self) -> Array:
        """To the right of the direction: downwards for text that runs to the right."""
        return np.array([-self.direction[1], self.direction[0]])

    def project(self, points: Array) -> tuple[Array, Array]:
        """Distances of N x 2 points from the center, along the axis and across it."""
        offsets = points - self.center
        return offsets @ self.direction, offsets @ self.normal

    def outline(self) -> Quad:
        """The tight quad around the characters."""
        beyond = END_FACTOR * self.length / LENGTH
        left, right = self._edge(self.start - beyond), self._edge(self.end + beyond)
        return quad_from_points([left[0], right[0], right[1], left[1]])

    def _edge(self, along: float) -> tuple[Array, Array]:
        half = max(self.height + self.growth * along, LEAST_HEIGHT) / 2
        middle = self.center + along * self.direction
        return middle - half * self.normal, middle + half * self.normal


def fit_axis(cells: Cells) -> Axis:
    """Principal direction of the scores, fitted again without the cells that lie far from it."""
    kept = cells
    for _ in range(2):
        center, direction = _principal(kept)
        across = np.abs((cells.centers - center) @ np.array([-direction[1], direction[0]]))
        typical = float(across @ cells.weights) / cells.mass
        kept = cells.take(across <= max(3.5 * typical, 1.0))
    offsets = kept.centers - center
    along, across = offsets @ direction, np.abs(offsets @ np.array([-direction[1], direction[0]]))
    height, growth = _fit_height(along, across, kept.weights)
    return Axis(center, direction, float(along.min()) - 0.5, float(along.max()) + 0.5, height, growth)


def _principal(cells: Cells) -> tuple[Array, Array]:
    """The center and the main direction, which points to the right, or down where it is vertical."""
    center = cells.weights @ cells.centers / cells.mass
    offsets = cells.centers - center
    (xx, xy), (_, yy) = (offsets * cells.weights[:, None]).T @ offsets
    angle = np.arctan2(2 * xy, xx - yy) / 2  # of the larger axis of inertia, from -90 to 90 degrees
    return center, np.array([np.cos(angle), np.sin(angle)])


def _fit_height(along: Array, across: Array, weights: Array) -> tuple[float, float]:
    """The height at the center, and how it grows: at most by half towards an end."""
    mass = float(weights.sum())
    spread = float(across @ weights) / mass
    height = HEIGHT_FACTOR * np.sqrt(max(spread**2 - BLUR**2, 0.0))
    length = max(float(along.max() - along.min()), 1.0)
    variance = max(float(along**2 @ weights) / mass, 1e-6)
    slope = HEIGHT_FACTOR * float((along * (across - spread)) @ weights) / mass / variance
    bound = height / length
    return max(float(height), LEAST_HEIGHT), float(np.clip(slope, -bound, bound))
