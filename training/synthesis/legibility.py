"""Whether a person could still read a photo: how far each character keeps its likeness through glass, light,
lens and sensor.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from inference.geometry import map_points
from inference.types import Image

Points = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]

_LIKE = 0.55
"""Least correlation of a character with what was in front of the camera."""
_CONTRAST = 4.5
"""Least deviation in the box of a character, of 255."""
_LOST = 2
"""So many of the characters may fall short: drops and glare take some."""
_HEIGHT, _WIDTH = 28, 17 * 14
"""Of the view that is compared: about what a reader makes out."""


def is_legible(clean: Image, photo: Image, character_quads: Points) -> bool:
    """Compare two H x W x 3 images of one view at the N x 4 x 2 quads of a line's characters.

    A line that lies beyond the frame is not legible.
    """
    if _is_outside(photo, character_quads):
        return False
    first, last = character_quads[0], character_quads[-1]
    quad = np.array([first[0], last[1], last[2], first[3]], np.float32)
    frame = np.array([[0, 0], [_WIDTH, 0], [_WIDTH, _HEIGHT], [0, _HEIGHT]], np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(quad, frame), np.float64)
    before, after = _view(clean, quad, matrix), _view(photo, quad, matrix)
    columns = map_points(matrix, character_quads.reshape(-1, 2))[:, 0].reshape(-1, 4)
    like, contrast = _compare(before, after, columns[:, [0, 3]].mean(1), columns[:, [1, 2]].mean(1))
    return int(((like < _LIKE) | (contrast < _CONTRAST)).sum()) <= _LOST


def _is_outside(image: Image, character_quads: Points) -> bool:
    points = character_quads.reshape(-1, 2)
    return bool((points.max(0) < 0).any() or (points.min(0) >= image.shape[1::-1]).any())


def _view(image: Image, quad: npt.NDArray[np.float32], matrix: Points) -> Floats:
    """Gray, straightened, without the finest grain, which the eye looks past."""
    low = np.maximum(np.floor(quad.min(0)) - 2, 0).astype(int)
    high = np.ceil(quad.max(0)).astype(int) + 2
    part = cv2.cvtColor(image[low[1] : high[1], low[0] : high[0]], cv2.COLOR_RGB2GRAY)
    reduction = float(np.linalg.norm(quad[3] - quad[0])) / _HEIGHT
    if reduction > 1.3:
        part = cv2.GaussianBlur(part, (0, 0), 0.5 * reduction)
    shifted = matrix @ np.array([[1, 0, low[0]], [0, 1, low[1]], [0, 0, 1.0]])
    view = cv2.warpPerspective(part, shifted, (_WIDTH, _HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.GaussianBlur(view.astype(np.float32), (0, 0), 0.8), np.float32)


def _compare(before: Floats, after: Floats, left: Points, right: Points) -> tuple[Points, Points]:
    """Correlation and the photo's deviation in each of N columns of the crop, by running sums."""
    stack = np.stack([before, after, before * before, after * after, before * after]).sum(1, dtype=np.float64)
    sums = np.concatenate([np.zeros((5, 1)), stack.cumsum(1)], axis=1)
    width = before.shape[1]
    low = np.clip(np.round(left), 0, width - 2).astype(int)
    high = np.clip(np.round(right), low + 2, width).astype(int)
    a, b, aa, bb, ab = (sums[:, high] - sums[:, low]) / ((high - low) * before.shape[0])
    spread_a, spread_b = np.sqrt(np.maximum(aa - a * a, 0)), np.sqrt(np.maximum(bb - b * b, 0))
    return (ab - a * b) / np.maximum(spread_a * spread_b, 1e-3), spread_b
