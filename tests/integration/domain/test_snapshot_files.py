"""The file of a snapshot, byte by byte: the same labels always give the same hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from labeling import storage
from labeling.models import Annotation, DatasetSnapshot, LabelSource, Photo, Task
from labeling.operations import candidates, datasets, photos
from labeling.operations.candidates import Criteria
from labeling.operations.label_boxes import LabelGone
from tests.integration.domain.carrying import bring, confirm, csv
from tests.integration.domain.test_label_sources import confirm_by_barcode
from tests.integration.domain.training import find_vins
from tests.integration.domain.workshop import REGION, PlainReader, Workshop, make_boxes
from tests.pseudo_rounds import trust

DRAWN, ENGINES, MISREAD, AGREED, CODED, TRUSTED = find_vins("train", 6)
(TESTED,) = find_vins("test", 1)
(WATCHED,) = find_vins("validation", 1)
NAME = "Frühling “1”"


def freeze(workshop: Workshop, name: str = NAME, **wanted: Any) -> DatasetSnapshot:
    return datasets.freeze_snapshot(
        project=workshop.people.project,
        name=name,
        criteria=Criteria(sources=tuple(LabelSource), **wanted),
        by=workshop.people.ml_engineer,
        now=workshop.now,
    )


def change_one(vin: str) -> str:
    return vin[:-1] + ("0" if vin[-1] != "0" else "1")


def accept(workshop: Workshop, seed: int, vin: str, read: str, *, is_placed: bool, shift: float) -> Task:
    task = workshop.open_task(seed, PlainReader(read, shift=shift))
    workshop.annotate(task, vin, is_placed=is_placed)
    workshop.review(task)
    return task


def import_label(workshop: Workshop, seed: int, vin: str) -> Photo:
    """As a list without boxes brings it, of a photo that no model has read."""
    photo = workshop.upload(seed)
    content = csv(f"{photo.name},{vin},,")
    checked = bring(workshop.people, content, "csv", workshop.now, name="list.csv", accept=True)
    confirm(checked, workshop.people, workshop.now)
    return photo


def label_in_every_way(workshop: Workshop) -> list[dict[str, Any]]:
    """A label of each kind; returns what the file has to say of it."""
    drawn = accept(workshop, 1, DRAWN, DRAWN, is_placed=True, shift=3)
    engines = accept(workshop, 2, ENGINES, ENGINES, is_placed=False, shift=0.1)
    misread = accept(workshop, 3, MISREAD, change_one(MISREAD), is_placed=False, shift=1 / 3)
    tested = accept(workshop, 4, TESTED, change_one(TESTED), is_placed=False, shift=5)
    agreed = accept(workshop, 5, AGREED, AGREED, is_placed=True, shift=0)
    Task.objects.filter(pk=agreed.pk).update(decided_by="consensus")
    Photo.objects.filter(pk=agreed.photo_id).update(kind="paper")
    coded = workshop.open_task(6, PlainReader(CODED, shift=0.2))
    confirm_by_barcode(coded)
    trusted = workshop.open_task(7, PlainReader(TRUSTED, shift=-0.7))
    trust(trusted, by=workshop.people.ml_engineer)
    watched = import_label(workshop, 8, WATCHED)
    named = f"round 1, prediction {trusted.photo.predictions.get().pk}"
    return [
        tell(drawn.photo, DRAWN, "train", boxes=make_boxes(DRAWN), region=move(0)),
        tell(engines.photo, ENGINES, "train", region=move(0.1)),
        tell(misread.photo, MISREAD, "train", region=move(1 / 3)),
        tell(tested.photo, TESTED, "test"),
        tell(agreed.photo, AGREED, "train", "consensus", boxes=make_boxes(AGREED), region=move(0))
        | {"kind": "paper"},
        tell(coded.photo, CODED, "train", "barcode", boxes=read_boxes(CODED, 0.2), region=move(0.2)),
        tell(trusted.photo, TRUSTED, "train", "pseudo", boxes=read_boxes(TRUSTED, -0.7), region=move(-0.7))
        | {"annotation": named, "weight": 0.5},
        tell(watched, WATCHED, "validation", "imported"),
    ]


def tell(
    photo: Photo,
    vin: str,
    split: str,
    source: str = "human",
    *,
    boxes: list[dict[str, Any]] | None = None,
    region: Any = None,
) -> dict[str, Any]:
    annotation = Annotation.objects.filter(task__photo=photo).first()
    return {
        "photo": photo.sha256,
        "vin": vin,
        "split": split,
        "region": region,
        "characters": [{"symbol": box["symbol"], "quad": box["quad"]} for box in boxes or ()],
        "annotation": str(annotation.pk) if annotation else "",
        "source": source,
        "weight": 1.0,
        "kind": "",
    }


def move(shift: float, quad: Any = REGION) -> list[list[float]]:
    return [[x + shift, y] for x, y in quad]


def read_boxes(vin: str, shift: float) -> list[dict[str, Any]]:
    return [box | {"quad": move(shift, box["quad"])} for box in make_boxes(vin)]


def encode(items: list[dict[str, Any]]) -> bytes:
    ordered = sorted(items, key=lambda item: str(item["photo"]))
    document = {"format": 1, "name": NAME, "items": ordered}
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def test_every_kind_of_label(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "AT_ONCE", 3)
    expected = encode(label_in_every_way(workshop))
    snapshot = freeze(workshop)
    content = storage.snapshot_path(snapshot.sha256).read_bytes()
    assert content == expected
    assert snapshot.sha256 == hashlib.sha256(expected).hexdigest()
    assert dict(snapshot.items.values_list("vin", "place")) == {
        **dict.fromkeys((DRAWN, ENGINES, AGREED, CODED, TRUSTED), "label"),
        MISREAD: "reading",
        **dict.fromkeys((TESTED, WATCHED), "unknown"),
    }


def test_a_photo_that_is_deleted_meanwhile(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its label is on the list and gone before its boxes are read; nothing is frozen by halves."""
    workshop.accept(1, DRAWN)
    gone = workshop.accept(2, TESTED).photo

    def list_and_delete(*wanted: Any) -> list[candidates.Candidate]:
        found = candidates.list_candidates(*wanted)
        photos.delete_photo(photo=gone, by=workshop.people.admin, now=workshop.now)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(datasets, "list_candidates", list_and_delete)
        with pytest.raises(LabelGone, match="freeze again"):
            freeze(workshop)
    assert not DatasetSnapshot.objects.exists()
    assert len(datasets.load_snapshot(freeze(workshop)).items) == 2
