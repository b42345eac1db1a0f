"""Batches for the networks: from shards on disk, through the pre-processing that production uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from inference.detector import normalize
from inference.recognizers.sequence import prepare_crop
from training.shards import shard_dirs

Bytes = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]
Place = tuple[int, int]


class NoTrainingData(RuntimeError):
    """The folder holds no finished shard."""


@dataclass(frozen=True, slots=True)
class CropBatch:
    """`inputs` N x 1 x 48 x 384, `targets` N x 17 classes (the blank is 0)."""

    inputs: Tensor
    targets: Tensor


@dataclass(frozen=True, slots=True)
class WindowBatch:
    """`inputs` N x 3 x H x W, `maps` N x 2 x H/4 x W/4 from 0 to 1.

    `weights`, as large as `maps`, say how far each cell counts: 1 where they are left out.
    """

    inputs: Tensor
    maps: Tensor
    weights: Tensor | None = None


class ShardPool:
    """Draws samples from a growing folder of shards, those seen least first, mixed over several."""

    def __init__(self, folder: Path, *, seed: int, mixed: int = 12) -> None:
        self._folder, self._mixed = folder, mixed
        self._rng = np.random.default_rng(seed)
        self._uses: dict[Path, int] = {}
        self._arrays: dict[Path, dict[str, Bytes]] = {}

    def draw(self) -> Iterator[dict[str, Bytes]]:
        """Single samples, without end. Raises NoTrainingData where there is nothing to draw from."""
        while True:
            chosen = self._choose()
            lengths = [len(self._open(path)["pixels"]) for path in chosen]
            places = [(shard, row) for shard, length in enumerate(lengths) for row in range(length)]
            for index in self._rng.permutation(len(places)):
                shard, row = places[index]
                arrays = self._open(chosen[shard])
                yield {name: values[row] for name, values in arrays.items()}

    def _choose(self) -> list[Path]:
        paths = shard_dirs(self._folder)
        if not paths:
            raise NoTrainingData(
                f"{self._folder} holds no shard; run `python -m training synth --shards` first."
            )
        for path in paths:
            self._uses.setdefault(path, 0)
        ties = self._rng.random(len(paths))
        order = sorted(range(len(paths)), key=lambda i: (self._uses[paths[i]], ties[i]))
        chosen = [paths[i] for i in order[: self._mixed]]
        for path in chosen:
            self._uses[path] += 1
        return chosen

    def _open(self, path: Path) -> dict[str, Bytes]:
        if path not in self._arrays:
            self._arrays[path] = {
                file.stem: np.load(file, mmap_mode="r") for file in sorted(path.glob("*.npy"))
            }
        return self._arrays[path]


@dataclass(frozen=True, slots=True)
class RealShare:
    """Crops of real photos to mix in: `share` of every batch, once the folder holds a shard."""

    folder: Path
    share: float = 0.15


def stream_crops(
    folder: Path, *, batch_size: int, seed: int, real: RealShare | None = None
) -> Iterator[CropBatch]:
    """Batches without end, each crop moved and relit a little. Raises NoTrainingData."""
    rng = np.random.default_rng((seed, 1))
    samples = ShardPool(folder, seed=seed).draw()
    real_samples = ShardPool(real.folder, seed=seed).draw() if real else samples
    while True:
        count = round(real.share * batch_size) if real and shard_dirs(real.folder) else 0
        rows = [next(real_samples) for _ in range(count)]
        rows += [next(samples) for _ in range(batch_size - count)]
        yield crop_batch([vary_crop(rng, row["pixels"]) for row in rows], [row["symbols"] for row in rows])


def crop_batch(pixels: list[Bytes], symbols: list[Bytes]) -> CropBatch:
    """Gray or RGB crops of bytes and places in the alphabet, as tensors."""
    planes = [prepare_crop(_as_rgb(image)) for image in pixels]
    targets = np.stack(symbols).astype(np.int64) + 1
    return CropBatch(torch.from_numpy(np.stack(planes)), torch.from_numpy(targets))


def vary_crop(rng: np.random.Generator, pixels: Bytes) -> Bytes:
    """Shift, scale, lean, gamma and now and then the negative: no crop is seen twice alike."""
    height, width = pixels.shape[:2]
    return relight(rng, move_crop(pixels, random_affine(rng, width, height)))


def random_affine(rng: np.random.Generator, width: int, height: int) -> Matrix:
    """2 x 3: a small shift, scale and lean about the middle of a crop of that size."""
    scale_x, scale_y = 1 + rng.normal(0, 0.015), 1 + rng.normal(0, 0.05)
    lean, turn = rng.normal(0, 0.06), rng.normal(0, 0.003)
    x, y = rng.normal(0, 3), rng.normal(0, 1.0)
    linear = np.array([[scale_x, lean], [turn, scale_y]])
    middle = np.array([width / 2, height / 2])
    return np.c_[linear, middle + np.array([x, y]) - linear @ middle]


def move_crop(pixels: Bytes, matrix: Matrix) -> Bytes:
    """The crop moved within its own size; what comes in from outside repeats the border."""
    height, width = pixels.shape[:2]
    moved = cv2.warpAffine(
        np.ascontiguousarray(pixels), matrix, (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, dtype=np.uint8)


def relight(rng: np.random.Generator, pixels: Bytes) -> Bytes:
    """Now and then the negative, and another gamma."""
    if rng.random() < 0.1:
        pixels = 255 - pixels
    if rng.random() < 0.3:
        table = (np.linspace(0, 1, 256) ** float(np.exp(rng.normal(0, 0.35))) * 255).astype(np.uint8)
        pixels = np.asarray(cv2.LUT(pixels, table), dtype=np.uint8)
    return pixels


def _as_rgb(pixels: Bytes) -> Bytes:
    if pixels.ndim == 3:
        return pixels
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def stream_windows(folder: Path, *, batch_size: int, seed: int) -> Iterator[WindowBatch]:
    """Batches without end, each window turned, relit or gray now and then."""
    rng = np.random.default_rng((seed, 2))
    samples = ShardPool(folder, seed=seed).draw()
    while True:
        yield window_batch([vary_window(rng, next(samples)) for _ in range(batch_size)])


def window_batch(samples: list[dict[str, Bytes]]) -> WindowBatch:
    inputs = np.concatenate([normalize(np.ascontiguousarray(sample["pixels"])) for sample in samples])
    maps = np.stack([sample["maps"] for sample in samples]).astype(np.float32) / 255
    return WindowBatch(torch.from_numpy(inputs), torch.from_numpy(maps))


def vary_window(rng: np.random.Generator, sample: dict[str, Bytes]) -> dict[str, Bytes]:
    """Turned by a quarter in one of five, with other contrast, colours swapped or the negative."""
    pixels, maps = sample["pixels"], sample["maps"]
    if rng.random() < 0.2:
        quarters = int(rng.integers(1, 4))
        pixels, maps = np.rot90(pixels, quarters), np.rot90(maps, quarters, axes=(1, 2))
    if rng.random() < 0.5:
        gain, bias = float(np.exp(rng.normal(0, 0.25))), float(rng.normal(0, 20))
        pixels = cv2.convertScaleAbs(np.clip(np.ascontiguousarray(pixels) * gain + bias, 0, 255))
    if rng.random() < 0.15:
        pixels = 255 - pixels
    if rng.random() < 0.3:
        pixels = pixels[..., rng.permutation(3)]
    return {"pixels": np.ascontiguousarray(pixels), "maps": np.ascontiguousarray(maps)}
