"""Measures a bundle on labeled photos, through the same reader that serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import fmean
from time import perf_counter
from typing import Any

from inference.decoding import UndecodableImage
from inference.geometry import bounding_box, quad_from_box, quad_iou
from inference.metrics import (
    Acceptance,
    Outcome,
    accept_from,
    calibration_error,
    count_edits,
    mean_iou,
    percentile,
    reliability_bins,
    wilson_interval,
)
from inference.pipeline import VinReader
from inference.snapshot import PhotoPath, Snapshot, SnapshotItem, Split
from inference.types import EvaluatedPhoto, Quad, Reading, Region, Scorecard
from inference.vin import LENGTH

LOCATED_IOU = 0.5
THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99)
"""Confidences at which acceptance is told where nobody asks for others."""

OnProgress = Callable[[int, int], None]
"""Told after each photo how many are done, and of how many."""

Keep = Callable[[EvaluatedPhoto], None]
"""Given each photo as soon as it was measured, for whoever goes on with what was killed."""


def evaluate(
    reader: VinReader,
    snapshot: Snapshot,
    split: Split,
    photo_path: PhotoPath,
    on_progress: OnProgress | None = None,
    *,
    known: Mapping[str, EvaluatedPhoto] | None = None,
    keep: Keep | None = None,
) -> Scorecard:
    """Reads every photo of the split. A photo that cannot be decoded counts as not read.

    What is `known` of a photo, by its hash, is taken as it is; the others are given to `keep`, one by one.
    The time of a photo includes decoding it. Raises OSError where a photo's file is missing, and whatever
    the reader raises: a crash is no reading.
    """
    items = snapshot.split(split)
    photos = []
    for done, item in enumerate(items, start=1):
        photo = known.get(item.photo) if known else None
        if photo is None:
            photo = evaluate_photo(reader, item, photo_path)
            if keep is not None:
                keep(photo)
        photos.append(photo)
        if on_progress is not None:
            on_progress(done, len(items))
    return summarize(photos, bundle=reader.bundle_name, snapshot=snapshot.name, split=split)


def evaluate_photo(reader: VinReader, item: SnapshotItem, photo_path: PhotoPath) -> EvaluatedPhoto:
    """Reads one photo and compares it with its label."""
    content = photo_path(item.photo).read_bytes()
    start = perf_counter()
    try:
        reading = reader.read_bytes(content)
    except UndecodableImage as error:
        return _not_decoded(item, str(error), (perf_counter() - start) * 1000)
    milliseconds = (perf_counter() - start) * 1000
    return EvaluatedPhoto(
        photo=item.photo,
        expected=item.vin,
        vin=reading.vin,
        confidence=reading.confidence,
        edits=count_edits(item.vin, reading.vin or ""),
        region_iou=_overlap(item.region, reading.region),
        milliseconds=milliseconds,
        kind=item.kind,
        region=reading.region.quad if reading.region else None,
        character_confidences=tuple(character.confidence for character in reading.characters),
        character_iou=_overlap_of_characters(item, reading),
        stage_milliseconds=dict(reading.stages.milliseconds),
        refused=not reading.quality.readable,
    )


def _not_decoded(item: SnapshotItem, error: str, milliseconds: float) -> EvaluatedPhoto:
    return EvaluatedPhoto(
        photo=item.photo,
        expected=item.vin,
        vin=None,
        confidence=0.0,
        edits=len(item.vin),
        region_iou=None if item.region is None else 0.0,
        milliseconds=milliseconds,
        kind=item.kind,
        character_confidences=(),
        error=error,
        refused=False,
    )


def _overlap(labeled: Quad | None, found: Region | None) -> float | None:
    """None where the label has no region. An upright box is compared with the box around what was found."""
    if labeled is None:
        return None
    if found is None:
        return 0.0
    is_upright_box = labeled == quad_from_box(bounding_box(labeled))
    quad = quad_from_box(bounding_box(found.quad)) if is_upright_box else found.quad
    return quad_iou(labeled, quad)


def _overlap_of_characters(item: SnapshotItem, reading: Reading) -> float | None:
    """None where the true boxes are not known, or where there is no reading whose boxes could be measured."""
    if not item.characters or reading.vin is None:
        return None
    expected = [character.quad for character in item.characters]
    return mean_iou(expected, [character.quad for character in reading.characters])


def summarize(photos: Sequence[EvaluatedPhoto], *, bundle: str, snapshot: str, split: str) -> Scorecard:
    """The scorecard of photos that were evaluated already; slices of one are summarized the same way."""
    expected = sum(len(photo.expected) for photo in photos)
    overlaps = [photo.region_iou for photo in photos if photo.region_iou is not None]
    boxes = [photo.character_iou for photo in photos if photo.character_iou is not None]
    times = [photo.milliseconds for photo in photos]
    right = [photo for photo in photos if photo.is_right]
    return Scorecard(
        bundle=bundle,
        snapshot=snapshot,
        split=split,
        n=len(photos),
        exact=len(right),
        cer=sum(photo.edits for photo in photos) / expected if expected else 0.0,
        located=sum(overlap >= LOCATED_IOU for overlap in overlaps),
        calibration_error=calibration_error(list_outcomes(photos, read_only=True)),
        milliseconds_median=percentile(times, 0.5),
        milliseconds_p95=percentile(times, 0.95),
        photos=tuple(photos),
        with_region=len(overlaps),
        with_17_boxes=_count_full(right),
        character_iou=fmean(boxes) if boxes else None,
    )


def _count_full(photos: Sequence[EvaluatedPhoto]) -> int | None:
    """How many have 17 boxes; None where nobody counted boxes."""
    counted = [photo.character_confidences for photo in photos if photo.character_confidences is not None]
    return sum(len(boxes) == LENGTH for boxes in counted) if len(counted) == len(photos) else None


def list_outcomes(photos: Sequence[EvaluatedPhoto], *, read_only: bool = False) -> list[Outcome]:
    """How sure each reading was and whether it was right; a photo without a VIN is 0, or left out."""
    return [
        (photo.confidence if photo.vin else 0.0, photo.is_right)
        for photo in photos
        if photo.vin or not read_only
    ]


def slice_by_kind(scorecard: Scorecard) -> dict[str, Scorecard]:
    """A scorecard for each kind of photo, by name; photos without a kind are together under an empty one."""
    slices: dict[str, list[EvaluatedPhoto]] = {}
    for photo in scorecard.photos:
        slices.setdefault(photo.kind, []).append(photo)
    return {kind: summarize_slice(scorecard, slices[kind]) for kind in sorted(slices)}


def summarize_slice(scorecard: Scorecard, photos: Sequence[EvaluatedPhoto]) -> Scorecard:
    """The scorecard of some of the photos of one."""
    return summarize(photos, bundle=scorecard.bundle, snapshot=scorecard.snapshot, split=scorecard.split)


def describe_scorecard(scorecard: Scorecard, thresholds: Sequence[float] = THRESHOLDS) -> dict[str, Any]:
    """The scorecard as JSON, with intervals, calibration, acceptance, and the same for each kind of photo."""
    kinds = {
        kind or "unknown": _describe_slice(card, thresholds)
        for kind, card in slice_by_kind(scorecard).items()
    }
    return {**scorecard.to_json(), **_describe_slice(scorecard, thresholds), "kinds": kinds}


def _describe_slice(card: Scorecard, thresholds: Sequence[float]) -> dict[str, Any]:
    figures = {name: value for name, value in card.to_json().items() if name != "photos"}
    outcomes = list_outcomes(card.photos)
    bins = reliability_bins(list_outcomes(card.photos, read_only=True))
    return {
        **figures,
        "exact_interval": wilson_interval(card.exact, card.n),
        "located_share": card.located / card.with_region if card.with_region else None,
        "reliability": [
            {"from": b.low, "to": b.high, "n": b.n, "right": b.right, "confidence": b.confidence}
            for b in bins
        ],
        "acceptance": [_describe_acceptance(accept_from(outcomes, threshold)) for threshold in thresholds],
    }


def _describe_acceptance(acceptance: Acceptance) -> dict[str, Any]:
    return {
        "threshold": acceptance.threshold,
        "accepted": acceptance.accepted,
        "coverage": acceptance.coverage,
        "coverage_interval": wilson_interval(acceptance.accepted, acceptance.n),
        "right": acceptance.right,
        "precision": acceptance.precision,
        "precision_interval": wilson_interval(acceptance.right, acceptance.accepted),
    }
