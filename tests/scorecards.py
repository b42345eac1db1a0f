"""Scorecards with a photo for each reading, as the evaluation makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from inference.types import EvaluatedPhoto, Scorecard


def make_photo(
    place: int,
    *,
    is_right: bool = True,
    kind: str = "",
    confidence: float = 0.9,
    photo: str = "",
    refused: bool | None = None,
) -> EvaluatedPhoto:
    expected = f"1HGCM82633A{place:06}"
    return EvaluatedPhoto(
        photo=photo or f"{place:064x}",
        expected=expected,
        vin=expected if is_right else "1HGCM82633AXXXXXX",
        confidence=confidence,
        edits=0 if is_right else 6,
        region_iou=0.9,
        milliseconds=90.0,
        kind=kind,
        refused=refused,
    )


def make_card(
    exact: int,
    n: int,
    *,
    photos: Sequence[EvaluatedPhoto] | None = None,
    names: Sequence[str] = (),
    **fields: Any,
) -> Scorecard:
    """Of `n` photos the first `exact` are read right; `names` are the photos' hashes."""
    values: dict[str, Any] = {
        "bundle": "v1",
        "snapshot": "first",
        "split": "test",
        "cer": 0.02,
        "located": n,
        "calibration_error": 0.05,
        "milliseconds_median": 100.0,
        "milliseconds_p95": 150.0,
    }
    if photos is None:
        photos = [
            make_photo(place, is_right=place < exact, photo=names[place] if names else "")
            for place in range(n)
        ]
    return Scorecard(n=n, exact=exact, photos=tuple(photos), **(values | fields))
