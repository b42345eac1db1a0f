from __future__ import annotations

import errno
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from inference.bundle import load_bundle, read_manifest
from inference.snapshot import PhotoPath, Snapshot
from training import checkpoints
from training.finetune import NETWORKS, FinetuneConfig, FinetuningFailed, Progress, finetune
from training.quantization import SAMPLES
from training.tuning import bundle as bundles
from training.tuning import loop
from training.tuning.bundle import finetune_bundle
from training.tuning.regions import tighten_regions
from training.tuning.settings import Pace
from training.weights import TrainedWeights, load_network

Photos = tuple[Snapshot, PhotoPath]

CROPS = Pace(steps=6, batch_size=4, learning_rate=1e-3)
PACES = {"sequence": CROPS, "characters": CROPS, "detector": replace(CROPS, steps=2, batch_size=2)}
CONFIG = FinetuneConfig(
    paces=PACES, save_every=2, report_every=1, validate_every=3, patience=9, averaging=0.5
)
SEQUENCE = replace(CONFIG, paces={"sequence": CROPS})


class Canceled(Exception):
    pass


def ignore(progress: Progress) -> None:
    pass


@pytest.fixture(autouse=True)
def _few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ranges for eight bits from two photos: a twin need not be good here."""
    monkeypatch.setattr("training.quantization.SAMPLES", dict.fromkeys(SAMPLES, 2))


def run(photos: Photos, bundle: Path, out_dir: Path, *, config=CONFIG, report=ignore) -> TrainedWeights:
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
    for name in NETWORKS:
        a, b = load_file(getattr(first, name)), load_file(getattr(second, name))
        assert a.keys() == b.keys()
        assert all(torch.equal(a[key], b[key]) for key in a), name


def test_each_network_learns_reports_and_is_exported(
    photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    told: list[Progress] = []
    snapshot, photo_path = photos
    bundle = finetune_bundle(
        snapshot=snapshot,
        photo_path=photo_path,
        base_bundle=tiny_bundle,
        config=CONFIG,
        name="tuned",
        out_dir=tmp_path,
        report=told.append,
    )
    load_bundle(bundle)
    steps = [(p.network, p.network_step) for p in told if p.network and not p.is_news]
    assert steps == [(name, step) for name, pace in PACES.items() for step in range(pace.steps + 1)]
    assert [p.step for p in told] == sorted(p.step for p in told)
    assert (told[-1].step, told[-1].steps) == (14, 14)
    first = {p.network: p.message for p in reversed(told) if p.network}
    assert first["sequence"].startswith("Starting the sequence recognizer: step 0 of 6")
    assert first["characters"].startswith("Starting the character recognizer: step 0 of 6")
    assert first["detector"].startswith("Starting the detector: step 0 of 2")
    news = [p.message.split(":")[0] for p in told if p.is_news and p.network]
    assert news == ["Sequence recognizer", "Character recognizer", "Detector"]
    validated = [p for p in told if p.network == "characters" and p.validation_loss is not None]
    assert [p.network_step for p in validated] == [0, 3, 6]
    assert all((p.validation_cer or 0) >= 0 and p.validation_exact is not None for p in validated)
    manifest = read_manifest(bundle)
    assert manifest.training["networks"]["detector"]["photos"] == 3
    assert "torch" in manifest.training["code"]
    assert not list(tmp_path.glob("draft*")) + list(tmp_path.glob(".bundle*"))


def test_networks_that_are_not_named_are_carried_over(
    photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    weights = run(photos, tiny_bundle, tmp_path, config=replace(SEQUENCE, averaging=0.0))
    assert (weights.detector, weights.characters) == (None, None)
    assert weights.figures["networks"]["sequence"]["steps"] == 6


@pytest.mark.parametrize(("name", "rate"), [("sequence", 1e-2), ("characters", 0.1), ("detector", 1e-2)])
def test_the_loss_falls_on_photos_seen_again_and_again(
    name: str, rate: float, photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    told: list[Progress] = []
    pace = Pace(steps=16, batch_size=3, learning_rate=rate)
    config = replace(CONFIG, paces={name: pace}, replay_share=0.0, validate_every=16)
    run(photos, tiny_bundle, tmp_path, config=config, report=told.append)
    losses = [p.loss for p in told if p.loss is not None]
    assert np.mean(losses[-4:]) < 0.97 * np.mean(losses[:4])


def test_the_same_run_twice_gives_the_same_weights(
    uninterrupted: TrainedWeights, photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    assert_same_weights(uninterrupted, run(photos, tiny_bundle, tmp_path))
    assert uninterrupted.sequence is not None
    before = load_network(tiny_bundle / "sequence.onnx", "sequence").state_dict()
    assert any(
        not torch.equal(before[key], value) for key, value in load_file(uninterrupted.sequence).items()
    )


@pytest.mark.parametrize("stop_at", [0, 4, 6, 13])
def test_a_canceled_run_resumes_to_the_same_weights(
    stop_at: int, uninterrupted: TrainedWeights, photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    """Before the first step, in each network, between two networks, and after the last step."""

    def cancel(progress: Progress) -> None:
        if progress.step == stop_at:
            raise Canceled

    with pytest.raises(Canceled):
        run(photos, tiny_bundle, tmp_path, report=cancel)
    steps: list[int] = []
    resumed = run(photos, tiny_bundle, tmp_path, report=lambda progress: steps.append(progress.step))
    assert stop_at <= steps[0] <= stop_at + 1
    assert_same_weights(uninterrupted, resumed)


def test_a_killed_run_resumes_from_its_last_checkpoint(
    uninterrupted: TrainedWeights, photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    """SIGKILL leaves the checkpoint of an earlier step, and perhaps half of a newer one."""
    checkpoint = tmp_path / "run" / "characters" / loop.CHECKPOINT

    def keep_and_stop(progress: Progress) -> None:
        if progress.step == 11:
            shutil.copyfile(checkpoint, tmp_path / "at-ten")
            raise Canceled

    with pytest.raises(Canceled):
        run(photos, tiny_bundle, tmp_path / "run", report=keep_and_stop)
    shutil.copyfile(tmp_path / "at-ten", checkpoint)
    checkpoint.with_name(f"{loop.CHECKPOINT}.part").write_bytes(b"half a checkpoint")
    assert_same_weights(uninterrupted, run(photos, tiny_bundle, tmp_path / "run"))


@pytest.mark.parametrize("stage", ["export_bundle", "recalibrate_bundle"])
def test_a_run_killed_at_its_export_goes_on_there(
    stage: str, photos: Photos, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def be_killed(*given: object, **named: object) -> None:
        (tmp_path / "run" / ".bundle-half").mkdir()
        raise KeyboardInterrupt

    given = {"photo_path": photos[1], "base_bundle": tiny_bundle, "config": SEQUENCE, "name": "tuned"}
    told: list[Progress] = []
    with monkeypatch.context() as patch:
        patch.setattr(bundles, stage, be_killed)
        with pytest.raises(KeyboardInterrupt):
            finetune_bundle(snapshot=photos[0], out_dir=tmp_path / "run", report=ignore, **given)
    bundle = finetune_bundle(snapshot=photos[0], out_dir=tmp_path / "run", report=told.append, **given)
    load_bundle(bundle)
    assert {p.network for p in told} == {""}
    assert sorted(path.name for path in bundle.parent.iterdir()) == ["bundle", "regions.json", "sequence"]


def test_a_network_stops_when_patience_is_over_and_keeps_the_best(
    photos: Photos, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The validation gets worse from step to step, so nothing is better than what it started from."""
    losses = iter(np.linspace(1, 2, 50))
    monkeypatch.setattr(
        "training.tuning.crops.sequence_system",
        lambda network, validation: SimpleNamespace(
            loss=lambda batch: network(batch.inputs).square().mean(),
            validate=lambda averaged: {"validation_loss": float(next(losses))},
        ),
    )
    told: list[Progress] = []
    config = replace(SEQUENCE, validate_every=1, patience=3)
    weights = run(photos, tiny_bundle, tmp_path, config=config, report=told.append)
    assert weights.sequence is not None
    kept, before = load_file(weights.sequence), load_network(tiny_bundle / "sequence.onnx", "sequence")
    assert all(torch.equal(kept[key], value) for key, value in before.state_dict().items() if key in kept)
    record = weights.figures["networks"]["sequence"]
    assert (record["steps"], record["best_step"]) == (3, 0)
    assert "stopped early at step 3 of 6; the weights kept are the old ones" in told[-1].message
    assert told[-1].step == 6
    given = {"photo_path": photos[1], "base_bundle": tiny_bundle, "config": config, "name": "tuned"}
    assert finetune_bundle(snapshot=photos[0], out_dir=tmp_path, report=ignore, **given) is None
    assert not (tmp_path / "bundle").exists()


