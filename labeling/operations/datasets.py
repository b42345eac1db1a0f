"""Freezing labeled photos into a snapshot that never changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from inference.snapshot import SPLITS, InvalidSnapshot, Snapshot, Split, decode_snapshot, stream_snapshot
from inference.snapshot import SnapshotItem as FileItem
from labeling import policies, storage
from labeling.models import (
    DatasetSnapshot,
    LabelSource,
    Photo,
    Place,
    Project,
    SnapshotItem,
    User,
    VehicleInTest,
)
from labeling.operations import audit
from labeling.operations.candidates import AT_ONCE, Candidate, Criteria, list_candidates
from labeling.operations.inputs import clean_name
from labeling.operations.label_boxes import Boxes, load_boxes
from labeling.operations.transitions import Conflict
from labeling.splitting import Past, balance_kinds, plan_splits, plan_taught

NEAR_DUPLICATE = "near_duplicate"
OTHER_SIDE = "other_side"
KEPT_APART = "kept_apart"
"""Why a photo was left out: a similar one of the same vehicle is in, it was in test or taught before its
label was corrected, or its label is a pseudo-label and its vehicle is kept for test or validation."""


class NothingToFreeze(Conflict):
    """No photo of the project has a label of the chosen sources."""

    code = "nothing_to_freeze"
    default_message = (
        "There is no accepted work to freeze yet. Annotate some photos and let another person review them."
    )


class NameTaken(Conflict):
    """The project has a snapshot of this name."""

    code = "name_taken"


_COPY = """
    COPY labeling_snapshotitem (snapshot_id, photo_id, annotation_id, prediction_id, pseudo_label_id,
        vin, source, kind, weight, place, split) FROM STDIN
"""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A candidate with its split and its weight."""

    candidate: Candidate
    split: Split
    weight: float


def freeze_snapshot(
    *,
    project: Project,
    name: str,
    by: User,
    now: datetime,
    split_seed: int = 1,
    criteria: Criteria | None = None,
) -> DatasetSnapshot:
    """Freeze every photo that the criteria choose, each with a complete VIN.

    A vehicle that was in test once is there again, one that has taught never gets there, and for others a
    hash of the VIN decides. A small snapshot may therefore have an empty split: its counts say so.

    Raises NothingToFreeze, NameTaken, InvalidName, Forbidden, label_boxes.LabelGone.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    cleaned = clean_name(name)
    criteria = criteria or Criteria()
    with transaction.atomic():
        # Two who freeze wait for each other, since the splits of the second depend on those of the first.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if DatasetSnapshot.objects.filter(project=project, name=cleaned).exists():
            raise NameTaken(f"There is a snapshot called {cleaned} already.", fields={"name": "taken"})
        chosen, left_out = _choose(project, criteria, split_seed)
        snapshot = DatasetSnapshot(
            project=project,
            name=cleaned,
            split_seed=split_seed,
            counts=_count_splits(chosen),
            criteria=criteria.to_json(),
            left_out=left_out,
            created_by=by,
            created_at=now,
        )
        _insert(snapshot, chosen, by, now)
    return snapshot


def load_snapshot(snapshot: DatasetSnapshot) -> Snapshot:
    """The file of a snapshot, verified. Raises inference.snapshot.InvalidSnapshot."""
    try:
        content = storage.snapshot_path(snapshot.sha256).read_bytes()
    except FileNotFoundError as error:
        raise InvalidSnapshot(
            f"The file of {snapshot.name} is gone from the data folder. Restore it from a backup and try "
            "again, or freeze a new snapshot."
        ) from error
    return decode_snapshot(content, sha256=snapshot.sha256)


def _choose(project: Project, criteria: Criteria, seed: int) -> tuple[list[_Chosen], dict[str, int]]:
    """What goes in, and how many stay out for which reason. Raises NothingToFreeze."""
    found = list_candidates(project, criteria)
    kept = _drop_near_duplicates(found) if criteria.leave_out_near_duplicates else found
    splits = _plan_splits(kept, _look_back(project), seed)
    chosen = [
        _Chosen(candidate, split, criteria.weight(candidate.source))
        for candidate in kept
        if (split := splits[candidate.photo_id]) is not None
    ]
    if not chosen:
        raise NothingToFreeze
    unused = Counter(candidate.source for candidate in kept if splits[candidate.photo_id] is None)
    left_out = {
        NEAR_DUPLICATE: len(found) - len(kept),
        KEPT_APART: unused.pop(LabelSource.PSEUDO, 0),
        OTHER_SIDE: sum(unused.values()),
    }
    return _balance(chosen) if criteria.balance_kinds else chosen, {k: v for k, v in left_out.items() if v}


def _plan_splits(candidates: list[Candidate], past: Past, seed: int) -> dict[UUID, Split | None]:
    """Of people's labels first, and of pseudo-labels by those."""
    people = [each for each in candidates if each.source != LabelSource.PSEUDO]
    trusted = [each for each in candidates if each.source == LabelSource.PSEUDO]
    splits = plan_splits([(each.photo_id, each.vin) for each in people], past, seed=seed)
    tested = {*past.photos_tested, *(photo for photo, split in splits.items() if split == "test")}
    return splits | plan_taught(
        [(each.photo_id, each.vin) for each in trusted],
        past,
        seed=seed,
        people={each.vin: split for each in people if (split := splits[each.photo_id])},
        resembling=_list_resembling(trusted, tested),
    )


