"""Freezing accepted work into a snapshot that never changes."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from inference.geometry import quad_from_points
from inference.snapshot import (
    SPLITS,
    Snapshot,
    SnapshotCharacter,
    encode_snapshot,
    split_for_vehicle,
)
from inference.snapshot import SnapshotItem as FileItem
from inference.types import Quad
from labeling import policies, storage
from labeling.models import Annotation, DatasetSnapshot, Outcome, Project, SnapshotItem, User
from labeling.operations import audit
from labeling.operations.inputs import UNKNOWN, clean_name
from labeling.operations.transitions import Conflict
from labeling.states import TaskState


class NothingToFreeze(Conflict):
    """No photo of the project has been read completely and accepted."""

    code = "nothing_to_freeze"
    default_message = (
        "There is no accepted work to freeze yet. Annotate some photos and let another person review them."
    )


class NameTaken(Conflict):
    """The project has a snapshot of this name."""

    code = "name_taken"


def freeze_snapshot(
    *, project: Project, name: str, by: User, now: datetime, split_seed: int = 1
) -> DatasetSnapshot:
    """Freeze every accepted photo whose VIN was read completely.

    A hash of the VIN decides the split, so all photos of a vehicle are in one, in every snapshot of that
    seed. A small snapshot may therefore have an empty split: its counts say so.

    Raises NothingToFreeze, NameTaken, InvalidName, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    cleaned = clean_name(name)
    if DatasetSnapshot.objects.filter(project=project, name=cleaned).exists():
        raise NameTaken(f"There is a snapshot called {cleaned} already.", fields={"name": "taken"})
    annotations = list_accepted(project)
    if not annotations:
        raise NothingToFreeze
    items = [_make_item(annotation, split_seed) for annotation in annotations]
    # Outside the transaction: a file without a row is harmless, since only its hash leads to it.
    sha256 = storage.store_snapshot(encode_snapshot(Snapshot(name=cleaned, items=tuple(items))))
    try:
        return _insert_snapshot(project, cleaned, sha256, split_seed, annotations, items, by, now)
    except IntegrityError as error:
        raise NameTaken(f"There is a snapshot called {cleaned} already.", fields={"name": "taken"}) from error


def list_accepted(project: Project) -> list[Annotation]:
    """The newest annotation of every accepted task that may teach a network, by the photos' hashes.

    One statement, so that all of it is of one moment.
    """
    newest = Annotation.objects.filter(
        task__project=project,
        task__state=TaskState.ACCEPTED,
        task__is_probe=False,
        task__revision=F("revision"),
        outcome=Outcome.READ,
    ).exclude(text__contains=UNKNOWN)
    return list(newest.select_related("task__photo", "prediction").order_by("task__photo__sha256"))


@transaction.atomic
def _insert_snapshot(
    project: Project,
    name: str,
    sha256: str,
    split_seed: int,
    annotations: list[Annotation],
    items: list[FileItem],
    by: User,
    now: datetime,
) -> DatasetSnapshot:
    counted = Counter(item.split for item in items)
    snapshot = DatasetSnapshot.objects.create(
        project=project,
        name=name,
        sha256=sha256,
        split_seed=split_seed,
        counts={split: counted[split] for split in SPLITS},
        created_by=by,
        created_at=now,
    )
    SnapshotItem.objects.bulk_create(
        SnapshotItem(snapshot=snapshot, photo=annotation.task.photo, annotation=annotation, split=item.split)
        for annotation, item in zip(annotations, items, strict=True)
    )
    facts = {"name": name, "sha256": sha256, "counts": snapshot.counts}
    audit.record(project=project, actor=by, verb="snapshot.frozen", on=snapshot, now=now, data=facts)
    return snapshot


def _make_item(annotation: Annotation, split_seed: int) -> FileItem:
    return FileItem(
        photo=annotation.task.photo.sha256,
        vin=annotation.text,
        split=split_for_vehicle(annotation.text, seed=split_seed),
        region=_find_region(annotation),
        characters=tuple(
            SnapshotCharacter(symbol=character["symbol"], quad=quad_from_points(character["quad"]))
            for character in annotation.characters
            if character["quad"] is not None
        ),
        annotation=str(annotation.pk),
    )


def _find_region(annotation: Annotation) -> Quad | None:
    """The person's region; where they drew none, the engine's, if what it read there was right."""
    region: Any = annotation.region
    prediction = annotation.prediction
    if region is None and prediction is not None and prediction.vin == annotation.text:
        region = prediction.region
    return None if region is None else quad_from_points(region)
