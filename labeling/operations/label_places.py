"""Where the VIN is, for labels that do not say it: whoever reads the same VIN has found its place."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from inference.geometry import quad_from_points
from inference.metrics import count_edits
from inference.types import Quad
from labeling.models import Prediction

NEARLY = 2
"""Edits between a label and a reading that still is of the same line: of 17 characters 15 do not agree by
chance."""
_PART = 2000
"""Photos that are looked up at once."""


def find_places(vins: Mapping[UUID, str]) -> dict[UUID, Quad]:
    """The regions in which a model read the VIN of a photo, or nearly; the best reading's, then the newest.

    Photos of which there is no such reading are missing.
    """
    photos = list(vins)
    found: dict[UUID, Quad] = {}
    for first in range(0, len(photos), _PART):
        found |= _look({photo: vins[photo] for photo in photos[first : first + _PART]})
    return found


def _look(vins: Mapping[UUID, str]) -> dict[UUID, Quad]:
    rows = Prediction.objects.filter(photo__in=list(vins), region__isnull=False).exclude(vin="")
    best: dict[UUID, tuple[int, Quad]] = {}
    for photo, vin, region in rows.order_by("-created_at", "-id").values_list("photo_id", "vin", "region"):
        assert region is not None  # noqa: S101  (the others were left out)
        edits = count_edits(vins[photo], vin)
        if edits <= NEARLY and (photo not in best or edits < best[photo][0]):
            best[photo] = edits, quad_from_points(region)
    return {photo: quad for photo, (_, quad) in best.items()}
