"""Bundles: what is refused, with the bundle that ships."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference import load_reader
from inference.bundle import (
    DEFAULT_BUNDLE,
    MANIFEST,
    InvalidBundle,
    bundle_digest,
    describe_network,
    load_bundle,
    read_manifest,
    verify_bundle,
    write_manifest,
)
from inference.fusion import Calibration


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_BUNDLE, tmp_path / "bundle"))


def edit(bundle: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = bundle / MANIFEST
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def test_the_shipped_bundle_is_whole() -> None:
    manifest = verify_bundle(DEFAULT_BUNDLE)
    assert load_reader().bundle_name == manifest.name
    assert sum(network.parameters for network in manifest.networks.values()) > 100_000
    assert {"detector", "sequence", "characters"} <= manifest.networks.keys()


def test_a_manifest_comes_back_as_it_was_written(bundle: Path) -> None:
    manifest = replace(read_manifest(bundle), name="other", calibration=Calibration(1.7, -0.2))
    before = bundle_digest(bundle)
    write_manifest(bundle, manifest)
    assert read_manifest(bundle) == manifest
    assert bundle_digest(bundle) != before
    assert not list(bundle.glob("*.tmp"))


@pytest.mark.parametrize("file", ["detector.onnx", "sequence.onnx", "characters.onnx"])
def test_one_changed_byte_is_refused(bundle: Path, file: str) -> None:
    content = bytearray((bundle / file).read_bytes())
    content[len(content) // 2] ^= 1
    (bundle / file).write_bytes(content)
    with pytest.raises(InvalidBundle, match=f"{file} .* does not have the hash"):
        load_bundle(bundle)


def test_a_twin_in_eight_bits_runs_in_place_of_its_network(bundle: Path) -> None:
    (bundle / "broken.onnx").write_bytes(b"no network")
    entry = describe_network(bundle, "broken.onnx", shape=(-1, 3, -1, -1), parameters=0)
    manifest = read_manifest(bundle)
    good = manifest.networks["detector"]
    twin = {**manifest.networks, "detector": entry, "detector-int8": good}
    write_manifest(bundle, replace(manifest, networks=twin))
    load_bundle(bundle)
    write_manifest(bundle, replace(manifest, networks={**manifest.networks, "detector-int8": entry}))
    with pytest.raises(InvalidBundle, match=r"broken\.onnx"):
        load_bundle(bundle)


def test_a_quality_network_for_other_measures_is_left_out(
    bundle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    edit(bundle, lambda document: document["networks"]["quality"].update(input=[-1, 47]))
    reading = load_bundle(bundle).read(np.full((80, 120, 3), 90, np.uint8))
    assert [issue.code for issue in reading.quality.issues] == ["no_vin"]
    assert "python -m training quality" in caplog.text


def test_a_missing_file_is_refused(bundle: Path) -> None:
    (bundle / "detector.onnx").unlink()
    with pytest.raises(InvalidBundle, match=r"lacks detector\.onnx"):
        load_bundle(bundle)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d.update(format=1), "format 1.* Register bundles/base again"),
        (lambda d: d.update(alphabet="ABC"), "alphabet"),
        (lambda d: d["networks"].pop("sequence"), "no network named sequence"),
        (lambda d: d["networks"]["sequence"].update(input=[-1, 1, 32, 320]), "48 x 384"),
        (
            lambda d: d["networks"].update(
                {"characters-int8": {**d["networks"]["characters"], "input": [-1, 1, 32, 320]}}
            ),
            "48 x 384",
        ),
        (lambda d: d["networks"]["detector"].update(file="../detector.onnx"), "inside the bundle"),
        (lambda d: d["networks"]["detector"].update(file="/etc/passwd"), "inside the bundle"),
        (lambda d: d["networks"]["detector"].update(surprise=1), "malformed"),
        (lambda d: d["calibration"].update(temperature=0), "unusable"),
        (lambda d: d["calibration"].update(temperature="hot"), "malformed"),
        (lambda d: d.pop("networks"), "malformed"),
        (lambda d: d.update(networks=[1]), "malformed"),
        (lambda d: d["networks"].update(detector=None), "malformed"),
    ],
)
def test_odd_manifests_are_refused(
    bundle: Path, change: Callable[[dict[str, Any]], object], word: str
) -> None:
    edit(bundle, change)
    with pytest.raises(InvalidBundle, match=word):
        load_bundle(bundle)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '"text"', '{"format": NaN}'])
def test_what_is_no_manifest(bundle: Path, content: str) -> None:
    (bundle / MANIFEST).write_text(content)
    with pytest.raises(InvalidBundle):
        load_bundle(bundle)


def test_a_folder_without_a_manifest(tmp_path: Path) -> None:
    for function in (load_bundle, bundle_digest, read_manifest):
        with pytest.raises(InvalidBundle, match="no bundle"):
            function(tmp_path)


def test_a_file_that_is_no_network(bundle: Path) -> None:
    """With the right hash, so that the runtime itself must refuse it."""
    (bundle / "sequence-int8.onnx").write_bytes(b"no network")
    manifest = read_manifest(bundle)
    entry = describe_network(bundle, "sequence-int8.onnx", shape=(-1, 1, 48, 384), parameters=0)
    write_manifest(bundle, replace(manifest, networks={**manifest.networks, "sequence-int8": entry}))
    with pytest.raises(InvalidBundle, match="cannot be used"):
        load_bundle(bundle)
