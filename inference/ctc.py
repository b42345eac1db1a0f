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


def align_exact(log_probs: Array, length: int) -> Alignment:
    """The most probable path that emits exactly `length` symbols (Viterbi). Raises TooFewFrames."""
    if len(log_probs) < length:
        raise TooFewFrames(f"{len(log_probs)} frames cannot hold {length} symbols.")
    greedy = align_greedy(log_probs)
    if len(greedy.symbols) == length:
        return greedy  # the best path of all is the best of this length
    return _Viterbi(log_probs, length).best()


def align_greedy(log_probs: Array) -> Alignment:
    """The best class of every frame, with repeats and blanks taken out: a text of any length."""
    return _collapse(log_probs.argmax(axis=1))


class _Viterbi:
    """After each frame: k symbols were emitted, and the last one, s, is still sounding, or a blank is.

    The blank states need not know the last symbol, because after a blank the same symbol may come again.
    """

    def __init__(self, log_probs: Array, length: int) -> None:
        frames, classes = log_probs.shape
        self._blank, self._symbols = log_probs[:, BLANK], log_probs[:, 1:]
        self._length = length
        shape = (frames, length + 1)
        self._how = np.zeros((*shape, classes - 1), dtype=np.int8)
        self._previous = np.zeros((*shape, 2), dtype=np.int16)
        self._blank_from_symbol = np.zeros(shape, dtype=bool)
        self._sounding = np.full((length + 1, classes - 1), _IMPOSSIBLE)
        self._silent = np.full(length + 1, _IMPOSSIBLE)
        self._silent[0] = 0.0
        for frame in range(frames):
            self._advance(frame)

    def _advance(self, frame: int) -> None:
        sounding, silent = self._sounding, self._silent
        rows = np.arange(self._length + 1)
        first = sounding.argmax(axis=1)
        best = sounding[rows, first]
        others = sounding.copy()
        others[rows, first] = _IMPOSSIBLE
        second = others.argmax(axis=1)
        from_symbol = np.repeat(best[:, None], sounding.shape[1], axis=1)
        from_symbol[rows, first] = others[rows, second]

        entered = np.full_like(sounding, _IMPOSSIBLE)
        by_symbol = from_symbol[:-1] > silent[:-1, None]
        entered[1:] = np.where(by_symbol, from_symbol[:-1], silent[:-1, None])
        how = np.where(by_symbol, _FROM_SYMBOL, _FROM_BLANK)
        enters = entered > sounding
        self._how[frame, 1:] = np.where(enters[1:], how, _STAY)
        self._previous[frame] = np.stack([first, second], axis=1)
        self._blank_from_symbol[frame] = best > silent
        self._sounding = np.where(enters, entered, sounding) + self._symbols[frame]
        self._silent = np.maximum(best, silent) + self._blank[frame]

    def best(self) -> Alignment:
        """Walks back from the better of the two last states."""
        count = self._length
        symbol = int(self._sounding[count].argmax())
        in_blank = self._silent[count] >= self._sounding[count, symbol]
        path = np.zeros(len(self._blank), dtype=np.int64)
        for frame in range(len(path) - 1, -1, -1):
            path[frame] = BLANK if in_blank else symbol + 1
            if in_blank:
                in_blank = not self._blank_from_symbol[frame, count]
                symbol = int(self._previous[frame, count, 0])
                continue
            how = self._how[frame, count, symbol]
            if how == _STAY:
                continue
            count -= 1
            in_blank = how == _FROM_BLANK
            first, second = self._previous[frame, count]
            symbol = int(second if symbol == first else first)
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
