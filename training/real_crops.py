"""Crops of real photos whose VIN is known, as shards like those of synthetic crops.

One design in ten of those that may teach is kept aside: it tells when to stop, and what threshold to take.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from inference.decoding import decode_image
from inference.detector import Detector
from inference.geometry import bounding_box, turn_quad
from inference.labels import load_labels, path_beside
from inference.metrics import count_edits
from inference.rectifier import rectify
from inference.search import most_probable, score
from inference.snapshot import PhotoPath, SnapshotItem
from inference.splits import bucket, plate_design
from inference.types import Image, Quad, Region
from training.boxed_lines import Reader, open_networks, propose_quads
from training.examples import Example, load_examples
from training.shards import save_shard, shard_dirs
from training.synthesis.plates import KINDS

Bytes = npt.NDArray[np.uint8]

JITTERS, VOTED_JITTERS, VALIDATION_JITTERS = 24, 12, 5
"""Crops of one photo: of one that was labelled, read by votes, or kept aside."""
MOST_MISREAD = 8
"""Where every line in the box is read with more wrong characters, the VIN is not there, or cannot be seen."""
_PARTS = 10
_SHARD_SIZE = 1400


@dataclass(frozen=True, slots=True)
class RealCrops:
    """How many photos were labelled, read by votes, and kept aside for validation."""

    labelled: int
    voted: int
    validation: int


def write_real_crops(
    csv_path: Path, *, votes: Path | None, bundle: Path, folder: Path, seed: int = 1
) -> RealCrops:
    """Shards of the photos of the train part of a CSV into `folder` and, of those kept aside, into a folder
    beside it, named with -validation; `votes` is what `training.votes` made of the same CSV.

    Labelled boxes are tightened by the bundle's networks. Raises labels.InvalidLabels, bundle.InvalidBundle,
    sessions.InvalidNetwork, OSError.
    """
    find = path_beside(csv_path)
    labelled = list(tighten_all(load_labels(csv_path, part="train").items, find, bundle))
    voted = load_labels(votes, part="train").items if votes else ()
    teaching = [item for item in labelled if not is_kept_aside(item.vin)]
    teaching_votes = [item for item in voted if not is_kept_aside(item.vin)]
    aside = [item for item in labelled if is_kept_aside(item.vin)]
    rng = np.random.default_rng(seed)
    crops = _cut(rng, teaching, find, JITTERS) + _cut(rng, teaching_votes, find, VOTED_JITTERS)
    _write(rng, crops, folder)
    _write(rng, _cut(rng, aside, find, VALIDATION_JITTERS), folder.with_name(f"{folder.name}-validation"))
    return RealCrops(labelled=len(teaching), voted=len(teaching_votes), validation=len(aside))


def is_kept_aside(vin: str) -> bool:
    return bucket(f"validation{plate_design(vin)}", _PARTS) == 0


def tighten_all(items: Iterable[SnapshotItem], find: PhotoPath, bundle: Path) -> Iterator[SnapshotItem]:
    """The items with the quad of their line, but for those where it is not found."""
    detector, recognizer = open_networks(bundle)
    for item in items:
        if item.region is not None:
            image = decode_image(find(item.photo).read_bytes())
            quad = tighten(image, item.region, item.vin, detector=detector, reader=recognizer.weigh)
            if quad is not None:
                yield replace(item, region=quad)


def tighten(image: Image, loose: Quad, vin: str, *, detector: Detector, reader: Reader) -> Quad | None:
    """Of the lines near the loose quad, both ways up, the one that reads most like the VIN; None where no
    line does.
    """
    quads = propose_quads(detector, image, bounding_box(loose))
    ways = [way for quad in quads for way in (quad, turn_quad(quad))]
    evidence = reader([rectify(image, Region(way, 1.0)) for way in ways])
    edits = [count_edits(vin, most_probable(read)) for read in evidence]
    scores = [score(Region(way, 1.0), read) for way, read in zip(ways, evidence, strict=True)]
    best = min(range(len(ways)), key=lambda index: (edits[index], -scores[index]), default=None)
    return ways[best] if best is not None and edits[best] <= MOST_MISREAD else None


@dataclass(frozen=True, slots=True)
class _Labelled:
    """One crop: `pixels` are H x W gray."""

    pixels: Bytes
    example: Example
    kind: str


def _cut(
    rng: np.random.Generator, items: Sequence[SnapshotItem], find: PhotoPath, count: int
) -> list[_Labelled]:
    """`count` crops of each item: the straight one, and others as other detections would have cut it."""
    crops = []
    for item in items:
        for example in load_examples([item], find):
            pictures = [example.straight_crop(), *(example.jittered_crop(rng) for _ in range(count - 1))]
            crops += [_Labelled(_to_gray(picture), example, item.kind) for picture in pictures]
    return crops


def _to_gray(pixels: Image) -> Bytes:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _write(rng: np.random.Generator, crops: Sequence[_Labelled], folder: Path) -> None:
    """Mixed over as many shards as it takes, in place of those that are there."""
    for old in shard_dirs(folder):
        shutil.rmtree(old)
    shards = -(-len(crops) // _SHARD_SIZE)
    for number, places in enumerate(np.array_split(rng.permutation(len(crops)), shards) if shards else ()):
        chosen = [crops[place] for place in places]
        arrays = {
            "pixels": np.stack([crop.pixels for crop in chosen]),
            "symbols": np.stack([crop.example.symbols for crop in chosen]),
            "kinds": np.array([_kind(crop) for crop in chosen], np.uint8),
        }
        save_shard(folder / f"shard-{number:05d}", arrays)


def _kind(crop: _Labelled) -> int:
    """Votes tell no kind; nothing learns from it."""
    return KINDS.index(crop.kind) if crop.kind in KINDS else 0
