from itertools import islice

import numpy as np
import pytest

from inference.recognizers.sequence import CLASSES
from training.shards import WINDOW, shard_dirs, write_shard
from training.streams import NoTrainingData, RealShare, ShardPool, stream_crops, stream_windows


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("shards")
    for purpose in ("crops", "scenes"):
        for number in range(2):
            write_shard(purpose, root / purpose / f"shard-{number:05d}", seed=(1, number), size=4)
    return root


def test_a_shard_repeats_with_its_seed(folder, tmp_path) -> None:
    write_shard("crops", tmp_path / "shard-00000", seed=(1, 0), size=4)
    for name in ("pixels", "symbols", "boxes", "kinds"):
        again = np.load(tmp_path / "shard-00000" / f"{name}.npy")
        np.testing.assert_array_equal(again, np.load(folder / "crops" / "shard-00000" / f"{name}.npy"))


def test_a_half_written_shard_is_not_listed(tmp_path) -> None:
    (tmp_path / "shard-00000.part").mkdir()
    assert shard_dirs(tmp_path) == []
    with pytest.raises(NoTrainingData, match="synth --shards"):
        next(ShardPool(tmp_path, seed=1).draw())


def test_each_sample_comes_once_before_any_comes_twice(folder) -> None:
    samples = list(islice(ShardPool(folder / "crops", seed=1).draw(), 8))
    assert len({sample["pixels"].tobytes() for sample in samples}) == 8


def test_crop_batches_are_normalized_and_labeled_by_class(folder) -> None:
    batch = next(stream_crops(folder / "crops", batch_size=5, seed=1))
    assert batch.inputs.shape == (5, 1, 48, 384)
    assert batch.targets.shape == (5, 17)
    assert int(batch.targets.min()) >= 1
    assert int(batch.targets.max()) < CLASSES
    assert float(batch.inputs.mean().abs()) < 0.01


def test_real_crops_are_mixed_in_from_when_they_are_there(folder, tmp_path) -> None:
    real = RealShare(tmp_path / "real", share=0.5)
    batches = stream_crops(folder / "crops", batch_size=4, seed=1, real=real)
    assert next(batches).inputs.shape[0] == 4
    shard = tmp_path / "real" / "shard-00000"
    shard.mkdir(parents=True)
    np.save(shard / "pixels.npy", np.full((3, 48, 384), 90, np.uint8))
    np.save(shard / "symbols.npy", np.full((3, 17), 5, np.uint8))
    flat = next(batches).inputs.flatten(1).std(1) == 0
    assert flat.tolist() == [True, True, False, False]


def test_window_batches_hold_images_and_score_maps(folder) -> None:
    batch = next(stream_windows(folder / "scenes", batch_size=3, seed=1))
    assert batch.inputs.shape == (3, 3, WINDOW, WINDOW)
    assert batch.maps.shape == (3, 2, WINDOW // 4, WINDOW // 4)
    assert 0.5 < float(batch.maps.max()) <= 1
