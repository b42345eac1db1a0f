from __future__ import annotations

from itertools import repeat
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from training.checkpoints import read_checkpoint
from training.networks.sequence import SequenceNetwork
from training.streams import CropBatch
from training.systems.detector import map_loss
from training.systems.loop import LoopConfig, System, Trainer, TrainingFailed, learning_rate
from training.systems.sequence import ctc_loss, exact_share, read_greedily, sequence_system
from training.train import CONFIGS, read_config

CONFIG = LoopConfig(
    minutes=0.008, batch_size=2, learning_rate=1e-2, warm_up=2, save_every=3, validate_every=4
)


class Line(nn.Module):
    """y = w x, which shall learn w = 3."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))


def line_system(network: Line) -> System[Tensor]:
    def loss(batch: Tensor) -> Tensor:
        return ((network.weight - 3) * batch).square().mean()

    return System(network, loss, lambda averaged: {"distance": float((network.weight - 3).abs().detach())})


def test_training_approaches_the_goal_and_writes_log_and_checkpoint(tmp_path: Path) -> None:
    network = Line()
    figures = Trainer(line_system(network), CONFIG, tmp_path).run(repeat(torch.ones(2)))
    assert figures["distance"] < 2.5
    assert (tmp_path / "log.jsonl").read_text().count("\n") >= 1
    _, record = read_checkpoint(tmp_path / "checkpoint.safetensors")
    assert record["step"] > 10


def test_a_new_trainer_goes_on_where_the_checkpoint_stopped(tmp_path: Path) -> None:
    first = Trainer(line_system(Line()), CONFIG, tmp_path)
    first.run(repeat(torch.ones(2)))
    network = Line()
    second = Trainer(line_system(network), CONFIG, tmp_path)
    assert second.resume()
    assert (second.step, second.seconds) == (first.step, first.seconds)
    assert float(network.weight.detach()) != 0


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path) -> None:
    Trainer(line_system(Line()), CONFIG, tmp_path).save()
    other = SequenceNetwork(stem=2, width=4, stages=((False,), (), ()), layers=1)
    batch = CropBatch(torch.zeros(1, 1, 48, 384), torch.ones(1, 17, dtype=torch.long))
    with pytest.raises(TrainingFailed, match="another network"):
        Trainer(sequence_system(other, batch), CONFIG, tmp_path).resume()


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.safetensors").write_bytes(b"half of one")
    with pytest.raises(TrainingFailed, match="remove it"):
        Trainer(line_system(Line()), CONFIG, tmp_path).resume()


def test_a_loss_that_is_no_number_ends_the_training(tmp_path: Path) -> None:
    with pytest.raises(TrainingFailed, match="lower the learning rate"):
        Trainer(line_system(Line()), CONFIG, tmp_path).run(repeat(torch.full((2,), float("nan"))))


def test_the_learning_rate_warms_up_and_falls() -> None:
    config = LoopConfig(minutes=1, batch_size=1, learning_rate=1.0, warm_up=10)
    assert learning_rate(config, 0, 0.0) == pytest.approx(0.1)
    assert learning_rate(config, 10, 0.0) == pytest.approx(1.0)
    assert learning_rate(config, 99, 1.0) == pytest.approx(0.01)


@pytest.mark.parametrize("data", [{}, {"minutes": 0, "batch_size": 1, "learning_rate": 1}, {"epochs": 3}])
def test_a_senseless_configuration_is_refused(data: dict) -> None:
    with pytest.raises(TrainingFailed):
        LoopConfig.from_json(data)


@pytest.mark.parametrize("name", ["sequence", "detector"])
def test_the_configurations_that_come_along_are_valid(name: str) -> None:
    assert LoopConfig.from_json(read_config(CONFIGS / f"{name}.json")).minutes > 0


def certain_logits(classes: list[int]) -> Tensor:
    logits = torch.full((1, len(classes), 34), -9.0)
    for step, chosen in enumerate(classes):
        logits[0, step, chosen] = 9.0
    return logits


def test_greedy_reading_drops_repeats_and_blanks() -> None:
    logits = certain_logits([0, 5, 5, 0, 5, 7, 0])
    assert read_greedily(logits) == [[5, 5, 7]]
    assert exact_share(logits, torch.tensor([[5, 5, 7]])) == 1
    assert exact_share(logits, torch.tensor([[5, 7, 7]])) == 0


def test_ctc_loss_is_small_where_the_reading_is_right() -> None:
    logits = certain_logits([5, 0, 7, 0, 9])
    assert float(ctc_loss(logits, torch.tensor([[5, 7, 9]]))) < 0.01
    assert float(ctc_loss(logits, torch.tensor([[5, 7, 8]]))) > 1


def test_map_loss_is_least_at_the_target_and_grows_with_false_text() -> None:
    maps = torch.zeros(1, 2, 16, 16)
    maps[:, :, 4:8, 4:8] = 0.7
    exact = torch.logit(maps.clamp(1e-5, 1 - 1e-5))
    false = exact.clone()
    false[:, :, 12:14, 12:14] = 4.0
    assert float(map_loss(exact, maps)) == pytest.approx(0, abs=1e-3)
    assert float(map_loss(false, maps)) > 0.1
    assert float(map_loss(exact + 1, maps)) > float(map_loss(exact, maps))
