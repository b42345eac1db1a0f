"""Personal tokens: shown once, kept as a hash, held to their scopes, and no way to more than their scopes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from labeling.models import Membership, PersonalToken
from tests.conftest import People
from tests.integration.api.asking import ROOT, Api, As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard, work

pytestmark = pytest.mark.django_db


def _bearer(secret: str, scheme: str = "Bearer") -> Api:
    return Api(Client(), {"Authorization": f"{scheme} {secret}"})


def test_the_secret_is_shown_once_and_kept_nowhere(people: People, api: As) -> None:
    with audited("token.created"):
        answer = api(people.annotator).post("tokens", {"name": "camera", "scopes": ["read", "upload"]})
    assert answer.status_code == 201
    secret = answer.json()["secret"]
    assert secret.startswith("vinloop_")
    assert secret not in str(list(PersonalToken.objects.values()))
    listed = api(people.annotator).get("tokens")
    assert secret not in listed.content.decode()
    assert listed.json()["items"] == [answer.json()["token"]]


def test_a_token_acts_for_its_person(people: People) -> None:
    _, secret = Yard(people).token(people.annotator, "read")
    items = _bearer(secret).get("projects").json()["items"]
    assert [(item["slug"], item["role"]) for item in items] == [(people.project.slug, "annotator")]
    assert _bearer(secret, "bearer").get("projects").status_code == 200


def test_revoked(people: People, api: As) -> None:
    token, secret = Yard(people).token(people.annotator, "read")
    with audited("token.revoked"):
        assert api(people.annotator).delete(f"tokens/{token.pk}").status_code == 204
    expect_refusal(_bearer(secret).get("projects"), 401, "bad_token")
    with unchanged():
        assert api(people.annotator).delete(f"tokens/{token.pk}").status_code == 204


def test_expired_or_of_a_person_who_may_not_log_in(people: People) -> None:
    yard = Yard(people)
    token, secret = yard.token(people.annotator, "read")
    PersonalToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    expect_refusal(_bearer(secret).get("projects"), 401, "bad_token")
    _, secret = yard.token(people.reviewer, "read")
    people.reviewer.is_active = False
    people.reviewer.save()
    expect_refusal(_bearer(secret).get("projects"), 401, "bad_token")


@pytest.mark.parametrize("secret", ["", "vinloop_", "vinloop_" + "a" * 43, "\x7f", "é", "x" * 5000])
def test_an_unknown_token(people: People, secret: str) -> None:
    answer = _bearer(secret).get("projects")
    expect_refusal(answer, 401, "bad_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_nobody(people: People) -> None:
    answer = Api(Client()).get("projects")
    assert "Bearer" in expect_refusal(answer, 401, "not_authenticated")["message"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_never_outgrows_its_person(people: People) -> None:
    yard = Yard(people)
    _, secret = yard.token(people.annotator, "read", "upload", "annotate", "review", "train")
    annotation = yard.submit()
    with unchanged():
        expect_refusal(
            _bearer(secret).post(f"tasks/{annotation.task_id}/leases", {"kind": "review"}), 403, "forbidden"
        )
        expect_refusal(_bearer(secret).post(f"projects/{people.project.slug}/rollback"), 403, "forbidden")
        expect_refusal(_bearer(secret).delete(f"photos/{annotation.task.photo_id}"), 403, "forbidden")
    Membership.objects.filter(user=people.annotator).delete()
    expect_refusal(_bearer(secret).get(f"projects/{people.project.slug}/photos"), 404)


def test_each_scope_opens_its_own_verbs_alone(people: People) -> None:
    yard = Yard(people)
    lease, photo = yard.lease(holder=people.admin), yard.upload(50)
    slug = people.project.slug
    asked = [
        ("GET", f"projects/{slug}/photos", None, "read"),
        ("GET", f"photos/{photo.pk}", None, "read"),
        ("GET", f"projects/{slug}/events", None, "read"),
        ("POST", f"photos/{photo.pk}/reread", {}, "upload"),
        ("DELETE", f"photos/{photo.pk}", None, "upload"),
        ("POST", f"projects/{slug}/leases", {"kind": "annotate"}, "annotate"),
        ("POST", f"projects/{slug}/leases", {"kind": "review"}, "review"),
        ("POST", f"leases/{lease.pk}/annotation", work(), "annotate"),
        ("POST", f"projects/{slug}/snapshots", {"name": "n"}, "train"),
        ("POST", f"projects/{slug}/rollback", {}, "train"),
    ]
    everything = {"read", "upload", "annotate", "review", "train"}
    for verb, where, body, needed in asked:
        _, without = yard.token(people.admin, *(everything - {needed}))
        with unchanged():
            expect_refusal(_bearer(without).call(verb, where, body), 403, "missing_scope")
        _, only = yard.token(people.admin, needed)
        answer = _bearer(only).call(verb, where, body)
        assert answer.status_code != 403, (verb, where, answer.content)


def test_no_token_makes_tokens_or_manages_people(people: People) -> None:
    yard = Yard(people)
    token, secret = yard.token(people.admin, "read", "upload", "annotate", "review", "train")
    member = Membership.objects.get(project=people.project, user=people.annotator)
    slug = people.project.slug
    asked = [
        ("GET", "tokens", None),
        ("POST", "tokens", {"name": "more", "scopes": ["train"]}),
        ("DELETE", f"tokens/{token.pk}", None),
        ("POST", f"projects/{slug}/members", {"username": "outsider", "role": "admin"}),
        ("PATCH", f"members/{member.pk}", {"role": "admin"}),
        ("DELETE", f"members/{member.pk}", None),
        ("POST", f"projects/{slug}/invitations", {"role": "admin", "name": "me"}),
    ]
    with unchanged():
        for verb, where, body in asked:
            expect_refusal(_bearer(secret).call(verb, where, body), 403, "missing_scope")


def test_anothers_token_does_not_exist(people: People, api: As) -> None:
    token, _ = Yard(people).token(people.annotator, "read")
    with unchanged():
        expect_refusal(api(people.admin).delete(f"tokens/{token.pk}"), 404)
    assert api(people.admin).get("tokens").json()["items"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": "read"},
        {"scopes": ["read"] * 100},
        {"name": ""},
        {"name": "x" * 101},
        {"expires_at": "2001-01-01T00:00:00Z"},
        {"expires_at": "tomorrow"},
        {"user": 1},
    ],
)
def test_bad_input(people: People, api: As, change: dict[str, object]) -> None:
    with unchanged():
        answer = api(people.annotator).post("tokens", {"name": "t", "scopes": ["read"]} | change)
    assert expect_refusal(answer, 400)["fields"]


def test_a_session_needs_its_csrf_token(people: People) -> None:
    task = Yard(people).open_task()
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.annotator)
    with unchanged():
        expect_refusal(Api(client).post(f"tasks/{task.pk}/leases", {"kind": "annotate"}), 403, "csrf_failed")
        upload = client.post(f"{ROOT}/projects/{people.project.slug}/photos", {"file": "x"})
        expect_refusal(upload, 403, "csrf_failed")
    page = client.get("/account/tokens/")
    assert page.status_code == 200
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = Api(client, headers).post(f"tasks/{task.pk}/leases", {"kind": "annotate"})
    assert answer.status_code == 201


def test_a_token_needs_no_csrf_token_and_its_header_wins_over_a_cookie(people: People, api: As) -> None:
    _, secret = Yard(people).token(people.annotator, "read")
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.admin)
    answer = Api(client, {"Authorization": f"Bearer {secret}"}).get("projects")
    assert answer.json()["items"][0]["role"] == "annotator"
