"""Boxes for the characters of real crops, of which only the VIN is known.

A character network that has seen drawn crops finds the boxes; the known symbols say which of them are the
line. So it teaches itself what real characters look like (weak supervision, as for CRAFT: Baek et al. 2019,
arXiv 1904.01941, section 3.2.2), but not where exactly they end.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from inference.recognizers.characters import (
    Detections,
    choose_line,
    decode_outputs,
    estimate_pitches,
    fill_boxes,
    suppress,
)
from inference.vin import LENGTH
from training.networks.characters import CharacterNetwork
from training.shards import save_shard, shard_dirs
from training.streams import NoTrainingData, crop_batch
from training.systems.sequence import read_in_batches

Symbols = npt.NDArray[np.uint8]

_LEAST_CLARITY = -6.0
"""So that one symbol that is hard to see does not bend the whole line."""
_MOST_MISSING = 1
_LEAST_MEAN_CLARITY = -1.2
"""Mean log-probability of the known symbols: below, the boxes or the VIN are hardly right."""


@dataclass(frozen=True, slots=True)
class BoxedCrops:
    """`boxes` N x 17 x 4 in crop pixels, and which of the crops can be `trusted`."""

    boxes: npt.NDArray[np.float32]
    trusted: npt.NDArray[np.bool_]


def box_shards(network: CharacterNetwork, folder: Path, out_dir: Path) -> tuple[int, int]:
    """Copy shards of crops with `pixels` and `symbols`, with `boxes` added and what is not trusted left out.

    Returns how many crops were kept, and of how many. Raises streams.NoTrainingData.
    """
    paths = shard_dirs(folder)
    if not paths:
        raise NoTrainingData(f"{folder} holds no shard of real crops.")
    kept = total = 0
    for path in paths:
        arrays: dict[str, npt.NDArray[Any]] = {file.stem: np.load(file) for file in path.glob("*.npy")}
        boxed = box_crops(network, arrays["pixels"], arrays["symbols"])
        trusted = {name: values[boxed.trusted] for name, values in arrays.items()}
        save_shard(out_dir / path.name, {**trusted, "boxes": boxed.boxes[boxed.trusted]})
        kept, total = kept + int(boxed.trusted.sum()), total + len(boxed.trusted)
    return kept, total


def box_crops(network: CharacterNetwork, pixels: npt.NDArray[np.uint8], symbols: Symbols) -> BoxedCrops:
    """`pixels` N x H x W gray, `symbols` N x 17 places in the alphabet."""
    inputs = crop_batch(list(pixels), list(symbols)).inputs
    return align_symbols(read_in_batches(network, inputs).float().numpy(), symbols)


def align_symbols(outputs: npt.NDArray[np.floating], symbols: Symbols) -> BoxedCrops:
    """The line of boxes that shows the known symbols best; the network's raw `outputs` of N crops."""
    detections = suppress(decode_outputs(outputs))
    pitches = estimate_pitches(detections)
    clarity = _clarity_of(detections, symbols)
    chosen = choose_line(detections, pitches, clarity)
    boxes, trusted = [], []
    for row, line in enumerate(chosen):
        found = line >= 0
        boxes.append(fill_boxes(detections.boxes[row, line[found]], np.flatnonzero(found), pitches[row]))
        seen = clarity[found, row, line[found]].sum() + _LEAST_CLARITY * (~found).sum()
        trusted.append((~found).sum() <= _MOST_MISSING and seen / LENGTH > _LEAST_MEAN_CLARITY)
    return BoxedCrops(np.stack(boxes).astype(np.float32), np.array(trusted))


def _clarity_of(detections: Detections, symbols: Symbols) -> npt.NDArray[np.float64]:
    """17 x N x boxes: the log-probability that the box is the symbol that the position should have."""
    lines, count = detections.log_odds.shape
    places = np.arange(lines)[None, :, None], np.arange(count)[None, None], symbols.T[:, :, None]
    return np.maximum(detections.classes[places], _LEAST_CLARITY)
