"""Reads a crop as characters that are found one by one: YOLOv2 (Redmon and Farhadi 2017, arXiv 1612.08242).

The network answers, for each cell of a grid and each anchor, where a character is, how sure it is of that,
and which one it is. Out of these boxes the 17 that make the best line are chosen. Unlike a sequence, this
knows nothing of the order of characters until then, so it errs in other places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from inference.ctc import log_softmax
from inference.recognizers.sequence import prepare_crop
from inference.rectifier import CROP_WIDTH, MARGIN_X
from inference.sessions import Network
from inference.types import Crop, LineEvidence
from inference.vin import ALPHABET, LENGTH

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Indexes = npt.NDArray[np.int64]

STRIDE_X, STRIDE_Y = 8, 16
"""Size of a cell of the grid in crop pixels; two neighbors in a line never share one."""
ANCHORS = ((14.5, 34.7), (19.6, 32.9), (19.6, 42.7))
"""Width and height in crop pixels; from `python -m training anchors`."""
LARGEST_LOG_SCALE = 2.0
"""A box is at most e to this times its anchor, so that no wild output overflows."""
OUTPUTS = 5 + len(ALPHABET)
"""Of each cell and anchor: x, y, log width, log height, objectness, then the alphabet in order."""

_CANDIDATES = 64
_LINE_CANDIDATES = 40
_OVERLAP = 0.45
"""Of the narrower of two boxes, along x: above this they are the same character."""
_AGREEING = 0.65
"""Of the wider of two boxes, along x: above this they say together which symbol it is."""

_LEAST_LOG_ODDS = -6.0
_MOST_LOG_ODDS = 6.0
_MISSING = 4.0
"""What it costs to leave a position without a box, in nats."""
_MOST_STEP = 3
"""Positions from one box to the next: two may be missing between them."""
_CROWDED, _SPACED = 12.0, 1.5
"""What it costs when a box is too near to the one before (by the square) or too far, in pitches."""
_MOST_SPACED = 4.0
_OUTSIDE = 1.0
"""What it costs, for each pitch, when a line without its first or last boxes would reach into the margin."""
_IMPOSSIBLE = -1e9
_LEAST_SHARE = 1e-12


@dataclass(frozen=True, slots=True)
class Detections:
    """B crops x M boxes each: `boxes` x1, y1, x2, y2 in crop pixels, `log_odds` that it is a character at
    all, `classes` the log-probabilities of the symbols if it is one.
    """

    boxes: Array
    log_odds: Array
    classes: Array

    @property
    def centers(self) -> Array:
        """The x of the middle of each box, B x M."""
        return np.asarray((self.boxes[..., 0] + self.boxes[..., 2]) / 2)

    def take(self, indexes: Indexes) -> Detections:
        """Those with the indexes B x K, in that order."""
        rows = np.arange(len(indexes))[:, None]
        return Detections(
            self.boxes[rows, indexes], self.log_odds[rows, indexes], self.classes[rows, indexes]
        )


@dataclass(frozen=True, slots=True)
class CharacterLine:
    """The 17 characters of a crop: the evidence, a box for each (17 x 4: x1, y1, x2, y2 in crop pixels), and
    which of them were `found`; the boxes of others are guessed from their neighbors.
    """

    evidence: LineEvidence
    boxes: Array
    found: Mask


class CharacterRecognizer:
    """Finds characters in crops; the network answers B x rows x columns x anchors x OUTPUTS."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def weigh(self, crops: Sequence[Crop]) -> list[CharacterLine]:
        """The best line of 17 in each crop, in order; one run of the network for all of them."""
        if not crops:
            return []
        batch = np.stack([prepare_crop(crop.pixels) for crop in crops])
        return read_lines(self._network.run(batch))


def read_lines(outputs: npt.NDArray[np.floating]) -> list[CharacterLine]:
    """From the network's answer, B x rows x columns x anchors x OUTPUTS, to lines of 17."""
    detections = suppress(decode_outputs(outputs))
    pitches = estimate_pitches(detections)
    chosen = choose_line(detections, pitches, detections.classes.max(axis=2)[None])
    return [_weigh_line(detections, row, chosen[row], float(pitches[row])) for row in range(len(chosen))]