def _list_resembling(candidates: list[Candidate], tested: set[UUID]) -> set[UUID]:
    """The photos that look like one in test; the younger of two names the older."""
    older = Photo.objects.filter(pk__in=tested, near_duplicate_of__isnull=False)
    resembled = set(older.values_list("near_duplicate_of", flat=True))
    return {
        each.photo_id for each in candidates if each.photo_id in resembled or each.near_duplicate_of in tested
    }


def _drop_near_duplicates(candidates: list[Candidate]) -> list[Candidate]:
    """Without the photos that resemble an earlier one of the same vehicle that stays."""
    vins = {candidate.photo_id: candidate.vin for candidate in candidates}
    return [
        candidate
        for candidate in candidates
        if vins.get(candidate.near_duplicate_of) != candidate.vin  # type: ignore[arg-type]
    ]


def _balance(chosen: list[_Chosen]) -> list[_Chosen]:
    """Only what teaches is weighed: a test that counts photos unevenly measures nothing that people see."""
    taught = [item for item in chosen if item.split == "train"]
    factors = iter(balance_kinds([item.candidate.kind for item in taught]))
    return [
        replace(item, weight=round(item.weight * next(factors), 6)) if item.split == "train" else item
        for item in chosen
    ]


def _look_back(project: Project) -> Past:
    """Each photo and vehicle once, in however many snapshots it is."""
    items = SnapshotItem.objects.filter(snapshot__project=project)
    tested, taught = items.filter(split="test"), items.exclude(split="test")
    photos: dict[str, frozenset[UUID]] = {
        "photos_tested": frozenset(tested.values_list("photo_id", flat=True).distinct()),
        "photos_taught": frozenset(taught.values_list("photo_id", flat=True).distinct()),
    }
    return Past(
        tested=frozenset(VehicleInTest.objects.filter(project=project).values_list("vin", flat=True)),
        taught=frozenset(taught.values_list("vin", flat=True).distinct()),
        **photos,
    )


def _count_splits(chosen: list[_Chosen]) -> dict[str, int]:
    counted = Counter(item.split for item in chosen)
    return {split: counted[split] for split in SPLITS}


def _insert(snapshot: DatasetSnapshot, chosen: list[_Chosen], by: User, now: datetime) -> None:
    """The file, the rows, and the vehicles that are in test from now on."""
    snapshot.sha256, places = _write(snapshot.name, chosen)
    try:
        snapshot.save(force_insert=True)
    except IntegrityError as error:
        taken = f"There is a snapshot called {snapshot.name} already."
        raise NameTaken(taken, fields={"name": "taken"}) from error
    tested = sorted({item.candidate.vin for item in chosen if item.split == "test"})
    VehicleInTest.objects.bulk_create(
        [VehicleInTest(project=snapshot.project, vin=vin, created_at=now) for vin in tested],
        ignore_conflicts=True,
    )
    _copy_rows(snapshot, chosen, places)
    facts = {"name": snapshot.name, "sha256": snapshot.sha256, "counts": snapshot.counts}
    audit.record(project=snapshot.project, actor=by, verb="snapshot.frozen", on=snapshot, now=now, data=facts)


def _write(name: str, chosen: list[_Chosen]) -> tuple[str, list[Place]]:
    """The file, a part after the other; returns its SHA-256, and the place of each label."""
    places: list[Place] = []

    def make_items() -> Iterator[FileItem]:
        for first in range(0, len(chosen), AT_ONCE):
            part = chosen[first : first + AT_ONCE]
            taught = {item.candidate.photo_id for item in part if item.split != "test"}
            boxes = load_boxes([item.candidate for item in part], taught)
            for item, its in zip(part, boxes, strict=True):
                places.append(its.place)
                yield _make_item(item, its)

    return storage.store_snapshot(stream_snapshot(name, make_items())), places


def _make_item(item: _Chosen, boxes: Boxes) -> FileItem:
    candidate = item.candidate
    return FileItem(
        photo=candidate.sha256,
        vin=candidate.vin,
        split=item.split,
        region=boxes.region,
        characters=boxes.characters,
        annotation=_name_label(candidate),
        source=candidate.source.value,
        weight=item.weight,
        kind=candidate.kind,
    )


def _name_label(candidate: Candidate) -> str:
    """What a label was taken from, for whoever reads the file."""
    if candidate.annotation_id is not None:
        return str(candidate.annotation_id)
    if candidate.pseudo_label_id is not None:
        return f"{candidate.round_name}, prediction {candidate.prediction_id}"
    return ""


def _copy_rows(snapshot: DatasetSnapshot, chosen: list[_Chosen], places: list[Place]) -> None:
    """By COPY: to insert so many model instances would take as long as all the rest."""
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for item, place in zip(chosen, places, strict=True):
            copy.write_row(_make_row(snapshot, item, place))


def _make_row(snapshot: DatasetSnapshot, item: _Chosen, place: Place) -> tuple[Any, ...]:
    candidate = item.candidate
    return (
        snapshot.pk,
        candidate.photo_id,
        candidate.annotation_id,
        candidate.prediction_id,
        candidate.pseudo_label_id,
        candidate.vin,
        candidate.source.value,
        candidate.kind,
        item.weight,
        place.value,
        item.split,
    )
