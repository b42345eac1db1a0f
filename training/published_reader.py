"""Reads crops with the published recognizer as it is, untouched by any training here: a second opinion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx

from inference.recognizers.sequence import weigh_frames
from inference.sessions import Network
from inference.types import Crop, LineEvidence
from inference.vin import ALPHABET

Array = npt.NDArray[np.float64]

LOOKALIKES = {"O": "0", "Q": "0", "I": "1"}
"""Letters that no VIN has, and what was meant."""
_FLOOR = 1e-9


class PublishedReader:
    """PP-OCRv6's small recognizer, as `training.published` fetches it."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, sessions.InvalidNetwork."""
        self._network = Network(path.read_bytes())
        listed = next(p.value for p in onnx.load(path).metadata_props if p.key == "character").split("\n")
        self._columns = class_columns(listed)

    def weigh(self, crops: Sequence[Crop]) -> list[LineEvidence]:
        """The evidence in each crop, in order. The network wants 48 pixels of height, and any width."""
        if not crops:
            return []
        batch = np.stack([prepare_crop(crop) for crop in crops])
        return weigh_frames(fold_classes(self._network.run(batch), self._columns), crops[0].pixels.shape[1])


def prepare_crop(crop: Crop) -> npt.NDArray[np.float32]:
    """3 x H x W in the order blue, green, red, from -1 to 1, as PaddleOCR prepares its lines."""
    planes = crop.pixels[:, :, ::-1].transpose(2, 0, 1)
    return np.asarray((planes / 255 - 0.5) / 0.5, np.float32)


def class_columns(symbols: Sequence[str]) -> list[list[int]]:
    """The published classes that stand for each of ours: the blank, then the alphabet in order."""
    folded = [LOOKALIKES.get(symbol, symbol) for symbol in symbols]
    return [[0], *([n for n, symbol in enumerate(folded, start=1) if symbol == s] for s in ALPHABET)]


def fold_classes(probabilities: npt.NDArray[np.float32], columns: Sequence[Sequence[int]]) -> Array:
    """N x T x 34 log-probabilities, given that a frame shows a symbol of the alphabet or nothing."""
    kept = np.stack([probabilities[:, :, list(places)].sum(2) for places in columns], axis=2) + _FLOOR
    return np.asarray(np.log(kept / kept.sum(2, keepdims=True)), np.float64)
