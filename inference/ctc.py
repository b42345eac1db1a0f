"""Reads exactly N symbols out of the frames of a CTC network (Graves et al. 2006).

Arrays are log-probabilities, T frames x C classes, with the blank as class 0. Symbols are numbered from 0;
the class of a symbol is one higher.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
BLANK = 0
_IMPOSSIBLE = -1e9

_STAY, _FROM_BLANK, _FROM_SYMBOL = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Alignment:
    """Which symbols were read, and the half-open span of frames of each, without its blanks."""

    symbols: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class TooFewFrames(ValueError):
    """No path through so few frames emits so many symbols."""


def log_softmax(scores: npt.NDArray[np.floating]) -> Array:
    """Log-probabilities over the last axis; those that already are ones stay as they are."""
    shifted = scores.astype(np.float64) - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def align_exact(log_probs: Array, length: int) -> list[Alignment]:
    """The most probable path of each line that emits exactly `length` symbols (Viterbi); B x T x C in.

    Raises TooFewFrames.
    """
    if log_probs.shape[1] < length:
        raise TooFewFrames(f"{log_probs.shape[1]} frames cannot hold {length} symbols.")
    # the best path of all is the best of its length: most lines are done already
    found = [align_greedy(line) for line in log_probs]
    open_lines = [index for index, line in enumerate(found) if len(line.symbols) != length]
    if open_lines:
        viterbi = _Viterbi(log_probs[open_lines], length)
        for place, index in enumerate(open_lines):
            found[index] = viterbi.best(place)
    return found


def align_greedy(log_probs: Array) -> Alignment:
    """The best class of every frame, with repeats and blanks taken out: a text of any length."""
    return _collapse(log_probs.argmax(axis=1))


class _Viterbi:
    """After each frame: k symbols were emitted, and the last one, s, is still sounding, or a blank is.

    The blank states need not know the last symbol, because after a blank the same symbol may come again. All
    lines are advanced at once: the arrays are B lines x (length + 1) counts x symbols.
    """

    def __init__(self, log_probs: Array, length: int) -> None:
        lines, frames, classes = log_probs.shape
        self._log_probs = log_probs
        self._length = length
        shape = (frames, lines, length + 1)
        self._how = np.zeros((*shape, classes - 1), dtype=np.int8)
        self._first = np.zeros(shape, dtype=np.int16)
        self._second = np.zeros(shape, dtype=np.int16)
        self._blank_from_symbol = np.zeros(shape, dtype=bool)
        self._sounding = np.full((lines, length + 1, classes - 1), _IMPOSSIBLE)
        self._silent = np.full((lines, length + 1), _IMPOSSIBLE)
        self._silent[:, 0] = 0.0
        for frame in range(frames):
            self._advance(frame)

    def _advance(self, frame: int) -> None:
        sounding, silent = self._sounding, self._silent
        first = sounding.argmax(axis=2)[..., None]
        best = np.take_along_axis(sounding, first, axis=2)
        others = sounding.copy()
        np.put_along_axis(others, first, _IMPOSSIBLE, axis=2)
        second = others.argmax(axis=2)[..., None]
        # what precedes a symbol: the best other one, or a blank
        before = np.broadcast_to(best, sounding.shape).copy()
        np.put_along_axis(before, first, np.take_along_axis(others, second, axis=2), axis=2)
        by_symbol = before > silent[..., None]
        before = np.where(by_symbol, before, silent[..., None])

        entered = np.full_like(sounding, _IMPOSSIBLE)
        entered[:, 1:] = before[:, :-1]
        enters = entered > sounding
        self._how[frame, :, 1:] = np.where(by_symbol[:, :-1], _FROM_SYMBOL, _FROM_BLANK) * enters[:, 1:]
        self._first[frame], self._second[frame] = first[..., 0], second[..., 0]
        self._blank_from_symbol[frame] = best[..., 0] > silent
        now = self._log_probs[:, frame]
        self._sounding = np.where(enters, entered, sounding) + now[:, None, 1:]
        self._silent = np.maximum(best[..., 0], silent) + now[:, :1]

    def best(self, line: int) -> Alignment:
        """Walks back from the better of the two last states."""
        count = self._length
        symbol = int(self._sounding[line, count].argmax())
        in_blank = bool(self._silent[line, count] >= self._sounding[line, count, symbol])
        path = np.zeros(self._log_probs.shape[1], dtype=np.int64)
        for frame in range(len(path) - 1, -1, -1):
            path[frame] = BLANK if in_blank else symbol + 1
            first = int(self._first[frame, line, count])
            if in_blank:
                in_blank, symbol = not self._blank_from_symbol[frame, line, count], first
                continue
            how = self._how[frame, line, count, symbol]
            if how == _STAY:
                continue
            count -= 1
            in_blank = how == _FROM_BLANK
            first = int(self._first[frame, line, count])
            symbol = int(self._second[frame, line, count]) if symbol == first else first
        return _collapse(path)


def _collapse(path: npt.NDArray[np.int64]) -> Alignment:
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    ends = np.append(starts[1:], len(path))
    kept = [(int(path[start]) - 1, (int(start), int(end))) for start, end in zip(starts, ends, strict=True)]
    kept = [entry for entry in kept if entry[0] != BLANK - 1]
    return Alignment(symbols=tuple(symbol for symbol, _ in kept), spans=tuple(span for _, span in kept))


def segment_scores(log_probs: Array, alignment: Alignment) -> Array:
    """Log-probability of every symbol at every position: N x S.

    The frames are cut half-way between neighboring symbols. Entry (k, s) sums over all paths through segment
    k that emit s and nothing else: what is missing to 1 is the chance of no symbol there, or of several.
    """
    frames = _cut_segments(log_probs, alignment)
    before = np.zeros((len(frames), 1))
    symbols = log_probs.shape[1] - 1
    during = np.full((len(frames), symbols), _IMPOSSIBLE)
    after = np.full((len(frames), symbols), _IMPOSSIBLE)
    for step in range(frames.shape[1]):
        blank, voiced = frames[:, step, :1], frames[:, step, 1:]
        after = np.logaddexp(after, during) + blank
        during = np.logaddexp(during, before) + voiced
        before = before + blank
    return np.logaddexp(during, after)


def _cut_segments(log_probs: Array, alignment: Alignment) -> Array:
    """N x longest x C; short ones are filled with frames that are surely blank, which change nothing."""
    bounds = segment_bounds(alignment, len(log_probs))
    longest = max(end - start for start, end in bounds)
    segments = np.full((len(bounds), longest, log_probs.shape[1]), _IMPOSSIBLE)
    segments[:, :, BLANK] = 0.0
    for index, (start, end) in enumerate(bounds):
        segments[index, : end - start] = log_probs[start:end]
    return segments


def segment_bounds(alignment: Alignment, frames: int) -> list[tuple[int, int]]:
    """The span of frames that belongs to each symbol, blanks included; together they cover all frames."""
    spans = alignment.spans
    cuts = [-(-(here[1] + there[0]) // 2) for here, there in pairwise(spans)]
    return list(zip([0, *cuts], [*cuts, frames], strict=True))
