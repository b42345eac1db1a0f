"""From score maps to lines of text: the part of CRAFT (Baek et al. 2019, section 3.3) that is no network.

Everything here is in cells of the score maps, with the same convention as photos: cell (i, j) covers the
square from (j, i) to (j + 1, i + 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

from inference.geometry import Array, quad_from_points, quad_iou
from inference.types import Quad
from inference.vin import LENGTH

Map = npt.NDArray[np.float32]

LINK_THRESHOLD = 0.35
"""A cell belongs to a line where the region or the affinity score is above this."""
INK_THRESHOLD = 0.2
"""Cells with less region score say nothing of where the characters are."""
PEAK_THRESHOLD = 0.4
CORE_THRESHOLD = 0.5
"""A group of cells whose region score never reaches this is noise."""

HEIGHT_FACTOR = 6.3
"""Height of the characters over the mean distance of the region score from the line's axis."""
END_FACTOR = 0.12
"""What the first and the last character reach beyond the ink cells, in character widths."""

CORE_LINK = 0.72
"""Only the characters of a VIN are linked as strongly as this."""
STRONG_PERCENTILE = 95

_MIN_CELLS = 8
_MAX_GROUPS = 24
_MAX_JOINED = 8
_DUPLICATE_IOU = 0.8


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one group: N x 2 centers (x, y), N region scores (weights), N affinity scores (links)."""

    centers: Array
    weights: Array
    links: Array

    def take(self, chosen: npt.NDArray[np.bool_]) -> Cells:
        return Cells(self.centers[chosen], self.weights[chosen], self.links[chosen])


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line that may be a VIN. `peaks` are the centers of its characters where they can be told apart."""

    quad: Quad
    peaks: Array
    confidence: float
    cells: Cells


@dataclass(frozen=True, slots=True)
class _Axis:
    """A straight line through a group: where it starts and ends, and how far the ink spreads to its sides."""

    center: Array
    direction: Array
    start: float
    end: float
    spread: float
    growth: float
    """By how much the spread changes for each cell along the axis: lines in perspective are trapezoids."""


def find_lines(region: Map, affinity: Map, *, limit: int = 3) -> tuple[TextLine, ...]:
    """The lines that look most like a VIN, best first, in any direction; none where there is no text."""
    peaks = _find_peaks(region)
    lines = [_fit_line(group, peaks) for group in _group_cells(region, affinity)]
    lines += [_fit_line(group, peaks) for group in _join_groups(lines)]
    cores = [_take_core(line.cells) for line in lines]
    lines += [_fit_line(core, peaks) for core in cores if core is not None]
    ranked = sorted(lines, key=lambda line: line.confidence, reverse=True)
    return tuple(_drop_duplicates(ranked)[:limit])


def _find_peaks(region: Map) -> Array:
    """Local maxima of the smoothed region score, N x 2."""
    smooth = cv2.GaussianBlur(region, (3, 3), 0.7)
    highest = cv2.dilate(smooth, np.ones((3, 3), np.uint8))
    tops = ((smooth >= highest - 1e-4) & (smooth > PEAK_THRESHOLD)).astype(np.uint8)
    _, _, _, centers = cv2.connectedComponentsWithStats(tops, connectivity=8)  # a plateau is one peak
    return centers[1:].astype(np.float64) + 0.5


