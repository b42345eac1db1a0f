"""Windows of real photos for the detector, with what is known of them and how far each cell of it counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inference.decoding import decode_image
from inference.detector import STRIDE
from inference.geometry import map_points, quad_from_box
from inference.types import Image
from training.shards import WINDOW
from training.streams import ShardPool, WindowBatch, vary_window, window_batch
from training.targets import OTHER_AFFINITY, Quads, score_maps
from training.weak_supervision import Bytes, WeakLabel

Matrix = npt.NDArray[np.float64]

SURROUNDINGS_WEIGHT = 0.3
"""Of what the detector itself said of other text: enough to keep it from forgetting."""
_CELLS = WINDOW // STRIDE
_SCALES = (0.6, 2.0)
"""Times that at which the photo is searched: the second look enlarges small text."""
_MOST_OF_WINDOW = 1.15


def stream_mixed_windows(
    photos: Sequence[tuple[Path, WeakLabel]], shards: Path, *, batch_size: int, real_share: float, seed: int
) -> Iterator[WindowBatch]:
    """Batches without end, of which `real_share` are windows of photos, the rest synthetic ones."""
    rng = np.random.default_rng((seed, 3))
    synthetic = ShardPool(shards, seed=seed).draw()
    real = _draw_photos(rng, photos)
    count = round(batch_size * real_share)
    while True:
        known = [vary_window(rng, next(synthetic)) for _ in range(batch_size - count)]
        weak = [vary_window(rng, draw_real_window(rng, *next(real))) for _ in range(count)]
        yield mix_windows(known, weak)


def mix_windows(known: list[dict[str, Bytes]], weak: list[dict[str, Bytes]]) -> WindowBatch:
    """Synthetic windows, of which every cell counts, and real ones as `draw_real_window` makes them."""
    samples = [{**sample, "maps": _count_all(sample["maps"])} for sample in known] + weak
    batch = window_batch(samples)
    maps, weights = batch.maps.split(2, dim=1)
    return WindowBatch(batch.inputs, maps.contiguous(), weights.contiguous())


def _count_all(maps: Bytes) -> Bytes:
    """4 x H/4 x W/4 from 2: with a weight of 1 for every cell."""
    return np.concatenate([maps, np.full_like(maps, 255)])


def _draw_photos(
    rng: np.random.Generator, photos: Sequence[tuple[Path, WeakLabel]]
) -> Iterator[tuple[Image, WeakLabel]]:
    while True:
        for index in rng.permutation(len(photos)):
            path, label = photos[index]
            yield decode_image(path.read_bytes()), label


def draw_real_window(rng: np.random.Generator, image: Image, label: WeakLabel) -> dict[str, Bytes]:
    """`pixels` WINDOW x WINDOW x 3 about the box, `maps` 4 x WINDOW/4 x WINDOW/4: scores, then weights."""
    matrix = _random_view(rng, label)
    pixels = cv2.warpAffine(
        image, matrix[:2], (WINDOW, WINDOW), flags=cv2.INTER_CUBIC, borderValue=(127, 127, 127)
    )
    maps = np.round(real_maps(label, matrix) * 255)
    return {"pixels": np.asarray(pixels, np.uint8), "maps": maps.astype(np.uint8)}


def _random_view(rng: np.random.Generator, label: WeakLabel) -> Matrix:
    """From photo to window: mostly as the photo is searched, a little leaning, other aspect ratios too."""
    left, top, right, bottom = label.box
    factor = 1.0 if rng.random() < 0.5 else float(np.exp(rng.uniform(*np.log(_SCALES))))
    largest = _MOST_OF_WINDOW * WINDOW / max(right - left, bottom - top)
    scale = min(factor * label.scale * STRIDE, largest)
    aspect = float(np.exp(rng.normal(0, 0.12)))
    angle = np.radians(rng.normal(0, 4) if rng.random() < 0.85 else rng.uniform(-60, 60))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([scale * aspect, scale / aspect])
    spread = rng.uniform(-1, 1, size=2) * WINDOW * 0.25
    middle = np.array([left + right, top + bottom]) / 2
    shift = WINDOW / 2 + spread - linear @ middle
    return np.array([[*linear[0], shift[0]], [*linear[1], shift[1]], [0, 0, 1.0]])


def real_maps(label: WeakLabel, matrix: Matrix) -> npt.NDArray[np.float32]:
    """4 x H/4 x W/4 of the window that `matrix` maps the photo to: region, affinity, and the weight of each.

    The boxed line counts as much as it is believed. Beyond it the detector's own scores stand, weakly; but
    that nothing there is a VIN is certain. A box in which no line was found says nothing.
    """
    maps = np.zeros((4, _CELLS, _CELLS), np.float32)
    maps[:2] = _move_surroundings(label, matrix)
    maps[1] = np.minimum(maps[1], OTHER_AFFINITY)
    maps[2:] = np.array([SURROUNDINGS_WEIGHT, 1.0])[:, None, None]
    inside = _fill(map_points(matrix, quad_from_box(label.box)))
    if label.characters is None:
        maps[2:, inside] = 0
        return maps
    maps[2:, inside] = np.minimum(maps[2:, inside], label.confidence)
    quads = map_points(matrix, label.characters).reshape(-1, 4, 2)
    line = _fill(_around(quads))
    maps[:2, line] = 0
    maps[:2] = np.maximum(maps[:2], score_maps(quads, [], width=WINDOW, height=WINDOW))
    maps[2:, line] = label.confidence
    return maps


def _move_surroundings(label: WeakLabel, matrix: Matrix) -> npt.NDArray[np.float32]:
    to_cells = np.diag([1 / STRIDE, 1 / STRIDE, 1.0]) @ matrix @ np.diag([1 / label.scale] * 2 + [1.0])
    planes = np.ascontiguousarray(label.surroundings.transpose(1, 2, 0))
    moved = cv2.warpAffine(planes, to_cells[:2], (_CELLS, _CELLS), flags=cv2.INTER_LINEAR)
    return np.asarray(moved, np.float32).transpose(2, 0, 1) / np.float32(255)


def _around(quads: Quads) -> Quads:
    """4 x 2: the line and a little around it."""
    start, end = quads[0][[0, 3]], quads[-1][[1, 2]]
    along, down = (end - start).mean(0), (start[1] - start[0] + end[1] - end[0]) / 2
    beside = 0.25 * down
    beyond = 0.3 * float(np.linalg.norm(down)) * along / float(np.linalg.norm(along))
    return np.array(
        [
            start[0] - beyond - beside,
            end[0] + beyond - beside,
            end[1] + beyond + beside,
            start[1] - beyond + beside,
        ]
    )


def _fill(corners: Quads) -> npt.NDArray[np.bool_]:
    """The cells that a quad in window pixels covers."""
    mask = np.zeros((_CELLS, _CELLS), np.uint8)
    cv2.fillConvexPoly(mask, np.round(corners / STRIDE - 0.5).astype(np.int32), 1)
    return mask.astype(bool)
