"""A bundle of tiny untrained networks, and a snapshot of four synthetic photos, made once for all tests
here.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from inference.geometry import quad_from_points
from inference.snapshot import PhotoPath, Snapshot, SnapshotCharacter, SnapshotItem, Split
from training.export import export_bundle
from training.networks.characters import CharacterNetwork
from training.networks.detector import DetectorNetwork
from training.networks.sequence import SequenceNetwork
from training.synthesis.photos import Difficulty
from training.synthesis.scenes import render_scene
from training.weights import TrainedWeights, save_weights

SPLITS: tuple[Split, ...] = ("train", "train", "train", "validation")


def tiny_sequence() -> SequenceNetwork:
    torch.manual_seed(5)
    return SequenceNetwork(stem=4, width=8, stages=((True,), (False,), (True,)), layers=1)


def tiny_detector() -> DetectorNetwork:
    torch.manual_seed(6)
    return DetectorNetwork(widths=(4, 4, 8, 8, 8), channels=8)


def tiny_characters() -> CharacterNetwork:
    torch.manual_seed(7)
    return CharacterNetwork(widths=(4, 4, 8, 8), channels=8)


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> TrainedWeights:
    folder = tmp_path_factory.mktemp("weights")
    save_weights(folder / "sequence.safetensors", "sequence", tiny_sequence())
    save_weights(folder / "detector.safetensors", "detector", tiny_detector())
    save_weights(folder / "characters.safetensors", "characters", tiny_characters())
    return TrainedWeights(
        *(folder / f"{name}.safetensors" for name in ("sequence", "detector", "characters"))
    )


@pytest.fixture(scope="session")
def tiny_bundle(tiny_weights: TrainedWeights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out_dir = tmp_path_factory.mktemp("bundles") / "tiny"
    return export_bundle(
        weights=tiny_weights, base_bundle=None, name="tiny", out_dir=out_dir, training={}, samples=2
    )


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, PhotoPath]:
    """The snapshot, and where its photos lie."""
    folder = tmp_path_factory.mktemp("photos")
    items = tuple(_write_photo(folder, seed, split) for seed, split in enumerate(SPLITS))
    return Snapshot("four photos", items), lambda sha256: folder / sha256


def _write_photo(folder: Path, seed: int, split: Split) -> SnapshotItem:
    rng = np.random.default_rng(seed)
    scene = render_scene(rng, look="normal", side=320, kind="windshield", difficulty=Difficulty(0.2))
    _, content = cv2.imencode(".png", cv2.cvtColor(scene.image, cv2.COLOR_RGB2BGR))
    sha256 = hashlib.sha256(content.tobytes()).hexdigest()
    (folder / sha256).write_bytes(content.tobytes())
    characters = tuple(
        SnapshotCharacter(symbol, quad_from_points(quad))
        for symbol, quad in zip(scene.vin, scene.character_quads, strict=True)
    )
    return SnapshotItem(sha256, scene.vin, split, quad_from_points(scene.quad), characters)