def decode_outputs(outputs: npt.NDArray[np.floating]) -> Detections:
    """The boxes that are most likely characters, by direct location prediction (section 2 of the paper)."""
    lines, rows, columns, anchors, _ = outputs.shape
    log_odds = outputs[..., 4].reshape(lines, -1)
    count = min(_CANDIDATES, log_odds.shape[1])
    best = np.argsort(-log_odds, axis=1)[:, :count]
    kept = outputs.reshape(lines, -1, OUTPUTS)[np.arange(lines)[:, None], best].astype(np.float64)
    row, column, anchor = np.unravel_index(best, (rows, columns, anchors))
    corner = np.stack([column, row], axis=-1)
    middles = (corner + 1 / (1 + np.exp(-kept[..., :2]))) * (STRIDE_X, STRIDE_Y)
    sizes = np.array(ANCHORS)[anchor] * np.exp(np.minimum(kept[..., 2:4], LARGEST_LOG_SCALE))
    boxes = np.concatenate([middles - sizes / 2, middles + sizes / 2], axis=-1)
    return Detections(boxes, kept[..., 4], log_softmax(kept[..., 5:]))


def suppress(detections: Detections) -> Detections:
    """Non-maximum suppression along x, whatever the symbols: a line has one character at a place.

    In: the likeliest first. Out: from left to right; what was suppressed comes last, as impossible. Boxes
    that hardly differ from one that is kept have a say in its symbol, each by the odds that it is one.
    """
    left, right = detections.boxes[..., 0], detections.boxes[..., 2]
    common = np.minimum(right[:, :, None], right[:, None]) - np.maximum(left[:, :, None], left[:, None])
    widths = right - left
    same = common > _OVERLAP * np.minimum(widths[:, :, None], widths[:, None])
    better = np.tri(same.shape[1], k=-1, dtype=bool)
    rivals = same & better  # [line, box, better box]
    possible = detections.log_odds > _LEAST_LOG_ODDS
    possible[:, 0] = True
    kept = possible
    while True:
        # who is only covered by boxes that fell themselves comes back, until nothing changes any more
        now = possible & ~(rivals & kept[:, None]).any(axis=2)
        if (now == kept).all():
            break
        kept = now
    voices = common > _AGREEING * np.maximum(widths[:, :, None], widths[:, None])
    weights = voices / (1 + np.exp(-detections.log_odds))[:, None]
    shares = weights / weights.sum(axis=2, keepdims=True)
    classes = np.log(shares @ np.exp(detections.classes) + _LEAST_SHARE)
    detections = replace(detections, classes=classes)
    order = np.argsort(np.where(kept, detections.centers, np.inf), axis=1, kind="stable")
    order = order[:, :_LINE_CANDIDATES]
    sorted_kept = np.take_along_axis(kept, order, axis=1)
    ordered = detections.take(order)
    return Detections(ordered.boxes, np.where(sorted_kept, ordered.log_odds, -np.inf), ordered.classes)


