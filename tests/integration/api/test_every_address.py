"""Every address of the API with every verb, asked about the things of others: nothing shows or changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver
from rest_framework.views import APIView

from labeling.models import Membership
from tests.conftest import People
from tests.integration.api.asking import Api, As, expect_refusal, unchanged
from tests.integration.api.yard import ORDER, POLICY, Yard, work
from webapp.api import urls
from webapp.api.permissions import HasScope

pytestmark = pytest.mark.django_db

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PERSONAL = {"api-projects", "api-tokens", "api-editor-keys", "api-schema"}
"""These belong to no project: they show what is the asker's own."""

UPLOAD = ("api-project-photos", "POST")
IMPORT = ("api-project-imports", "POST")
Body = dict[str, Any]


def walk(patterns: list[Any], prefix: str = "/api/") -> Iterator[tuple[str, str, type[APIView]]]:
    """Name, route and view of every address."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or "", route, pattern.callback.cls  # type: ignore[attr-defined]


ADDRESSES = list(walk(urls.urlpatterns))
BODILESS = {(name, verb) for name, _, _ in ADDRESSES for verb in ("GET", "DELETE")} | {UPLOAD, IMPORT}
FOREIGN = [address for address in ADDRESSES if address[0] not in PERSONAL]


def _bodies(yard: Yard) -> dict[tuple[str, str], Body]:
    """A body with which the owner would be served, so that only the ownership stands in the way."""
    verdict = {"verdict": "accepted", "base_revision": 1}
    return {
        ("api-project-leases", "POST"): {"kind": "annotate"},
        ("api-project-snapshots", "POST"): {"name": "stolen"},
        ("api-project-runs", "POST"): {"snapshot": str(yard.snapshot.pk)},
        ("api-project-run-plan", "POST"): {"snapshot": str(yard.snapshot.pk)},
        ("api-project-run-schedule", "PUT"): {"corrections": 50, "days": None},
        ("api-run", "PATCH"): {"priority": 5},
        ("api-project-gate", "PUT"): {"rules": {"kind_loss": 0.5}},
        ("api-project-rollback", "POST"): {},
        ("api-project-members", "POST"): {"username": "annotator", "role": "admin"},
        ("api-project-invitations", "POST"): {"role": "admin", "name": "me"},
        ("api-project-quality-policy", "PUT"): POLICY,
        ("api-project-acquisition-policy", "PUT"): ORDER,
        ("api-photo-known", "PUT"): {},
        ("api-photo-reread", "POST"): {},
        ("api-task-leases", "POST"): {"kind": "annotate"},
        ("api-task-reopen", "POST"): {},
        ("api-lease-next", "POST"): {},
        ("api-task-restore", "POST"): {"revision": 1, "base_revision": 0},
        ("api-task-comments", "POST"): {"text": "mine", "index": 3},
        ("api-comment", "PATCH"): {"text": "mine now"},
        ("api-mention-read", "POST"): {},
        ("api-project-sheet", "POST"): {"shown": ["1"], "wrong": []},
        ("api-project-guidelines", "POST"): {"text": "# Mine", "base_number": 0},
        ("api-project-guidelines-read", "POST"): {"number": 1},
        ("api-task-recall", "POST"): {},
        ("api-project-bulk-actions", "POST"): {"kind": "raise", "filter": {}, "confirmed": 1},
        ("api-project-bulk-count", "POST"): {"kind": "raise", "filter": {}},
        ("api-bulk-undo", "POST"): {},
        ("api-bulk-stop", "POST"): {},
        ("api-lease-renew", "POST"): {},
        ("api-lease-draft", "PUT"): work(),
        ("api-lease-annotation", "POST"): work(),
        ("api-lease-unreadable", "POST"): {"reason": "glare", "base_revision": 0},
        ("api-lease-skip", "POST"): {"reason": "none"},
        ("api-lease-review", "POST"): verdict,
        ("api-lease-adjudication", "POST"): work() | {"outcome": "read"},
        ("api-run-cancel", "POST"): {},
        ("api-photo", "PATCH"): {"kind": "paper"},
        ("api-project-exports", "POST"): {"snapshot": str(yard.snapshot.pk), "format": "csv"},
        ("api-snapshot-doubts", "POST"): {"photos": [str(yard.snapshot.items.get().photo_id)]},
        ("api-transfer-confirm", "POST"): {},
        ("api-transfer-cancel", "POST"): {},
        ("api-transfer-retry", "POST"): {},
        ("api-run-retry", "POST"): {},
        ("api-project-rounds", "POST"): {},
        ("api-project-round-plan", "POST"): {},
        ("api-round-cancel", "POST"): {},
        ("api-round-retry", "POST"): {},
        ("api-round-revoke", "POST"): {"reason": "Mine."},
        ("api-model-version-promote", "POST"): {"override_reason": "mine now"},
        ("api-model-version-judge", "POST"): {},
        ("api-model-version-shadows", "POST"): {"share": 0.5},
        ("api-shadow-stop", "POST"): {},
        ("api-project-rereadings", "POST"): {},
        ("api-rereading-stop", "POST"): {},
        ("api-drift-acknowledge", "POST"): {"note": "The new camera."},
        ("api-member", "PATCH"): {"role": "admin"},
    }


def _keys(yard: Yard) -> dict[str, object]:
    """What to put into an address to name something of this yard."""
    return {
        "<slug:slug>": yard.people.project.slug,
        "<uuid:photo_id>": yard.photo.pk,
        "<uuid:task_id>": yard.photo.task.pk,
        "<uuid:lease_id>": yard.lease(700).pk,
        "<uuid:action_id>": yard.bulk_action.pk,
        "<uuid:snapshot_id>": yard.snapshot.pk,
        "<uuid:run_id>": yard.run.pk,
        "<uuid:round_id>": yard.pseudo_round.pk,
        "<uuid:transfer_id>": yard.transfer.pk,
        "<uuid:version_id>": yard.challenger.pk,
        "<uuid:shadow_id>": yard.shadow.pk,
        "<uuid:rereading_id>": yard.rereading.pk,
        "<int:alert_id>": yard.drift_alert.pk,
        "<int:comment_id>": yard.comment.pk,
        "<int:mention_id>": yard.comment.mentions.get().pk,
        "<int:member_id>": Membership.objects.get(user=yard.people.annotator).pk,
        "<int:token_id>": yard.token(yard.people.annotator, "read")[0].pk,
    }


def _fill(route: str, keys: dict[str, object]) -> str:
    for parameter, key in keys.items():
        route = route.replace(parameter, str(key))
    assert "<" not in route, f"this test knows nothing to put into {route}"
    return route


def test_what_belongs_to_others_does_not_exist(people: People, other_people: People, api: As) -> None:
    yard = Yard(other_people)
    keys, bodies = _keys(yard), _bodies(yard)
    for name, route, view in FOREIGN:
        supported = view().allowed_methods
        for person in (people.annotator, people.admin, people.outsider):
            with unchanged():
                for verb in VERBS:
                    body = bodies[name, verb] if verb in supported and (name, verb) not in BODILESS else {}
                    if (name, verb) == UPLOAD:
                        answer = api(person).upload(other_people.project, b"\xff\xd8\xff")
                    else:
                        answer = api(person).call(verb, _fill(route, keys), body)
                    expect_refusal(answer, 404 if verb in supported else 405)


def test_the_bodies_of_these_tests_are_those_that_their_owner_sends(people: People, api: As) -> None:
    """Else the strangers above might have been refused for their spelling."""
    yard = Yard(people)
    keys, bodies = _keys(yard), _bodies(yard)
    yard.challenger  # noqa: B018 - made before what it is promoted by
    for (name, verb), body in bodies.items():
        ((_, route, _),) = [address for address in ADDRESSES if address[0] == name]
        answer = api(people.admin).call(verb, _fill(route, keys), body)
        assert answer.status_code not in (400, 405, 415), (name, verb, answer.content)


def test_nobody_gets_in_without_a_login(people: People) -> None:
    keys = _keys(Yard(people))
    with unchanged():
        for name, route, _view in ADDRESSES:
            for verb in VERBS:
                answer = Api(Client()).call(verb, _fill(route, keys), {})
                if (name, verb) == ("api-schema", "GET"):
                    assert answer.status_code == 200
                else:
                    assert answer.status_code in (401, 405)
                    expect_refusal(answer, answer.status_code)


@pytest.mark.parametrize(("name", "route", "view"), ADDRESSES, ids=[name for name, _, _ in ADDRESSES])
def test_every_verb_says_which_scope_a_token_needs(name: str, route: str, view: type[APIView]) -> None:
    if name == "api-schema":
        return
    verbs = set(view().allowed_methods) - {"OPTIONS", "HEAD"}
    assert verbs == set(view.scopes)  # type: ignore[attr-defined]
    assert HasScope in view.permission_classes


@pytest.mark.parametrize(
    "address",
    [
        "/api/",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/projects",
        "/api/v1/photos/not-an-id",
        "/api/v1/members/99999999999999999999999",
        "/api/v1/members/-1",
        f"/api/v1/photos/{uuid.UUID(int=0)}",
        "/api/v1/projects/no-such-project/photos",
        "/api/v1/projects/%00/photos",
        "/media/photos/nothing",
    ],
)
def test_what_is_not_there_is_answered_in_the_one_shape(people: People, api: As, address: str) -> None:
    with unchanged():
        for verb in VERBS:
            answer = api(people.admin).call(verb, address, {})
            assert answer.status_code in (404, 405)
            expect_refusal(answer, answer.status_code)


def test_there_is_no_browsable_interface_and_no_listing_of_options(people: People, api: As) -> None:
    html = api(people.admin).client.get("/api/v1/projects", headers={"Accept": "text/html"})
    expect_refusal(html, 406)
    expect_refusal(api(people.admin).call("OPTIONS", "projects"), 405)


def test_an_answer_is_never_kept_by_a_cache_between(people: People, api: As) -> None:
    answer = api(people.admin).get("projects")
    assert {"Cookie", "Authorization"} <= {part.strip() for part in answer["Vary"].split(",")}
    assert answer["Cache-Control"] == "private, no-store"
