"""What the detector shall answer: score maps of Gaussians, after CRAFT (Baek et al. 2019, arXiv
1904.01941).

Two things differ from the paper. Gaussians are evaluated on the grid in each character's own frame, not
warped. And the affinity between characters of a VIN is 1, between those of any other line OTHER_AFFINITY:
the second map tells lines that may be a VIN from lines that are not, while every line stays linked.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from inference.detector import STRIDE

Quads = npt.NDArray[np.float64]
Maps = npt.NDArray[np.float32]

OTHER_AFFINITY = 0.5
_SIGMA = 0.5
"""Of a Gaussian, where the edges of its character are at -1 and 1."""
_WIDEST_GAP = 1.6
"""Characters further apart than this many heights are not linked, in other lines than a VIN."""


def score_maps(vin: Quads, other_lines: list[Quads], *, width: int, height: int) -> Maps:
    """2 x H/4 x W/4 from N x 4 x 2 character quads in pixels: region, affinity."""
    maps = np.zeros((2, height // STRIDE, width // STRIDE), np.float32)
    for quads, level in [(vin, 1.0), *((line, OTHER_AFFINITY) for line in other_lines)]:
        cells = quads / STRIDE
        for quad in cells:
            _add_gaussian(maps[0], *_character_frame(quad), 1.0)
        for first, second in pairwise(cells):
            if (link := _link_frame(first, second, always=level == 1.0)) is not None:
                _add_gaussian(maps[1], *link, level)
    return maps


def _character_frame(quad: Quads) -> tuple[Quads, Quads, Quads]:
    """Center and half axes; narrow symbols (1, J) are taken for at least half as wide as high."""
    right = (quad[1] + quad[2] - quad[0] - quad[3]) / 4
    down = (quad[2] + quad[3] - quad[0] - quad[1]) / 4
    narrow = 0.5 * np.linalg.norm(down) / max(float(np.linalg.norm(right)), 1e-6)
    return quad.mean(0), right * max(1.0, float(narrow)), down


def _link_frame(first: Quads, second: Quads, *, always: bool) -> tuple[Quads, Quads, Quads] | None:
    """The frame between two neighbours, two thirds as high as they are; the last of a row has none."""
    step = second.mean(0) - first.mean(0)
    if (first[1] - first[0]) @ step < 0:
        return None
    down = (first[2] + first[3] - first[0] - first[1] + second[2] + second[3] - second[0] - second[1]) / 8
    if not always and np.linalg.norm(step) > _WIDEST_GAP * 2 * np.linalg.norm(down):
        return None
    return (first.mean(0) + second.mean(0)) / 2, step / 2 * 1.1, down * 0.67


def _add_gaussian(target: Maps, center: Quads, right: Quads, down: Quads, level: float) -> None:
    """Raise the map to a Gaussian bump with half axes `right` and `down`, cut off at twice those."""
    reach = 1.6 * (np.abs(right) + np.abs(down)) + 1
    low = np.maximum(np.floor(center - reach), 0).astype(int)
    high = np.minimum(np.ceil(center + reach), (target.shape[1], target.shape[0])).astype(int)
    determinant = right[0] * down[1] - right[1] * down[0]
    if (low >= high).any() or abs(determinant) < 1e-3:
        return
    x = np.arange(low[0], high[0])[None] + 0.5 - center[0]
    y = np.arange(low[1], high[1])[:, None] + 0.5 - center[1]
    u = (x * down[1] - y * down[0]) / determinant
    v = (y * right[0] - x * right[1]) / determinant
    bump = level * np.exp(-(u * u + v * v) / (2 * _SIGMA**2))
    part = target[low[1] : high[1], low[0] : high[0]]
    np.maximum(part, bump, out=part)
