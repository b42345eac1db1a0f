"""Labels that came without a region: where a model read the same VIN, that is its place."""

from __future__ import annotations

from labeling.models import DatasetSnapshot, Photo, Task
from labeling.operations import runs
from labeling.operations.datasets import load_snapshot
from labeling.queries import dataset_reports as reports
from labeling.queries.runs import list_sources
from tests.integration.domain.carrying import bring, confirm, csv, freeze
from tests.integration.domain.training import find_vins
from tests.integration.domain.workshop import REGION, PlainReader, Workshop

TAUGHT = find_vins("train", 4)
(TESTED,) = find_vins("test", 1)


def misread(vin: str, places: int) -> str:
    """With other symbols at so many places."""
    return "".join("8" if symbol != "8" else "3" for symbol in vin[:places]) + vin[places:]


def import_labels(workshop: Workshop, readings: dict[str, PlainReader | None]) -> dict[str, Photo]:
    """Photos by the VIN that a CSV without boxes says of them; each was read before, or was not."""
    found = {vin: workshop.upload(seed) for seed, vin in enumerate(readings, start=1)}
    for vin, reader in readings.items():
        if reader is not None:
            workshop.read(found[vin], reader)
    content = csv(*(f"{photo.name},{vin},," for vin, photo in found.items()))
    checked = bring(workshop.people, content, "csv", workshop.now, name="list.csv", accept=True)
    confirm(checked, workshop.people, workshop.now)
    assert set(Task.objects.values_list("state", flat=True)) == {"accepted"}
    return found


def list_places(snapshot: DatasetSnapshot) -> dict[str, str]:
    return dict(snapshot.items.values_list("vin", "place"))


def test_a_reading_of_the_same_vin_or_nearly_says_where_it_is(workshop: Workshop) -> None:
    same, nearly, other, unread = TAUGHT
    import_labels(
        workshop,
        {
            same: PlainReader(same),
            nearly: PlainReader(misread(nearly, 2), shift=7),
            other: PlainReader(misread(other, 3)),
            unread: None,
        },
    )
    snapshot = freeze(workshop)
    assert list_places(snapshot) == {same: "reading", nearly: "reading", other: "unknown", unread: "unknown"}
    regions = {item.vin: item.region for item in load_snapshot(snapshot).items}
    shifted = tuple((x + 7, y) for x, y in REGION)
    assert regions == {same: REGION, nearly: shifted, other: None, unread: None}
    assert [source.photos for source in list_sources(snapshot=snapshot, config={})] == [2]
    plan = runs.plan_run(
        project=workshop.people.project, snapshot=snapshot, config={}, by=workshop.people.ml_engineer
    )
    assert plan.placeless == 2
    assert {item.vin for item in reports.list_placeless(snapshot)} == {other, unread}


def test_the_best_reading_of_a_photo_counts(workshop: Workshop) -> None:
    vin = TAUGHT[0]
    photo = workshop.upload(1)
    workshop.read(photo, PlainReader(vin, shift=3))
    reading = photo.predictions.get()
    reading.pk, reading.vin, reading.model_version = None, misread(vin, 1), workshop.register("later")
    reading.region = [[0, 0], [5, 0], [5, 5], [0, 5]]
    reading.created_at = workshop.later(hours=1)
    reading.save(force_insert=True)
    checked = bring(
        workshop.people, csv(f"{photo.name},{vin},,"), "csv", workshop.now, name="a.csv", accept=True
    )
    confirm(checked, workshop.people, workshop.now)
    (item,) = load_snapshot(freeze(workshop)).items
    assert item.region == tuple((x + 3, y) for x, y in REGION)


def test_what_measures_keeps_what_people_said(workshop: Workshop) -> None:
    """A region by the model's own reading would say of the model that it finds every region."""
    import_labels(workshop, {TAUGHT[0]: PlainReader(TAUGHT[0]), TESTED: PlainReader(TESTED)})
    snapshot = freeze(workshop)
    assert list_places(snapshot) == {TAUGHT[0]: "reading", TESTED: "unknown"}
    assert {item.split: item.region for item in load_snapshot(snapshot).items} == {
        "train": REGION,
        "test": None,
    }
    assert not reports.list_placeless(snapshot)


def test_a_region_that_a_person_drew_stays(workshop: Workshop) -> None:
    task = workshop.open_task(1, PlainReader(TAUGHT[0], shift=9))
    workshop.annotate(task, TAUGHT[0])
    workshop.review(task)
    snapshot = freeze(workshop)
    assert list_places(snapshot) == {TAUGHT[0]: "label"}
    assert load_snapshot(snapshot).items[0].region == REGION
