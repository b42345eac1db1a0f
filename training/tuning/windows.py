"""What fine-tuning makes of the labelled photos of a snapshot for the detector: windows about the VIN.

Where a label has no boxes of characters, the base detector splits the region into them (CRAFT's weak
supervision, training.weak_supervision); what it says of the rest of the photo is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.decoding import decode_image
from inference.detector import Detector
from inference.geometry import bounding_box
from inference.sessions import Network as Session
from inference.snapshot import PhotoPath, SnapshotItem
from inference.types import Image
from training.examples import find_characters, find_quad
from training.export import to_onnx
from training.networks.detector import DetectorNetwork
from training.real_windows import draw_real_window, mix_windows
from training.shards import QUARTER_TURN_SHARE, TWO_ROWS_SHARE, draw_window
from training.streams import Bytes, WindowBatch, vary_window
from training.synthesis.scenes import render_scene
from training.systems.detector import detector_system
from training.tuning.crops import count_replayed, find_shares
from training.tuning.loop import Course
from training.tuning.settings import FinetuneConfig
from training.weak_supervision import WeakLabel, label_known, label_photo, load_weak_labels, save_weak_labels

LABELS = "labels.npz"
_VALIDATION_SEED = 777
_VALIDATED_AT_ONCE = 8

Weigh = Callable[[SnapshotItem], float]


@dataclass(frozen=True, slots=True)
class _Photo:
    path: Path
    label: WeakLabel

    def decode(self) -> Image:
        return decode_image(self.path.read_bytes())


def prepare_detector(
    network: DetectorNetwork,
    *,
    train: Sequence[SnapshotItem],
    validation: Sequence[SnapshotItem],
    weigh: Weigh,
    photo_path: PhotoPath,
    config: FinetuneConfig,
    folder: Path,
) -> Course[WindowBatch]:
    """The course of the detector. Labels are kept in `folder`: a resumed run need not make them again.

    Raises FinetuningFailed where no photo of `train` has a region, OSError, decoding.UndecodableImage.
    """
    placed = [item for item in train if find_quad(item) is not None and weigh(item) > 0]
    watched = [item for item in validation if find_quad(item) is not None]
    shares = find_shares(
        [weigh(item) for item in placed],
        missing="No photo of the train split says where its VIN is. Accept annotations with a region, or "
        "leave the detector out of the run's networks.",
    )
    labels = _label(folder / LABELS, network, [*placed, *watched], photo_path)
    photos = [
        _Photo(photo_path(item.photo), label) for item, label in zip([*placed, *watched], labels, strict=True)
    ]
    size = config.paces["detector"].batch_size
    replayed = count_replayed(config, size)

    def draw(rng: np.random.Generator) -> WindowBatch:
        chosen = rng.choice(len(placed), size=size - replayed, p=shares)
        weak = [_draw_real(rng, photos[index]) for index in chosen]
        return mix_windows([_draw_synthetic(rng) for _ in range(replayed)], weak)

    system = detector_system(network, _draw_validation(photos[len(placed) :]))
    return Course("detector", network, system, draw, photos=len(placed))


def _label(
    path: Path, network: DetectorNetwork, items: Sequence[SnapshotItem], photo_path: PhotoPath
) -> list[WeakLabel]:
    if path.exists():
        return load_weak_labels(path)
    detector = Detector(Session(to_onnx(network, "detector")))
    labels = []
    for item in items:
        image = decode_image(photo_path(item.photo).read_bytes())
        quad, characters = find_quad(item), find_characters(item)
        assert quad is not None  # noqa: S101  (the others were left out)
        box = bounding_box(quad)
        if characters is None:
            labels.append(label_photo(detector, image, box))
        else:
            labels.append(label_known(detector, image, box, characters))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_weak_labels(path, labels)
    return labels


def _draw_real(rng: np.random.Generator, photo: _Photo) -> dict[str, Bytes]:
    return vary_window(rng, draw_real_window(rng, photo.decode(), photo.label))


def _draw_synthetic(rng: np.random.Generator) -> dict[str, Bytes]:
    scene = render_scene(rng, quarter_turn_share=QUARTER_TURN_SHARE, two_rows_share=TWO_ROWS_SHARE)
    window = draw_window(rng, scene)
    return vary_window(rng, {"pixels": window.pixels, "maps": window.maps})


def _draw_validation(photos: Sequence[_Photo]) -> list[WindowBatch]:
    """One window of each photo, the same in every run."""
    rng = np.random.default_rng(_VALIDATION_SEED)
    windows = [draw_real_window(rng, photo.decode(), photo.label) for photo in photos]
    starts = range(0, len(windows), _VALIDATED_AT_ONCE)
    return [mix_windows([], windows[start : start + _VALIDATED_AT_ONCE]) for start in starts]
