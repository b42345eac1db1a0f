"""A challenger reads live photos beside the champion, and nobody takes its readings for the champion's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from labeling.models import (
    AuditEvent,
    ModelVersion,
    Photo,
    Prediction,
    Shadow,
    ShadowReading,
    Task,
)
from labeling.operations import datasets, model_versions, photos, predictions, shadows, shifts
from labeling.operations.background import LOST_AFTER
from labeling.policies import Forbidden, NotFound
from tests.conftest import People
from tests.integration.domain.test_rereadings import BETTER, Clock
from tests.integration.domain.workshop import PlainReader, Workshop
from tests.photos import VIN

pytestmark = pytest.mark.django_db


@pytest.fixture
def challenger(workshop: Workshop) -> ModelVersion:
    return workshop.register("challenger")


def start(workshop: Workshop, version: ModelVersion, **limits: Any) -> Shadow:
    return shadows.start_shadow(version=version, by=workshop.people.ml_engineer, now=workshop.now, **limits)


def work(workshop: Workshop, *, at: datetime | None = None, **readers: PlainReader) -> None:
    """One shift of the background worker, with a reader for each version's name."""

    def reader_for(version: ModelVersion) -> PlainReader:
        return readers.get(version.name, PlainReader(BETTER, 0.7))

    shifts.read_in_background(reader_for=reader_for, now=Clock(at or workshop.later(hours=1)))


def test_it_reads_what_the_champion_reads_from_then_on(workshop: Workshop, challenger: ModelVersion) -> None:
    before = workshop.open_task(1)
    shadow = start(workshop, challenger)
    after = workshop.open_task(2)
    row = ShadowReading.objects.get()
    assert (row.photo, row.state, row.shadow) == (after.photo, "waiting", shadow)
    work(workshop)
    row.refresh_from_db()
    assert (row.state, row.vin, row.confidence, row.milliseconds) == ("read", BETTER, 0.7, 12.0)
    assert row.prediction == Prediction.objects.get(photo=after.photo)
    assert not ShadowReading.objects.filter(photo=before.photo).exists()


def test_nobody_takes_its_reading_for_the_champions(workshop: Workshop, challenger: ModelVersion) -> None:
    start(workshop, challenger)
    task = workshop.open_task()
    work(workshop)
    photo = Photo.objects.get()
    task.refresh_from_db()
    assert (photo.vin, photo.confidence, task.confidence) == (VIN, 0.8, 0.8)
    assert [p.model_version for p in Prediction.objects.all()] == [workshop.version]
    annotation = workshop.annotate(task)
    assert annotation.prediction is not None
    assert annotation.prediction.vin == VIN
    workshop.review(task)
    snapshot = datasets.freeze_snapshot(
        project=workshop.people.project, name="one", by=workshop.people.ml_engineer, now=workshop.now
    )
    assert [item.vin for item in snapshot.items.all()] == [VIN]
    assert not AuditEvent.objects.filter(data__contains={"vin": BETTER}).exists()


def test_a_share_of_the_photos_is_drawn(
    workshop: Workshop, challenger: ModelVersion, monkeypatch: Any
) -> None:
    draws = iter([0.1, 0.9, 0.2])
    monkeypatch.setattr(shadows, "draw_for", lambda project, purpose, about: next(draws))
    start(workshop, challenger, share=0.5)
    drawn, _, also = (workshop.open_task(seed) for seed in (1, 2, 3))
    assert set(ShadowReading.objects.values_list("photo", flat=True)) == {drawn.photo_id, also.photo_id}


def test_it_ends_when_it_has_read_enough(workshop: Workshop, challenger: ModelVersion) -> None:
    shadow = start(workshop, challenger, most_photos=2)
    for seed in (1, 2, 3):
        workshop.open_task(seed)
    work(workshop)
    shadow.refresh_from_db()
    assert (shadow.state, shadow.end_reason) == ("ended", "enough")
    assert list(ShadowReading.objects.values_list("state", flat=True)) == ["read", "read"]
    workshop.open_task(4)
    assert ShadowReading.objects.count() == 2


def test_it_ends_when_its_time_is_over(workshop: Workshop, challenger: ModelVersion) -> None:
    shadow = start(workshop, challenger, days=2)
    assert not shadows.end_due_shadows(now=workshop.later(days=1))
    assert shadows.end_due_shadows(now=workshop.later(days=2)) == 1
    shadow.refresh_from_db()
    assert (shadow.end_reason, shadow.ended_at) == ("time", workshop.later(days=2))
    assert AuditEvent.objects.get(verb="shadow.ended").data["reason"] == "time"


@pytest.mark.parametrize(("promoted", "reason"), [("challenger", "promoted"), ("third", "replaced")])
def test_it_ends_when_another_version_comes_into_service(
    workshop: Workshop, challenger: ModelVersion, promoted: str, reason: str
) -> None:
    shadow = start(workshop, challenger)
    workshop.open_task()
    version = challenger if promoted == "challenger" else workshop.register(promoted)
    model_versions.promote_version(
        version=version, by=workshop.people.ml_engineer, now=workshop.now, override_reason="Better."
    )
    shadow.refresh_from_db()
    assert (shadow.state, shadow.end_reason) == ("ended", reason)
    assert not ShadowReading.objects.exists()


