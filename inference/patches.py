"""Where in a photo two-dimensional codes may lie: patches full of edges in more than one direction.

Text has such edges too, but only in narrow lines. To look for codes in a few patches takes a tenth of the
time that the whole photo takes, and leaves time to enlarge them, which fine codes need.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
"""H x W."""
Slices = tuple[slice, slice]
"""Rows and columns."""

CELL = 8
"""Pixels; edges are counted in squares of that size."""
MOST = 3
"""Of the patches of one size, so many are looked at, the largest first."""

_LEAST_STEP = 12.0
"""Gray levels from one pixel to the next, in the mean of a patch."""
_LEAST_BALANCE = 0.25
"""The steps in the weaker direction against those in the stronger: PDF417 has high rows and narrow bars."""
_BLUR = 5
_LEAST_CELLS = 3
"""Narrower patches are lines of text, or nothing."""
_MARGIN = 2
"""Cells about a patch that are looked at as well: codes have a white rim."""


def find_patches(gray: Gray) -> Iterator[Slices]:
    """The largest patches of a photo in which codes of modules of about 1.5 to 5 pixels may lie."""
    rows, columns = gray.shape[0] // CELL, gray.shape[1] // CELL
    if min(rows, columns) < _LEAST_CELLS:
        return
    busy = _find_busy(gray[: rows * CELL, : columns * CELL], rows, columns)
    _, _, statistics, _ = cv2.connectedComponentsWithStats(busy)
    parts = statistics[1:]
    for left, top, width, height, _ in parts[np.argsort(-parts[:, cv2.CC_STAT_AREA])][:MOST].tolist():
        yield _grow(top, height), _grow(left, width)


def _find_busy(gray: Gray, rows: int, columns: int) -> Gray:
    """1 in cells with many steps both ways; every other row is left out, which halves the time."""
    even, odd = gray[::2], gray[1::2]
    across = _average(np.asarray(cv2.absdiff(even[:, 1:], even[:, :-1]), np.uint8), rows, columns)
    down = _average(np.asarray(cv2.absdiff(even, odd), np.uint8), rows, columns)
    weaker, stronger = np.minimum(across, down), np.maximum(across, down)
    busy = (stronger > _LEAST_STEP) & (weaker > _LEAST_BALANCE * stronger)
    kernel = np.ones((_LEAST_CELLS, _LEAST_CELLS), np.uint8)
    return np.asarray(cv2.morphologyEx(busy.astype(np.uint8), cv2.MORPH_OPEN, kernel), np.uint8)


def _average(steps: Gray, rows: int, columns: int) -> npt.NDArray[np.float32]:
    cells = cv2.resize(steps, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(cv2.blur(cells, (_BLUR, _BLUR)), np.float32)


def _grow(first: int, count: int) -> slice:
    return slice(max(first - _MARGIN, 0) * CELL, (first + count + _MARGIN) * CELL)


def main_direction(gray: Gray) -> float:
    """In which direction the levels change most, in degrees clockwise from the x axis, -90 to 90: across the
    bars of a code. The larger axis of the structure tensor (Bigun and Granlund 1987).
    """
    x, y = cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1)
    across = 2 * float((x * y).sum())
    return float(np.degrees(np.arctan2(across, float((x * x - y * y).sum()))) / 2)
