from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.geometry import bounding_box, quad_from_points
from training import train
from training.__main__ import main
from training.boxed_photos import BoxedPhoto
from training.finetune_detector import BoxedConfig, is_set_aside
from training.shards import write_shard
from training.synthesis.scenes import render_scene
from training.systems.loop import TrainingFailed
from training.weak_supervision import load_weak_labels
from training.weights import TrainedWeights, load_network

CONFIG = {"rounds": 2, "minutes": 0.01, "batch_size": 2, "learning_rate": 1e-3, "photos": 3}


def write_boxed_photos(folder: Path, count: int) -> Path:
    rows = ["file,vin,box"]
    for seed in range(count):
        scene = render_scene(np.random.default_rng(seed), look="stretched")
        box = bounding_box(quad_from_points(scene.quad))
        cv2.imwrite(str(folder / f"{seed}.png"), scene.image[:, :, ::-1])
        rows.append(f'{seed}.png,,"{",".join(f"{value:.0f}" for value in box)}"')
    path = folder / "photos.csv"
    path.write_text("\n".join(rows))
    return path


def test_rounds_follow_each_other_and_are_not_repeated(
    tiny_weights: TrainedWeights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train, "VALIDATION_WINDOWS", 2)
    write_shard("scenes", tmp_path / "scenes" / "shard-00000", seed=(1, 0), size=4)
    config, out = tmp_path / "config.json", tmp_path / "out"
    config.write_text(json.dumps(CONFIG))
    boxed = write_boxed_photos(tmp_path, 6)
    arguments = ["--boxed", str(boxed), "--start", str(tiny_weights.detector), "--config", str(config)]
    command = ["finetune-detector", *arguments, "--shards", str(tmp_path / "scenes"), "--out", str(out)]
    assert main(command) == 0
    network = load_network(out / "detector.safetensors", "detector")
    start = load_network(tiny_weights.detector or out, "detector")
    assert any(
        not np.allclose(a.detach(), b.detach())
        for a, b in zip(network.parameters(), start.parameters(), strict=True)
    )
    assert len(load_weak_labels(out / "round-2" / "labels.npz")) == 3
    assert "located_first" in json.loads((out / "training.json").read_text())
    steps = (out / "round-2" / "log.jsonl").read_text()
    assert main(command) == 0
    assert (out / "round-2" / "log.jsonl").read_text() == steps


@pytest.mark.parametrize("change", [{"rounds": 0}, {"real_share": 1}, {"photos": 0}, {"epochs": 3}])
def test_a_senseless_configuration_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(TrainingFailed):
        BoxedConfig.from_json({**CONFIG, **change})


def test_a_tenth_of_the_designs_is_set_aside_as_a_whole() -> None:
    aside = [is_set_aside(BoxedPhoto(f"{number}.jpg", "", (0, 0, 1, 1))) for number in range(1000)]
    assert 60 < sum(aside) < 150
    vins = ["1M8GDM9AXKP042788", "1M8GDM9A1KP000001", "1M8GDM9A9LP123456"]
    assert len({is_set_aside(BoxedPhoto(f"{vin}.jpg", vin, (0, 0, 1, 1))) for vin in vins}) == 1
