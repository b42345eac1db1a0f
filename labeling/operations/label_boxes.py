"""Where labels are in their photos: loaded for a part of them at a time, as boxes are most of a label."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, F, TextField, When
from django.db.models.functions import Cast, Coalesce

from inference.snapshot import SnapshotCharacter
from inference.types import Quad
from labeling.models import Annotation, Place, Prediction
from labeling.operations.candidates import Candidate
from labeling.operations.label_places import find_places
from labeling.operations.transitions import Conflict


class LabelGone(Conflict):
    """A photo was deleted while its label was being frozen."""

    code = "label_gone"
    default_message = "A photo was deleted while its label was being frozen. Nothing is frozen: freeze again."


@dataclass(frozen=True, slots=True)
class Boxes:
    """The region of a label, its characters, and how it is known where they are."""

    region: Quad | None
    characters: tuple[SnapshotCharacter, ...]
    place: Place


class _Text(NamedTuple):
    """The region and the characters of a label as the JSON that the database holds."""

    region: str | None
    characters: str


_CHARACTERS = Cast("characters", TextField())


def load_boxes(candidates: Sequence[Candidate], taught: set[UUID]) -> Iterator[Boxes]:
    """The boxes of each candidate in turn.

    Those that bring none get the region of a reading where their photo is `taught`: in test it would be
    compared with the reading that it comes from.

    Until its turn comes a label is the text of its JSON: the lists of a thousand would keep the garbage
    collector busy for longer than all the rest takes. Raises LabelGone.
    """
    texts = _load_texts(candidates)
    regionless = [each for each, text in zip(candidates, texts, strict=True) if text.region is None]
    found = find_places({each.photo_id: each.vin for each in regionless if each.photo_id in taught})
    for each, text in zip(candidates, texts, strict=True):
        boxes = _make_boxes(text)
        if boxes.place == Place.UNKNOWN and each.photo_id in found:
            boxes = Boxes(found[each.photo_id], boxes.characters, Place.READING)
        yield boxes


def _load_texts(candidates: Sequence[Candidate]) -> list[_Text]:
    annotated = _load_annotated([each.annotation_id for each in candidates if each.annotation_id])
    predicted = _load_predicted([each.prediction_id for each in candidates if each.prediction_id])
    try:
        return [
            annotated[each.annotation_id] if each.annotation_id else predicted[each.prediction_id or 0]
            for each in candidates
        ]
    except KeyError as error:
        raise LabelGone from error


def _load_annotated(keys: list[UUID]) -> dict[UUID, _Text]:
    """A person's region; where they drew none, the engine's, if what it read there was right."""
    rows = Annotation.objects.filter(pk__in=keys)
    engines = Case(When(prediction__vin=F("text"), then=F("prediction__region")))
    region = Cast(Coalesce("region", engines), TextField())
    return {key: _Text(*text) for key, *text in rows.values_list("pk", region, _CHARACTERS)}


def _load_predicted(keys: list[int]) -> dict[int, _Text]:
    rows = Prediction.objects.filter(pk__in=keys)
    region = Cast("region", TextField())
    return {key: _Text(*text) for key, *text in rows.values_list("pk", region, _CHARACTERS)}


def _make_boxes(text: _Text) -> Boxes:
    """Quads stay as they are stored: whoever writes the file makes floats of their numbers."""
    region = None if text.region is None else json.loads(text.region)
    characters = tuple(
        SnapshotCharacter(symbol=character["symbol"], quad=character["quad"])
        for character in json.loads(text.characters)
        if character["quad"] is not None
    )
    is_placed = region is not None or len(characters) > 1
    return Boxes(region, characters, Place.LABEL if is_placed else Place.UNKNOWN)