def _group_cells(region: Map, affinity: Map) -> list[Cells]:
    """Connected cells of text, the heaviest groups first."""
    linked = ((region > LINK_THRESHOLD) | (affinity > LINK_THRESHOLD)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(linked, connectivity=8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:_MAX_GROUPS] + 1
    boxes = [(label, *stats[label, :4]) for label in order if stats[label, cv2.CC_STAT_AREA] >= _MIN_CELLS]
    numbered = np.asarray(labels, dtype=np.int32)
    groups = [_take_cells(region, affinity, numbered, *map(int, box)) for box in boxes]
    return [group for group in groups if _is_text(group)]


def _is_text(group: Cells) -> bool:
    return len(group.weights) >= _MIN_CELLS and bool(group.weights.max() > CORE_THRESHOLD)


def _take_cells(
    region: Map, affinity: Map, labels: npt.NDArray[np.int32], label: int, x: int, y: int, w: int, h: int
) -> Cells:
    """The cells of one group, and the faint ones that touch it, from which the spread is measured."""
    x0, y0, x1, y1 = max(x - 1, 0), max(y - 1, 0), x + w + 1, y + h + 1
    window = labels[y0:y1, x0:x1]
    near = cv2.dilate((window == label).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    near &= (window == label) | (window == 0)
    scores = region[y0:y1, x0:x1]
    links = affinity[y0:y1, x0:x1]
    rows, columns = np.nonzero(near & ((scores > INK_THRESHOLD) | (links > LINK_THRESHOLD)))
    centers = np.stack([columns + x0, rows + y0], axis=1).astype(np.float64) + 0.5
    weights, strengths = scores[rows, columns], links[rows, columns]
    return Cells(centers, weights.astype(np.float64), strengths.astype(np.float64))


def _fit_line(cells: Cells, peaks: Array) -> TextLine:
    axis = _fit_axis(cells)
    quad = _outline(axis)
    inside = _peaks_on(axis, peaks)
    return TextLine(quad=quad, peaks=inside, confidence=_likeness(axis, inside, cells), cells=cells)


def _fit_axis(cells: Cells) -> _Axis:
    """Principal direction of the scores, fitted again without the cells that lie far from it."""
    kept = cells
    for _ in range(2):
        center, direction = _principal(kept)
        across = np.abs((cells.centers - center) @ _normal(direction))
        typical = np.average(across, weights=cells.weights)
        near = across <= max(3.5 * typical, 1.0)
        kept = cells.take(near)
    offsets = kept.centers - center
    along, across = offsets @ direction, np.abs(offsets @ _normal(direction))
    spread, growth = _fit_spread(along, across, kept.weights)
    start, end = along.min() - 0.5, along.max() + 0.5
    return _Axis(center, direction, float(start), float(end), spread, growth)


def _principal(cells: Cells) -> tuple[Array, Array]:
    center = np.average(cells.centers, axis=0, weights=cells.weights)
    offsets = cells.centers - center
    _, vectors = np.linalg.eigh((offsets * cells.weights[:, None]).T @ offsets)
    direction = vectors[:, 1]
    backwards = direction[0] < -1e-6 or (abs(direction[0]) <= 1e-6 and direction[1] < 0)
    return center, -direction if backwards else direction


def _normal(direction: Array) -> Array:
    """To the right of the direction: downwards for text that runs to the right."""
    return np.array([-direction[1], direction[0]])


def _fit_spread(along: Array, across: Array, weights: Array) -> tuple[float, float]:
    """The mean distance from the axis, and how it grows: at most by half towards an end."""
    spread = float(np.average(across, weights=weights))
    length = max(float(along.max() - along.min()), 1.0)
    variance = float(np.average(along**2, weights=weights))
    slope = float(np.average(along * (across - spread), weights=weights)) / max(variance, 1e-6)
    bound = spread / length
    return spread, float(np.clip(slope, -bound, bound))


def _outline(axis: _Axis) -> Quad:
    width = (axis.end - axis.start) / LENGTH
    ends = (axis.start - END_FACTOR * width, axis.end + END_FACTOR * width)
    normal = _normal(axis.direction)
    (top_left, bottom_left), (top_right, bottom_right) = (_edge(axis, along, normal) for along in ends)
    return quad_from_points([top_left, top_right, bottom_right, bottom_left])


def _edge(axis: _Axis, along: float, normal: Array) -> tuple[Array, Array]:
    half = HEIGHT_FACTOR * max(axis.spread + axis.growth * along, 0.2) / 2
    middle = axis.center + along * axis.direction
    return middle - half * normal, middle + half * normal


def _peaks_on(axis: _Axis, peaks: Array) -> Array:
    """The peaks that lie in the line's outline, in reading order."""
    offsets = peaks - axis.center
    along, across = offsets @ axis.direction, np.abs(offsets @ _normal(axis.direction))
    half = HEIGHT_FACTOR * axis.spread / 2
    inside = (across < half) & (along > axis.start) & (along < axis.end)
    return peaks[inside][np.argsort(along[inside])]


def _likeness(axis: _Axis, peaks: Array, cells: Cells) -> float:
    """How much the line looks like a VIN, 0 to 1: bright, long for its height, with about 17 peaks.

    Small characters melt into one another, so too few peaks say less than too many.
    """
    height = HEIGHT_FACTOR * axis.spread
    ratio = (axis.end - axis.start) / max(height, 1e-6)
    long_enough = 1 / (1 + np.exp(-(ratio - 4.0)))
    missing = LENGTH - len(peaks)
    resolved = (axis.end - axis.start) / LENGTH > 3.0
    tolerance = 3.0 if resolved or missing < 0 else 9.0
    count = np.exp(-0.5 * (missing / tolerance) ** 2)
    bright = float(np.average(cells.weights, weights=cells.weights))
    return float(bright * (0.2 + 0.8 * long_enough) * (0.3 + 0.7 * count) * _linked(cells))


def _linked(cells: Cells) -> float:
    """The network links the characters of a VIN with 1 and those of other lines with 0.5: 0.2 to 1."""
    strength = float(np.percentile(cells.links, STRONG_PERCENTILE))
    return 0.2 + 0.8 * float(np.clip((strength - 0.45) / 0.4, 0, 1))


def _join_groups(lines: list[TextLine]) -> list[Cells]:
    """Lines that a gap or a faint character broke in two, put together; the parts stay candidates too."""
    parts = [line.cells for line in sorted(lines, key=lambda line: -line.cells.weights.sum())[:_MAX_JOINED]]
    joined: list[Cells] = []
    while (pair := _closest_pair(parts)) is not None:
        first, second = pair
        whole = _merge(parts[first], parts[second])
        parts = [part for index, part in enumerate(parts) if index not in pair] + [whole]
        joined.append(whole)
    return joined


def _take_core(cells: Cells) -> Cells | None:
    """The part with the strong links of a VIN, where other text is linked to it; None where that is all."""
    axis = _fit_axis(cells)
    along = (cells.centers - axis.center) @ axis.direction
    strong = along[cells.links > CORE_LINK]
    if len(strong) < _MIN_CELLS:
        return None
    length = strong.max() - strong.min()
    if length > 0.92 * (axis.end - axis.start):
        return None
    half = (
        0.75 * length / (LENGTH - 1)
    )  # links lie between the characters: half a pitch is missing at each end
    inside = (along > strong.min() - half) & (along < strong.max() + half)
    core = cells.take(inside)
    return core if _is_text(core) else None


def _merge(a: Cells, b: Cells) -> Cells:
    return Cells(
        np.concatenate([a.centers, b.centers]),
        np.concatenate([a.weights, b.weights]),
        np.concatenate([a.links, b.links]),
    )


def _closest_pair(parts: list[Cells]) -> tuple[int, int] | None:
    """The two parts of one line with the smallest gap between them."""
    axes = [_fit_axis(part) for part in parts]
    gaps = {pair: _gap(axes[pair[0]], axes[pair[1]]) for pair in combinations(range(len(parts)), 2)}
    near = {pair: gap for pair, gap in gaps.items() if gap is not None}
    return min(near, key=lambda pair: near[pair]) if near else None


def _gap(a: _Axis, b: _Axis) -> float | None:
    """The gap along the longer part, in heights; None where the parts cannot belong to one line."""
    long, short = (a, b) if a.end - a.start >= b.end - b.start else (b, a)
    height = HEIGHT_FACTOR * long.spread
    if not 0.5 < short.spread / max(long.spread, 1e-6) < 1.8:
        return None
    tips = np.array([short.center + along * short.direction for along in (short.start, short.end)])
    offsets = tips - long.center
    along, across = offsets @ long.direction, offsets @ _normal(long.direction)
    gap = max(along.min() - long.end, long.start - along.max())
    if np.abs(across).max() > 0.6 * height or not -0.3 * height < gap < 2.0 * height:
        return None
    return float(gap / height)


def _drop_duplicates(ranked: list[TextLine]) -> list[TextLine]:
    kept: list[TextLine] = []
    for line in ranked:
        if all(quad_iou(line.quad, other.quad) < _DUPLICATE_IOU for other in kept):
            kept.append(line)
    return kept
