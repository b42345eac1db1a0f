"""Fine-tunes networks of a bundle on a dataset snapshot, with synthetic data mixed in, one after the other.

What is done stays done: a run that was killed goes on with the network, and from the step, that its folder
tells of. Networks that are not named are carried over unchanged.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import torch

from inference.bundle import InvalidBundle, Manifest, bundle_digest, verify_bundle
from inference.decoding import ImageTooLarge, UndecodableImage
from inference.snapshot import PhotoPath, Snapshot, SnapshotItem, encode_snapshot
from training.examples import load_examples
from training.networks.characters import CharacterNetwork
from training.networks.detector import DetectorNetwork
from training.synthesis.typefaces import list_typefaces
from training.tuning.crops import Lessons, prepare_characters, prepare_sequence
from training.tuning.loop import WEIGHTS, Course, Progress, Report, Tuning, find_finished
from training.tuning.regions import tighten_regions
from training.tuning.settings import (
    NETWORKS,
    SOURCES,
    FinetuneConfig,
    FinetuningFailed,
    list_validating,
)
from training.tuning.windows import prepare_detector
from training.weights import NETWORK_WORDS, InvalidWeights, Network, TrainedWeights, load_network

__all__ = ["NETWORKS", "SOURCES", "FinetuneConfig", "FinetuningFailed", "Progress", "Report", "finetune"]

_REPORTED = 5
"""After so many photos somebody is told."""
_NOTHING = "The train split holds no photo with a VIN and its place; accept more annotations first."


def finetune(
    *,
    snapshot: Snapshot,
    photo_path: PhotoPath,
    base_bundle: Path,
    config: FinetuneConfig,
    out_dir: Path,
    report: Report,
) -> TrainedWeights:
    """Train on the train split; resumes where an earlier call with the same `out_dir` stopped.

    Whatever `report` raises ends the run and goes through, after the checkpoint was written. Raises
    FinetuningFailed, OSError where `out_dir` cannot be written.
    """
    config.check()
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(config.threads)
    school = _School(snapshot, photo_path, base_bundle, config, out_dir, report)
    total, before = config.total_steps, 0
    records = {}
    for name, pace in config.paces.items():
        folder = out_dir / name
        if (record := find_finished(folder, school.fingerprint)) is None:
            Tuning(
                school.prepare(name),
                config=config,
                folder=folder,
                fingerprint=school.fingerprint,
                before=before,
                total=total,
                report=report,
            ).run()
            record = find_finished(folder, school.fingerprint)
        records[name] = record
        before += pace.steps
    weights = {name: out_dir / name / WEIGHTS for name in config.paces}
    figures = {
        "data": f"fine-tuned on the snapshot {snapshot.name}",
        "config": config.to_json(),
        "networks": records,
        "typefaces": len(list_typefaces()),
    }
    return TrainedWeights(
        sequence=weights.get("sequence"),
        detector=weights.get("detector"),
        characters=weights.get("characters"),
        figures=figures,
    )


class _School:
    """Makes the course of each network, and reads what they learn from only where it is needed."""

    def __init__(
        self,
        snapshot: Snapshot,
        photo_path: PhotoPath,
        base_bundle: Path,
        config: FinetuneConfig,
        out_dir: Path,
        report: Report,
    ) -> None:
        self._snapshot, self._photo_path, self._config = snapshot, photo_path, config
        self._base, self._out_dir, self._report = base_bundle, out_dir, report
        self._manifest = _verify(base_bundle)
        self._lessons: Lessons | None = None
        self.fingerprint = _fingerprint(snapshot, base_bundle, config)

    def prepare(self, name: str) -> Course[Any]:
        try:
            return self._prepare(self._load(name))
        except (FileNotFoundError, PermissionError, UndecodableImage, ImageTooLarge) as error:
            raise FinetuningFailed(
                f"A photo of the snapshot cannot be read: {error}. Freeze it anew."
            ) from error

    def _prepare(self, network: Network) -> Course[Any]:
        if isinstance(network, DetectorNetwork):
            return prepare_detector(
                network,
                train=self._snapshot.split("train"),
                validation=list_validating(self._snapshot),
                weigh=self._weigh,
                photo_path=self._photo_path,
                config=self._config,
                folder=self._out_dir / "detector",
            )
        self._lessons = self._lessons or self._load_lessons()
        if isinstance(network, CharacterNetwork):
            return prepare_characters(network, self._lessons, self._config)
        return prepare_sequence(network, self._lessons, self._config)

    def _load(self, name: str) -> Network:
        try:
            return load_network(self._base / self._manifest.networks[name].file, name)
        except InvalidWeights as error:
            raise FinetuningFailed(
                f"The weights of the {NETWORK_WORDS[name]} cannot be used: {error} Start from another "
                "version."
            ) from error

    def _load_lessons(self) -> Lessons:
        weighed = [replace(item, weight=self._weigh(item)) for item in self._snapshot.split("train")]
        train = [item for item in weighed if item.weight > 0]
        tight = tighten_regions(
            [*train, *list_validating(self._snapshot)],
            bundle=self._base,
            photo_path=self._photo_path,
            folder=self._out_dir,
            on_photo=self._tell,
        )
        teaching = load_examples(tight[: len(train)], self._photo_path)
        validation = load_examples(tight[len(train) :], self._photo_path)
        return Lessons.of(teaching, validation, missing=_NOTHING)

    def _tell(self, done: int, count: int) -> None:
        if done % _REPORTED == 0:
            message = f"Looking for the line in regions that were drawn by hand: {done} of {count}"
            self._report(Progress.between(message, step=0, steps=self._config.total_steps))

    def _weigh(self, item: SnapshotItem) -> float:
        return max(item.weight, 0.0) * self._config.weights.get(item.source, 1.0)


def _verify(base_bundle: Path) -> Manifest:
    try:
        return verify_bundle(base_bundle)
    except InvalidBundle as error:
        raise FinetuningFailed(
            f"The base bundle cannot be used: {error} Restore the data folder from a backup, or start from "
            "another version."
        ) from error


def _fingerprint(snapshot: Snapshot, base_bundle: Path, config: FinetuneConfig) -> str:
    """Names the run: a checkpoint of any other must not be continued."""
    digest = hashlib.sha256(encode_snapshot(snapshot))
    digest.update(bundle_digest(base_bundle).encode())
    digest.update(json.dumps(config.to_json(), sort_keys=True).encode())
    return digest.hexdigest()
