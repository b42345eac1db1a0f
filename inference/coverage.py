"""Chooses points that cover the others: k-centre greedy (Gonzalez 1985, doi 10.1016/0304-3975(85)90224-5), as
Sener and Savarese (2018, arXiv 1708.00489) use it for active learning. Pure functions.

Points are N x D. A distance is 0 on a point that was chosen, and infinite where nothing was.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]

_AT_ONCE = 4096
_ALIKE = 1e-6


def standardize(points: Array, like: Array) -> Array:
    """Each coordinate in deviations of that of `like`; one that never changes there counts as nothing."""
    deviation = like.std(axis=0)
    changing = deviation > _ALIKE
    scale = np.where(changing, deviation, 1.0)
    return np.asarray((points - like.mean(axis=0)) / scale * changing)


def typical_distance(points: Array) -> float:
    """The root mean square of the distances between two points; 1 where all are in one place."""
    squares = float(np.sum(points.var(axis=0))) * 2
    return float(np.sqrt(squares)) if squares > _ALIKE else 1.0


def nearest_distances(points: Array, centers: Array) -> Array:
    """From each point to the nearest center; infinite where there is none."""
    if not len(centers):
        return np.full(len(points), np.inf)
    lengths = (centers**2).sum(axis=1)
    parts = [
        (lengths - 2 * block @ centers.T).min(axis=1) + (block**2).sum(axis=1)
        for block in (points[start : start + _AT_ONCE] for start in range(0, len(points), _AT_ONCE))
    ]
    return np.sqrt(np.maximum(np.concatenate(parts), 0.0)) if parts else np.zeros(0)


def choose_centers(points: Array, count: int) -> Indexes:
    """Indexes of points of which every point is near one: the first, then the farthest from all chosen."""
    if not len(points):
        return np.zeros(0, np.int64)
    chosen, distances = [0], nearest_distances(points, points[:1])
    while len(chosen) < min(count, len(points)):
        farthest = int(distances.argmax())
        if distances[farthest] <= _ALIKE:
            break  # the others are repetitions
        chosen.append(farthest)
        distances = np.minimum(distances, nearest_distances(points, points[farthest : farthest + 1]))
    return np.array(chosen, np.int64)


def rank_by_worth(
    base: Array, per_novelty: Array, points: Array, distances: Array, *, typical: float
) -> tuple[Indexes, Array, Array]:
    """Points in the order in which to ask about them, the worth of each at its turn, and its novelty then.

    A point is worth `base + per_novelty * novelty`; its novelty is the distance from all that is labeled and
    from all that come before it, in parts of the `typical` one, up to 1. So of many alike only the first is
    new, and the worths never increase along the order.
    """
    left, nearest = np.ones(len(base), bool), distances.copy()
    order, worths, novelties = [], [], []
    for _ in range(len(base)):
        novelty = np.minimum(nearest / typical, 1.0)
        worth = np.where(left, base + per_novelty * novelty, -np.inf)
        best = int(worth.argmax())
        left[best] = False
        order.append(best)
        worths.append(float(worth[best]))
        novelties.append(float(novelty[best]))
        nearest = np.minimum(nearest, nearest_distances(points, points[best : best + 1]))
    return np.array(order, np.int64), np.array(worths), np.array(novelties)
