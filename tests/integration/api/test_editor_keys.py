"""A person's own keys in the editor."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import People
from tests.integration.api.asking import Api, As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db


def test_keys_are_kept_for_their_person_alone(people: People, api: As) -> None:
    with audited("editor_keys.set"):
        answer = api(people.annotator).put("editor-keys", {"keys": {"help": "F8", "skip": "."}})
    assert (answer.status_code, answer.json()) == (200, {"keys": {"help": "F8"}})
    assert api(people.annotator).get("editor-keys").json() == {"keys": {"help": "F8"}}
    assert api(people.reviewer).get("editor-keys").json() == {"keys": {}}
    assert api(people.annotator).put("editor-keys", {"keys": {}}).json() == {"keys": {}}


def test_the_page_carries_them_as_data(people: People, api: As) -> None:
    api(people.annotator).put("editor-keys", {"keys": {"help": "&", "merge": "~"}})
    page = people.client("annotator").get(f"/p/{people.project.slug}/annotate/").content.decode()
    assert '"keys": {"help": "\\u0026", "merge": "~"}' in page


@pytest.mark.parametrize(
    "body",
    [
        {"keys": {"help": "/"}},
        {"keys": {"help": "a"}},
        {"keys": {"fly": "F8"}},
        {"keys": {"help": "</script><script>alert(1)</script>"}},
        {"keys": {"help": "x" * 41}},
        {"keys": {"help": None}},
        {"keys": ["F8"]},
        {"keys": {}, "more": 1},
        {},
    ],
)
def test_what_is_refused_changes_nothing(people: People, api: As, body: object) -> None:
    with unchanged():
        expect_refusal(api(people.annotator).put("editor-keys", body), 400)


def test_other_verbs_other_people_and_tokens(people: People, api: As) -> None:
    _, secret = Yard(people).token(people.annotator, "read", "annotate")
    with unchanged():
        expect_refusal(api(people.annotator).post("editor-keys", {"keys": {}}), 405)
        program = Api(Client(), {"Authorization": f"Bearer {secret}"})
        expect_refusal(program.put("editor-keys", {"keys": {}}), 403, "missing_scope")