def test_sources_weigh_what_the_run_says(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    snapshot, photo_path = photos
    pseudo = replace(snapshot.items[0], source="pseudo")
    mixed = Snapshot("mixed", (pseudo, *snapshot.items[1:]))
    config = replace(SEQUENCE, paces={"sequence": replace(CROPS, steps=1)})
    without = replace(config, weights={"pseudo": 0.0})
    weights = run((mixed, photo_path), tiny_bundle, tmp_path / "a", config=without)
    assert weights.figures["networks"]["sequence"]["photos"] == 2
    nothing = replace(config, weights={"pseudo": 0.0, "human": 0.0})
    with pytest.raises(FinetuningFailed, match="train split holds no photo"):
        run((mixed, photo_path), tiny_bundle, tmp_path / "b", config=nothing)


def test_without_photos_to_validate_on_the_last_weights_are_kept(
    photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    snapshot, photo_path = photos
    guessed = [replace(item, source="pseudo") for item in snapshot.split("validation")]
    train = Snapshot("train", (*snapshot.split("train"), *guessed))
    told: list[Progress] = []
    run((train, photo_path), tiny_bundle, tmp_path, report=told.append)
    assert all(p.validation_loss is None for p in told)
    assert next(p.message for p in told if p.is_news).endswith("so the last weights are kept.")


def test_what_is_kept_lies_between_the_old_weights_and_the_learned(
    photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    snapshot, photo_path = photos
    train = Snapshot("train", tuple(snapshot.split("train")))
    learned, half = (
        run((train, photo_path), tiny_bundle, tmp_path / str(blend), config=replace(SEQUENCE, blend=blend))
        for blend in (1.0, 0.5)
    )
    assert learned.sequence is not None
    assert half.sequence is not None
    before = load_network(tiny_bundle / "sequence.onnx", "sequence").state_dict()
    after, between = load_file(learned.sequence), load_file(half.sequence)
    moved = [key for key, value in after.items() if not torch.equal(value, before[key])]
    assert moved
    for key in moved:
        torch.testing.assert_close(between[key], (before[key] + after[key]) / 2)


def test_regions_that_were_drawn_by_hand_are_tightened_once(
    photos: Photos, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second photo's characters are boxed, in the third no line is found."""
    tight = ((1.0, 2.0), (90.0, 2.0), (90.0, 12.0), (1.0, 12.0))
    found = iter([tight, None])
    monkeypatch.setattr("training.tuning.regions.tighten", lambda *given, **named: next(found))
    first, boxed, third = photos[0].items[:3]
    items = [replace(first, characters=()), boxed, replace(third, characters=())]
    told: list[tuple[int, int]] = []
    given = {"bundle": tiny_bundle, "photo_path": photos[1], "folder": tmp_path}
    for _ in range(2):
        regions = tighten_regions(items, on_photo=lambda *done: told.append(done), **given)
        assert [item.region for item in regions] == [tight, boxed.region, third.region]
    assert told == [(1, 2), (2, 2)]


def test_another_runs_checkpoint_is_refused(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    one_step = replace(SEQUENCE, paces={"sequence": replace(CROPS, steps=1)})
    run(photos, tiny_bundle, tmp_path, config=one_step)
    with pytest.raises(FinetuningFailed, match="another run"):
        run(photos, tiny_bundle, tmp_path, config=SEQUENCE)


def test_a_damaged_checkpoint_is_refused(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "sequence").mkdir()
    (tmp_path / "sequence" / loop.CHECKPOINT).write_bytes(b"not a checkpoint")
    with pytest.raises(FinetuningFailed, match=r"damaged.*Clone the run"):
        run(photos, tiny_bundle, tmp_path)


def test_a_full_disk_leaves_the_checkpoint_before(
    photos: Photos, tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_up(progress: Progress) -> None:
        if progress.step == 3:
            monkeypatch.setattr(checkpoints.os, "fsync", refuse)

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        run(photos, tiny_bundle, tmp_path, config=SEQUENCE, report=fill_up)
    _, record = checkpoints.read_checkpoint(tmp_path / "sequence" / loop.CHECKPOINT)
    assert record["step"] == 2


def test_a_missing_photo_is_refused(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    for name in ("sequence", "detector"):
        config = replace(CONFIG, paces={name: PACES[name]})
        with pytest.raises(FinetuningFailed, match="cannot be read"):
            run((photos[0], lambda sha256: tmp_path / "nowhere"), tiny_bundle, tmp_path / name, config=config)


def test_a_missing_base_bundle_is_refused(photos: Photos, tmp_path: Path) -> None:
    with pytest.raises(FinetuningFailed, match="base bundle cannot be used"):
        run(photos, tmp_path / "nothing", tmp_path / "run")


def test_missing_weights_are_refused(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    base = Path(shutil.copytree(tiny_bundle, tmp_path / "base"))
    (base / "sequence.onnx").unlink()
    with pytest.raises(FinetuningFailed, match=r"base bundle cannot be used.*sequence\.onnx.*Restore"):
        run(photos, base, tmp_path / "run", config=SEQUENCE)


def test_a_detector_without_regions_is_refused(photos: Photos, tiny_bundle: Path, tmp_path: Path) -> None:
    bare = Snapshot("bare", tuple(replace(i, region=None, characters=()) for i in photos[0].items))
    config = replace(CONFIG, paces={"detector": PACES["detector"]})
    with pytest.raises(FinetuningFailed, match="leave the detector out"):
        run((bare, photos[1]), tiny_bundle, tmp_path, config=config)


def test_characters_that_nobody_boxed_and_nothing_finds_are_refused(
    photos: Photos, tiny_bundle: Path, tmp_path: Path
) -> None:
    bare = Snapshot("bare", tuple(replace(item, characters=()) for item in photos[0].items))
    config = replace(CONFIG, paces={"characters": CROPS})
    with pytest.raises(FinetuningFailed, match="leave the character recognizer out"):
        run((bare, photos[1]), tiny_bundle, tmp_path, config=config)


def test_a_loss_that_is_no_number_ends_the_run(
    photos: Photos, tiny_bundle: Path, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(
        "training.systems.sequence.ctc_loss", lambda logits, targets: logits.sum() * float("nan")
    )
    with pytest.raises(FinetuningFailed, match="lower learning rate"):
        run(photos, tiny_bundle, tmp_path)
    assert not (tmp_path / "sequence" / loop.CHECKPOINT).exists()
