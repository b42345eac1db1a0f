"""Files by content: originals, copies for the screen, bundles, snapshots, transfers, and the folders of runs.

Everything lies under settings.DATA_DIR. A file is written aside on the same filesystem, flushed, and renamed,
so that a name either does not exist or holds the whole content, whenever the machine stops.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from django.conf import settings

from labeling.errors import DomainError

_SHA256 = re.compile(r"[0-9a-f]{64}")
MANIFEST = "manifest.json"


class InvalidBundle(DomainError):
    """The folder is no bundle, or a file in it does not have the hash that its manifest promises."""

    code = "invalid_bundle"


def hash_content(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def original_path(sha256: str) -> Path:
    return _path_of("originals", sha256)


def display_path(sha256: str) -> Path:
    return _path_of("display", sha256, ".jpg")


def thumbnail_path(sha256: str) -> Path:
    return _path_of("thumbnails", sha256, ".jpg")


def snapshot_path(sha256: str) -> Path:
    return _root() / "snapshots" / f"{_checked(sha256)}.json"


def transfer_path(sha256: str) -> Path:
    """A file that came to be imported, or was made by an export."""
    return _path_of("transfers", sha256)


def bundle_path(digest: str) -> Path:
    return _root() / "bundles" / _checked(digest)


def run_dir(run_id: uuid.UUID) -> Path:
    """Where a run keeps its checkpoint; the same for every attempt, so that the next one goes on from it."""
    return _root() / "runs" / str(run_id)


def store_original(content: bytes) -> str:
    """Write an uploaded file once; returns its SHA-256."""
    sha256 = hash_content(content)
    if not original_path(sha256).exists():
        write_aside(original_path(sha256), content)
    return sha256


def store_snapshot(pieces: Iterable[bytes]) -> str:
    """Keep a snapshot file, however large; returns its SHA-256."""
    sha256, _ = _keep(lambda file: file.writelines(pieces), snapshot_path)
    return sha256


def store_transfer(write: Callable[[BinaryIO], None]) -> tuple[str, int]:
    """Keep what `write` writes, however large; returns its SHA-256 and its size in bytes."""
    return _keep(write, transfer_path)


def delete_transfer(sha256: str) -> None:
    """What is gone already is no error."""
    transfer_path(sha256).unlink(missing_ok=True)


def delete_photo_files(sha256: str) -> None:
    """Remove an original and its copies; what is gone already is no error."""
    for path in (original_path(sha256), display_path(sha256), thumbnail_path(sha256)):
        path.unlink(missing_ok=True)


def store_bundle(bundle_dir: Path) -> tuple[str, dict[str, Any]]:
    """Copy a bundle and verify every hash; returns its digest and its manifest. Raises InvalidBundle."""
    aside = _aside_path()
    aside.mkdir(parents=True)
    try:
        manifest = _copy_bundle(bundle_dir, aside)
        digest = hash_content((aside / MANIFEST).read_bytes())
        target = bundle_path(digest)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            aside.rename(target)
            _flush(target.parent)
        return digest, manifest
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def measure_bundle(digest: str) -> int:
    """The size of a stored bundle in bytes, its manifest included."""
    return sum(path.stat().st_size for path in bundle_path(digest).iterdir())


def write_aside(path: Path, content: bytes) -> None:
    """Make `path` hold `content`, all of it or not at all."""
    aside = _aside_path()
    aside.parent.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with aside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
        _flush(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _keep(write: Callable[[BinaryIO], None], path_of: Callable[[str], Path]) -> tuple[str, int]:
    """Keep what `write` writes where its hash belongs; returns its SHA-256 and its size in bytes."""
    aside = _aside_path()
    aside.parent.mkdir(parents=True, exist_ok=True)
    try:
        with aside.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        with aside.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size, target = aside.stat().st_size, path_of(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside.replace(target)
        _flush(target.parent)
        return sha256, size
    finally:
        aside.unlink(missing_ok=True)


def _copy_bundle(source: Path, target: Path) -> dict[str, Any]:
    try:
        content = (source / MANIFEST).read_bytes()
        manifest = json.loads(content)
    except (OSError, ValueError) as error:
        raise InvalidBundle(f"The bundle has no readable {MANIFEST}.") from error
    files = list(_listed_files(manifest))
    if not files:
        raise InvalidBundle("The bundle's manifest lists no file.")
    for name, sha256 in files:
        _copy_verified(source / name, target / name, sha256)
    _write_flushed(target / MANIFEST, content)
    return manifest


def _listed_files(manifest: Any) -> Iterator[tuple[str, str]]:
    """Every {"file": ..., "sha256": ...} anywhere in the manifest."""
    if isinstance(manifest, dict):
        name, sha256 = manifest.get("file"), manifest.get("sha256")
        if isinstance(name, str) and isinstance(sha256, str):
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise InvalidBundle(f"The bundle's manifest lists a file outside of it: {name}.")
            yield name, sha256
        for value in manifest.values():
            yield from _listed_files(value)


def _copy_verified(source: Path, target: Path, sha256: str) -> None:
    try:
        content = source.read_bytes()
    except OSError as error:
        raise InvalidBundle(f"The bundle lacks the file {source.name}.") from error
    if hash_content(content) != sha256:
        raise InvalidBundle(f"The bundle's file {source.name} does not have the hash in its manifest.")
    _write_flushed(target, content)


def _write_flushed(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    """A rename survives a power cut only once its folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _root() -> Path:
    return Path(settings.DATA_DIR)


def _path_of(folder: str, sha256: str, suffix: str = "") -> Path:
    return _root() / folder / _checked(sha256)[:2] / f"{sha256}{suffix}"


def _aside_path() -> Path:
    return _root() / "incoming" / uuid.uuid4().hex


def _checked(sha256: str) -> str:
    """Names come from the database alone; this keeps a mistake from becoming a path."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return sha256
