"""Reviews: accept, fix and accept, reject; never one's own."""

from __future__ import annotations

import pytest

from labeling.models import Annotation, Review
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard, work

pytestmark = pytest.mark.django_db

FIXED = "1HGCM82633A004353"


def test_accepted(people: People, api: As) -> None:
    lease = Yard(people).review_lease()
    with audited("review.submitted"):
        body = {"verdict": "accepted", "base_revision": 1, "keystrokes": 1, "active_ms": 2400}
        answer = api(people.reviewer).post(f"leases/{lease.pk}/review", body)
    assert answer.status_code == 201
    assert (answer.json()["verdict"], answer.json()["reviewer"]) == ("accepted", "reviewer")
    lease.task.refresh_from_db()
    assert lease.task.state == "accepted"
    review = Review.objects.get()
    assert (review.keystrokes, review.active_ms) == (1, 2400)


def test_fixed_and_accepted_is_a_revision_of_the_reviewer(people: People, api: As) -> None:
    lease = Yard(people).review_lease()
    body = work(FIXED, base_revision=1) | {"verdict": "fixed_and_accepted", "reason": ""}
    answer = api(people.reviewer).post(f"leases/{lease.pk}/review", body)
    assert answer.status_code == 201
    newest = Annotation.objects.get(pk=answer.json()["corrected"])
    assert (newest.revision, newest.text, newest.author) == (2, FIXED, people.reviewer)
    assert newest.task.photo.vin == FIXED
    assert Annotation.objects.get(task=lease.task, revision=1).text == VIN


def test_rejected_goes_back_with_its_reason(people: People, api: As) -> None:
    lease = Yard(people).review_lease()
    body = {"verdict": "rejected", "reason": "The last digit is a 3", "base_revision": 1}
    assert api(people.reviewer).post(f"leases/{lease.pk}/review", body).status_code == 201
    bundle = api(people.annotator).post(f"projects/{people.project.slug}/leases", {"kind": "annotate"}).json()
    assert bundle["task"]["rejection_reason"] == "The last digit is a 3"
    assert (bundle["annotation"]["text"], bundle["annotation"]["revision"]) == (VIN, 1)


def test_sent_twice_it_is_one(people: People, api: As) -> None:
    lease = Yard(people).review_lease()
    body = {"verdict": "accepted", "base_revision": 1}
    first = api(people.reviewer).post(f"leases/{lease.pk}/review", body)
    with unchanged():
        second = api(people.reviewer).post(f"leases/{lease.pk}/review", body)
    assert (second.status_code, second.json()) == (201, first.json())
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {"verdict": "rejected", "reason": "", "base_revision": 1},
        {"verdict": "rejected", "base_revision": 1},
        {"verdict": "maybe", "base_revision": 1},
        {"verdict": "accepted"},
        {"verdict": "fixed_and_accepted", "base_revision": 1},
    ],
)
def test_bad_input(people: People, api: As, body: dict[str, object]) -> None:
    lease = Yard(people).review_lease()
    with unchanged():
        expect_refusal(api(people.reviewer).post(f"leases/{lease.pk}/review", body), 400)


def test_an_old_revision(people: People, api: As) -> None:
    lease = Yard(people).review_lease()
    body = {"verdict": "accepted", "base_revision": 0}
    with unchanged():
        answer = api(people.reviewer).post(f"leases/{lease.pk}/review", body)
    expect_refusal(answer, 409, "stale_revision")


def test_a_lease_for_annotation_is_none_for_review_and_the_reverse(people: People, api: As) -> None:
    yard = Yard(people)
    annotating, reviewing = yard.lease(holder=people.reviewer), yard.review_lease()
    verdict = {"verdict": "accepted", "base_revision": 1}
    with unchanged():
        expect_refusal(api(people.reviewer).post(f"leases/{annotating.pk}/review", verdict), 409)
        expect_refusal(
            api(people.reviewer).post(f"leases/{reviewing.pk}/annotation", work(base_revision=1)), 409
        )


def test_not_mine_and_the_annotators_role(people: People, other_people: People, api: As) -> None:
    lease = Yard(people).review_lease()
    body = {"verdict": "accepted", "base_revision": 1}
    with unchanged():
        for person in (people.annotator, people.admin, people.ml_engineer, other_people.reviewer):
            expect_refusal(api(person).post(f"leases/{lease.pk}/review", body), 404)
