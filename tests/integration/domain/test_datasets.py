"""Snapshots: accepted work, frozen; the file and the rows say the same."""

from __future__ import annotations

import hashlib

import pytest
from django.db import DatabaseError, transaction

from inference.snapshot import InvalidSnapshot, decode_snapshot, split_for_vehicle
from labeling import storage
from labeling.models import DatasetSnapshot, SnapshotItem
from labeling.operations import annotations, datasets, photos, reviews
from labeling.policies import Forbidden
from tests.integration.domain.workshop import REGION, VIN, PlainReader, Workshop

VINS = ("1HGCM82633A004352", "5YJSA1E26JF271234", "WVWZZZ1JZXW000001", "JH4KA7561PC008269")


def freeze(workshop: Workshop, name: str = "first", seed: int = 1) -> DatasetSnapshot:
    return datasets.freeze_snapshot(
        project=workshop.people.project,
        name=name,
        split_seed=seed,
        by=workshop.people.ml_engineer,
        now=workshop.now,
    )


def test_file_and_rows_agree(workshop: Workshop) -> None:
    for seed, vin in enumerate(VINS):
        workshop.accept(seed, vin)
    snapshot = freeze(workshop)
    content = storage.snapshot_path(snapshot.sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == snapshot.sha256
    frozen = decode_snapshot(content, sha256=snapshot.sha256)
    rows = SnapshotItem.objects.filter(snapshot=snapshot)
    assert {(item.photo, item.vin, item.split, item.annotation) for item in frozen.items} == {
        (row.photo.sha256, row.annotation.text, row.split, str(row.annotation_id)) for row in rows
    }
    assert sum(snapshot.counts.values()) == len(VINS)
    assert all(item.split == split_for_vehicle(item.vin, seed=1) for item in frozen.items)


def test_region_and_characters_go_along(workshop: Workshop) -> None:
    workshop.accept(1)
    (item,) = datasets.load_snapshot(freeze(workshop)).items
    assert item.region == REGION
    assert "".join(character.symbol for character in item.characters) == VIN


def test_all_photos_of_a_vehicle_are_in_one_split(workshop: Workshop) -> None:
    for seed in range(4):
        workshop.accept(seed, VIN)
    snapshot = freeze(workshop)
    assert sorted(snapshot.counts.values()) == [0, 0, 4]


def test_what_is_not_accepted_or_not_complete_stays_out(workshop: Workshop) -> None:
    kept = workshop.accept(1)
    workshop.accept(2, VIN[:16] + "?")
    workshop.annotate(workshop.open_task(3))
    workshop.open_task(4)
    unreadable = workshop.open_task(5)
    lease = workshop.claim(unreadable, workshop.people.annotator)
    annotations.mark_unreadable(
        lease_id=lease.pk,
        holder=workshop.people.annotator,
        reason="Dirt.",
        base_revision=0,
        now=workshop.now,
    )
    workshop.review(unreadable)
    snapshot = freeze(workshop)
    assert [row.photo for row in SnapshotItem.objects.filter(snapshot=snapshot)] == [kept.photo]


def test_the_corrected_text_is_the_label(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task)
    workshop.review(task, "fixed_and_accepted", text=VINS[1], characters=[], region=None)
    (item,) = datasets.load_snapshot(freeze(workshop)).items
    assert item.vin == VINS[1]
    assert item.region is None


def test_without_a_drawn_region_the_engines_counts_if_it_read_right(workshop: Workshop) -> None:
    task = workshop.open_task(1, PlainReader(VIN))
    workshop.annotate(task, is_placed=False)
    review_lease = workshop.claim(task, workshop.people.reviewer, "review")
    reviews.submit_review(
        lease_id=review_lease.pk,
        reviewer=workshop.people.reviewer,
        verdict="accepted",
        base_revision=1,
        now=workshop.now,
    )
    (item,) = datasets.load_snapshot(freeze(workshop)).items
    assert item.region == REGION


def test_nothing_to_freeze(workshop: Workshop) -> None:
    workshop.annotate(workshop.open_task())
    with pytest.raises(datasets.NothingToFreeze, match="review"):
        freeze(workshop)
    assert not DatasetSnapshot.objects.exists()


def test_a_name_is_given_once(workshop: Workshop) -> None:
    workshop.accept(1)
    freeze(workshop)
    with pytest.raises(datasets.NameTaken):
        freeze(workshop)


def test_only_who_trains_freezes(workshop: Workshop) -> None:
    workshop.accept(1)
    with pytest.raises(Forbidden):
        datasets.freeze_snapshot(
            project=workshop.people.project, name="x", by=workshop.people.reviewer, now=workshop.now
        )


def test_later_work_does_not_change_it(workshop: Workshop) -> None:
    workshop.accept(1)
    snapshot = freeze(workshop)
    workshop.accept(2)
    assert len(datasets.load_snapshot(snapshot).items) == 1
    assert freeze(workshop, "second").sha256 != snapshot.sha256


@pytest.mark.parametrize("model", [DatasetSnapshot, SnapshotItem])
def test_the_database_changes_nothing_in_it(workshop: Workshop, model: type) -> None:
    workshop.accept(1)
    freeze(workshop)
    change = {"name": "other"} if model is DatasetSnapshot else {"split": "test"}
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        model.objects.update(**change)


def test_a_changed_file_is_noticed(workshop: Workshop) -> None:
    workshop.accept(1)
    snapshot = freeze(workshop)
    path = storage.snapshot_path(snapshot.sha256)
    path.write_bytes(path.read_bytes().replace(VIN.encode(), VINS[1].encode()))
    with pytest.raises(InvalidSnapshot):
        datasets.load_snapshot(snapshot)


def test_a_frozen_photo_stays(workshop: Workshop) -> None:
    task = workshop.accept(1)
    freeze(workshop)
    with pytest.raises(photos.PhotoInUse, match="snapshot"):
        photos.delete_photo(photo=task.photo, by=workshop.people.admin, now=workshop.now)
