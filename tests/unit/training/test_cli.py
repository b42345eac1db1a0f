import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.bundle import load_bundle, read_manifest
from inference.snapshot import PhotoPath, Snapshot, encode_snapshot
from training.__main__ import main
from training.shards import SHARD_SIZES
from training.synthesis.plates import KINDS


@pytest.mark.parametrize("options", [["--crops", "--kind", "paper"], ["--kind", "stamped_metal"]])
def test_a_contact_sheet_is_drawn(options: list[str], tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    assert main(["synth", "--contact-sheet", str(sheet), "--count", "3", *options]) == 0
    assert cv2.imread(str(sheet)).std() > 10


def test_synth_without_anything_to_draw_says_so(capsys) -> None:
    assert main(["synth"]) == 1
    assert "--contact-sheet" in capsys.readouterr().err


def test_a_senseless_training_configuration_is_refused(tmp_path: Path, capsys) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"epochs": 1}))
    arguments = ["--config", str(config), "--shards", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(["train", "sequence", *arguments]) == 1
    assert "epochs" in capsys.readouterr().err


def test_a_bundle_can_be_exported_under_another_name(tiny_bundle: Path, tmp_path: Path) -> None:
    out_dir = tmp_path / "renamed"
    assert main(["export", "--base", str(tiny_bundle), "--name", "renamed", "--out", str(out_dir)]) == 0
    assert read_manifest(out_dir).name == "renamed"


def test_a_snapshot_can_be_fine_tuned_from_the_command_line(
    photos: tuple[Snapshot, PhotoPath], tiny_bundle: Path, tmp_path: Path, capsys
) -> None:
    snapshot, photo_path = photos
    content = encode_snapshot(snapshot)
    file = tmp_path / f"{hashlib.sha256(content).hexdigest()}.json"
    file.write_bytes(content)
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"steps": 1, "batch_size": 2}))
    folder = photo_path(snapshot.items[0].photo).parent
    arguments = ["--snapshot", str(file), "--photos", str(folder), "--base", str(tiny_bundle)]
    assert main(["finetune", *arguments, "--config", str(config), "--out", str(tmp_path / "out")]) == 0
    load_bundle(tmp_path / "out" / "bundle")
    assert "step 1 of 1" in capsys.readouterr().err


def test_shards_are_drawn_in_the_shares_that_were_asked_for(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(SHARD_SIZES, "crops", 6)
    arguments = ["--shards", "crops", "--out", str(tmp_path), "--count", "1"]
    assert main(["synth", *arguments, "--mix", "paper=3", "windshield=0"]) == 0
    kinds = np.load(tmp_path / "shard-00000" / "kinds.npy")
    assert kinds.tolist() == [KINDS.index("paper")] * 6


@pytest.mark.parametrize("mix", ["poster=1", "paper=much", "paper", "paper=-1", "paper=0", "paper=nan"])
def test_a_senseless_mix_is_refused(mix: str, tmp_path: Path, capsys) -> None:
    assert main(["synth", "--shards", "crops", "--out", str(tmp_path), "--mix", mix]) == 1
    assert "--mix" in capsys.readouterr().err
