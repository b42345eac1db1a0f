"""Synthetic data written ahead of training as arrays on disk: drawing and learning then do not wait for
each other.

A shard is a folder of `.npy` files, written aside and renamed, so that a reader never sees half of one.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from inference.detector import MAX_ENLARGEMENT
from inference.vin import ALPHABET
from training.synthesis.crops import KIND_SHARES, render_crop
from training.synthesis.plates import KINDS
from training.synthesis.scenes import Scene, render_scene
from training.targets import score_maps

Bytes = npt.NDArray[np.uint8]
Array = Bytes | npt.NDArray[np.float32]
Purpose = Literal["crops", "scenes"]

WINDOW = 384
"""Side of the square that the detector is trained on, in its own pixels."""
QUARTER_TURN_SHARE = 0.36
"""Of labels and metal in training: 12 in 100 for each of the three turns."""
TWO_ROWS_SHARE = 0.08
"""Of the VINs that the detector learns from."""
SHARD_SIZES: dict[Purpose, int] = {"crops": 2048, "scenes": 192}


def shard_dirs(folder: Path) -> list[Path]:
    """Finished shards, oldest first."""
    return sorted(path for path in folder.glob("shard-*") if path.suffix != ".part")


def write_shards(
    purpose: Purpose,
    folder: Path,
    *,
    seed: int,
    count: int,
    first: int = 0,
    shares: Sequence[float] = KIND_SHARES,
) -> None:
    """Write shards number `first` to `first + count - 1`; each has its own seed, so any can be made again.

    `shares` are those of KINDS.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        write_shard(purpose, folder / f"shard-{number:05d}", seed=(seed, number), shares=shares)


def write_shard(
    purpose: Purpose,
    path: Path,
    *,
    seed: tuple[int, int],
    size: int | None = None,
    shares: Sequence[float] = KIND_SHARES,
) -> None:
    """Does nothing where the shard is there already."""
    if path.exists():
        return
    rng = np.random.default_rng(seed)
    draw = draw_crops if purpose == "crops" else draw_windows
    save_shard(path, draw(rng, size or SHARD_SIZES[purpose], shares=shares))


def save_shard(path: Path, arrays: Mapping[str, Array]) -> None:
    """Whole or not at all. Raises OSError where the shard is there already."""
    part = path.with_name(path.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, values in arrays.items():
        np.save(part / f"{name}.npy", values)
    part.rename(path)


def draw_crops(
    rng: np.random.Generator, count: int, *, shares: Sequence[float] = KIND_SHARES
) -> Mapping[str, Array]:
    """`pixels` N x H x W gray, `symbols` N x 17 places in the alphabet, `boxes` N x 17 x 4 in crop pixels,
    `kinds` N places in KINDS.
    """
    pixels, symbols, boxes, kinds = [], [], [], []
    for _ in range(count):
        crop = render_crop(rng, shares=shares)
        pixels.append(cv2.cvtColor(crop.pixels, cv2.COLOR_RGB2GRAY))
        symbols.append([ALPHABET.index(symbol) for symbol in crop.vin])
        boxes.append(crop.boxes)
        kinds.append(KINDS.index(crop.kind))
    return {
        "pixels": np.array(pixels, np.uint8),
        "symbols": np.array(symbols, np.uint8),
        "boxes": np.array(boxes, np.float32),
        "kinds": np.array(kinds, np.uint8),
    }


def draw_windows(
    rng: np.random.Generator,
    count: int,
    *,
    shares: Sequence[float] = KIND_SHARES,
    two_rows_share: float = TWO_ROWS_SHARE,
) -> Mapping[str, Bytes]:
    """`pixels` N x WINDOW x WINDOW x 3 and `maps` N x 2 x WINDOW/4 x WINDOW/4 (255 is 1)."""
    windows = [
        draw_window(
            rng,
            render_scene(
                rng, shares=shares, quarter_turn_share=QUARTER_TURN_SHARE, two_rows_share=two_rows_share
            ),
        )
        for _ in range(count)
    ]
    return {"pixels": np.stack([w.pixels for w in windows]), "maps": np.stack([w.maps for w in windows])}


@dataclass(frozen=True, slots=True)
class Window:
    pixels: Bytes
    maps: Bytes


def draw_window(rng: np.random.Generator, scene: Scene) -> Window:
    """A square of the photo at the detector's scale; mostly about the VIN."""
    image, scale = scene.image, 1.0
    if max(image.shape[:2]) <= WINDOW:
        scale = MAX_ENLARGEMENT * float(rng.uniform(0.8, 1.0))
        image = np.asarray(
            cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8
        )
    x, y = _corner(rng, image.shape[1], image.shape[0], scene.quad.mean(0) * scale)
    pixels = np.full((WINDOW, WINDOW, 3), 127, np.uint8)
    part = image[y : y + WINDOW, x : x + WINDOW]
    pixels[: part.shape[0], : part.shape[1]] = part
    offset = np.array([x, y])
    vin = scene.character_quads * scale - offset
    others = [quads * scale - offset for quads in scene.other_lines]
    maps = score_maps(vin, others, width=WINDOW, height=WINDOW)
    return Window(pixels, np.round(maps * 255).astype(np.uint8))


def _corner(
    rng: np.random.Generator, width: int, height: int, center: npt.NDArray[np.float64]
) -> tuple[int, int]:
    spread = WINDOW * (0.25 if rng.random() < 0.85 else 2.0)
    wanted = center - WINDOW / 2 + rng.uniform(-1, 1, size=2) * spread
    x, y = np.clip(wanted, 0, (max(width - WINDOW, 0), max(height - WINDOW, 0)))
    return int(x), int(y)
