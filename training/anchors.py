"""Anchor sizes for the character recognizer: k-means over box sizes with the distance 1 - IoU (Redmon and
Farhadi 2017, arXiv 1612.08242, section 2).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.shards import shard_dirs
from training.streams import NoTrainingData

Array = npt.NDArray[np.float64]

_MOST_ROUNDS = 100
_MOST_SHARDS = 10


def measure_boxes(folder: Path) -> Array:
    """Widths and heights, N x 2 in crop pixels, of the characters in some shards of crops.

    Raises NoTrainingData.
    """
    paths = shard_dirs(folder)[:_MOST_SHARDS]
    if not paths:
        raise NoTrainingData(f"{folder} holds no shard; run `python -m training synth --shards` first.")
    boxes = np.concatenate([np.load(path / "boxes.npy").reshape(-1, 4) for path in paths])
    sizes = (boxes[:, 2:] - boxes[:, :2]).astype(np.float64)
    return sizes[(sizes > 0).all(axis=1)]


def shape_iou(sizes: Array, anchors: Array) -> Array:
    """IoU of N and K boxes laid onto each other's center, as N x K."""
    common = np.minimum(sizes[:, None], anchors[None]).prod(axis=2)
    union = sizes.prod(axis=1)[:, None] + anchors.prod(axis=1)[None] - common
    return np.asarray(common / union)


def cluster_sizes(sizes: Array, count: int, *, seed: int) -> Array:
    """`count` anchors, narrowest first, K x 2. Each is the mean of the sizes that it overlaps best."""
    rng = np.random.default_rng(seed)
    anchors = rng.choice(sizes, count, replace=False)
    for _ in range(_MOST_ROUNDS):
        nearest = shape_iou(sizes, anchors).argmax(axis=1)
        moved = anchors.copy()
        for anchor in np.unique(nearest):  # one that no box is nearest to stays where it is
            moved[anchor] = sizes[nearest == anchor].mean(axis=0)
        if np.allclose(moved, anchors):
            break
        anchors = moved
    return anchors[np.argsort(anchors.prod(axis=1))]


def mean_best_iou(sizes: Array, anchors: Array) -> float:
    """How well the anchors fit: the mean over the boxes of the IoU with the best anchor."""
    return float(shape_iou(sizes, anchors).max(axis=1).mean())
