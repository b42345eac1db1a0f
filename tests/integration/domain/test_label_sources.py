"""What a snapshot takes and from whom, where each vehicle goes for ever, and which labels go back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext

from inference.snapshot import SnapshotItem as FileItem
from inference.snapshot import split_for_vehicle
from labeling.models import DatasetSnapshot, LabelSource, Photo, PhotoKind, SnapshotItem, Task, VehicleInTest
from labeling.operations import candidates, datasets, doubts
from labeling.operations.candidates import Criteria
from labeling.policies import Forbidden
from labeling.queries import dataset_reports as reports
from labeling.queries.dataset_differences import Part, compare_snapshots
from tests.integration.domain.training import find_vins
from tests.integration.domain.workshop import VIN, PlainReader, Workshop
from tests.pseudo_rounds import trust

OTHER = "5YJSA1E26JF271234"
(THIRD,) = find_vins("train", 1)


def freeze(workshop: Workshop, name: str = "first", seed: int = 1, **wanted: Any) -> DatasetSnapshot:
    return datasets.freeze_snapshot(
        project=workshop.people.project,
        name=name,
        split_seed=seed,
        criteria=Criteria(**wanted) if wanted else None,
        by=workshop.people.ml_engineer,
        now=workshop.now,
    )


def items_of(snapshot: DatasetSnapshot) -> list[FileItem]:
    return list(datasets.load_snapshot(snapshot).items)


def confirm_by_barcode(task: Task) -> None:
    """Readings are never changed, so the row is written anew, with what the engine says of a bar code."""
    reading = task.photo.predictions.get()
    reading.pk = None
    reading.stages = {"barcode_verdict": "agrees"}
    reading.model_version = workshop_version(task)
    reading.save(force_insert=True)


def workshop_version(task: Task) -> Any:
    from labeling.models import ModelVersion

    return ModelVersion.objects.create(
        project=task.project,
        number=99 + ModelVersion.objects.count(),
        digest=f"{ModelVersion.objects.count():064d}",
        state="candidate",
        manifest={"files": []},
        created_at=task.created_at,
    )


def test_people_alone_unless_asked_for_more(workshop: Workshop) -> None:
    workshop.accept(1, VIN)
    confirm_by_barcode(workshop.open_task(2, PlainReader(OTHER)))
    trust(workshop.open_task(3, PlainReader(OTHER)), by=workshop.people.ml_engineer)
    assert [(item.vin, item.source) for item in items_of(freeze(workshop))] == [(VIN, "human")]


def test_bar_codes_and_pseudo_labels_come_with_their_source_and_weight(workshop: Workshop) -> None:
    workshop.accept(1, VIN)
    confirm_by_barcode(workshop.open_task(2, PlainReader(OTHER)))
    trust(workshop.open_task(3, PlainReader(THIRD)), by=workshop.people.ml_engineer)
    workshop.open_task(4, PlainReader(OTHER))
    snapshot = freeze(workshop, sources=tuple(LabelSource))
    assert sorted((item.source, item.vin, item.weight) for item in items_of(snapshot)) == [
        ("barcode", OTHER, 1.0),
        ("human", VIN, 1.0),
        ("pseudo", THIRD, 0.5),
    ]
    machine = SnapshotItem.objects.get(snapshot=snapshot, source="pseudo")
    assert machine.annotation is None
    assert machine.prediction is not None
    assert machine.prediction.vin == THIRD
    (named,) = [item.annotation for item in items_of(snapshot) if item.source == "pseudo"]
    assert named == f"round 1, prediction {machine.prediction.pk}"


def test_what_two_people_agree_on_is_consensus_and_a_probe_is_nothing(workshop: Workshop) -> None:
    agreed, probe = workshop.accept(1, VIN), workshop.accept(2, OTHER)
    Task.objects.filter(pk=agreed.pk).update(decided_by="consensus")
    Task.objects.filter(pk=probe.pk).update(is_probe=True)
    snapshot = freeze(workshop, sources=tuple(LabelSource))
    assert [(item.vin, item.source) for item in items_of(snapshot)] == [(VIN, "consensus")]
    doubts.send_back_to_review(
        snapshot=snapshot, photos=[agreed.photo_id], by=workshop.people.admin, now=workshop.now
    )
    agreed.refresh_from_db()
    assert (agreed.state, agreed.decided_by) == ("submitted", "")


def test_what_a_person_works_on_is_no_bar_codes_to_label(workshop: Workshop) -> None:
    task = workshop.open_task(2, PlainReader(OTHER))
    confirm_by_barcode(task)
    workshop.claim(task, workshop.people.annotator)
    with pytest.raises(datasets.NothingToFreeze):
        freeze(workshop, sources=(LabelSource.BARCODE,))


def test_a_filter_by_kind_and_day(workshop: Workshop) -> None:
    paper, metal = workshop.accept(1, VIN).photo, workshop.accept(2, OTHER).photo
    Photo.objects.filter(pk=paper.pk).update(kind="paper")
    Photo.objects.filter(pk=metal.pk).update(kind="stamped_metal")
    chosen = freeze(workshop, kinds=(PhotoKind.PAPER,))
    assert [(item.photo, item.kind) for item in items_of(chosen)] == [(paper.sha256, "paper")]
    day = workshop.now.date()
    assert len(items_of(freeze(workshop, "today", uploaded_from=day, uploaded_until=day))) == 2
    with pytest.raises(datasets.NothingToFreeze):
        freeze(workshop, "later", uploaded_from=date(2026, 3, 3))
    assert chosen.criteria["kinds"] == ["paper"]


def test_kinds_are_balanced_in_what_teaches_alone(workshop: Workshop) -> None:
    for seed, vin in enumerate([*find_vins("train", 4), *find_vins("test", 1)]):
        photo = workshop.accept(seed, vin).photo
        Photo.objects.filter(pk=photo.pk).update(kind="paper" if seed == 0 else "windshield")
    snapshot = freeze(workshop, balance_kinds=True)
    weights: dict[tuple[str, str], float] = {}
    for item in items_of(snapshot):
        weights[item.split, item.kind] = weights.get((item.split, item.kind), 0) + item.weight
    assert weights == {
        ("train", "paper"): pytest.approx(2),
        ("train", "windshield"): pytest.approx(2, abs=1e-5),
        ("test", "windshield"): 1,
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"sources": ()},
        {"weights": {LabelSource.HUMAN: 0.0}},
        {"weights": {LabelSource.PSEUDO: float("nan")}},
        {"weights": {LabelSource.PSEUDO: 99.0}},
        {"uploaded_from": date(2026, 3, 3), "uploaded_until": date(2026, 3, 2)},
    ],
)
def test_odd_criteria(wrong: dict[str, Any]) -> None:
    with pytest.raises(candidates.InvalidCriteria):
        Criteria(**wrong)


def test_near_duplicates_of_one_vehicle_stay_out_if_wanted(workshop: Workshop) -> None:
    first, second = workshop.accept(1, VIN).photo, workshop.accept(2, VIN).photo
    Photo.objects.filter(pk=second.pk).update(near_duplicate_of=first)
    snapshot = freeze(workshop, leave_out_near_duplicates=True)
    assert [item.photo for item in items_of(snapshot)] == [first.sha256]
    assert snapshot.left_out == {"near_duplicate": 1}


def test_the_test_split_grows_and_keeps_its_vehicles_under_any_seed(workshop: Workshop) -> None:
    first_vins = find_vins("test", 2) + find_vins("train", 2)
    for seed, vin in enumerate(first_vins):
        workshop.accept(seed, vin)
    first = freeze(workshop)
    new = [vin for vin in find_vins("test", 40, seed=9) if vin not in first_vins][:3]
    for seed, vin in enumerate(new, 50):
        workshop.accept(seed, vin)
    second = freeze(workshop, "second", seed=9)
    before = {item.vin: item.split for item in items_of(first)}
    after = {item.vin: item.split for item in items_of(second)}
    tested = {vin for vin, split in after.items() if split == "test"}
    assert {vin for vin, split in before.items() if split == "test"} <= tested
    assert not {vin for vin, split in before.items() if split != "test"} & tested
    assert set(new) <= tested
    assert set(VehicleInTest.objects.values_list("vin", flat=True)) == tested


def test_a_corrected_photo_changes_no_side(workshop: Workshop) -> None:
    """It taught under a slip; the vehicle that it shows is in test: it can do neither."""
    taught, tested = find_vins("train", 1)[0], find_vins("test", 1)[0]
    task = workshop.accept(1, taught)
    workshop.accept(2, tested)
    freeze(workshop)
    doubts.send_back_to_review(
        snapshot=DatasetSnapshot.objects.get(),
        photos=[task.photo_id],
        by=workshop.people.ml_engineer,
        now=workshop.now,
    )
    workshop.review(task, "fixed_and_accepted", text=tested, characters=[], region=None)
    second = freeze(workshop, "second")
    assert [item.vin for item in items_of(second)] == [tested]
    assert second.left_out == {"other_side": 1}


def test_the_database_itself_keeps_vehicles_apart(workshop: Workshop) -> None:
    tested, taught = find_vins("test", 1)[0], find_vins("train", 1)[0]
    task, other = workshop.accept(1, tested), workshop.accept(2, taught)
    freeze(workshop)
    row = {"photo": task.photo, "annotation": task.annotations.get(), "snapshot": _other(workshop)}
    for vin, split in ((tested, "train"), (tested, "validation"), (taught, "test")):
        with pytest.raises(DatabaseError, match="split_is_kept"), transaction.atomic():
            SnapshotItem.objects.create(vin=vin, split=split, **row)
    with pytest.raises(DatabaseError, match="split_is_kept"), transaction.atomic():
        VehicleInTest.objects.create(project=task.project, vin=taught, created_at=workshop.now)
    for change in (lambda rows: rows.update(vin=taught), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            change(VehicleInTest.objects.all())
    right = SnapshotItem(vin=tested, split="test", **row)
    wrong = SnapshotItem(vin=taught, split="test", **row | {"photo": other.photo})
    with pytest.raises(DatabaseError, match=f"{taught} is not a vehicle in test"), transaction.atomic():
        SnapshotItem.objects.bulk_create([right, wrong])
    SnapshotItem.objects.bulk_create([right])


def _other(workshop: Workshop) -> DatasetSnapshot:
    return DatasetSnapshot.objects.create(
        project=workshop.people.project,
        name="by hand",
        sha256="1" * 64,
        split_seed=1,
        counts={},
        created_by=workshop.people.admin,
        created_at=workshop.now,
    )


def test_suspected_labels_and_their_way_back(workshop: Workshop) -> None:
    right = workshop.open_task(1, PlainReader(VIN, confidence=0.8))
    workshop.annotate(right, VIN)
    wrong = workshop.open_task(2, PlainReader(VIN, confidence=0.95))
    workshop.annotate(wrong, VIN[:-1] + "0")
    unsure = workshop.open_task(3, PlainReader(VIN, confidence=0.3))
    workshop.annotate(unsure, VIN[:-1] + "1")
    for task in (right, wrong, unsure):
        workshop.review(task)
    snapshot = freeze(workshop)
    found = reports.find_suspects(snapshot)
    assert (found.threshold, found.read, found.total) == (0.8, 3, 3)
    (suspect,) = found.rows
    assert (suspect.item.photo, suspect.prediction.vin, suspect.places) == (wrong.photo, VIN, (16,))
    few = reports.find_suspects(snapshot, most=0)
    assert (few.threshold, few.read, few.rows) == (found.threshold, found.read, [])
    back = doubts.send_back_to_review(
        snapshot=snapshot,
        photos=[wrong.photo_id],
        by=workshop.people.ml_engineer,
        now=workshop.now,
    )
    assert [task.pk for task in back] == [wrong.pk]
    wrong.refresh_from_db()
    assert (wrong.state, wrong.photo.vin_source) == ("submitted", "human")
    with pytest.raises(doubts.NothingToDoubt):
        doubts.send_back_to_review(
            snapshot=snapshot, photos=[wrong.photo_id], by=workshop.people.admin, now=workshop.now
        )
    workshop.review(wrong, "fixed_and_accepted", text=VIN, characters=[], region=None)
    assert items_of(snapshot) != items_of(freeze(workshop, "second"))


def test_only_who_trains_sends_back(workshop: Workshop) -> None:
    task = workshop.accept(1)
    with pytest.raises(Forbidden):
        doubts.send_back_to_review(
            snapshot=freeze(workshop),
            photos=[task.photo_id],
            by=workshop.people.annotator,
            now=workshop.now,
        )


def test_counts(workshop: Workshop) -> None:
    vins = [*find_vins("train", 2), find_vins("train", 1)[0]]
    for seed, vin in enumerate(vins):
        photo = workshop.accept(seed, vin).photo
        Photo.objects.filter(pk=photo.pk).update(kind="paper" if seed else "")
    snapshot = freeze(workshop)
    assert [(group.name, group.counts["train"]) for group in reports.count_by(snapshot, "kind")] == [
        ("paper", 2),
        ("", 1),
    ]
    assert reports.count_vehicles(snapshot) == {"train": 2, "validation": 0, "test": 0}
    symbols = reports.count_symbols(snapshot)
    assert sum(symbols.values()) == 3 * 17
    assert symbols["W"] == sum(vin.count("W") for vin in vins)


def test_near_duplicates_with_different_labels_come_first(workshop: Workshop) -> None:
    photos = [workshop.accept(seed, vin).photo for seed, vin in enumerate([VIN, VIN, OTHER])]
    for photo in photos[1:]:
        Photo.objects.filter(pk=photo.pk).update(near_duplicate_of=photos[0])
    pairs = reports.list_near_duplicates(freeze(workshop))
    assert [(pair.item.vin, pair.other.vin, pair.is_odd) for pair in pairs] == [
        (OTHER, VIN, True),
        (VIN, VIN, False),
    ]


def test_what_changed_between_two(workshop: Workshop) -> None:
    tasks = [workshop.accept(seed, vin) for seed, vin in enumerate([VIN, OTHER])]
    first = freeze(workshop)
    added = workshop.accept(5, "WVWZZZ1JZXW000001")
    doubts.send_back_to_review(
        snapshot=first,
        photos=[task.photo_id for task in tasks],
        by=workshop.people.admin,
        now=workshop.now,
    )
    corrected = next(v for v in find_vins(split_for_vehicle(VIN, seed=1), 9) if v not in (VIN, OTHER))
    workshop.review(tasks[0], "fixed_and_accepted", text=corrected, characters=[], region=None)
    workshop.review(tasks[1], "fixed_and_accepted", text=OTHER, characters=[], region=None)
    second = freeze(workshop, "second")
    found = compare_snapshots(first, second)
    assert [change.photo_id for change in found.rows[Part.ADDED]] == [added.photo_id]
    assert [(c.before.vin, c.after.vin) for c in found.rows[Part.RELABELED] if c.before and c.after] == [
        (VIN, corrected)
    ]
    assert [change.photo_id for change in found.rows[Part.REVISED]] == [tasks[1].photo_id]
    assert [part for part, count in found.counts.items() if count] == ["added", "relabeled", "revised"]
    back = compare_snapshots(second, first)
    assert [(c.photo_id, c.after) for c in back.rows[Part.REMOVED]] == [(added.photo_id, None)]
    assert compare_snapshots(first, first).same == 2


def test_another_weight_is_a_difference(workshop: Workshop) -> None:
    workshop.accept(1, VIN)
    first = freeze(workshop)
    second = freeze(workshop, "second", weights={LabelSource.HUMAN: 0.5})
    found = compare_snapshots(first, second)
    assert (len(found.rows[Part.REWEIGHED]), found.same) == (1, 0)


def test_no_more_is_loaded_of_a_difference_than_asked_for(workshop: Workshop) -> None:
    workshop.accept(0)
    first = freeze(workshop)
    added = [workshop.accept(seed).photo_id for seed in range(1, 6)]
    second = freeze(workshop, "second")
    loaded = 0

    def count(sender: type[object], **kwargs: object) -> None:
        nonlocal loaded
        loaded += 1

    post_init.connect(count, sender=SnapshotItem)
    try:
        with CaptureQueriesContext(connection) as statements:
            pages = [compare_snapshots(first, second, skip=skip, limit=2) for skip in (0, 2, 4, 6)]
    finally:
        post_init.disconnect(count, sender=SnapshotItem)
    rows = [[change.photo_id for change in page.rows[Part.ADDED]] for page in pages]
    assert [len(page) for page in rows] == [2, 2, 1, 0]
    assert [photo for page in rows for photo in page] == added
    assert {page.counts[Part.ADDED] for page in pages} == {5}
    assert loaded == 5
    assert len(statements) == 2 + 3
