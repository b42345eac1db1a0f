"""Fine-tunes the detector on real photos in which only the line of the VIN is boxed, from teacher to
student.

Each round labels the photos with the weights of the round before, where those are surer than what is
known already, and trains on them and on synthetic windows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from tqdm import tqdm

from inference.decoding import decode_image
from inference.detector import Detector
from inference.geometry import bounding_box
from inference.sessions import Network as Session
from inference.splits import bucket, plate_design
from training.boxed_photos import BoxedPhoto, list_boxed_photos, match_boxes
from training.export import to_onnx
from training.networks.detector import DetectorNetwork
from training.real_windows import stream_mixed_windows
from training.systems.detector import detector_system
from training.systems.loop import LoopConfig, System, Trainer, TrainingFailed
from training.train import draw_validation_windows, read_config
from training.weak_supervision import WeakLabel, label_again, label_photo, load_weak_labels, save_weak_labels
from training.weights import load_network, save_weights

SET_ASIDE = 10
"""One in so many designs or files of the train part is not learned from: it tells how far to go."""
MOST_VALIDATED = 120
SURE_ENOUGH = 0.85
"""Labels as sure as this are not made again."""


@dataclass(frozen=True, slots=True)
class BoxedConfig:
    """`rounds` of `loop.minutes` each; `real_share` of a batch are windows of real photos.

    Of these at most `photos` are labeled and learned, evenly spread: labeling costs about as much as a step.
    """

    loop: LoopConfig
    rounds: int
    real_share: float
    photos: int

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> BoxedConfig:
        """Raises TrainingFailed where a name is unknown or a number makes no sense."""
        own = {"rounds": 2, "real_share": 0.5, "photos": 10_000}
        own |= {name: value for name, value in data.items() if name in own}
        loop = LoopConfig.from_json({name: value for name, value in data.items() if name not in own})
        if own["rounds"] < 1 or own["photos"] < 1 or not 0 < own["real_share"] < 1:
            raise TrainingFailed("rounds and photos must be at least 1, and real_share between 0 and 1.")
        return cls(loop, int(own["rounds"]), float(own["real_share"]), int(own["photos"]))


@dataclass(frozen=True, slots=True)
class BoxedSet:
    """Photos of a CSV with a box, and the CSV's folder."""

    folder: Path
    photos: Sequence[BoxedPhoto]

    def path(self, photo: BoxedPhoto) -> Path:
        return self.folder / photo.file


def finetune_detector(*, start: Path, boxed: Path, config_path: Path, shards: Path, out_dir: Path) -> Path:
    """Train from the weights `start` on the train part of `boxed`, a CSV; returns the file of weights.

    A round that is finished is not trained again, one that was interrupted goes on. Raises TrainingFailed,
    InvalidLabels, InvalidWeights, streams.NoTrainingData.
    """
    config = BoxedConfig.from_json(read_config(config_path))
    torch.set_num_threads(config.loop.threads)
    cv2.setNumThreads(config.loop.threads)
    photos = list_boxed_photos(boxed, part="train")
    learned = _choose(boxed, [photo for photo in photos if not is_set_aside(photo)], config.photos)
    aside = _choose(boxed, [photo for photo in photos if is_set_aside(photo)], MOST_VALIDATED)
    weights, labels = start, None
    for number in range(1, config.rounds + 1):
        folder = out_dir / f"round-{number}"
        folder.mkdir(parents=True, exist_ok=True)
        labels = _label(folder / "labels.npz", weights, learned, labels)
        weights = _train_round(config, folder, weights, learned, labels, aside, shards)
    for name in ("detector.safetensors", "training.json"):
        shutil.copyfile(out_dir / f"round-{config.rounds}" / name, out_dir / name)
    return out_dir / "detector.safetensors"


def _choose(boxed: Path, photos: Sequence[BoxedPhoto], most: int) -> BoxedSet:
    """At most so many, evenly spread."""
    places = np.linspace(0, len(photos), min(most, len(photos)), endpoint=False).astype(int)
    return BoxedSet(boxed.parent, [photos[place] for place in places])


def is_set_aside(photo: BoxedPhoto) -> bool:
    """Designs stay together; photos that nobody has read are told apart by their names."""
    key = "aside " + (plate_design(photo.vin) if photo.vin else photo.file)
    return bucket(key, SET_ASIDE) == 0


def _label(
    path: Path, weights: Path, learned: BoxedSet, known: Sequence[WeakLabel] | None
) -> list[WeakLabel]:
    if path.exists():
        return load_weak_labels(path)
    detector = _as_detector(_load_detector(weights))
    labels = []
    for index, photo in enumerate(tqdm(learned.photos, unit="photo", mininterval=5)):
        if known is not None and known[index].confidence >= SURE_ENOUGH:
            labels.append(known[index])
            continue
        image = decode_image(learned.path(photo).read_bytes())
        old = known[index] if known is not None else label_photo(detector, image, photo.box)
        labels.append(old if known is None else label_again(detector, image, old))
    save_weak_labels(path, labels)
    return labels


def _train_round(
    config: BoxedConfig,
    folder: Path,
    start: Path,
    learned: BoxedSet,
    labels: Sequence[WeakLabel],
    aside: BoxedSet,
    shards: Path,
) -> Path:
    weights = folder / "detector.safetensors"
    if weights.exists():
        return weights
    torch.manual_seed(config.loop.seed)
    network = _load_detector(start)
    system = _with_location(detector_system(network, draw_validation_windows()), aside)
    trainer = Trainer(system, config.loop, folder)
    trainer.resume()
    batches = stream_mixed_windows(
        [(learned.path(photo), label) for photo, label in zip(learned.photos, labels, strict=True)],
        shards,
        batch_size=config.loop.batch_size,
        real_share=config.real_share,
        seed=config.loop.seed + trainer.step,
    )
    figures = trainer.run(batches)
    known = np.array([label.confidence for label in labels])
    record = {
        "steps": trainer.step,
        "samples": trainer.step * config.loop.batch_size,
        "seconds": round(trainer.seconds),
        "photos": len(labels),
        "photos_with_17": int((known == 1).sum()),
        **figures,
    }
    (folder / "training.json").write_text(json.dumps(record, indent=1))
    save_weights(weights, "detector", network, trainer.average.state)
    return weights


def _load_detector(path: Path) -> DetectorNetwork:
    network = load_network(path, "detector")
    assert isinstance(network, DetectorNetwork)  # noqa: S101  (the name says so)
    return network


def _as_detector(network: DetectorNetwork) -> Detector:
    """The detector as production runs it."""
    return Detector(Session(to_onnx(network, "detector")))


def _with_location(system: System[Any], aside: BoxedSet) -> System[Any]:
    """The system that also tells in how many of the photos set aside the VIN is found."""
    network = system.network
    assert isinstance(network, DetectorNetwork)  # noqa: S101

    def validate(averaged: torch.nn.Module) -> dict[str, float]:
        return {**system.validate(averaged), **count_located(_as_detector(network), aside)}

    return System(network, system.loss, validate)


def count_located(detector: Detector, photos: BoxedSet) -> dict[str, float]:
    """Shares of the photos whose first region, or one of the first three, overlaps the box."""
    first = best = 0
    for photo in photos.photos:
        image = decode_image(photos.path(photo).read_bytes())
        boxes = [bounding_box(region.quad) for region in detector.detect(image)]
        hits = [match_boxes(box, photo.box).is_located for box in boxes]
        first, best = first + any(hits[:1]), best + any(hits)
    count = max(len(photos.photos), 1)
    return {"located_first": first / count, "located_of_three": best / count}
