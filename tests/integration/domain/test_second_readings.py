"""Two people read a photo independently: who may, what each sees, and what becomes of it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from labeling.models import Annotation, Lease, Review, Task
from labeling.operations import adjudications, annotations, candidates, leases, tasks
from labeling.operations.inputs import InvalidReason
from labeling.operations.transitions import Conflict
from labeling.policies import Forbidden
from labeling.queries.annotations import list_annotations
from labeling.queries.quality import measure_error
from labeling.queries.tasks import get_task_bundle, list_waiting
from tests.integration.domain.workshop import VIN, Workshop, make_boxes

OTHER = "1HGCM82633A004353"
THIRD = "1HGCM82633A004354"


@pytest.fixture
def twice(workshop: Workshop) -> Task:
    """A photo that the annotator has read and that waits for a second reader."""
    workshop.set_policy(double_share=1, review_share=0)
    task = workshop.open_task()
    workshop.annotate(task)
    return Task.objects.get(pk=task.pk)


@pytest.fixture
def conflict(workshop: Workshop, twice: Task) -> Task:
    """Two readings that differ: the annotator's and the reviewer's."""
    workshop.annotate(twice, OTHER, by=workshop.people.reviewer)
    return Task.objects.get(pk=twice.pk)


def test_the_first_reading_waits_for_another_person(workshop: Workshop, twice: Task) -> None:
    people = workshop.people
    assert (twice.state, twice.revision) == ("second_reading", 1)
    waiting = {
        role: list_waiting(project=people.project, user=getattr(people, role), kind="annotate").exists()
        for role in ("annotator", "reviewer", "admin")
    }
    assert waiting == {"annotator": False, "reviewer": True, "admin": True}
    with pytest.raises(Forbidden, match="read this photo yourself"):
        workshop.claim(twice, people.annotator)


def test_the_second_reader_sees_nothing_of_the_first_reading(workshop: Workshop, twice: Task) -> None:
    reader = workshop.people.reviewer
    lease = workshop.claim(twice, reader)
    for task in (twice, Task.objects.get(pk=twice.pk)):
        bundle = get_task_bundle(task=task, user=reader, lease=lease)
        assert (bundle.annotation, bundle.readings, bundle.draft) == (None, [], None)
        assert list_annotations(photo=task.photo, user=reader) == []
    twice.photo.refresh_from_db()
    assert twice.photo.vin_source == "prediction"
    assert len(list_annotations(photo=twice.photo, user=workshop.people.annotator)) == 1


def test_two_that_agree_are_accepted_by_consensus(workshop: Workshop, twice: Task) -> None:
    second = workshop.annotate(twice, by=workshop.people.reviewer)
    twice.refresh_from_db()
    twice.photo.refresh_from_db()
    assert (second.revision, second.base_revision, second.is_blind) == (2, 1, True)
    assert (twice.state, twice.decided_by, twice.revision) == ("accepted", "consensus", 2)
    assert (twice.photo.vin, twice.photo.vin_source) == (VIN, "consensus")
    assert [row.text for row in candidates.list_accepted(twice.project)] == [VIN]


def test_two_that_agree_may_be_reviewed_all_the_same_by_a_third(workshop: Workshop) -> None:
    workshop.set_policy(double_share=1, review_share=1)
    task = workshop.open_task()
    workshop.annotate(task)
    workshop.annotate(Task.objects.get(pk=task.pk), by=workshop.people.reviewer)
    task.refresh_from_db()
    assert task.state == "submitted"
    second = workshop.people.reviewer
    assert task not in list_waiting(project=task.project, user=second, kind="review")
    with pytest.raises(Forbidden, match="your own"):
        workshop.claim(task, second, "review")
    assert task in list_waiting(project=task.project, user=workshop.people.admin, kind="review")
    workshop.review(task, by=workshop.people.admin)
    task.refresh_from_db()
    assert (task.state, task.decided_by) == ("accepted", "review")


def test_the_first_of_two_who_agree_does_not_review_it_either(workshop: Workshop) -> None:
    workshop.set_policy(double_share=1, review_share=1)
    task = workshop.open_task()
    workshop.annotate(task, by=workshop.people.reviewer)
    workshop.annotate(Task.objects.get(pk=task.pk), by=workshop.people.annotator)
    task.refresh_from_db()
    assert task not in list_waiting(project=task.project, user=workshop.people.reviewer, kind="review")
    with pytest.raises(Forbidden, match="read this photo yourself"):
        workshop.claim(task, workshop.people.reviewer, "review")


def test_two_that_differ_wait_for_a_third_person(workshop: Workshop, conflict: Task) -> None:
    people = workshop.people
    conflict.photo.refresh_from_db()
    assert (conflict.state, conflict.photo.vin_source) == ("conflict", "prediction")
    assert list(list_waiting(project=people.project, user=people.admin, kind="adjudicate")) == [conflict]
    assert not list_waiting(project=people.project, user=people.reviewer, kind="adjudicate").exists()
    with pytest.raises(Forbidden):
        workshop.claim(conflict, people.reviewer, "adjudicate")
    with pytest.raises(Forbidden, match="does not let you review"):
        workshop.claim(conflict, people.annotator, "adjudicate")


def test_the_third_person_sees_both_readings_in_their_order(workshop: Workshop, conflict: Task) -> None:
    lease = workshop.claim(conflict, workshop.people.admin, "adjudicate")
    task = Task.objects.get(pk=conflict.pk)
    bundle = get_task_bundle(task=task, user=workshop.people.admin, lease=lease)
    assert task.state == "in_adjudication"
    assert [reading.text for reading in bundle.readings] == [VIN, OTHER]
    assert bundle.annotation is None


def test_taking_one_reading_judges_both(workshop: Workshop, conflict: Task) -> None:
    decision = workshop.adjudicate(conflict, OTHER)
    conflict.refresh_from_db()
    conflict.photo.refresh_from_db()
    assert (decision.revision, decision.author, decision.is_blind) == (3, workshop.people.admin, False)
    assert (conflict.state, conflict.decided_by, conflict.revision) == ("accepted", "adjudication", 3)
    assert (conflict.photo.vin, conflict.photo.vin_source) == (OTHER, "human")
    first, second = Review.objects.order_by("annotation__revision")
    assert (first.verdict, first.corrected) == ("fixed_and_accepted", decision)
    assert (second.verdict, second.corrected) == ("accepted", None)
    project = conflict.project
    assert measure_error(project=project, user=workshop.people.annotator).errors == 1
    assert measure_error(project=project, user=workshop.people.reviewer).errors == 0


def test_both_may_be_wrong(workshop: Workshop, conflict: Task) -> None:
    workshop.adjudicate(conflict, THIRD)
    assert set(Review.objects.values_list("verdict", flat=True)) == {"fixed_and_accepted"}
    assert candidates.list_accepted(conflict.project).get().text == THIRD


def test_a_third_person_may_find_it_unreadable_and_says_why(workshop: Workshop, twice: Task) -> None:
    workshop.mark_unreadable(twice, by=workshop.people.reviewer)
    twice.refresh_from_db()
    assert twice.state == "conflict"
    with pytest.raises(InvalidReason):
        workshop.adjudicate(twice, outcome="unreadable")
    workshop.adjudicate(twice, outcome="unreadable", reason="Glare.")
    twice.refresh_from_db()
    assert (twice.state, twice.decided_by) == ("unreadable", "adjudication")
    verdicts = Review.objects.order_by("annotation__revision").values_list("verdict", flat=True)
    assert list(verdicts) == ["fixed_and_accepted", "accepted"]


def test_a_decision_sent_twice_is_one(workshop: Workshop, conflict: Task) -> None:
    lease = workshop.claim(conflict, workshop.people.admin, "adjudicate")
    both = [
        adjudications.submit_adjudication(
            lease_id=lease.pk,
            adjudicator=workshop.people.admin,
            outcome="read",
            text=text,
            characters=make_boxes(text),
            base_revision=2,
            now=workshop.now,
        )
        for text in (VIN, OTHER)
    ]
    assert both[0] == both[1]
    assert (Annotation.objects.count(), Review.objects.count()) == (3, 2)


def test_a_submit_that_is_sent_again_keeps_its_route(workshop: Workshop) -> None:
    workshop.set_policy(double_share=1)
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    work = {"text": VIN, "characters": make_boxes(VIN), "region": None, "base_revision": 0}
    for _ in range(2):
        annotations.submit_annotation(
            lease_id=lease.pk, holder=workshop.people.annotator, now=workshop.now, **work
        )
    task.refresh_from_db()
    assert (task.state, task.revision) == ("second_reading", 1)


@pytest.mark.parametrize(("kind", "back"), [("annotate", "second_reading"), ("adjudicate", "conflict")])
def test_an_expired_lease_gives_back_what_it_took(
    workshop: Workshop, twice: Task, kind: str, back: str
) -> None:
    if kind == "adjudicate":
        workshop.annotate(twice, OTHER, by=workshop.people.reviewer)
    workshop.claim(Task.objects.get(pk=twice.pk), workshop.people.admin, kind)
    assert leases.sweep_leases(now=workshop.later(hours=1)) == 1
    twice.refresh_from_db()
    assert twice.state == back


def test_a_lease_for_one_kind_of_work_is_none_for_another(workshop: Workshop, conflict: Task) -> None:
    lease = workshop.claim(conflict, workshop.people.admin, "adjudicate")
    with pytest.raises(leases.LeaseLost):
        annotations.submit_annotation(
            lease_id=lease.pk,
            holder=workshop.people.admin,
            text=VIN,
            characters=[],
            region=None,
            base_revision=2,
            now=workshop.now,
        )


def test_its_author_takes_the_first_reading_back_until_a_second_begins(
    workshop: Workshop, twice: Task
) -> None:
    lease = workshop.claim(twice, workshop.people.reviewer)
    twice.refresh_from_db()
    with pytest.raises(Conflict, match="reads it just now"):
        tasks.reopen_task(task=twice, by=workshop.people.annotator, now=workshop.now)
    leases.release_lease(lease_id=lease.pk, holder=workshop.people.reviewer, now=workshop.now)
    twice.refresh_from_db()
    tasks.reopen_task(task=twice, by=workshop.people.annotator, now=workshop.now)
    assert twice.state == "new"
    workshop.annotate(twice)
    twice.refresh_from_db()
    assert (twice.state, twice.revision) == ("second_reading", 2)


def test_a_second_reading_is_not_taken_back(workshop: Workshop, conflict: Task) -> None:
    with pytest.raises(Conflict, match="compared"):
        tasks.reopen_task(task=conflict, by=workshop.people.reviewer, now=workshop.now)


def test_what_the_second_reader_skips_goes_to_a_reviewer(workshop: Workshop, twice: Task) -> None:
    reader = workshop.people.reviewer
    lease = workshop.claim(twice, reader)
    annotations.skip_task(lease_id=lease.pk, holder=reader, reason="I am not sure", now=workshop.now)
    twice.refresh_from_db()
    assert (twice.state, twice.skip_reason) == ("submitted", "I am not sure")
    twice.photo.refresh_from_db()
    assert twice.photo.vin_source == "human"


def test_with_too_few_people_nothing_waits_for_a_second_reader(workshop: Workshop) -> None:
    workshop.set_policy(double_share=1)
    workshop.people.project.memberships.filter(user=workshop.people.reviewer).delete()
    task = workshop.open_task()
    workshop.annotate(task)
    task.refresh_from_db()
    assert task.state == "submitted"


def test_what_is_assigned_is_read_a_second_time_by_whoever_is_free(workshop: Workshop) -> None:
    workshop.set_policy(double_share=1)
    task = workshop.open_task()
    Task.objects.filter(pk=task.pk).update(assignee=workshop.people.annotator)
    workshop.annotate(Task.objects.get(pk=task.pk))
    workshop.annotate(Task.objects.get(pk=task.pk), by=workshop.people.reviewer)
    task.refresh_from_db()
    assert (task.state, task.decided_by) == ("submitted", "")


def test_the_database_refuses_a_second_reading_of_the_same_person(workshop: Workshop, twice: Task) -> None:
    row = {"task": twice, "revision": 2, "base_revision": 1, "is_blind": True, "created_at": workshop.now}
    with pytest.raises(DatabaseError, match="by another person"), transaction.atomic():
        Annotation.objects.create(**row, author=workshop.people.annotator)
    with pytest.raises(DatabaseError, match="annotation_blind_is_second"), transaction.atomic():
        Annotation.objects.create(
            **row | {"revision": 3, "base_revision": 0}, author=workshop.people.reviewer
        )


def test_authors_are_hidden_while_a_verdict_is_pending(workshop: Workshop) -> None:
    workshop.set_policy(blind_review=True)
    task = workshop.open_task()
    workshop.annotate(task)
    task.refresh_from_db()
    for reader, author in ((workshop.people.reviewer, None), (workshop.people.annotator,) * 2):
        (shown,) = list_annotations(photo=task.photo, user=reader)
        assert shown.shown_author == author
        assert get_task_bundle(task=task, user=reader).annotation.shown_author == author
    workshop.review(task)
    (shown,) = list_annotations(photo=task.photo, user=workshop.people.reviewer)
    assert shown.shown_author == workshop.people.annotator


@pytest.mark.django_db(transaction=True)
def test_of_two_second_readers_one_gets_it(busy_workshop: Workshop) -> None:
    people = busy_workshop.people
    busy_workshop.set_policy(double_share=1)
    task = busy_workshop.open_task()
    busy_workshop.annotate(task)
    start = threading.Barrier(2)

    def claim(holder: object) -> Lease | None:
        start.wait()
        try:
            return leases.claim_next_task(
                project=people.project, holder=holder, kind="annotate", now=busy_workshop.now
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        claimed = list(pool.map(claim, [people.reviewer, people.admin]))
    assert sum(lease is not None for lease in claimed) == 1
