"""From score maps to lines of text: the part of CRAFT (Baek et al. 2019, section 3.3) that is no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
import numpy.typing as npt

from inference.geometry import Array, bounding_box, quad_iou
from inference.lines import Axis, Cells
from inference.types import Quad
from inference.vin import LENGTH

Map = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Window = tuple[slice, slice]
"""Rows and columns."""

LINK_THRESHOLDS = (0.6, 0.35, 0.15)
"""A cell belongs to a line where the region or the affinity score is above this.

The first keeps lines apart that lie close to each other, the last holds faint lines together.
"""
INK_THRESHOLD = 0.2
"""Cells with less region score say nothing of where the characters are."""
CORE_THRESHOLD = 0.3
"""A group of cells whose region score never reaches this is noise."""
PEAK_THRESHOLD = 0.3
CORE_LINK = 0.65
"""What is linked more weakly than this share of a line's strongest links may be other text."""
FOREIGN = 0.6
"""Other text has less affinity for its region score than this share of what a VIN has."""

MAX_GAP = 2.0
"""The widest gap in a line, in heights of its characters."""

WORD_GAP = 1.3
"""Characters farther apart than this, in usual distances, belong to two words."""

MISCOUNTED = 2
"""How many peaks a VIN may show too many or too few."""
MOST_RUNS = 5
"""Of one line, those between the widest gaps."""
_LEAST_PITCH = 0.15
"""In heights: peaks closer to each other are of one character."""
_ROW_GAP = 1.6
"""In cells: the peaks of one row lie closer together than this, across the row."""
_ROW_PEAKS = 6
_REACH = 2
_MIN_CELLS = 8
_MAX_GROUPS = 16
_MAX_JOINED = 10
_DUPLICATE_IOU = 0.7

_NEIGHBORS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line that may be a VIN. `peaks` are the centers of its characters where they can be told apart."""

    quad: Quad
    peaks: Array
    confidence: float


def find_lines(
    region: Map, affinity: Map, *, limit: int = 3, thresholds: Sequence[float] = LINK_THRESHOLDS
) -> tuple[TextLine, ...]:
    """The lines that look most like a VIN, best first, in any direction; none where there is no text."""
    peaks = find_peaks(region)
    groups: list[Cells] = []
    for threshold in thresholds:
        found = _group_cells(region, affinity, threshold)
        groups += found + _join_groups(found)
    groups += [row for group in groups for row in _split_rows(group, peaks)]
    lines = [_describe(group, peaks) for group in groups]
    words = [run for group, line in zip(groups, lines, strict=True) for run in _take_words(group, line.peaks)]
    cores = [core for group in groups if (core := _take_core(group)) is not None]
    lines += [_describe(core, peaks) for core in cores]
    runs = _list_news([_describe(run, peaks) for run in words], lines)
    ranked = sorted(lines + runs, key=lambda line: line.confidence, reverse=True)
    return tuple(_drop_duplicates(ranked, limit))


def find_peaks(region: Map) -> Array:
    """Local maxima of the smoothed region score, N x 2."""
    smooth = cv2.GaussianBlur(region, (3, 3), 0.7)
    highest = cv2.dilate(smooth, _NEIGHBORS)
    tops = ((smooth >= highest - 1e-4) & (smooth > PEAK_THRESHOLD)).astype(np.uint8)
    _, _, _, centers = cv2.connectedComponentsWithStats(tops, connectivity=8)  # a plateau is one peak
    return centers[1:].astype(np.float64) + 0.5


def _group_cells(region: Map, affinity: Map, threshold: float) -> list[Cells]:
    """Connected cells of text, the largest groups first."""
    linked = ((region > threshold) | (affinity > threshold)).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(linked, connectivity=8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:_MAX_GROUPS] + 1
    large = [int(label) for label in order if stats[label, cv2.CC_STAT_AREA] >= _MIN_CELLS]
    windows = [_window(stats[label]) for label in large]
    groups = [
        _take_cells(region[window], affinity[window], labels[window] == label, labels[window] == 0, window)
        for label, window in zip(large, windows, strict=True)
    ]
    return [group for group in groups if _is_text(group)]


def _window(stats: npt.NDArray[np.int32]) -> Window:
    """The rows and columns of a group and of the cells beside it."""
    x, y, width, height = (int(value) for value in stats[:4])
    return slice(max(y - _REACH, 0), y + height + _REACH), slice(max(x - _REACH, 0), x + width + _REACH)


def _take_cells(scores: Map, links: Map, own: Mask, free: Mask, window: Window) -> Cells:
    """The cells of a group and the faint ones beside it, from which its height is measured.

    `own` are the group's cells in its window, `free` those of no group.
    """
    kernel = np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8)
    beside = (cv2.dilate(own.astype(np.uint8), kernel) > 0) & free
    rows, columns = np.nonzero((own | beside) & ((scores > INK_THRESHOLD) | (links > INK_THRESHOLD)))
    centers = np.stack([columns + window[1].start, rows + window[0].start], axis=1) + 0.5
    weights, strengths = scores[rows, columns], links[rows, columns]
    return Cells(centers, weights.astype(np.float64), strengths.astype(np.float64))


def _is_text(group: Cells) -> bool:
    return len(group.weights) >= _MIN_CELLS and bool(group.weights.max() > CORE_THRESHOLD)


def _describe(cells: Cells, peaks: Array) -> TextLine:
    inside = _peaks_on(cells.axis, peaks)
    count = _count_characters(cells.axis, inside)
    return TextLine(quad=cells.axis.outline(), peaks=inside, confidence=_likeness(cells, count))


def _count_characters(axis: Axis, peaks: Array) -> int:
    """How many peaks there are, those one above the other in a tall character counted once."""
    return len(_places(axis, peaks, 0.4 * axis.length / LENGTH))


def _places(axis: Axis, peaks: Array, least: float) -> Array:
    """Where the peaks of a line are along its axis; those closer than `least` to the one before are of one
    character.
    """
    along, _ = axis.project(peaks)
    return along[np.diff(along, prepend=-np.inf) > least]


def _peaks_on(axis: Axis, peaks: Array) -> Array:
    """The peaks that lie in the line's outline, in reading order."""
    along, across = axis.project(peaks)
    inside = (np.abs(across) < axis.height / 2) & (along > axis.start) & (along < axis.end)
    return peaks[inside][np.argsort(along[inside])]


