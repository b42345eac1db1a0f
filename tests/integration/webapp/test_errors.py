"""Refusals and faults: one JSON shape for programs, one page for people, and no inside of ours in either."""

from __future__ import annotations

import pytest
from django.test import Client

from labeling import imaging, policies, states
from labeling.errors import DomainError
from labeling.operations import annotations, archives, inputs, leases, photos, transitions
from labeling.queries import projects
from tests.conftest import People
from tests.integration.api.asking import expect_refusal
from webapp import errors

STATUSES = {
    DomainError: 400,
    inputs.InvalidText: 400,
    inputs.InvalidCharacters: 400,
    imaging.InvalidPhoto: 400,
    archives.InvalidArchive: 400,
    policies.Forbidden: 403,
    policies.NotFound: 404,
    transitions.Conflict: 409,
    states.IllegalTransition: 409,
    leases.LeaseLost: 409,
    leases.TaskTaken: 409,
    annotations.StaleRevision: 409,
    photos.DuplicatePhoto: 409,
    imaging.PhotoTooLarge: 413,
    archives.ArchiveTooLarge: 413,
}


@pytest.mark.parametrize(
    ("kind", "status"), STATUSES.items(), ids=lambda value: getattr(value, "__name__", value)
)
def test_each_refusal_has_its_status(kind: type[DomainError], status: int) -> None:
    assert errors.status_of(kind()) == status


def test_codes_tell_refusals_apart() -> None:
    kinds = [DomainError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    codes = [kind.code for kind in kinds]
    assert len(codes) > 20
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.django_db
def test_a_person_is_shown_a_page_with_the_reason(people: People) -> None:
    answer = people.client("annotator").get(f"/p/{people.project.slug}/members/")
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/html")
    assert "Your role in this project" in answer.content.decode()


@pytest.mark.django_db
def test_a_page_that_is_not_there(people: People) -> None:
    answer = people.client("annotator").get("/nowhere/")
    assert answer.status_code == 404
    assert "<h1>" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/projects", "/login/"])
def test_a_host_that_is_not_ours(people: People, path: str) -> None:
    answer = Client().get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()
    if path.startswith("/api/"):
        expect_refusal(answer, 400, "bad_request")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/projects", "/"])
def test_a_fault_tells_nothing_of_the_inside(
    people: People, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr(projects, "list_memberships", fail)
    client = people.client("annotator")
    client.raise_request_exception = False
    answer = client.get(path)
    assert answer.status_code == 500
    assert "the inside" not in answer.content.decode()
    assert "the inside" in caplog.text
    if path.startswith("/api/"):
        expect_refusal(answer, 500, "server_error")
    else:
        assert 'href="/"' in answer.content.decode()


@pytest.mark.django_db
def test_a_page_without_its_csrf_token(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.annotator)
    answer = client.post(f"/p/{people.project.slug}/datasets/", {"name": "x"})
    assert answer.status_code == 403
    assert "Reload the page" in answer.content.decode()
