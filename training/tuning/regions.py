"""Regions that people drew by hand, tightened to the line of the VIN: a recognizer shall learn from crops as
the detector cuts them.

Where the characters are boxed, the region was looked at closely, and stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from inference.decoding import decode_image
from inference.geometry import quad_from_points
from inference.snapshot import PhotoPath, SnapshotItem
from inference.types import Quad
from training.boxed_lines import open_networks
from training.checkpoints import write_flushed
from training.examples import find_characters
from training.real_crops import tighten

FILE = "regions.json"


def tighten_regions(
    items: Sequence[SnapshotItem],
    *,
    bundle: Path,
    photo_path: PhotoPath,
    folder: Path,
    on_photo: Callable[[int, int], None],
) -> list[SnapshotItem]:
    """The items with tight regions; one in which the networks find no line like the VIN keeps its own.

    What was found is kept in `folder` for whoever goes on with the run. `on_photo` is told how many are done,
    and of how many. Raises OSError, decoding.UndecodableImage, decoding.ImageTooLarge.
    """
    loose = [item for item in items if item.region is not None and find_characters(item) is None]
    path = folder / FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        found = _tighten_all(loose, bundle, photo_path, on_photo)
        write_flushed(path, json.dumps(found).encode())
    known: dict[str, Quad | None] = json.loads(path.read_text())
    return [_replace_region(item, known.get(item.photo)) for item in items]


def _tighten_all(
    items: Sequence[SnapshotItem],
    bundle: Path,
    photo_path: PhotoPath,
    on_photo: Callable[[int, int], None],
) -> dict[str, Quad | None]:
    detector, recognizer = open_networks(bundle)
    found = {}
    for done, item in enumerate(items, start=1):
        assert item.region is not None  # noqa: S101  (the others were left out)
        image = decode_image(photo_path(item.photo).read_bytes())
        found[item.photo] = tighten(image, item.region, item.vin, detector=detector, reader=recognizer.weigh)
        on_photo(done, len(items))
    return found


def _replace_region(item: SnapshotItem, quad: Quad | None) -> SnapshotItem:
    return item if quad is None else replace(item, region=quad_from_points(quad))
