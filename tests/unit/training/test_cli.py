import hashlib
import json
from pathlib import Path

import cv2
import pytest

from inference.bundle import read_manifest
from inference.snapshot import PhotoPath, Snapshot, encode_snapshot
from training.__main__ import main


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
    assert (tmp_path / "out" / "sequence.safetensors").exists()
    assert "step 1 of 1" in capsys.readouterr().err
