"""Guidelines over the API."""

from __future__ import annotations

import pytest

from labeling.models import Guideline, Scope
from tests.conftest import People
from tests.integration.api.asking import Api, As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db


def test_admins_write_and_members_read(people: People, api: As) -> None:
    address = f"projects/{people.project.slug}/guidelines"
    assert api(people.annotator).get(address).json() == {"newest": None, "read": 0, "is_news": False}
    with audited("guidelines.written"):
        body = {"text": "# Zero", "note": "first", "base_number": 0}
        answer = api(people.admin).post(address, body)
    assert (answer.status_code, answer.json()["number"]) == (201, 1)
    state = api(people.annotator).get(address).json()
    assert (state["newest"]["text"], state["is_news"]) == ("# Zero", True)
    task = Yard(people).photo.task
    assert api(people.annotator).get(f"tasks/{task.pk}").json()["guidelines"] == {
        "number": 1,
        "is_news": True,
    }
    assert api(people.annotator).post(f"{address}/read", {"number": 1}).status_code == 204
    assert api(people.annotator).get(address).json()["is_news"] is False


def test_nobody_else_writes_nor_does_a_token(people: People, api: As) -> None:
    address = f"projects/{people.project.slug}/guidelines"
    body = {"text": "mine", "base_number": 0}
    _, secret = Yard(people).token(people.admin, *Scope)
    program = Api(api(people.admin).client.__class__(), {"Authorization": f"Bearer {secret}"})
    with unchanged():
        for person in (people.annotator, people.reviewer, people.ml_engineer):
            expect_refusal(api(person).post(address, body), 403)
        expect_refusal(program.post(address, body), 403)
        expect_refusal(api(people.annotator).post(f"{address}/read", {"number": 1}), 404)


def test_a_newer_version_is_not_overwritten(people: People, api: As) -> None:
    address = f"projects/{people.project.slug}/guidelines"
    api(people.admin).post(address, {"text": "first", "base_number": 0})
    with unchanged():
        refused = api(people.admin).post(address, {"text": "second", "base_number": 0})
    assert expect_refusal(refused, 409, "stale_guideline")["fields"] == {"current_number": 1}
    assert Guideline.objects.count() == 1
