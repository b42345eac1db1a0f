"""Batches for the character recognizer: crops whose boxes move along when the crop is moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from training.streams import RealShare, ShardPool, crop_batch, move_crop, random_affine, relight

Boxes = npt.NDArray[np.float32]
Sample = Mapping[str, npt.NDArray[Any]]
"""A row of a shard: `pixels` H x W gray, `symbols` 17 places in the alphabet, `boxes` 17 x 4. Where `exact`
is there and false, the boxes were found by a network.
"""


@dataclass(frozen=True, slots=True)
class CharacterBatch:
    """`inputs` N x 1 x 48 x 384, `symbols` N x 17 places in the alphabet, `boxes` N x 17 x 4: x1, y1, x2, y2
    in pixels of the crop. `exact` N: whether the boxes are, or only show which character is where.
    """

    inputs: Tensor
    symbols: Tensor
    boxes: Tensor
    exact: Tensor


def stream_characters(
    folder: Path, *, batch_size: int, seed: int, real: RealShare | None = None
) -> Iterator[CharacterBatch]:
    """Batches without end, each crop moved and relit a little. Raises streams.NoTrainingData."""
    rng = np.random.default_rng((seed, 3))
    drawn = ShardPool(folder, seed=seed).draw()
    found = ShardPool(real.folder, seed=seed).draw() if real else drawn
    count = round(real.share * batch_size) if real else 0
    while True:
        samples: list[Sample] = [{**next(found), "exact": np.array(False)} for _ in range(count)]
        samples += [next(drawn) for _ in range(batch_size - count)]
        yield character_batch([vary_sample(rng, sample) for sample in samples])


def vary_sample(rng: np.random.Generator, sample: Sample) -> Sample:
    """As streams.vary_crop, with the boxes."""
    pixels = sample["pixels"]
    matrix = random_affine(rng, pixels.shape[1], pixels.shape[0])
    moved = relight(rng, move_crop(pixels, matrix))
    return {**sample, "pixels": moved, "boxes": move_boxes(sample["boxes"], matrix)}


def move_boxes(boxes: Boxes, matrix: npt.NDArray[np.float64]) -> Boxes:
    """The centers by the matrix (2 x 3), the sizes by its scales alone, so that a lean widens nothing."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2 @ matrix[:, :2].T + matrix[:, 2]
    halves = (boxes[:, 2:] - boxes[:, :2]) / 2 * np.diag(matrix[:, :2])
    return np.concatenate([middles - halves, middles + halves], axis=1).astype(np.float32)


def character_batch(samples: Sequence[Sample]) -> CharacterBatch:
    """Samples as tensors, through the pre-processing of production."""
    crops = crop_batch([sample["pixels"] for sample in samples], [sample["symbols"] for sample in samples])
    boxes = np.stack([sample["boxes"] for sample in samples]).astype(np.float32)
    exact = [bool(sample.get("exact", True)) for sample in samples]
    return CharacterBatch(crops.inputs, crops.targets - 1, torch.from_numpy(boxes), torch.tensor(exact))
