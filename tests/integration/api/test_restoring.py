"""An older revision, submitted again."""

from __future__ import annotations

import pytest
from django.test import Client

from labeling.models import Annotation, Task
from tests.conftest import People
from tests.integration.api.asking import Api, As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard, work

pytestmark = pytest.mark.django_db

OTHER = "1HGCM82633A004353"


def two_revisions(people: People, api: As) -> Task:
    """The second one waits for review; the first one was right."""
    task = Yard(people).submit().task
    api(people.annotator).post(f"tasks/{task.pk}/reopen")
    lease = api(people.annotator).post(f"tasks/{task.pk}/leases", {"kind": "annotate"}).json()["lease"]
    api(people.annotator).post(f"leases/{lease['id']}/annotation", work(OTHER, base_revision=1))
    return Task.objects.get(pk=task.pk)


def test_it_is_the_newest_revision_again(people: People, api: As) -> None:
    task = two_revisions(people, api)
    body = {"revision": 1, "base_revision": 2}
    with audited("task.reopened", "lease.claimed", "annotation.submitted", "annotation.restored"):
        answer = api(people.annotator).post(f"tasks/{task.pk}/restore", body)
    assert answer.status_code == 201
    assert (answer.json()["revision"], answer.json()["text"]) == (3, VIN)
    assert Annotation.objects.get(task=task, revision=2).text == OTHER


def test_a_role_that_does_not_edit_does_not_restore(people: People, api: As) -> None:
    task = two_revisions(people, api)
    body = {"revision": 1, "base_revision": 2}
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(f"tasks/{task.pk}/restore", body), 403)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"revision": 1, "base_revision": 1}, 409),
        ({"revision": 2, "base_revision": 2}, 409),
        ({"revision": 7, "base_revision": 2}, 404),
        ({"revision": 0, "base_revision": 2}, 400),
        ({"revision": 1}, 400),
    ],
)
def test_bad_input(people: People, api: As, body: dict[str, object], status: int) -> None:
    task = two_revisions(people, api)
    with unchanged():
        expect_refusal(api(people.annotator).post(f"tasks/{task.pk}/restore", body), status)


def test_a_program_that_may_not_review_restores_nothing_under_review(people: People, api: As) -> None:
    task = two_revisions(people, api)
    _, secret = Yard(people).token(people.reviewer, "annotate")
    program = Api(Client(), {"Authorization": f"Bearer {secret}"})
    body = {"revision": 1, "base_revision": 2}
    with unchanged():
        expect_refusal(program.post(f"tasks/{task.pk}/restore", body), 403, "missing_scope")
