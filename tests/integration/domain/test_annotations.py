"""Annotations: submitted under a lease, on top of the revision that was seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from labeling.models import Annotation, AuditEvent, Draft, Task
from labeling.operations import annotations, leases, tasks
from labeling.operations.inputs import InvalidReason, InvalidText
from labeling.operations.transitions import Conflict
from labeling.policies import Forbidden
from labeling.queries.spans import Span
from labeling.queries.work import list_skipped
from labeling.states import IllegalTransition
from tests.integration.domain.workshop import REGION, VIN, Workshop, make_boxes

OTHER = "1HGCM82633A004353"


def submit(workshop: Workshop, lease_id: Any, **changes: Any) -> Annotation:
    work = {
        "holder": workshop.people.annotator,
        "text": VIN,
        "characters": make_boxes(VIN),
        "region": [list(corner) for corner in REGION],
        "base_revision": 0,
        "now": workshop.now,
    }
    return annotations.submit_annotation(lease_id=lease_id, **(work | changes))


def test_submit_makes_a_revision_and_asks_for_a_review(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    annotation = submit(workshop, lease.pk, text=OTHER)
    task.refresh_from_db()
    lease.refresh_from_db()
    assert (annotation.revision, annotation.base_revision, annotation.text) == (1, 0, OTHER)
    assert annotation.prediction == task.photo.predictions.get()
    assert (task.state, task.revision) == ("submitted", 1)
    assert lease.end_reason == "submitted"


def test_the_photo_shows_what_the_person_wrote(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task, OTHER)
    task.photo.refresh_from_db()
    assert (task.photo.vin, task.photo.confidence, task.photo.vin_source) == (OTHER, None, "human")


def test_a_submit_sent_twice_is_one(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    first = submit(workshop, lease.pk)
    again = submit(workshop, lease.pk, text=OTHER)
    assert again == first
    assert Annotation.objects.filter(task=task).count() == 1
    assert AuditEvent.objects.filter(verb="annotation.submitted").count() == 1


def test_the_time_must_not_be_over(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    with pytest.raises(leases.LeaseLost):
        submit(workshop, lease.pk, now=workshop.later(minutes=5))
    assert not Annotation.objects.exists()


def test_after_another_took_over_the_first_is_refused(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    workshop.claim(task, workshop.people.reviewer, at=workshop.later(minutes=6))
    with pytest.raises(leases.LeaseLost):
        submit(workshop, lease.pk)
    assert not Annotation.objects.exists()


def test_a_review_lease_submits_no_annotation(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task)
    lease = workshop.claim(task, workshop.people.reviewer, "review")
    with pytest.raises(leases.LeaseLost):
        submit(workshop, lease.pk, holder=workshop.people.reviewer, base_revision=1)


@pytest.mark.parametrize("seen", [0, 2])
def test_a_stale_revision_is_refused_and_told(workshop: Workshop, seen: int) -> None:
    task = workshop.open_task()
    workshop.annotate(task)
    workshop.review(task, "rejected", reason="Look again.")
    lease = workshop.claim(task, workshop.people.annotator)
    with pytest.raises(annotations.StaleRevision) as refused:
        submit(workshop, lease.pk, base_revision=seen)
    assert refused.value.fields == {"current_revision": 1}
    assert Annotation.objects.filter(task=task).count() == 1


def test_a_refused_text_changes_nothing(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    with pytest.raises(InvalidText):
        submit(workshop, lease.pk, text="1HGCM8263IA004352")
    task.refresh_from_db()
    lease.refresh_from_db()
    assert task.state == "in_progress"
    assert lease.ended_at is None


def test_a_draft_is_saved_over_and_goes_with_the_submit(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    for text in ("1HG", "1hgc"):
        annotations.save_draft(
            lease_id=lease.pk,
            holder=workshop.people.annotator,
            text=text,
            characters=[],
            region=None,
            base_revision=0,
            now=workshop.now,
        )
    assert Draft.objects.get().text == "1HGC"
    submit(workshop, lease.pk)
    assert not Draft.objects.exists()


def test_unreadable_goes_through_review_too(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    annotations.mark_unreadable(
        lease_id=lease.pk,
        holder=workshop.people.annotator,
        reason="Covered by snow.",
        base_revision=0,
        now=workshop.now,
    )
    workshop.review(task)
    task.refresh_from_db()
    task.photo.refresh_from_db()
    assert task.state == "unreadable"
    assert (task.photo.vin, task.photo.vin_source) == ("", "human")


def test_unreadable_needs_a_reason(workshop: Workshop) -> None:
    lease = workshop.claim(workshop.open_task(), workshop.people.annotator)
    with pytest.raises(InvalidReason):
        annotations.mark_unreadable(
            lease_id=lease.pk,
            holder=workshop.people.annotator,
            reason=" \n",
            base_revision=0,
            now=workshop.now,
        )


def skip(workshop: Workshop) -> Task:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    return annotations.skip_task(
        lease_id=lease.pk, holder=workshop.people.annotator, reason="Two VINs.", now=workshop.now
    )


def test_a_skipped_task_waits_for_a_reviewer_to_put_it_back(workshop: Workshop) -> None:
    task = skip(workshop)
    assert (task.state, task.skip_reason) == ("skipped", "Two VINs.")
    with pytest.raises(Forbidden):
        tasks.reopen_task(task=task, by=workshop.people.ml_engineer, now=workshop.now)
    tasks.reopen_task(task=task, by=workshop.people.reviewer, now=workshop.now)
    task.refresh_from_db()
    assert (task.state, task.skip_reason) == ("new", "")


def test_whoever_skipped_takes_it_back_and_it_counts_as_no_skip(workshop: Workshop) -> None:
    task = skip(workshop)
    tasks.reopen_task(task=task, by=workshop.people.annotator, now=workshop.now)
    task.refresh_from_db()
    assert (task.state, task.skip_reason) == ("new", "")
    skipped = list_skipped(project=task.project, person=workshop.people.annotator, span=Span())
    assert not skipped.exists()


def test_a_skip_is_no_longer_ones_own_once_another_skipped_it_again(workshop: Workshop) -> None:
    task = skip(workshop)
    tasks.reopen_task(task=task, by=workshop.people.reviewer, now=workshop.now)
    lease = workshop.claim(task, workshop.people.admin)
    task = annotations.skip_task(
        lease_id=lease.pk,
        holder=workshop.people.admin,
        reason="Torn.",
        now=workshop.now + timedelta(minutes=1),
    )
    with pytest.raises(Forbidden):
        tasks.reopen_task(task=task, by=workshop.people.annotator, now=workshop.now)


def test_an_author_takes_a_submit_back(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task, OTHER)
    task.refresh_from_db()
    tasks.reopen_task(task=task, by=workshop.people.annotator, now=workshop.now)
    task.refresh_from_db()
    task.photo.refresh_from_db()
    assert (task.state, task.revision) == ("new", 1)
    assert task.photo.vin_source == "prediction"


def test_nobody_else_takes_it_back(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task)
    task.refresh_from_db()
    with pytest.raises(Forbidden):
        tasks.reopen_task(task=task, by=workshop.people.reviewer, now=workshop.now)


def test_once_a_reviewer_has_it_open_it_stays(workshop: Workshop) -> None:
    task = workshop.open_task()
    workshop.annotate(task)
    workshop.claim(task, workshop.people.reviewer, "review")
    task.refresh_from_db()
    with pytest.raises(Conflict, match="reviewer has opened"):
        tasks.reopen_task(task=task, by=workshop.people.annotator, now=workshop.now)


def test_accepted_is_final(workshop: Workshop) -> None:
    task = workshop.accept(1)
    with pytest.raises(IllegalTransition):
        tasks.reopen_task(task=task, by=workshop.people.admin, now=workshop.now)
