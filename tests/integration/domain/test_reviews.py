"""Reviews: by another person, of the newest annotation, once."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from labeling.models import Review, Task
from labeling.operations import annotations, leases, reviews
from labeling.operations.inputs import InvalidReason, InvalidText
from tests.integration.domain.workshop import VIN, Workshop, make_boxes

FIXED = "1HGCM82633A004353"


@pytest.fixture
def submitted(workshop: Workshop) -> Task:
    task = workshop.open_task()
    workshop.annotate(task)
    task.refresh_from_db()
    return task


def test_accepting(workshop: Workshop, submitted: Task) -> None:
    review = workshop.review(submitted)
    submitted.refresh_from_db()
    assert submitted.state == "accepted"
    assert (review.author, review.reviewer) == (workshop.people.annotator, workshop.people.reviewer)


def test_fixing_keeps_both_texts(workshop: Workshop, submitted: Task) -> None:
    review = workshop.review(
        submitted, "fixed_and_accepted", text=FIXED, characters=make_boxes(FIXED), region=None
    )
    submitted.refresh_from_db()
    submitted.photo.refresh_from_db()
    assert review.corrected is not None
    assert (review.annotation.text, review.corrected.text) == (VIN, FIXED)
    assert review.corrected.author == workshop.people.reviewer
    assert (submitted.state, submitted.revision) == ("accepted", 2)
    assert submitted.photo.vin == FIXED


def test_a_fix_must_be_a_vin(workshop: Workshop, submitted: Task) -> None:
    with pytest.raises(InvalidText):
        workshop.review(submitted, "fixed_and_accepted", text="too short")
    assert not Review.objects.exists()


def test_rejecting_sends_it_back_with_its_reason(workshop: Workshop, submitted: Task) -> None:
    workshop.review(submitted, "rejected", reason="The fifth is a V.")
    submitted.refresh_from_db()
    submitted.photo.refresh_from_db()
    assert (submitted.state, submitted.rejection_reason) == ("rejected", "The fifth is a V.")
    assert submitted.photo.vin_source == "prediction"


def test_rejecting_needs_a_reason(workshop: Workshop, submitted: Task) -> None:
    with pytest.raises(InvalidReason):
        workshop.review(submitted, "rejected", reason="")


def test_a_second_round_is_based_on_the_first(workshop: Workshop, submitted: Task) -> None:
    workshop.review(submitted, "rejected", reason="No.")
    second = workshop.annotate(submitted, FIXED)
    workshop.review(submitted)
    submitted.refresh_from_db()
    assert (second.revision, second.base_revision) == (2, 1)
    assert (submitted.state, submitted.rejection_reason) == ("accepted", "")


def test_a_review_sent_twice_is_one(workshop: Workshop, submitted: Task) -> None:
    lease = workshop.claim(submitted, workshop.people.reviewer, "review")
    both = [
        reviews.submit_review(
            lease_id=lease.pk,
            reviewer=workshop.people.reviewer,
            verdict=verdict,
            reason="Sent twice.",
            base_revision=1,
            now=workshop.now,
        )
        for verdict in ("accepted", "rejected")
    ]
    assert both[0] == both[1]
    submitted.refresh_from_db()
    assert submitted.state == "accepted"


def test_an_expired_lease_judges_nothing(workshop: Workshop, submitted: Task) -> None:
    lease = workshop.claim(submitted, workshop.people.reviewer, "review")
    with pytest.raises(leases.LeaseLost):
        reviews.submit_review(
            lease_id=lease.pk,
            reviewer=workshop.people.reviewer,
            verdict="accepted",
            base_revision=1,
            now=workshop.later(hours=1),
        )


def test_the_revision_that_was_seen_is_the_one_that_is_judged(workshop: Workshop, submitted: Task) -> None:
    lease = workshop.claim(submitted, workshop.people.reviewer, "review")
    with pytest.raises(annotations.StaleRevision):
        reviews.submit_review(
            lease_id=lease.pk,
            reviewer=workshop.people.reviewer,
            verdict="accepted",
            base_revision=0,
            now=workshop.now,
        )


def insert_review(workshop: Workshop, task: Task, **changes: object) -> Review:
    """Past all operations, straight into the table."""
    annotation = task.annotations.get()
    row = {
        "annotation": annotation,
        "author": annotation.author,
        "reviewer": workshop.people.reviewer,
        "verdict": "accepted",
        "created_at": workshop.now,
    }
    return Review.objects.create(**(row | changes))


def test_the_database_refuses_a_review_of_ones_own(workshop: Workshop, submitted: Task) -> None:
    with pytest.raises(IntegrityError, match="review_never_ones_own"), transaction.atomic():
        insert_review(workshop, submitted, reviewer=workshop.people.annotator)


def test_the_database_refuses_a_false_author(workshop: Workshop, submitted: Task) -> None:
    """Or else the check on the reviewer could be walked around."""
    with pytest.raises(DatabaseError, match="repeats the author"), transaction.atomic():
        insert_review(workshop, submitted, author=workshop.people.admin, reviewer=workshop.people.annotator)


def test_the_database_wants_a_reason_for_a_rejection(workshop: Workshop, submitted: Task) -> None:
    with pytest.raises(IntegrityError, match="rejection_has_a_reason"), transaction.atomic():
        insert_review(workshop, submitted, verdict="rejected")


def test_the_database_wants_a_correction_for_a_fix(workshop: Workshop, submitted: Task) -> None:
    with pytest.raises(IntegrityError, match="fix_has_its_correction"), transaction.atomic():
        insert_review(workshop, submitted, verdict="fixed_and_accepted")
