"""One loaded reader for each version in service, and not one more than may be held."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from inference.bundle import InvalidBundle, bundle_digest
from labeling import storage
from tests.processes import ROOT
from worker import readers


@pytest.fixture
def bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The storage's folder of bundles."""
    readers._load.cache_clear()
    monkeypatch.setattr(storage, "bundle_path", lambda digest: tmp_path / digest)
    return tmp_path


def add_bundle(folder: Path, name: str) -> SimpleNamespace:
    """A version whose bundle is the base bundle under a name of its own."""
    bundle = Path(shutil.copytree(ROOT / "bundles" / "base", folder / "new"))
    manifest = json.loads((bundle / "manifest.json").read_text())
    (bundle / "manifest.json").write_text(json.dumps({**manifest, "name": name}))
    digest = bundle_digest(bundle)
    bundle.rename(folder / digest)
    return SimpleNamespace(digest=digest)


def test_a_version_is_loaded_once(bundles: Path) -> None:
    version = add_bundle(bundles, "one")
    assert readers.get_reader(version) is readers.get_reader(version)


def test_another_version_is_another_reader(bundles: Path) -> None:
    first, second = (readers.get_reader(add_bundle(bundles, name)) for name in ("one", "two"))
    assert (first.bundle_name, second.bundle_name) == ("one", "two")


def test_old_readers_are_dropped(bundles: Path) -> None:
    versions = [add_bundle(bundles, str(number)) for number in range(readers.LOADED_AT_ONCE + 2)]
    for version in versions:
        readers.get_reader(version)
    assert readers._load.cache_info().currsize == readers.LOADED_AT_ONCE


def test_a_bundle_with_a_wrong_hash_is_refused(bundles: Path) -> None:
    version = add_bundle(bundles, "one")
    with (bundles / version.digest / "sequence.onnx").open("ab") as file:
        file.write(b"!")
    with pytest.raises(InvalidBundle, match=r"sequence\.onnx"):
        readers.get_reader(version)
