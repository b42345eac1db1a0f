"""Quads, homographies and overlaps.

Coordinates are continuous: pixel (i, j) covers the square from (j, i) to (j + 1, i + 1), so that a photo of
W x H pixels covers the rectangle from (0, 0) to (W, H).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from inference.types import Point, Quad

Array = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


class DegenerateQuad(ValueError):
    """Three corners lie on one line, so that no homography exists."""


def quad_from_points(points: npt.ArrayLike) -> Quad:
    """A quad from four points in the order of `Quad`. Raises ValueError where there are not four."""
    first, second, third, fourth = ((float(x), float(y)) for x, y in np.asarray(points, dtype=np.float64))
    return (first, second, third, fourth)


def quad_from_box(box: Box) -> Quad:
    left, top, right, bottom = box
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def bounding_box(quad: Quad) -> Box:
    """The axis-aligned rectangle around the quad."""
    xs, ys = zip(*quad, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def homography(quad: Quad, width: float, height: float) -> Array:
    """The 3 x 3 matrix that maps the quad onto the rectangle from (0, 0) to (width, height).

    Raises DegenerateQuad.
    """
    target = quad_from_box((0.0, 0.0, width, height))
    rows, values = [], []
    for (x, y), (u, v) in zip(quad, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        values += [u, v]
    try:
        solution = np.linalg.solve(np.array(rows, dtype=np.float64), np.array(values, dtype=np.float64))
    except np.linalg.LinAlgError as error:
        raise DegenerateQuad(f"No homography maps {quad} onto a rectangle.") from error
    return np.append(solution, 1.0).reshape(3, 3)


def map_points(matrix: Array, points: npt.ArrayLike) -> Array:
    """N x 2 points through a 3 x 3 homography."""
    given = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    mapped = np.c_[given, np.ones(len(given))] @ matrix.T
    return mapped[:, :2] / mapped[:, 2:]


def map_quad(matrix: Array, quad: Quad) -> Quad:
    return quad_from_points(map_points(matrix, quad))


def scale_quad(quad: Quad, factor: float) -> Quad:
    """The quad with every coordinate multiplied, for an image that was resized."""
    return quad_from_points(np.asarray(quad) * factor)


def shift_quad(quad: Quad, x: float, y: float) -> Quad:
    return quad_from_points(np.asarray(quad) + np.array([x, y]))


def turn_quad(quad: Quad) -> Quad:
    """The same corners for text that is upside down: the top-left corner becomes the bottom-right one."""
    return (quad[2], quad[3], quad[0], quad[1])


def quad_size(quad: Quad) -> tuple[float, float]:
    """The mean lengths of the quad along the text and across it."""
    corners = np.asarray(quad)
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
    return float(sides[0] + sides[2]) / 2, float(sides[1] + sides[3]) / 2


def enclose(quads: Sequence[Quad]) -> Quad:
    """The smallest quad around all of them in the perspective of the longest. Raises DegenerateQuad."""
    longest = max(quads, key=lambda quad: quad_size(quad)[0])
    if len(quads) == 1:
        return longest
    matrix = homography(longest, *quad_size(longest))
    corners = map_points(matrix, np.concatenate([np.asarray(quad) for quad in quads]))
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    back = np.linalg.inv(matrix).astype(np.float64)
    return map_quad(back, quad_from_box((float(left), float(top), float(right), float(bottom))))


def is_convex(quad: Quad) -> bool:
    """Whether the corners turn one way all round, which a quad seen through a camera always does."""
    corners = np.asarray(quad)
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    return bool((turns > 0).all() or (turns < 0).all())


def clip_quad(quad: Quad, width: float, height: float) -> Quad:
    """The quad with every corner moved into the photo."""
    return quad_from_points(np.clip(np.asarray(quad), 0.0, (width, height)))


def polygon_area(points: Sequence[Point]) -> float:
    """The area, whichever way round the corners are given (shoelace formula)."""
    return abs(_signed_area(points)) / 2


def quad_iou(a: Quad, b: Quad) -> float:
    """Intersection over union of two convex quads, 0 to 1."""
    shared = polygon_area(_intersect_convex(list(a), list(b)))
    union = polygon_area(a) + polygon_area(b) - shared
    return shared / union if union > 0 else 0.0


def quad_coverage(inner: Quad, outer: Quad) -> float:
    """The share of `inner` that lies in `outer`, 0 to 1."""
    area = polygon_area(inner)
    return polygon_area(_intersect_convex(list(inner), list(outer))) / area if area > 0 else 0.0


def _intersect_convex(subject: list[Point], clip: list[Point]) -> list[Point]:
    """Sutherland and Hodgman (1974): cut the subject by each edge of the clip polygon in turn."""
    sign = 1.0 if _signed_area(clip) >= 0 else -1.0
    result = subject
    for start, end in zip(clip, clip[1:] + clip[:1], strict=True):
        result = _cut(result, start, end, sign)
    return result


def _cut(polygon: list[Point], start: Point, end: Point, sign: float) -> list[Point]:
    """What of the polygon lies on the inner side of the line from start to end."""
    kept: list[Point] = []
    for point, following in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        here, there = sign * _side(start, end, point), sign * _side(start, end, following)
        if here >= 0:
            kept.append(point)
        if here * there < 0:
            share = here / (here - there)
            x = point[0] + share * (following[0] - point[0])
            y = point[1] + share * (following[1] - point[1])
            kept.append((x, y))
    return kept


def _side(start: Point, end: Point, point: Point) -> float:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _signed_area(points: Sequence[Point]) -> float:
    """Twice the area; positive where the corners are clockwise on the screen."""
    pairs = zip(points, [*points[1:], *points[:1]], strict=True)
    return sum(a[0] * b[1] - a[1] * b[0] for a, b in pairs)
