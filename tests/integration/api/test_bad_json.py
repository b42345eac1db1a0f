"""Bodies that are no JSON, or JSON that no table and no browser could hold."""

from __future__ import annotations

import json

import pytest

from labeling.models import Draft
from tests.conftest import People
from tests.integration.api.asking import As, expect_refusal, unchanged
from tests.integration.api.yard import Yard, work

pytestmark = pytest.mark.django_db


def _with_text(text: str) -> bytes:
    return ('{"text": ' + text + ', "characters": [], "region": null, "base_revision": 0}').encode()


def _with_revision(number: str) -> bytes:
    return ('{"text": "1HG", "characters": [], "region": null, "base_revision": ' + number + "}").encode()


BODIES: dict[str, bytes] = {
    "not JSON": b"hello",
    "cut off": b'{"text": "1HG"',
    "a list": b"[]",
    "a string": b'"1HG"',
    "null": b"null",
    "not UTF-8": b'{"text": "\xff\xfe"}',
    "another encoding": json.dumps(work()).encode("utf-16"),
    "NaN": _with_revision("NaN"),
    "Infinity": _with_revision("-Infinity"),
    "a number out of range": _with_revision("1e999"),
    "a number of a thousand digits": _with_revision("9" * 1000),
    "a number of a hundred thousand digits": _with_revision("9" * 100_000),
    "a number that a browser rounds": _with_revision("9007199254740993"),
    "a lone high surrogate": _with_text('"\\ud83d"'),
    "a lone low surrogate": _with_text('"\\ude00"'),
    "surrogates the wrong way round": _with_text('"\\ude00\\ud83d"'),
    "NUL": _with_text('"1HG\\u0000"'),
    "the same name twice": b'{"text": "1HG", "text": "2HG", "base_revision": 0}',
    "too deep": b'{"text": ' + b"[" * 50 + b"]" * 50 + b"}",
    "far too deep": b'{"text": ' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    "a surrogate as a name": b'{"\\ud83d": 1}',
    "an unknown field": b'{"text": "1HG", "base_revision": 0, "colour": "red"}',
    "a field of another type": b'{"text": 17, "base_revision": 0}',
    "a truth for a number": _with_revision("true"),
    "a text for a number": _with_revision('"0"'),
    "a negative revision": _with_revision("-1"),
    "a fraction of a revision": _with_revision("0.5"),
    "nothing": b"{}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_bad_body_is_refused_and_leaves_nothing(people: People, api: As, body: bytes) -> None:
    lease = Yard(people).lease()
    with unchanged():
        answer = api(people.annotator).send("PUT", f"leases/{lease.pk}/draft", body)
    expect_refusal(answer, 400)


def test_a_body_that_is_too_large_is_refused(people: People, api: As) -> None:
    lease = Yard(people).lease()
    body = json.dumps({"text": "1" * 3_000_000}).encode()
    with unchanged():
        answer = api(people.annotator).send("PUT", f"leases/{lease.pk}/draft", body)
    expect_refusal(answer, 413, "too_large")


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-yaml"])
def test_another_content_type_is_refused(people: People, api: As, content_type: str) -> None:
    lease = Yard(people).lease()
    with unchanged():
        answer = api(people.annotator).send(
            "PUT", f"leases/{lease.pk}/draft", json.dumps(work()).encode(), content_type
        )
    expect_refusal(answer, 415, "unsupported_media_type")


def test_a_pair_of_surrogates_is_a_symbol_and_is_judged_as_one(people: People, api: As) -> None:
    lease = Yard(people).lease()
    answer = api(people.annotator).send("PUT", f"leases/{lease.pk}/draft", _with_text('"\\ud83d\\ude00"'))
    expect_refusal(answer, 400, "invalid_text")


def test_a_sound_body_is_kept(people: People, api: As) -> None:
    lease = Yard(people).lease()
    answer = api(people.annotator).put(f"leases/{lease.pk}/draft", work())
    assert answer.status_code == 200
    assert Draft.objects.get(task=lease.task).text == "1HGCM82633A004352"


def test_thousands_of_mistakes_are_answered_briefly(people: People, api: As) -> None:
    lease = Yard(people).lease()
    body = {f"field-{number}": 0 for number in range(5000)}
    answer = api(people.annotator).put(f"leases/{lease.pk}/draft", body)
    assert len(expect_refusal(answer, 400)["fields"]) <= 20
    assert len(answer.content) < 10_000


def test_an_unknown_field_is_named_in_a_sentence(people: People, api: As) -> None:
    lease = Yard(people).lease(3)
    answer = api(people.annotator).put(f"leases/{lease.pk}/draft", {**work(), "colour": "red"})
    known = "text, characters, region, base_revision"
    assert answer.json()["message"] == f"colour: There is no such field here. Known: {known}."
