from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from inference.bundle import load_bundle
from inference.snapshot import PhotoPath, Snapshot
from training.export import export_bundle
from training.finetune import FinetuneConfig, FinetuningFailed, Progress, finetune
from training.systems.loop import TrainingFailed
from training.train import CONFIGS, read_config
from training.weights import TrainedWeights

Photos = tuple[Snapshot, PhotoPath]

CONFIG = FinetuneConfig(
    steps=6, batch_size=4, learning_rate=1e-3, save_every=2, report_every=1, validate_every=3, averaging=0.5
)


class Canceled(Exception):
    pass


def ignore(progress: Progress) -> None:
    pass


def run(
    photos: Photos, bundle: Path, out_dir: Path, *, config: FinetuneConfig = CONFIG, report=ignore
) -> TrainedWeights:
    snapshot, photo_path = photos
    return finetune(
        snapshot=snapshot,
        photo_path=photo_path,
        base_bundle=bundle,
        config=config,
        out_dir=out_dir,
        report=report,
    )


@pytest.fixture(scope="module")
def uninterrupted(photos: Photos, tiny_bundle: Path, tmp_path_factory) -> TrainedWeights:
    return run(photos, tiny_bundle, tmp_path_factory.mktemp("uninterrupted"))


def assert_same_weights(first: TrainedWeights, second: TrainedWeights) -> None:
    assert first.sequence is not None
    assert second.sequence is not None
    a, b = load_file(first.sequence), load_file(second.sequence)
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a)


def test_a_run_teaches_reports_and_exports(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    told: list[Progress] = []
    weights = run(photos, tiny_bundle, tmp_path / "run", report=told.append)
    assert [p.step for p in told] == [0, 1, 2, 3, 4, 5, 6]
    assert [p.step for p in told if p.validation_exact is not None] == [0, 3, 6]
    assert all(p.steps == 6 and p.message for p in told)
    assert weights.detector is None
    assert weights.figures["photos"] == 3
    bundle = export_bundle(
        weights=weights,
        base_bundle=tiny_bundle,
        name="tuned",
        out_dir=tmp_path / "tuned",
        training=weights.figures,
    )
    load_bundle(bundle)


def test_the_loss_falls_on_photos_seen_again_and_again(
    photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    told: list[Progress] = []
    config = replace(CONFIG, steps=30, learning_rate=5e-3, replay_share=0.0, validate_every=30)
    run(photos, tiny_bundle, tmp_path, config=config, report=told.append)
    assert told[0].loss is None
    assert told[-1].loss < 0.8 * told[1].loss


def test_the_same_run_twice_gives_the_same_weights(
    uninterrupted: TrainedWeights, photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    assert_same_weights(uninterrupted, run(photos, tiny_bundle, tmp_path))


@pytest.mark.parametrize("stop_at", [1, 4])
def test_a_canceled_run_resumes_to_the_same_weights(
    stop_at: int, uninterrupted: TrainedWeights, photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    def cancel(progress: Progress) -> None:
        if progress.step == stop_at:
            raise Canceled

    with pytest.raises(Canceled):
        run(photos, tiny_bundle, tmp_path, report=cancel)
    steps: list[int] = []
    resumed = run(photos, tiny_bundle, tmp_path, report=lambda progress: steps.append(progress.step))
    assert steps[0] == stop_at + 1
    assert_same_weights(uninterrupted, resumed)


def test_a_killed_run_resumes_from_its_last_checkpoint(
    uninterrupted: TrainedWeights, photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    """SIGKILL leaves the checkpoint of an earlier step, and perhaps half of a newer one."""

    def keep_and_stop(progress: Progress) -> None:
        if progress.step == 5:
            shutil.copyfile(tmp_path / "run" / "checkpoint.pt", tmp_path / "at-four.pt")
            raise Canceled

    with pytest.raises(Canceled):
        run(photos, tiny_bundle, tmp_path / "run", report=keep_and_stop)
    shutil.copyfile(tmp_path / "at-four.pt", tmp_path / "run" / "checkpoint.pt")
    (tmp_path / "run" / "checkpoint.pt.part").write_bytes(b"half a checkpoint")
    assert_same_weights(uninterrupted, run(photos, tiny_bundle, tmp_path / "run"))


def test_another_runs_checkpoint_is_refused(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    run(photos, tiny_bundle, tmp_path, config=replace(CONFIG, steps=1))
    with pytest.raises(FinetuningFailed, match="another run"):
        run(photos, tiny_bundle, tmp_path, config=replace(CONFIG, steps=2))


def test_a_damaged_checkpoint_is_refused(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(FinetuningFailed, match="damaged"):
        run(photos, tiny_bundle, tmp_path)


def test_an_empty_train_split_is_refused(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    snapshot, photo_path = photos
    empty = Snapshot("empty", tuple(replace(item, split="test") for item in snapshot.items))
    with pytest.raises(FinetuningFailed, match="train split holds no photo"):
        run((empty, photo_path), tiny_bundle, tmp_path)


def test_a_missing_photo_is_refused(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(FinetuningFailed, match="cannot be read"):
        run((photos[0], lambda sha256: tmp_path / "nowhere"), tiny_bundle, tmp_path / "run")


def test_a_missing_base_bundle_is_refused(photos: Photos, tmp_path: Path) -> None:
    with pytest.raises(FinetuningFailed, match="base bundle cannot be used"):
        run(photos, tmp_path / "nothing", tmp_path / "run")


def test_a_loss_that_is_no_number_ends_the_run(
    photos: Photos, tiny_bundle: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("training.finetune.ctc_loss", lambda logits, targets: logits.sum() * float("nan"))
    with pytest.raises(FinetuningFailed, match="lower learning_rate"):
        run(photos, tiny_bundle, tmp_path)
    assert not (tmp_path / "checkpoint.pt").exists()


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
        ({"seed": True}, "seed"),
    ],
)
def test_a_senseless_configuration_is_refused(data: dict, message: str) -> None:
    with pytest.raises(FinetuningFailed, match=message):
        FinetuneConfig.from_json(data)


@pytest.mark.parametrize("name", ["tiny", "default"])
def test_the_configurations_that_come_along_are_valid(name: str) -> None:
    assert FinetuneConfig.from_json(read_config(CONFIGS / f"{name}.json")).steps > 0


def test_a_configuration_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text("steps: 3")
    with pytest.raises(TrainingFailed, match="no configuration"):
        read_config(tmp_path / "c.json")