def estimate_pitches(detections: Detections) -> Array:
    """How far characters are from each other, B; as the crop's width has it where few are found."""
    usual = (CROP_WIDTH - 2 * MARGIN_X) / LENGTH
    pitches = np.full(len(detections.boxes), usual)
    for row, (centers, log_odds) in enumerate(zip(detections.centers, detections.log_odds, strict=True)):
        sure = centers[log_odds > 0]
        if len(sure) > LENGTH // 2:
            gaps = np.sort(np.diff(sure))  # several times as quick as a median
            pitches[row] = gaps[len(gaps) // 2]
    return pitches


def choose_line(detections: Detections, pitches: Array, clarity: Array) -> Indexes:
    """The 17 boxes of the best line from left to right, B x 17; -1 where a position has none.

    Dynamic programming over positions and boxes. A box counts by the odds that it is a character and by
    its `clarity`, the log-probability of the symbol that it would be there: 17 positions, or one for all of
    them, x B x boxes. Crowded or spaced neighbors and positions without a box cost.
    """
    odds = np.clip(detections.log_odds, _LEAST_LOG_ODDS, _MOST_LOG_ODDS)
    values = np.where(np.isfinite(detections.log_odds), odds + clarity, _IMPOSSIBLE)
    values = np.broadcast_to(values, (LENGTH, *odds.shape))
    steps = _step_costs(detections.centers, pitches)
    before_first, after_last = _end_costs(detections.centers, pitches)
    _, lines, count = values.shape
    best = np.full((LENGTH, lines, count), _IMPOSSIBLE)
    source = np.full((LENGTH, lines, count), -1)
    length = np.zeros((LENGTH, lines, count), dtype=np.int64)
    for position in range(LENGTH):
        best[position] = -before_first[position]
        for step in range(1, min(_MOST_STEP, position) + 1):
            ways = best[position - step][:, :, None] - steps[step - 1]
            nearest = ways.argmax(axis=1)
            reached = np.take_along_axis(ways, nearest[:, None], axis=1)[:, 0]
            wins = reached > best[position]
            best[position] = np.where(wins, reached, best[position])
            source[position] = np.where(wins, nearest, source[position])
            length[position] = np.where(wins, step, length[position])
        best[position] += values[position]
    return _walk_back(best - after_last, source, length)


def _step_costs(centers: Array, pitches: Array) -> Array:
    """Steps x B x from x to: what it costs to go from one box to another as so many positions."""
    gaps = (centers[:, None] - centers[:, :, None]) / pitches[:, None, None]
    costs = []
    for step in range(1, _MOST_STEP + 1):
        crowded = _CROWDED * np.maximum(step - gaps, 0) ** 2
        spaced = np.minimum(_SPACED * np.maximum(gaps - step, 0), _MOST_SPACED)
        cost = crowded + spaced + _MISSING * (step - 1)
        costs.append(np.where(gaps > 0, cost, -_IMPOSSIBLE))
    return np.stack(costs)


def _end_costs(centers: Array, pitches: Array) -> tuple[Array, Array]:
    """17 x B x boxes: what it costs when a box at a position is the first of the line, and the last."""
    missing = np.arange(LENGTH)[:, None, None]
    pitch = pitches[:, None]
    first, last = centers - missing * pitch, centers + missing * pitch
    before = _MISSING * missing + _OUTSIDE * np.maximum(MARGIN_X - first, 0) / pitch
    after = _MISSING * missing + _OUTSIDE * np.maximum(last - (CROP_WIDTH - MARGIN_X), 0) / pitch
    return before, after[::-1]


def _walk_back(totals: Array, source: Indexes, length: Indexes) -> Indexes:
    """From the last box of the best path to its first; positions after the last one are missing."""
    totals = totals.transpose(1, 0, 2)
    lines, _, count = totals.shape
    chosen = np.full((lines, LENGTH), -1)
    for line in range(lines):
        position, box = divmod(int(totals[line].argmax()), count)
        while box >= 0:
            chosen[line, position] = box
            step = length[position, line, box]
            box = int(source[position, line, box])
            position -= int(step)
    return chosen


def _weigh_line(detections: Detections, row: int, chosen: Indexes, pitch: float) -> CharacterLine:
    """Where there is no box, every symbol is as likely."""
    found = (chosen >= 0) & np.isfinite(detections.log_odds[row, chosen])
    picked = chosen[found]
    scores = np.full((LENGTH, len(ALPHABET)), -np.log(len(ALPHABET)))
    certain = -np.logaddexp(0, -detections.log_odds[row, picked])
    scores[found] = certain[:, None] + detections.classes[row, picked]
    boxes = fill_boxes(detections.boxes[row, picked], np.flatnonzero(found), pitch)
    centers = (boxes[:, 0] + boxes[:, 2]) / 2
    return CharacterLine(LineEvidence(scores=scores, centers=centers), boxes, found)


def fill_boxes(boxes: Array, places: Indexes, pitch: float) -> Array:
    """17 boxes from those of some places: others lie between their neighbors, or a pitch further on."""
    everywhere = np.arange(LENGTH)
    between = np.stack([np.interp(everywhere, places, side) for side in boxes.T], axis=1)
    beyond = np.minimum(everywhere - places[0], 0) + np.maximum(everywhere - places[-1], 0)
    between[:, [0, 2]] += (beyond * pitch)[:, None]
    return between
