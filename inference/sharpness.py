"""How steep the edges in a photo are, in eight directions.

How wide edges are tells blur from low contrast (Marziliano et al. 2002, A no-reference perceptual blur
metric). A camera out of focus widens all of them; a camera that moved widens them along its motion, and keeps
those that run along it.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
"""H x W; edges are looked for in a small copy of the photo."""
Offset = tuple[int, int]
"""Pixels of that copy to the right and down."""

MEASURES = (
    "edge_share_least",
    "edge_share_most",
    "edge_share_across",
    "edge_least",
    "edge_most",
    "edge_uneven",
)

_DIRECTIONS = 8
_NEAR, _FAR = 2.0, 8.0
"""Pixels of the copy over which an edge rises where it is sharp, and over which a blurred one does."""
_SHARE = 0.999
"""Of the pixels, which the steepest edges are not among."""
_NOISE = 2.0
"""Gray levels that are no edge: where there is nothing else, no direction is worse than another."""


def measure_edges(gray: Gray) -> dict[str, float]:
    """Every one of MEASURES.

    `edge_share_...`: the rise of the strongest edges over the near distance as a share of that over the far
    one, 1 where they are sharp: in the direction where it is least, where it is most, and across the
    flattest direction. `edge_least`, `edge_most`: the near rise itself in the flattest and the steepest
    direction, in gray levels, log1p / 3. `edge_uneven`: the log of the flattest over that across it.
    """
    near, far = (
        np.array([_rise(gray, _offset(number, length)) for number in range(_DIRECTIONS)]) + _NOISE
        for length in (_NEAR, _FAR)
    )
    shares, flattest = near / far, int(near.argmin())
    across = (flattest + _DIRECTIONS // 2) % _DIRECTIONS
    return {
        "edge_share_least": float(shares.min()),
        "edge_share_most": float(shares.max()),
        "edge_share_across": float(shares[across]),
        "edge_least": float(np.log1p(near.min() - _NOISE)) / 3,
        "edge_most": float(np.log1p(near.max() - _NOISE)) / 3,
        "edge_uneven": float(np.log(near[flattest] / near[across])),
    }


def _offset(number: int, length: float) -> Offset:
    angle = np.pi * number / _DIRECTIONS
    return round(length * float(np.cos(angle))), round(length * float(np.sin(angle)))


def _rise(gray: Gray, offset: Offset) -> float:
    """By how much pixels differ that are so far apart, in gray levels: what few of them exceed."""
    (right, down), (height, width) = offset, gray.shape
    if height <= down or width <= abs(right):
        return 0.0
    first = gray[down:, max(right, 0) : width + min(right, 0)]
    second = gray[: height - down, max(-right, 0) : width - max(right, 0)]
    counts = np.cumsum(cv2.calcHist([np.asarray(cv2.absdiff(first, second))], [0], None, [256], [0, 256]))
    return float(np.searchsorted(counts, _SHARE * counts[-1]))
