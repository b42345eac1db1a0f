"""Score maps drawn from known character quads, as a perfect network would give them."""

from __future__ import annotations

import numpy as np

from inference.geometry import Array, homography, map_points, quad_from_points
from inference.types import Quad


def line_quads(
    center: tuple[float, float], degrees: float, height: float, pitch: float, count: int = 17
) -> list[Quad]:
    """The quads of `count` characters in a row; a character is 0.8 of the pitch wide."""
    angle = np.radians(degrees)
    along = np.array([np.cos(angle), np.sin(angle)])
    down = np.array([-along[1], along[0]])
    quads = []
    for index in range(count):
        middle = np.array(center) + (index - (count - 1) / 2) * pitch * along
        half_width, half_height = 0.4 * pitch * along, height / 2 * down
        corners = [
            middle - half_width - half_height,
            middle + half_width - half_height,
            middle + half_width + half_height,
            middle - half_width + half_height,
        ]
        quads.append(quad_from_points(corners))
    return quads


def outline(quads: list[Quad]) -> Quad:
    """From the first character to the last."""
    return (quads[0][0], quads[-1][1], quads[-1][2], quads[0][3])


def between(a: Quad, b: Quad) -> Quad:
    """The affinity quad of two neighbors, as CRAFT defines it: through the triangles of their diagonals."""
    first, second = np.asarray(a), np.asarray(b)
    tops = [np.mean([*quad[:2], quad.mean(axis=0)], axis=0) for quad in (first, second)]
    bottoms = [np.mean([*quad[2:], quad.mean(axis=0)], axis=0) for quad in (first, second)]
    return quad_from_points([tops[0], tops[1], bottoms[1], bottoms[0]])


def draw_scores(shape: tuple[int, int], quads: list[Quad], sigma: float = 0.25) -> Array:
    """A Gaussian in every quad, as H x W scores up to 1; `sigma` is in quad sizes."""
    rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
    points = np.stack([columns.ravel(), rows.ravel()], axis=1)
    scores = np.zeros(shape)
    for quad in quads:
        unit = map_points(homography(quad, 1.0, 1.0), points) - 0.5
        gauss = np.exp(-(unit**2).sum(axis=1) / (2 * sigma**2)).reshape(shape)
        np.maximum(scores, gauss, out=scores)
    return scores.astype(np.float32)
