"""Reads lines that were cut out already: by the recognizer that learns and the rules of VINs, with a second
reader beside it that never learns and only contradicts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch

from inference.bundle import verify_bundle
from inference.ctc import log_softmax
from inference.fusion import Calibration
from inference.recognizers.characters import CharacterRecognizer
from inference.recognizers.sequence import prepare_crop, weigh_frames
from inference.rectifier import CROP_WIDTH
from inference.rules import judge
from inference.search import most_probable
from inference.sessions import Network
from inference.types import Crop, LineEvidence, LineReading
from inference.vin import ALPHABET
from training.systems.sequence import read_in_batches
from training.weights import load_network

Reader = Callable[[Sequence[Crop]], list[LineEvidence]]
Floats = npt.NDArray[np.float64]

_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class LineReader:
    """`sequence` is the recognizer that learns, `second` the one that it is compared with."""

    sequence: Reader
    second: Reader
    calibration: Calibration

    @classmethod
    def open(cls, bundle: Path, second: Path | None) -> LineReader:
        """The bundle's recognizers; `second` is the ONNX file of another CTC network in place of its
        characters. Raises bundle.InvalidBundle, sessions.InvalidNetwork, weights.InvalidWeights, OSError.
        """
        manifest = verify_bundle(bundle)
        files = {name: bundle / entry.file for name, entry in manifest.networks.items()}
        beside = open_ctc(second) if second else open_characters(files["characters"])
        return cls(open_weights(files["sequence"]), beside, manifest.calibration)

    def with_weights(self, path: Path) -> LineReader:
        """The same with other weights of the recognizer that learns. Raises weights.InvalidWeights."""
        return replace(self, sequence=open_weights(path))


def open_weights(path: Path) -> Reader:
    """Of weights or an ONNX file of ours, in torch, as training leaves them."""
    network = load_network(path, "sequence")

    def read(crops: Sequence[Crop]) -> list[LineEvidence]:
        inputs = torch.from_numpy(np.stack([prepare_crop(crop.pixels) for crop in crops]))
        return weigh_frames(log_softmax(read_in_batches(network, inputs).float().numpy()), CROP_WIDTH)

    return read


def open_characters(path: Path) -> Reader:
    recognizer = CharacterRecognizer(Network(path.read_bytes()))
    return lambda crops: [line.evidence for line in recognizer.weigh(crops)]


def open_ctc(path: Path) -> Reader:
    """Another network that answers N x T x 34 for gray crops, of whatever height it wants."""
    network, height = Network(path.read_bytes()), _input_height(path)

    def read(crops: Sequence[Crop]) -> list[LineEvidence]:
        resized = [
            cv2.resize(crop.pixels, (CROP_WIDTH, height), interpolation=cv2.INTER_AREA) for crop in crops
        ]
        batch = np.stack([prepare_crop(np.asarray(pixels, np.uint8)) for pixels in resized])
        return weigh_frames(log_softmax(network.run(batch)), CROP_WIDTH)

    return read


def _input_height(path: Path) -> int:
    import onnx

    shape = onnx.load(path).graph.input[0].type.tensor_type.shape
    return int(shape.dim[2].dim_value)


def read_lines(reader: LineReader, crops: Sequence[Crop]) -> list[dict[str, Any]]:
    """What was read in each crop, with the names of inference.types.Reading, as far as a line tells it."""
    found = []
    for start in range(0, len(crops), _AT_ONCE):
        batch = crops[start : start + _AT_ONCE]
        pairs = zip(reader.sequence(batch), reader.second(batch), strict=True)
        found += [_tell(first, second, reader.calibration) for first, second in pairs]
    return found


def _tell(first: LineEvidence, second: LineEvidence, calibration: Calibration) -> dict[str, Any]:
    verdict = judge(np.exp(first.scores))
    agreed = most_probable(first) == most_probable(second)
    chosen = [
        float(row[ALPHABET.index(symbol)])
        for row, symbol in zip(verdict.probabilities, verdict.vin, strict=True)
    ]
    return {
        "vin": verdict.vin,
        "confidence": calibration.apply(verdict.raw_confidence, agreed=agreed),
        "characters": [{"index": index, "confidence": chance} for index, chance in enumerate(chosen)],
        "quality": {"readable": True},
        "stages": {
            "lines": [_tell_line("sequence", first), _tell_line("characters", second)],
            "candidates": [asdict(candidate) for candidate in verdict.candidates],
        },
    }


def _tell_line(recognizer: Any, evidence: LineEvidence) -> dict[str, Any]:
    probabilities = np.exp(evidence.scores.max(axis=1))
    return asdict(LineReading(recognizer, most_probable(evidence), tuple(map(float, probabilities))))
