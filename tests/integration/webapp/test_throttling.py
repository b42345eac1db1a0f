"""Brakes: on guessing passwords, and on hammering the API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from tests.conftest import PASSWORD, People
from tests.integration.api.asking import As, expect_refusal
from webapp.api.base import ApiThrottle
from webapp.throttling import MAX_FAILURES, WINDOW_SECONDS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def _try(username: str, password: str, path: str = "/login/"):
    return Client().post(path, {"username": username, "password": password})


@pytest.mark.parametrize("path", ["/login/", "/admin/login/"])
def test_guessing_comes_to_rest_even_with_the_right_password(people: People, path: str) -> None:
    for guess in range(MAX_FAILURES):
        assert _try("annotator", f"guess {guess}", path).status_code == 200
    answer = _try("Annotator", PASSWORD, path)
    assert (answer.status_code, answer["Retry-After"]) == (429, str(WINDOW_SECONDS))
    assert "Wait five minutes" in answer.content.decode()


def test_other_people_are_not_held_up(people: People) -> None:
    for guess in range(MAX_FAILURES + 1):
        _try("annotator", f"guess {guess}")
    assert _try("reviewer", PASSWORD).status_code == 302


def test_a_login_forgives_the_mistakes_before_it(people: People) -> None:
    for _ in range(2):
        for guess in range(MAX_FAILURES - 1):
            _try("annotator", f"guess {guess}")
        assert _try("annotator", PASSWORD).status_code == 302


def test_hammering_the_api_is_answered_with_how_long_to_wait(
    people: People, api: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ApiThrottle, "rate", "3/min")
    client = api(people.annotator)
    assert [client.get("projects").status_code for _ in range(3)] == [200, 200, 200]
    answer = client.get("projects")
    expect_refusal(answer, 429, "throttled")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert api(people.reviewer).get("projects").status_code == 200