def _likeness(cells: Cells, peaks: int) -> float:
    """How much the line looks like a VIN, 0 to 1: strongly linked, long for its height, with about 17 peaks.

    The network links the characters of a VIN with 1 and those of other lines with 0.5. Small characters melt
    into one another, so too few peaks say less than too many.
    """
    axis = cells.axis
    long_enough = 1 / (1 + np.exp(-(axis.length / axis.height - 4.0)))
    missing = LENGTH - peaks
    resolved = axis.length / LENGTH > 3.0
    tolerance = 3.0 if resolved or missing < 0 else 9.0
    count = np.exp(-0.5 * (missing / tolerance) ** 2)
    bright = float(cells.weights @ cells.weights) / cells.mass
    return float(np.sqrt(bright) * cells.bond * (0.2 + 0.8 * long_enough) * (0.3 + 0.7 * count))


def _join_groups(groups: Sequence[Cells]) -> list[Cells]:
    """Lines that a gap or a faint character broke in two, put together; the parts stay candidates too."""
    parts = dict(enumerate(sorted(groups, key=lambda part: -part.mass)[:_MAX_JOINED]))
    gaps = {pair: _gap(parts[pair[0]].axis, parts[pair[1]].axis) for pair in combinations(parts, 2)}
    joined: list[Cells] = []
    while near := {pair: gap for pair, gap in gaps.items() if gap is not None}:
        first, second = min(near, key=lambda pair: near[pair])
        whole = parts.pop(first).join(parts.pop(second))
        gaps = {pair: gap for pair, gap in gaps.items() if not {first, second} & set(pair)}
        new = _MAX_JOINED + len(joined)
        gaps |= {(place, new): _gap(part.axis, whole.axis) for place, part in parts.items()}
        parts[new] = whole
        joined.append(whole)
    return joined


def _gap(a: Axis, b: Axis) -> float | None:
    """The gap along the longer part, in heights; None where the parts cannot belong to one line."""
    long, short = (a, b) if a.length >= b.length else (b, a)
    if not 0.4 < short.height / long.height < 2.2:
        return None
    tips = np.array([short.center + along * short.direction for along in (short.start, short.end)])
    along, across = long.project(tips)
    gap = float(max(along.min() - long.end, long.start - along.max())) / long.height
    beside = float(np.abs(across).max()) > 0.6 * long.height
    return None if beside or not -1.0 < gap < MAX_GAP else gap


