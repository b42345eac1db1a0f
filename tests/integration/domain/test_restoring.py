"""An older revision, submitted again by whoever may edit."""

from __future__ import annotations

import pytest

from labeling.models import Annotation, AuditEvent, Draft, Task, User
from labeling.operations import annotations
from labeling.operations.annotations import StaleRevision
from labeling.operations.leases import NothingToClaim, TaskTaken
from labeling.operations.restoring import NotRestorable, restore_revision
from labeling.policies import Forbidden, NotFound
from tests.integration.domain.workshop import VIN, Workshop, make_boxes

OTHER = VIN[:11] + "8" + VIN[12:]


@pytest.fixture
def task(workshop: Workshop) -> Task:
    """Rejected, with two revisions, of which the first says VIN."""
    task = workshop.open_task()
    workshop.annotate(task)
    workshop.review(task, "rejected", reason="not that")
    workshop.annotate(task, OTHER)
    workshop.review(task, "rejected", reason="nor that")
    task.refresh_from_db()
    return task


def restore(workshop: Workshop, task: Task, by: User, revision: int = 1, base: int = 2) -> Annotation:
    return restore_revision(task=task, revision=revision, base_revision=base, by=by, now=workshop.now)


def test_it_becomes_the_newest_revision_in_the_name_of_who_restores_it(
    workshop: Workshop, task: Task
) -> None:
    first = Annotation.objects.get(task=task, revision=1)
    restored = restore(workshop, task, workshop.people.reviewer)
    assert (restored.revision, restored.text, restored.author) == (3, VIN, workshop.people.reviewer)
    assert (restored.characters, restored.region) == (first.characters, first.region)
    assert list(Annotation.objects.order_by("revision").values_list("text", flat=True)) == [VIN, OTHER, VIN]
    task.refresh_from_db()
    assert (task.state, task.revision) == ("submitted", 3)
    event = AuditEvent.objects.get(verb="annotation.restored")
    assert (event.actor, event.data["restored"], event.data["revision"]) == (workshop.people.reviewer, 1, 3)


def test_it_needs_the_permission_of_an_edit(workshop: Workshop, task: Task) -> None:
    with pytest.raises(Forbidden):
        restore(workshop, task, workshop.people.ml_engineer)
    with pytest.raises(NotFound):
        restore(workshop, task, workshop.people.outsider)
    assert Annotation.objects.count() == 2
    assert not AuditEvent.objects.filter(verb="annotation.restored").exists()


def test_it_respects_the_lease_of_another(workshop: Workshop, task: Task) -> None:
    workshop.claim(task, workshop.people.annotator)
    with pytest.raises(TaskTaken):
        restore(workshop, task, workshop.people.reviewer)
    assert Annotation.objects.count() == 2


def test_who_has_the_task_in_hand_restores_under_that_lease(workshop: Workshop, task: Task) -> None:
    lease = workshop.claim(task, workshop.people.annotator)
    assert restore(workshop, task, workshop.people.annotator).lease == lease


def test_a_revision_that_the_person_has_not_seen_is_not_passed_over(workshop: Workshop, task: Task) -> None:
    with pytest.raises(StaleRevision):
        restore(workshop, task, workshop.people.annotator, base=1)


@pytest.mark.parametrize(("revision", "error"), [(2, NotRestorable), (9, NotFound)])
def test_only_an_older_revision_is_restored(
    workshop: Workshop, task: Task, revision: int, error: type
) -> None:
    with pytest.raises(error):
        restore(workshop, task, workshop.people.annotator, revision=revision)


def test_what_one_submitted_is_taken_back_first(workshop: Workshop, task: Task) -> None:
    workshop.annotate(task, OTHER)
    task.refresh_from_db()
    restored = restore(workshop, task, workshop.people.annotator, base=3)
    task.refresh_from_db()
    assert (restored.revision, task.state, task.revision) == (4, "submitted", 4)


def test_a_reviewer_restores_as_a_fix_that_is_accepted(workshop: Workshop, task: Task) -> None:
    workshop.annotate(task, OTHER)
    task.refresh_from_db()
    restored = restore(workshop, task, workshop.people.reviewer, base=3)
    task.refresh_from_db()
    assert (restored.text, task.state) == (VIN, "accepted")
    assert restored.corrects.get().verdict == "fixed_and_accepted"


def test_another_annotator_does_not_restore_what_waits_for_review(workshop: Workshop, task: Task) -> None:
    workshop.annotate(task, OTHER, by=workshop.people.reviewer)
    task.refresh_from_db()
    with pytest.raises(Forbidden):
        restore(workshop, task, workshop.people.annotator, base=3)


def test_what_is_accepted_is_not_edited_and_so_not_restored(workshop: Workshop, task: Task) -> None:
    workshop.annotate(task, OTHER)
    workshop.review(task)
    task.refresh_from_db()
    with pytest.raises(NothingToClaim):
        restore(workshop, task, workshop.people.annotator, base=3)


def test_a_draft_that_was_not_submitted_stays(workshop: Workshop, task: Task) -> None:
    lease = workshop.claim(task, workshop.people.annotator)
    annotations.save_draft(
        lease_id=lease.pk,
        holder=workshop.people.annotator,
        text="1HG",
        characters=make_boxes("1HG"),
        region=None,
        base_revision=2,
        now=workshop.now,
    )
    restore(workshop, task, workshop.people.annotator)
    draft = Draft.objects.get()
    assert (draft.text, draft.base_revision) == ("1HG", 2)


def test_a_mark_of_unreadable_is_restored_by_annotators_only(workshop: Workshop) -> None:
    task, people = workshop.open_task(5), workshop.people
    lease = workshop.claim(task, people.annotator)
    annotations.mark_unreadable(
        lease_id=lease.pk, holder=people.annotator, reason="glare", base_revision=0, now=workshop.now
    )
    workshop.review(task, "rejected", reason="it can be read")
    workshop.annotate(task)
    task.refresh_from_db()
    with pytest.raises(NotRestorable):
        restore(workshop, task, people.reviewer)
    restored = restore(workshop, task, people.annotator)
    assert (restored.outcome, restored.unreadable_reason) == ("unreadable", "glare")


@pytest.mark.parametrize("state", ["second_reading", "conflict"])
def test_what_is_read_independently_is_not_copied(workshop: Workshop, task: Task, state: str) -> None:
    Task.objects.filter(pk=task.pk).update(state=state)
    with pytest.raises(NotRestorable):
        restore(workshop, task, workshop.people.reviewer)
