"""Describes what a crop looks like, in numbers of which nothing was learned.

It tells windshields from labels and stamped metal from print, by brightness, color, the direction and the
fineness of edges, and where in the line they are; what is written there hardly matters. Since no network is
asked, descriptions keep their meaning when the version in service changes.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from inference.types import Crop, Image

Floats = npt.NDArray[np.float64]
Gray = npt.NDArray[np.float32]
Vector = tuple[float, ...]

SIZE = 48
"""How many numbers describe a crop; each is of the order of 1."""

_SCALES = (1, 2, 4)
_DIRECTIONS = 4
_ROWS = 8
_CELLS = 17
_CELL_SHARES = (5, 25, 50, 75, 95)
_STEEP = 8.0
"""Gray levels from pixel to pixel above which an edge counts as one."""


def describe_crop(crop: Crop) -> Vector:
    """SIZE numbers: 11 of light and color, 15 of edges at three scales, 17 of rows, 5 of columns."""
    gray = np.asarray(cv2.cvtColor(crop.pixels, cv2.COLOR_RGB2GRAY), np.float32)
    parts = (_measure_light(gray), _measure_color(crop.pixels), _measure_edges(gray), _measure_rows(gray))
    numbers = np.concatenate([*parts, _measure_columns(gray)])
    return tuple(round(float(number), 3) for number in numbers)


def pack(vector: Sequence[float]) -> bytes:
    """As half precision, little endian, which is what a database keeps of it; nothing for no vector."""
    return np.asarray(vector, "<f2").tobytes()


def unpack(rows: Sequence[bytes]) -> Floats:
    """N x SIZE. Raises ValueError where a row is no such vector."""
    return np.frombuffer(b"".join(rows), "<f2").reshape(-1, SIZE).astype(np.float64)


def _measure_light(gray: Gray) -> Floats:
    """Level, contrast, ends of the histogram, and whether the text is brighter than its ground."""
    mean, deviation = float(gray.mean()), max(float(gray.std()), 1.0)
    skew = float((((gray - mean) / deviation) ** 3).mean())
    low, middle, high = (float(level) / 255 for level in np.percentile(gray, (2, 50, 98)))
    return np.array([mean / 255, np.log(deviation) / 2, low, middle, high, np.tanh(skew)])


def _measure_color(pixels: Image) -> Floats:
    """Means and deviations of the two axes of color, and how colorful the crop is in the mean."""
    axes = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)[..., 1:], np.float64) - 128
    means, deviations = axes.mean((0, 1)) / 20, axes.std((0, 1)) / 10
    return np.array([*means, *deviations, float(np.hypot(axes[..., 0], axes[..., 1]).mean()) / 20])


def _measure_edges(gray: Gray) -> Floats:
    """At each scale: how steep edges are, and the shares of four directions in them."""
    found: list[float] = []
    for scale in _SCALES:
        size = (gray.shape[1] // scale, gray.shape[0] // scale)
        small = gray if scale == 1 else cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
        across, down = cv2.Sobel(small, cv2.CV_32F, 1, 0) / 4, cv2.Sobel(small, cv2.CV_32F, 0, 1) / 4
        strength = np.hypot(across, down)
        direction = np.floor(np.arctan2(down, across) / np.pi * _DIRECTIONS + 0.5).astype(int) % _DIRECTIONS
        shares = np.bincount(direction.ravel(), strength.ravel(), minlength=_DIRECTIONS)
        found += [float(np.log1p(strength.mean())) / 2, *(2 * shares / max(float(strength.sum()), 1e-6))]
    return np.array(found)


def _measure_rows(gray: Gray) -> Floats:
    """From top to bottom: the brightness and the edges of each eighth, and how evenly lit the line is."""
    level = (gray - gray.mean()) / max(float(gray.std()), 1.0)
    edges = np.abs(np.diff(gray, axis=1, append=gray[:, -1:])) > _STEEP
    bands = np.array_split(np.arange(len(gray)), _ROWS)
    brightness = [float(level[band].mean()) for band in bands]
    density = [2 * float(edges[band].mean()) for band in bands]
    slow = cv2.resize(level, (_CELLS, 1), interpolation=cv2.INTER_AREA)
    return np.array([*brightness, *density, float(slow.std())])


def _measure_columns(gray: Gray) -> Floats:
    """How the contrast of the 17 parts of the line is spread."""
    cells = np.array_split(gray, _CELLS, axis=1)
    contrasts = [float(np.log1p(cell.std())) for cell in cells]
    return np.asarray(np.percentile(contrasts, _CELL_SHARES)) / 2
