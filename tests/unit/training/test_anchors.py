from pathlib import Path

import numpy as np
import pytest

from training.anchors import cluster_sizes, mean_best_iou, measure_boxes, shape_iou
from training.streams import NoTrainingData


def test_sizes_of_two_sorts_give_two_anchors() -> None:
    rng = np.random.default_rng(0)
    narrow = rng.normal((10, 30), 0.5, (200, 2))
    wide = rng.normal((24, 32), 0.5, (100, 2))
    anchors = cluster_sizes(np.concatenate([wide, narrow]), 2, seed=3)
    assert np.abs(anchors - [(10, 30), (24, 32)]).max() < 0.3


def test_more_anchors_fit_better() -> None:
    sizes = np.random.default_rng(1).uniform((8, 20), (24, 45), (500, 2))
    fits = [mean_best_iou(sizes, cluster_sizes(sizes, count, seed=0)) for count in (1, 3, 6)]
    assert fits == sorted(fits)
    assert fits[2] > fits[0] + 0.1


def test_iou_of_boxes_about_one_center() -> None:
    iou = shape_iou(np.array([[10.0, 20.0]]), np.array([[10.0, 20.0], [10.0, 10.0], [20.0, 10.0]]))
    assert iou[0] == pytest.approx([1, 1 / 2, 1 / 3])


def test_boxes_are_measured_from_shards(tmp_path: Path) -> None:
    (tmp_path / "shard-00000").mkdir()
    boxes = np.zeros((2, 17, 4), np.float32)
    boxes[..., 2:] = 5, 7
    np.save(tmp_path / "shard-00000" / "boxes.npy", boxes)
    sizes = measure_boxes(tmp_path)
    assert sizes.shape == (34, 2)
    assert (sizes == (5, 7)).all()
    with pytest.raises(NoTrainingData):
        measure_boxes(tmp_path / "nothing")