def _take_core(cells: Cells) -> Cells | None:
    """The part with the strong links of a VIN, where other text is linked to it; None where that is all."""
    axis = cells.axis
    along, _ = axis.project(cells.centers)
    strong = along[cells.links > CORE_LINK * cells.linked]
    if len(strong) < _MIN_CELLS:
        return None
    first, last = float(strong.min()), float(strong.max())
    if last - first > 0.92 * axis.length:
        return None
    outside = (along < first) | (along > last)
    if not _is_foreign(cells, outside):
        return None
    half = 0.75 * (last - first) / (LENGTH - 1)  # links lie between characters: the ends miss half a pitch
    core = cells.take((along > first - half) & (along < last + half))
    return core if _is_text(core) else None


def _take_words(cells: Cells, peaks: Array) -> list[Cells]:
    """The runs of whole words with about as many characters as a VIN, in a line that has more; `peaks` are
    those of the line.
    """
    axis = cells.axis
    along = _places(axis, peaks, _LEAST_PITCH * axis.height)
    if len(along) <= LENGTH + MISCOUNTED:
        return []
    pitch = float(np.median(np.diff(along)))
    places, _ = axis.project(cells.centers)
    parts = [
        cells.take((places > along[first] - pitch / 2) & (places < along[last - 1] + pitch / 2))
        for first, last in _list_runs(np.diff(along) / pitch)[:MOST_RUNS]
    ]
    return [part for part in parts if _is_text(part)]


def _list_runs(steps: Array) -> list[tuple[int, int]]:
    """The first of such characters and the one after the last, those between the widest gaps first; `steps`
    are the distances from each character to the next, in usual ones.
    """
    gaps = np.array([np.inf, *steps, np.inf])
    ends = np.flatnonzero(gaps > WORD_GAP)
    runs = [
        (int(first), int(last))
        for first, last in combinations(ends, 2)
        if abs(last - first - LENGTH) <= MISCOUNTED
    ]
    return sorted(runs, key=lambda run: -min(gaps[run[0]], gaps[run[1]]))


def _list_news(runs: Sequence[TextLine], lines: Sequence[TextLine]) -> list[TextLine]:
    """The runs that no line of a VIN's length shows, whose outline follows the characters more closely."""
    whole = [line for line in lines if abs(len(line.peaks) - LENGTH) <= MISCOUNTED]
    return [run for run in runs if not any(_is_same(run.quad, line.quad) for line in whole)]


def _is_foreign(cells: Cells, chosen: Mask) -> bool:
    """Whether the chosen cells show characters that are less linked than the others, not just fainter."""
    foreign, own = cells.take(chosen), cells.take(~chosen)
    return bool(foreign.links.sum() * own.mass < FOREIGN * own.links.sum() * foreign.mass)


def _split_rows(cells: Cells, peaks: Array) -> list[Cells]:
    """The rows of a group in which lines close to each other grew together; none where there is only one."""
    axis = cells.axis
    _, across = axis.project(_peaks_on(axis, peaks))
    levels = np.sort(across)
    rows = [
        row
        for row in np.split(levels, np.flatnonzero(np.diff(levels) > _ROW_GAP) + 1)
        if len(row) >= _ROW_PEAKS
    ]
    if len(rows) < 2:
        return []
    centers = np.array([row.mean() for row in rows])
    _, cell_levels = axis.project(cells.centers)
    nearest = np.abs(cell_levels[:, None] - centers).argmin(axis=1)
    parts = [cells.take(nearest == row) for row in range(len(rows))]
    return [part for part in parts if _is_text(part)]


def _drop_duplicates(ranked: Sequence[TextLine], limit: int) -> list[TextLine]:
    kept: list[TextLine] = []
    for line in ranked:
        if len(kept) == limit:
            break
        if not any(_is_same(line.quad, other.quad) for other in kept):
            kept.append(line)
    return kept


def _is_same(a: Quad, b: Quad) -> bool:
    """Whether the quads cover each other; those of other lines are told apart by the boxes around them."""
    left, right = bounding_box(a), bounding_box(b)
    apart = left[0] > right[2] or right[0] > left[2] or left[1] > right[3] or right[1] > left[3]
    return not apart and quad_iou(a, b) >= _DUPLICATE_IOU
