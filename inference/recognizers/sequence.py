"""Reads a whole crop at once with a CTC network (Shi et al. 2015, arXiv 1507.05717)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from inference.ctc import Alignment, align_exact, align_greedy, log_softmax, segment_scores
from inference.sessions import Network
from inference.types import Alternative, CharSequence, Crop, Image, LineEvidence, SequenceCharacter
from inference.vin import ALPHABET, LENGTH

Tensor = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]

CLASSES = len(ALPHABET) + 1
"""The blank, then the alphabet in order."""

_ALTERNATIVES = 4
_LEAST_ALTERNATIVE = 0.001
_SHORTEST, _LONGEST = 10, 22
"""How many symbols a line has that a VIN was cut out of, or that holds a VIN and a word."""
_MOST_EXTENSIONS = 4
_CLEAR = 0.7


def prepare_crop(pixels: Image) -> Tensor:
    """The network's input, 1 x H x W: gray, with the mean 0 and the deviation 1 of the crop itself."""
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    deviation = max(float(gray.std()), 1.0)
    return ((gray - gray.mean()) / deviation)[None]


class SequenceRecognizer:
    """Reads crops; the network answers N x T x 34 logits or log-probabilities."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def recognize(self, crop: Crop) -> CharSequence:
        """The most probable 17 symbols of the crop."""
        (evidence,) = self.weigh([crop])
        return decode_evidence(evidence, crop.pixels.shape[1])

    def weigh(self, crops: Sequence[Crop]) -> list[LineEvidence]:
        """The evidence in each crop, in order; one run of the network for all of them."""
        if not crops:
            return []
        batch = np.stack([prepare_crop(crop.pixels) for crop in crops])
        outputs = log_softmax(self._network.run(batch))
        return weigh_frames(outputs, crops[0].pixels.shape[1])


def weigh_frames(log_probs: Array, width: int) -> list[LineEvidence]:
    """The evidence in B x T x 34 log-probabilities of crops of that width. Raises ctc.TooFewFrames."""
    alignments = align_exact(log_probs, LENGTH)
    return [_weigh_line(frames, line, width) for frames, line in zip(log_probs, alignments, strict=True)]


def _weigh_line(log_probs: Array, alignment: Alignment, width: int) -> LineEvidence:
    step = width / len(log_probs)
    return LineEvidence(
        scores=segment_scores(log_probs, alignment),
        centers=_centers(alignment) * step,
        windows=_find_windows(log_probs, width),
    )


def _find_windows(log_probs: Array, width: int) -> tuple[tuple[float, float], ...]:
    """Where 17 symbols may be if the crop clearly shows another number of them, as the best path has it."""
    line = align_greedy(log_probs)
    count = len(line.symbols)
    if count == LENGTH or not _SHORTEST <= count <= _LONGEST or _clarity(log_probs, line) < _CLEAR:
        return ()
    centers = _centers(line) * width / len(log_probs)
    columns = character_columns(centers, width)
    if count > LENGTH:
        return tuple((columns[i][0], columns[i + LENGTH - 1][1]) for i in range(count - LENGTH + 1))
    missing, pitch = LENGTH - count, float(np.median(np.diff(centers)))
    before = np.linspace(0, missing, min(missing + 1, _MOST_EXTENSIONS)).round()
    return tuple((columns[0][0] - n * pitch, columns[-1][1] + (missing - n) * pitch) for n in before)


def _clarity(log_probs: Array, line: Alignment) -> float:
    """The mean probability of the symbols of a path, each at its best frame."""
    spans = zip(line.symbols, line.spans, strict=True)
    return float(np.mean([np.exp(log_probs[start:end, symbol + 1].max()) for symbol, (start, end) in spans]))


def _centers(alignment: Alignment) -> Array:
    return np.array([(start + end) / 2 for start, end in alignment.spans])


def decode_evidence(evidence: LineEvidence, width: int) -> CharSequence:
    """The best symbol of every position, with its column in the crop and its rivals."""
    probabilities = np.exp(evidence.scores)
    columns = character_columns(evidence.centers, width)
    characters = [
        SequenceCharacter(*best_symbol(row), left, right, list_alternatives(row))
        for row, (left, right) in zip(probabilities, columns, strict=True)
    ]
    return CharSequence(characters=tuple(characters), confidence=float(np.exp(evidence.log_probability)))


def best_symbol(probabilities: Array) -> tuple[str, float]:
    index = int(probabilities.argmax())
    return ALPHABET[index], float(probabilities[index])


def list_alternatives(probabilities: Array, *, chosen: str | None = None) -> tuple[Alternative, ...]:
    """The likeliest other symbols than the chosen one (the best one where none is named), best first."""
    taken = chosen if chosen is not None else best_symbol(probabilities)[0]
    order = [int(index) for index in np.argsort(-probabilities) if ALPHABET[index] != taken]
    likely = [index for index in order[:_ALTERNATIVES] if probabilities[index] > _LEAST_ALTERNATIVE]
    return tuple(Alternative(ALPHABET[index], float(probabilities[index])) for index in likely)


def character_columns(centers: Array, width: int) -> list[tuple[float, float]]:
    """Left and right of every character: half-way to its neighbors, and as far again at the ends."""
    cuts = (centers[1:] + centers[:-1]) / 2
    left_end, right_end = 2 * centers[0] - cuts[0], 2 * centers[-1] - cuts[-1]
    edges = np.clip([left_end, *cuts, right_end], 0, width)
    return [(float(left), float(right)) for left, right in pairwise(edges)]
