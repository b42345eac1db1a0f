"""Files by content: all of it or nothing, wherever the machine stops."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from labeling import storage


@pytest.fixture(autouse=True)
def data_dir(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return settings.DATA_DIR


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_original_is_found_by_its_hash() -> None:
    sha256 = storage.store_original(b"pixels")
    assert sha256 == hashlib.sha256(b"pixels").hexdigest()
    assert storage.original_path(sha256).read_bytes() == b"pixels"


def test_storing_twice_keeps_one_file(data_dir: Path) -> None:
    storage.store_original(b"pixels")
    storage.store_original(b"pixels")
    assert len(files_in(data_dir)) == 1


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_no_half_of_a_file(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        storage.store_original(b"pixels")
    assert files_in(data_dir) == []


def test_what_was_cut_off_by_a_kill_is_not_taken_for_the_file(data_dir: Path) -> None:
    sha256 = hashlib.sha256(b"pixels").hexdigest()
    aside = data_dir / "incoming"
    aside.mkdir(parents=True)
    (aside / "0123").write_bytes(b"pix")
    assert not storage.original_path(sha256).exists()
    storage.store_original(b"pixels")
    assert storage.original_path(sha256).read_bytes() == b"pixels"


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "/" + "a" * 64]
)
def test_only_hashes_become_paths(name: str) -> None:
    for path_of in (
        storage.original_path,
        storage.display_path,
        storage.thumbnail_path,
        storage.snapshot_path,
        storage.bundle_path,
    ):
        with pytest.raises(ValueError, match="not a SHA-256"):
            path_of(name)


def test_deleting_what_is_gone_is_no_error() -> None:
    sha256 = storage.store_original(b"pixels")
    storage.delete_photo_files(sha256)
    storage.delete_photo_files(sha256)
    assert not storage.original_path(sha256).exists()
