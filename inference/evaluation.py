"""Measures a bundle on labeled photos, through the same reader that serves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter

from inference.decoding import UndecodableImage, decode_image
from inference.geometry import bounding_box, quad_from_box, quad_iou
from inference.metrics import calibration_error, count_edits, percentile
from inference.pipeline import VinReader
from inference.snapshot import PhotoPath, Snapshot, SnapshotItem, Split
from inference.types import EvaluatedPhoto, Quad, Reading, Region, Scorecard

LOCATED_IOU = 0.5

OnProgress = Callable[[int, int], None]
"""Told after each photo how many are done, and of how many."""


def evaluate(
    reader: VinReader,
    snapshot: Snapshot,
    split: Split,
    photo_path: PhotoPath,
    on_progress: OnProgress | None = None,
) -> Scorecard:
    """Reads every photo of the split. A photo that cannot be decoded counts as not read.

    The time of a photo includes decoding it. Raises OSError where a photo's file is missing.
    """
    items = snapshot.split(split)
    photos = []
    for done, item in enumerate(items, start=1):
        photos.append(evaluate_photo(reader, item, photo_path))
        if on_progress is not None:
            on_progress(done, len(items))
    return summarize(photos, bundle=reader.bundle_name, snapshot=snapshot.name, split=split)


def evaluate_photo(reader: VinReader, item: SnapshotItem, photo_path: PhotoPath) -> EvaluatedPhoto:
    """Reads one photo and compares it with its label."""
    content = photo_path(item.photo).read_bytes()
    start = perf_counter()
    reading = _read(reader, content)
    milliseconds = (perf_counter() - start) * 1000
    vin = reading.vin if reading is not None else None
    return EvaluatedPhoto(
        photo=item.photo,
        expected=item.vin,
        vin=vin,
        confidence=reading.confidence if reading is not None else 0.0,
        edits=count_edits(item.vin, vin or ""),
        region_iou=_overlap(item.region, reading.region if reading is not None else None),
        milliseconds=milliseconds,
        kind=item.kind,
    )


def _read(reader: VinReader, content: bytes) -> Reading | None:
    try:
        return reader.read(decode_image(content))
    except UndecodableImage:
        return None


def _overlap(labeled: Quad | None, found: Region | None) -> float | None:
    """None where the label has no region. An upright box is compared with the box around what was found."""
    if labeled is None:
        return None
    if found is None:
        return 0.0
    is_upright_box = labeled == quad_from_box(bounding_box(labeled))
    quad = quad_from_box(bounding_box(found.quad)) if is_upright_box else found.quad
    return quad_iou(labeled, quad)


def summarize(photos: Sequence[EvaluatedPhoto], *, bundle: str, snapshot: str, split: str) -> Scorecard:
    """The scorecard of photos that were evaluated already; slices of one are summarized the same way."""
    expected = sum(len(photo.expected) for photo in photos)
    outcomes = [(photo.confidence, photo.vin == photo.expected) for photo in photos]
    times = [photo.milliseconds for photo in photos]
    return Scorecard(
        bundle=bundle,
        snapshot=snapshot,
        split=split,
        n=len(photos),
        exact=sum(right for _, right in outcomes),
        cer=sum(photo.edits for photo in photos) / expected if expected else 0.0,
        located=sum((photo.region_iou or 0.0) >= LOCATED_IOU for photo in photos),
        calibration_error=calibration_error(outcomes),
        milliseconds_median=percentile(times, 0.5),
        milliseconds_p95=percentile(times, 0.95),
        photos=tuple(photos),
    )
