"""Settings of a fine-tuning: which are refused, and which count for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.finetune import FinetuneConfig, FinetuningFailed
from training.systems.loop import TrainingFailed
from training.train import CONFIGS, read_config


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"epochs": 3}, "unknown settings: epochs"),
        ({"steps": 0}, "steps"),
        ({"steps": 2.5}, "steps"),
        ({"batch_size": "many"}, "batch_size"),
        ({"learning_rate": 0}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"replay_share": 1.0}, "replay_share"),
        ({"blend": 0}, "blend"),
        ({"blend": 1.5}, "blend"),
        ({"seed": True}, "seed"),
        ({"networks": []}, "networks"),
        ({"networks": ["ocr"]}, "networks"),
        ({"detector": {"epochs": 2}}, "epochs"),
        ({"detector": 3}, "detector"),
        ({"weights": {"rumour": 1}}, "rumour"),
        ({"weights": {"pseudo": -1}}, "weight"),
    ],
)
def test_a_senseless_configuration_is_refused(data: dict, message: str) -> None:
    with pytest.raises(FinetuningFailed, match=message):
        FinetuneConfig.from_json(data)


def test_what_is_said_of_one_network_comes_before_what_is_said_of_all() -> None:
    networks = ["detector", "sequence"]
    config = FinetuneConfig.from_json({"networks": networks, "steps": 7, "detector": {"steps": 3}})
    assert {name: pace.steps for name, pace in config.paces.items()} == {"sequence": 7, "detector": 3}
    assert list(config.paces) == ["sequence", "detector"]


@pytest.mark.parametrize("name", ["tiny", "default"])
def test_the_configurations_that_come_along_are_valid(name: str) -> None:
    assert set(FinetuneConfig.from_json(read_config(CONFIGS / f"{name}.json")).paces) >= {"sequence"}


def test_a_configuration_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text("steps: 3")
    with pytest.raises(TrainingFailed, match="no configuration"):
        read_config(tmp_path / "c.json")
