"""The lease ahead: the next task, claimed while the person is still at another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.models import Lease
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db

PLENTY = 5
"""One task at hand, and more than the three members who may annotate."""


def _hold(people: People, count: int = PLENTY) -> Lease:
    """The annotator's lease at hand, with so many tasks in the project."""
    yard = Yard(people)
    for seed in range(1, count):
        yard.open_task(seed)
    return yard.lease(count)


def test_brings_the_next_task_under_a_lease_of_its_own(people: People, api: As) -> None:
    lease = _hold(people)
    with audited("lease.claimed"):
        answer = api(people.annotator).post(f"leases/{lease.pk}/next")
    assert answer.status_code == 201
    bundle = answer.json()
    assert bundle["task"]["id"] != str(lease.task_id)
    assert bundle["task"]["state"] == "in_progress"
    assert Lease.objects.filter(ended_at=None).count() == 2


def test_there_is_one_at_most(people: People, api: As) -> None:
    lease = _hold(people)
    first = api(people.annotator).post(f"leases/{lease.pk}/next").json()["lease"]["id"]
    assert api(people.annotator).post(f"leases/{lease.pk}/next").json()["lease"]["id"] == first
    assert Lease.objects.filter(ended_at=None).count() == 2


def test_a_reload_brings_the_one_at_hand(people: People, api: As) -> None:
    lease = _hold(people)
    api(people.annotator).post(f"leases/{lease.pk}/next")
    again = api(people.annotator).post(f"projects/{people.project.slug}/leases", {"kind": "annotate"})
    assert again.json()["lease"]["id"] == str(lease.pk)


def test_nobody_goes_without_for_it(people: People, api: As) -> None:
    lease = _hold(people, PLENTY - 1)
    with unchanged():
        answer = api(people.annotator).post(f"leases/{lease.pk}/next")
    assert (answer.status_code, answer.content) == (204, b"")


def test_only_beside_a_lease_that_is_open(people: People, api: As) -> None:
    lease = _hold(people)
    Lease.objects.filter(pk=lease.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with unchanged():
        expect_refusal(api(people.annotator).post(f"leases/{lease.pk}/next"), 409, "lease_lost")


def test_only_beside_ones_own(people: People, api: As) -> None:
    lease = _hold(people)
    with unchanged():
        expect_refusal(api(people.reviewer).post(f"leases/{lease.pk}/next"), 404, "not_found")
        expect_refusal(api(people.annotator).get(f"leases/{lease.pk}/next"), 405)


def test_reviews_are_claimed_ahead_too(people: People, api: As) -> None:
    yard = Yard(people)
    lease = yard.review_lease(1)
    for seed in (2, 3):
        yard.submit(seed)
    with unchanged():
        assert api(people.reviewer).post(f"leases/{lease.pk}/next").status_code == 204
    yard.submit(4)
    bundle = api(people.reviewer).post(f"leases/{lease.pk}/next").json()
    assert (bundle["lease"]["kind"], bundle["task"]["state"]) == ("review", "in_review")
