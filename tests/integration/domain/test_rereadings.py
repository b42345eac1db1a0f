"""After a promotion the new champion reads open tasks again, and touches no person's work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from labeling.models import (
    AuditEvent,
    ModelVersion,
    Photo,
    Prediction,
    Rereading,
    RereadingItem,
    Task,
)
from labeling.operations import annotations, model_versions, rereadings, shifts
from labeling.operations.background import LOST_AFTER
from labeling.policies import Forbidden, NotFound
from labeling.states import IllegalTransition
from tests.conftest import People
from tests.integration.domain.workshop import PlainReader, Workshop
from tests.photos import VIN

pytestmark = pytest.mark.django_db

BETTER = "1M8GDM9AXKP042788"


class Clock:
    """A minute passes between two looks at the clock where `step` says so."""

    def __init__(self, now: datetime, **step: float) -> None:
        self.now, self.step = now, timedelta(**step)

    def __call__(self) -> datetime:
        self.now += self.step
        return self.now


def promote(
    workshop: Workshop, name: str = "second", *, at: datetime | None = None, **more: Any
) -> ModelVersion:
    version = workshop.register(name)
    model_versions.promote_version(
        version=version,
        by=workshop.people.ml_engineer,
        now=at or workshop.later(hours=1),
        override_reason="It is better.",
        **more,
    )
    return version


def work(workshop: Workshop, reader: PlainReader | None = None, *, at: datetime | None = None) -> PlainReader:
    """One shift of the background worker."""
    reader = reader or PlainReader(BETTER, 0.6)
    clock = Clock(at or workshop.later(hours=2))
    shifts.read_in_background(reader_for=lambda version: reader, now=clock)
    return reader


def newest(task: Task) -> Prediction:
    return Prediction.objects.filter(photo=task.photo_id).latest("created_at")


def test_open_tasks_are_read_again_by_the_new_champion(workshop: Workshop) -> None:
    tasks = [workshop.open_task(seed) for seed in (1, 2)]
    version = promote(workshop)
    rereading = Rereading.objects.get()
    assert (rereading.model_version, rereading.total, rereading.state) == (version, 2, "running")
    work(workshop)
    rereading.refresh_from_db()
    assert (rereading.state, rereading.read, rereading.done) == ("done", 2, 2)
    for task in tasks:
        task.refresh_from_db()
        photo = Photo.objects.get(pk=task.photo_id)
        assert newest(task).model_version == version
        assert (photo.vin, photo.confidence, photo.state) == (BETTER, 0.6, "ready")
        assert (task.state, task.confidence, task.acquisition.prediction) == ("new", 0.6, newest(task))
        assert Prediction.objects.filter(photo=photo).count() == 2
    assert AuditEvent.objects.filter(verb="photo.read_again").count() == 2


def test_nothing_of_a_person_is_touched(workshop: Workshop) -> None:
    people = workshop.people
    held, drafted, submitted, accepted, given_back = (workshop.open_task(seed) for seed in range(1, 6))
    workshop.claim(held, people.annotator)
    lease = workshop.claim(drafted, people.admin)
    annotations.save_draft(
        lease_id=lease.pk,
        holder=people.admin,
        text=VIN,
        characters=[],
        region=None,
        base_revision=0,
        now=workshop.now,
    )
    from labeling.operations import leases

    leases.release_lease(lease_id=lease.pk, holder=people.admin, now=workshop.now)
    workshop.annotate(submitted, by=people.reviewer)
    workshop.annotate(accepted, by=people.reviewer)
    workshop.review(accepted, by=people.admin)
    freed = workshop.claim(given_back, people.admin)
    leases.release_lease(lease_id=freed.pk, holder=people.admin, now=workshop.now)
    promote(workshop)
    assert [item.task for item in RereadingItem.objects.all()] == [given_back]
    work(workshop)
    for task in (held, drafted, submitted, accepted):
        assert Prediction.objects.filter(photo=task.photo_id).count() == 1
    assert Prediction.objects.filter(photo=given_back.photo_id).count() == 2


def test_what_was_claimed_meanwhile_is_left(workshop: Workshop) -> None:
    task, other = workshop.open_task(1), workshop.open_task(2)
    promote(workshop)
    lease = workshop.claim(task, workshop.people.annotator, at=workshop.later(hours=1))
    work(workshop)
    rereading = Rereading.objects.get()
    assert (rereading.read, rereading.left, rereading.state) == (1, 1, "done")
    assert newest(task).model_version == workshop.version
    annotation = annotations.submit_annotation(
        lease_id=lease.pk,
        holder=lease.holder,
        text=VIN,
        characters=[],
        region=None,
        base_revision=0,
        now=workshop.later(hours=1),
    )
    assert annotation.prediction == newest(task)
    assert newest(other).model_version != workshop.version


def test_claimed_while_its_photo_is_being_read(workshop: Workshop) -> None:
    """The reading is thrown away: the annotator has the older one on the screen."""
    task = workshop.open_task()
    promote(workshop)

    class Slow(PlainReader):
        def read_file(self, path: Any) -> Any:
            workshop.claim(task, workshop.people.annotator, at=workshop.later(hours=2))
            return super().read_file(path)

    reader = work(workshop, Slow(BETTER))
    assert len(reader.read) == 1
    assert Rereading.objects.get().left == 1
    assert Prediction.objects.count() == 1


def test_a_rollback_repeats_what_its_version_had_read(workshop: Workshop) -> None:
    task = workshop.open_task()
    first = newest(task)
    promote(workshop)
    work(workshop)
    Task.objects.filter(pk=task.pk).update(priority=0)
    model_versions.rollback(
        project=workshop.people.project, by=workshop.people.ml_engineer, now=workshop.later(hours=3)
    )
    reader = work(workshop, at=workshop.later(hours=4))
    again = newest(task)
    assert not reader.read
    assert (again.repeats, again.model_version, again.vin) == (first, workshop.version, VIN)
    assert again.characters == first.characters
    task.refresh_from_db()
    assert task.priority > 0
    assert (task.confidence, task.acquisition.prediction) == (0.8, again)
    assert Rereading.objects.latest("requested_at").repeated == 1
    assert Photo.objects.get().vin == VIN


def test_reading_one_photo_again_after_a_rollback_shows_the_champion(workshop: Workshop) -> None:
    from labeling.operations.photos import reread_photo

    task = workshop.open_task()
    promote(workshop)
    work(workshop)
    at = workshop.later(hours=3)
    model_versions.rollback(
        project=workshop.people.project, by=workshop.people.ml_engineer, now=at, reread=False
    )
    assert Photo.objects.get().vin == BETTER
    photo = Photo.objects.get()
    reread_photo(photo=photo, by=workshop.people.annotator, now=at)
    workshop.read(photo, at=at)
    assert Photo.objects.get().vin == VIN
    assert newest(task).repeats is not None
    reread_photo(photo=photo, by=workshop.people.annotator, now=at)
    workshop.read(photo, at=at)
    assert Prediction.objects.count() == 3


def test_without_the_wish_nothing_is_read_again(workshop: Workshop) -> None:
    workshop.open_task()
    promote(workshop, reread=False)
    assert not Rereading.objects.exists()
    rereading = rereadings.request_rereading(
        project=workshop.people.project, by=workshop.people.ml_engineer, now=workshop.later(hours=1)
    )
    assert rereading.total == 1
    with pytest.raises(rereadings.CannotReread):
        rereadings.request_rereading(
            project=workshop.people.project, by=workshop.people.ml_engineer, now=workshop.later(hours=1)
        )
    work(workshop)
    with pytest.raises(rereadings.NothingToReread):
        rereadings.request_rereading(
            project=workshop.people.project, by=workshop.people.ml_engineer, now=workshop.later(hours=3)
        )


def test_another_promotion_takes_over(workshop: Workshop) -> None:
    workshop.open_task()
    promote(workshop, "second")
    third = promote(workshop, "third", at=workshop.later(hours=2))
    first, second = Rereading.objects.order_by("requested_at")
    assert (first.state, second.state, second.model_version) == ("stopped", "running", third)
    work(workshop, at=workshop.later(hours=3))
    assert Prediction.objects.latest("created_at").model_version == third
    assert Prediction.objects.count() == 2


def test_it_can_be_stopped_and_what_was_read_stays(workshop: Workshop) -> None:
    for seed in (1, 2, 3):
        workshop.open_task(seed)
    promote(workshop)
    clock = Clock(workshop.later(hours=2), seconds=4)
    shifts.read_in_background(reader_for=lambda version: PlainReader(BETTER), now=clock)
    rereading = Rereading.objects.get()
    assert 0 < rereading.read < 3
    read = rereading.read
    rereadings.stop_rereading(
        rereading=rereading, by=workshop.people.ml_engineer, now=workshop.later(hours=3)
    )
    work(workshop, at=workshop.later(hours=4))
    rereading.refresh_from_db()
    assert (rereading.state, rereading.read) == ("stopped", read)
    assert Prediction.objects.filter(vin=BETTER).count() == read
    with pytest.raises(IllegalTransition):
        rereadings.stop_rereading(
            rereading=rereading, by=workshop.people.ml_engineer, now=workshop.later(hours=5)
        )


def test_stopped_while_a_photo_is_being_read(workshop: Workshop) -> None:
    workshop.open_task()
    promote(workshop)

    class Slow(PlainReader):
        def read_file(self, path: Any) -> Any:
            rereadings.stop_rereading(
                rereading=Rereading.objects.get(), by=workshop.people.ml_engineer, now=workshop.later(hours=2)
            )
            return super().read_file(path)

    work(workshop, Slow(BETTER))
    assert Prediction.objects.count() == 1


def test_photos_that_wait_for_the_champion_come_first(workshop: Workshop) -> None:
    workshop.open_task()
    promote(workshop)
    new = workshop.upload(9)
    reader = work(workshop)
    assert not reader.read
    workshop.read(new)
    assert len(work(workshop).read) == 1


def test_a_failure_is_tried_again_later_and_given_up_in_the_end(workshop: Workshop) -> None:
    workshop.open_task()
    promote(workshop)
    at = workshop.later(hours=2)
    broken = PlainReader(error=RuntimeError("no memory"))
    for _ in range(3):
        work(workshop, broken, at=at)
        assert RereadingItem.objects.get().state == "claimed"
        at += LOST_AFTER
    assert len(broken.read) == 3
    work(workshop, broken, at=at)
    item, rereading = RereadingItem.objects.get(), Rereading.objects.get()
    assert (item.state, item.failure, rereading.failed) == ("failed", "RuntimeError: no memory", 1)
    work(workshop, at=at)
    assert Rereading.objects.get().state == "done"
    assert Photo.objects.get().state == "ready"


def test_what_a_killed_worker_had_in_hand_is_free_after_a_while(workshop: Workshop) -> None:
    workshop.open_task()
    promote(workshop)
    claimed_at = workshop.later(hours=2)
    RereadingItem.objects.update(state="claimed", claimed_at=claimed_at, attempts=1)
    work(workshop, at=claimed_at + LOST_AFTER / 2)
    assert Rereading.objects.get().state == "running"
    work(workshop, at=claimed_at + LOST_AFTER)
    assert RereadingItem.objects.get().state == "read"


def test_the_database_allows_one_at_a_time(workshop: Workshop) -> None:
    workshop.open_task()
    version = promote(workshop)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rereading.objects.create(
            project=workshop.people.project,
            model_version=version,
            total=1,
            requested_by=workshop.people.admin,
            requested_at=workshop.now,
        )


def test_a_version_reads_a_photo_once(workshop: Workshop) -> None:
    task = workshop.open_task()
    first = newest(task)
    first.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_who_may_ask(workshop: Workshop, other_people: People) -> None:
    workshop.open_task()
    promote(workshop, reread=False)
    project, now = workshop.people.project, workshop.now
    for person in (workshop.people.annotator, workshop.people.reviewer):
        with pytest.raises(Forbidden):
            rereadings.request_rereading(project=project, by=person, now=now)
    with pytest.raises(NotFound):
        rereadings.request_rereading(project=project, by=other_people.admin, now=now)