def test_it_ends_when_the_gate_turns_it_down(workshop: Workshop, challenger: ModelVersion) -> None:
    shadow = start(workshop, challenger)
    shadows.end_shadow_of_rejected(version=challenger, now=workshop.now)
    shadow.refresh_from_db()
    assert shadow.end_reason == "not_passed"


def test_it_is_stopped_by_hand_even_while_it_reads(workshop: Workshop, challenger: ModelVersion) -> None:
    shadow = start(workshop, challenger)
    workshop.open_task()

    class Slow(PlainReader):
        def read_file(self, path: Any) -> Any:
            shadows.stop_shadow(
                shadow=Shadow.objects.get(), by=workshop.people.ml_engineer, now=workshop.later(hours=1)
            )
            return super().read_file(path)

    work(workshop, v2=Slow())
    shadow.refresh_from_db()
    assert shadow.end_reason == "stopped"
    assert not ShadowReading.objects.exists()


def test_the_champion_is_never_held_up(workshop: Workshop, challenger: ModelVersion) -> None:
    start(workshop, challenger)
    workshop.open_task(1)
    waiting = workshop.upload(2)
    work(workshop)
    assert ShadowReading.objects.get().state == "waiting"
    workshop.read(waiting)
    work(workshop)
    assert set(ShadowReading.objects.values_list("state", flat=True)) == {"read"}


def test_a_killed_worker_loses_nothing(workshop: Workshop, challenger: ModelVersion) -> None:
    start(workshop, challenger)
    workshop.open_task()
    claimed_at = workshop.later(hours=1)
    ShadowReading.objects.update(state="claimed", claimed_at=claimed_at, attempts=1)
    work(workshop, at=claimed_at + LOST_AFTER / 2)
    assert ShadowReading.objects.get().state == "claimed"
    work(workshop, at=claimed_at + LOST_AFTER)
    assert ShadowReading.objects.get().state == "read"


def test_a_photo_that_breaks_it_is_given_up_and_harms_nobody(
    workshop: Workshop, challenger: ModelVersion
) -> None:
    start(workshop, challenger)
    workshop.open_task()
    at, broken = workshop.later(hours=1), PlainReader(error=RuntimeError("shape"))
    for _ in range(4):
        work(workshop, at=at, v2=broken)
        at += LOST_AFTER
    row = ShadowReading.objects.get()
    assert (row.state, row.failure, len(broken.read)) == ("failed", "RuntimeError: shape", 3)
    assert Photo.objects.get().state == "ready"


def test_a_deleted_photo_takes_its_reading_with_it(workshop: Workshop, challenger: ModelVersion) -> None:
    start(workshop, challenger)
    task = workshop.open_task()
    work(workshop)
    photos.delete_photo(photo=task.photo, by=workshop.people.admin, now=workshop.now)
    assert not ShadowReading.objects.exists()


def test_a_photo_is_listed_once(workshop: Workshop, challenger: ModelVersion) -> None:
    start(workshop, challenger)
    task = workshop.open_task()
    prediction = Prediction.objects.get(photo=task.photo)
    with transaction.atomic():
        shadows.list_for_shadow(prediction=prediction, now=workshop.now)
    assert ShadowReading.objects.count() == 1


def test_a_project_has_one_shadow_and_not_its_champion(workshop: Workshop, challenger: ModelVersion) -> None:
    with pytest.raises(shadows.CannotShadow, match="in service itself"):
        start(workshop, workshop.version)
    shadow = start(workshop, challenger)
    with pytest.raises(shadows.CannotShadow, match="v2 is the shadow"):
        start(workshop, workshop.register("third"))
    shadow.pk, shadow._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        shadow.save(force_insert=True)


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"share": 0.0}, "share"),
        ({"share": 1.1}, "share"),
        ({"most_photos": 0}, "most_photos"),
        ({"days": 91}, "days"),
    ],
)
def test_odd_limits_are_refused(
    workshop: Workshop, challenger: ModelVersion, limits: dict[str, Any], field: str
) -> None:
    with pytest.raises(shadows.InvalidShadow) as refused:
        start(workshop, challenger, **limits)
    assert list(refused.value.fields) == [field]


def test_who_may_start_and_stop_one(
    workshop: Workshop, challenger: ModelVersion, other_people: People
) -> None:
    shadow = start(workshop, challenger)
    for person in (workshop.people.annotator, workshop.people.reviewer):
        with pytest.raises(Forbidden):
            shadows.start_shadow(version=challenger, by=person, now=workshop.now)
        with pytest.raises(Forbidden):
            shadows.stop_shadow(shadow=shadow, by=person, now=workshop.now)
    with pytest.raises(NotFound):
        shadows.stop_shadow(shadow=shadow, by=other_people.admin, now=workshop.now)
    assert Task.objects.count() == 0
    assert predictions.sweep_photos(now=workshop.now).nudged == 0
