"""The description of the API: complete, valid, and the same as the addresses."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.test import Client

from tests.integration.api.test_every_address import ADDRESSES

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def schema() -> dict[str, object]:
    """Generated with every warning an error, and validated against OpenAPI's own schema."""
    output = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=output)
    return json.loads(output.getvalue())


def test_it_is_served_as_json() -> None:
    answer = Client().get("/api/schema/")
    assert answer.status_code == 200
    assert json.loads(answer.content)["info"]["title"] == "VINloop API"


def test_every_address_and_verb_is_described(schema: dict[str, dict]) -> None:
    described = {
        (path, verb.upper())
        for path, verbs in schema["paths"].items()
        for verb in verbs
        if path.startswith("/api/")
    }
    existing = {
        (_as_described(route), verb)
        for name, route, view in ADDRESSES
        if name != "api-schema"
        for verb in view.scopes
    }
    assert described == existing


def test_every_verb_tells_its_answers_and_refusals(schema: dict[str, dict]) -> None:
    for path, verbs in schema["paths"].items():
        for verb, operation in verbs.items():
            responses = operation["responses"]
            assert any(status.startswith("2") for status in responses), (path, verb)
            assert {"401", "403"} <= set(responses), (path, verb)
            for status, response in responses.items():
                if status.startswith("4"):
                    content = response["content"]["application/json"]
                    assert content["schema"] == {"$ref": "#/components/schemas/ErrorOutput"}, (path, verb)
            assert operation["security"] == [{"personalToken": []}, {"session": []}]


def test_every_verb_with_a_body_describes_it(schema: dict[str, dict]) -> None:
    for path, verbs in schema["paths"].items():
        for verb, operation in verbs.items():
            takes = "requestBody" in operation
            assert takes == ("415" in operation["responses"]), (path, verb)


def _as_described(route: str) -> str:
    for converter in ("slug", "uuid", "int"):
        route = route.replace(f"<{converter}:", "{")
    return route.replace(">", "}")
