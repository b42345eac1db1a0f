"""History: rows that nothing changes, and an event for every change in the same transaction."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from labeling.models import Annotation, AuditEvent, Photo, Prediction, Review, Task
from labeling.operations import audit, photos, transitions
from labeling.states import TaskState
from tests.integration.domain.workshop import Workshop

IMMUTABLE = {
    Prediction: {"vin": ""},
    Annotation: {"text": "?"},
    Review: {"reason": "changed"},
    AuditEvent: {"verb": "nothing.happened"},
}


@pytest.mark.parametrize("model", IMMUTABLE, ids=lambda model: model.__name__)
def test_a_row_of_history_is_not_changed(workshop: Workshop, model: type) -> None:
    workshop.accept(1)
    row = model.objects.first()
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**IMMUTABLE[model])


@pytest.mark.parametrize("model", IMMUTABLE, ids=lambda model: model.__name__)
def test_a_row_of_history_is_not_deleted(workshop: Workshop, model: type) -> None:
    workshop.accept(1)
    with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
        model.objects.all()._raw_delete("default")


def test_a_photo_takes_its_history_along_and_leaves_an_event(workshop: Workshop) -> None:
    task = workshop.accept(1)
    photo = task.photo
    photos.delete_photo(photo=photo, by=workshop.people.admin, now=workshop.now)
    assert not Photo.objects.exists()
    assert not Task.objects.exists()
    assert not Prediction.objects.exists()
    assert not Annotation.objects.exists()
    event = AuditEvent.objects.get(verb="photo.deleted")
    assert event.data["name"] == photo.name


def test_after_a_deletion_history_is_closed_again(workshop: Workshop) -> None:
    first, second = workshop.accept(1), workshop.accept(2)
    with transaction.atomic():
        photos.delete_photo(photo=first.photo, by=workshop.people.admin, now=workshop.now)
        with pytest.raises(DatabaseError, match="is never changed"), transaction.atomic():
            second.annotations.all()._raw_delete("default")


def test_the_events_of_a_photo_tell_its_story(workshop: Workshop) -> None:
    workshop.accept(1)
    verbs = list(
        AuditEvent.objects.filter(object_type__in=["photo", "task"])
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert verbs == [
        "photo.uploaded",
        "photo.queued",
        "photo.claimed",
        "photo.read",
        "task.opened",
        "lease.claimed",
        "annotation.submitted",
        "lease.claimed",
        "review.submitted",
    ]
    submitted = AuditEvent.objects.get(verb="annotation.submitted")
    assert submitted.actor == workshop.people.annotator
    assert (submitted.data["from"], submitted.data["to"]) == ("in_progress", "submitted")


def test_a_change_that_is_rolled_back_takes_its_event_along(workshop: Workshop) -> None:
    task = workshop.open_task()
    before = AuditEvent.objects.count()

    savepoint = transaction.savepoint()
    workshop.claim(task, workshop.people.annotator)
    transaction.savepoint_rollback(savepoint)
    task.refresh_from_db()
    assert task.state == "new"
    assert AuditEvent.objects.count() == before


def test_where_the_event_cannot_be_written_the_change_is_not_made(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = workshop.open_task()

    def fail(**values: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(DatabaseError, match="disk full"):
        transitions.move(task, TaskState.IN_PROGRESS, by=None, verb="task.claimed", now=workshop.now)
    assert Task.objects.get(pk=task.pk).state == "new"


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_of_a_transaction_is_refused(busy_workshop: Workshop) -> None:
    project = busy_workshop.people.project
    with pytest.raises(audit.OutsideTransaction):
        audit.record(project=project, actor=None, verb="x.y", on=project, now=busy_workshop.now)


def test_of_two_who_move_a_row_one_is_told(workshop: Workshop) -> None:
    task = workshop.open_task()
    same = Task.objects.get(pk=task.pk)
    transitions.move(task, TaskState.IN_PROGRESS, by=None, verb="task.claimed", now=workshop.now)
    with pytest.raises(transitions.Conflict):
        transitions.move(same, TaskState.IN_PROGRESS, by=None, verb="task.claimed", now=workshop.now)
