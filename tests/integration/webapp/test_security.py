"""What tools like this were broken by, held against every address of this one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from labeling.models import Membership, User
from labeling.operations import invitations, photos
from tests.conftest import PASSWORD, People
from tests.integration.api.asking import unchanged
from tests.integration.api.yard import Yard
from tests.integration.webapp.walking import Address, walk
from webapp.figures_tables import TABLES

ROOT = Path(__file__).resolve().parents[3]
ADDRESSES = list(walk())
PAGES = [address for address in ADDRESSES if not address.route.startswith(("/api/", "/media/", "/health/"))]
FOR_ANYBODY = {"login", "invitation", "health_live", "health_ready", "api-schema"}

INLINE = re.compile(
    r"<script(?![^>]*\b(?:src|nonce)=)(?![^>]*application/json)|<[^>]+\s(?:on\w+|style)=", re.I
)
"""What the policy keeps a browser from using: scripts without address or nonce, handlers, styles in tags."""


def make_keys(people: People) -> dict[str, object]:
    """Keys of things of this project for every parameter that an address has."""
    yard = Yard(people)
    now = timezone.now()
    photos.render_photo(photo_id=yard.photo.pk, now=now)
    _, invitation = invitations.invite_member(
        project=people.project, role="annotator", name="Ada", by=people.admin, now=now
    )
    return {
        "slug": people.project.slug,
        "photo_id": yard.photo.pk,
        "task_id": yard.photo.task.pk,
        "lease_id": yard.lease(700).pk,
        "action_id": yard.bulk_action.pk,
        "snapshot_id": yard.snapshot.pk,
        "run_id": yard.run.pk,
        "round_id": yard.pseudo_round.pk,
        "version_id": yard.challenger.pk,
        "shadow_id": yard.shadow.pk,
        "rereading_id": yard.rereading.pk,
        "alert_id": yard.drift_alert.pk,
        "member_id": Membership.objects.get(user=people.annotator).pk,
        "comment_id": yard.comment.pk,
        "mention_id": yard.comment.mentions.get().pk,
        "prediction_id": yard.photo.predictions.get().pk,
        "annotation_id": yard.submit(701).pk,
        "token_id": yard.token(people.annotator, "read")[0].pk,
        "rendition": "display",
        "transfer_id": yard.transfer.pk,
        "table": next(iter(TABLES)),
        "token": invitation,
    }


def _client(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


class TestWhatAnAddressMayDo:
    @pytest.mark.django_db
    def test_looking_changes_nothing(self, people: People) -> None:
        keys = make_keys(people)
        everybody = [
            None,
            people.outsider,
            people.annotator,
            people.reviewer,
            people.ml_engineer,
            people.admin,
        ]
        for user in everybody:
            client = _client(user)
            with unchanged():
                for address in ADDRESSES:
                    for answer in (client.get(address.fill(keys)), client.head(address.fill(keys))):
                        assert answer.status_code < 500, address

    @pytest.mark.django_db
    def test_every_page_answers_its_members(self, people: People) -> None:
        keys = make_keys(people)
        client = _client(people.admin)
        shown = [address.name for address in PAGES if client.get(address.fill(keys)).status_code == 200]
        assert {
            "photos",
            "photo",
            "annotate",
            "review",
            "datasets",
            "run",
            "model",
            "members",
            "tokens",
            "photo-history",
            "sheet",
            "guidelines",
            "guidelines-edit",
        } <= set(shown)

    @pytest.mark.django_db
    def test_who_is_not_logged_in_changes_nothing(self, people: People) -> None:
        keys = make_keys(people) | {"token": "no-such-invitation"}
        form = {"username": "intruder", "password": "a long enough secret 1", "role": "admin", "name": "x"}
        with unchanged():
            for address in ADDRESSES:
                for verb in ("post", "put", "patch", "delete"):
                    answer = getattr(_client(None), verb)(address.fill(keys), form)
                    assert answer.status_code in (200, 302, 401, 403, 404, 405, 415), (address, verb)
                    assert answer.status_code != 200 or address.name == "login", (address, verb)

    @pytest.mark.django_db
    def test_what_belongs_to_others_is_not_there(self, people: People, other_people: People) -> None:
        keys = make_keys(other_people)
        theirs = [address for address in ADDRESSES if address.parameters and address.name not in FOR_ANYBODY]
        client = _client(people.admin)
        with unchanged():
            for address in theirs:
                for verb in ("get", "post"):
                    answer = getattr(client, verb)(address.fill(keys), {})
                    assert answer.status_code in (404, 405, 415), (address, verb, answer.status_code)

    @pytest.mark.django_db
    @pytest.mark.parametrize("rendition", ["display", "thumbnail", "original"])
    def test_photos_of_others_are_not_there(
        self, people: People, other_people: People, rendition: str
    ) -> None:
        photo = make_keys(other_people)["photo_id"]
        address = f"/media/photos/{photo}/{rendition}"
        assert _client(other_people.annotator).get(address).status_code == 200
        assert _client(people.admin).get(address).status_code == 404
        assert _client(people.outsider).get(address).status_code == 404
        assert _client(None).get(address).status_code == 401


class TestContentSecurityPolicy:
    @pytest.mark.django_db
    def test_it_is_enforced_everywhere_and_pages_keep_to_it(self, people: People) -> None:
        keys = make_keys(people)
        client = _client(people.admin)
        for address in [*ADDRESSES, Address("missing", "/nowhere/", None)]:
            answer = client.get(address.fill(keys))
            policy = answer["Content-Security-Policy"]
            assert "default-src 'none'" in policy, address
            assert "unsafe" not in policy, address
            assert "Content-Security-Policy-Report-Only" not in answer
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["X-Frame-Options"] == "DENY"
            if answer["Content-Type"].startswith("text/html"):
                assert not INLINE.findall(answer.content.decode()), address


class TestSignUpIsClosed:
    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "path", ["/signup/", "/sign-up/", "/register/", "/join/", "/accounts/signup/", "/accounts/register/"]
    )
    def test_there_is_no_such_page(self, people: People, path: str) -> None:
        form = {"username": "intruder", "password1": PASSWORD, "password2": PASSWORD, "password": PASSWORD}
        with unchanged():
            assert _client(None).get(path).status_code == 404
            assert _client(None).post(path, form).status_code == 404

    def test_no_address_is_named_like_one(self) -> None:
        named = [a.route for a in ADDRESSES if re.search(r"sign-?up|regist", f"{a.name} {a.route}", re.I)]
        assert named == []

    @pytest.mark.django_db
    def test_an_invitation_lets_one_person_in_once(self, people: People) -> None:
        path = f"/invitations/{make_keys(people)['token']}/"
        form = {
            "username": "ada",
            "password": "a long enough secret 1",
            "password_again": "a long enough secret 1",
        }
        form |= {"password1": form["password"], "password2": form["password"]}
        assert _client(None).post(path, form).status_code == 302
        assert Membership.objects.get(user__username="ada").role == "annotator"
        with unchanged():
            again = _client(None).post(path, form | {"username": "eve"})
        assert again.status_code >= 400


class TestCookies:
    @pytest.mark.django_db
    def test_a_login_gives_cookies_that_scripts_and_other_sites_cannot_use(self, people: People) -> None:
        client = Client(enforce_csrf_checks=True)
        client.get("/login/")
        form = {"username": people.annotator.username, "password": PASSWORD}
        form["csrfmiddlewaretoken"] = client.cookies["csrftoken"].value
        assert client.post("/login/", form).status_code == 302
        session, csrf = client.cookies["sessionid"], client.cookies["csrftoken"]
        assert (session["httponly"], session["samesite"], csrf["samesite"]) == (True, "Lax", "Lax")

    def test_with_https_they_travel_encrypted_only(self) -> None:
        names = [
            "SESSION_COOKIE_SECURE",
            "CSRF_COOKIE_SECURE",
            "SECURE_HSTS_SECONDS",
            "SESSION_COOKIE_SAMESITE",
        ]
        code = f"import json, webapp.settings as s; print(json.dumps([getattr(s, n) for n in {names}]))"
        started = _start(code, VINLOOP_HTTPS="true")
        secure, csrf_secure, hsts, same_site = json.loads(started.stdout)
        assert (secure, csrf_secure, same_site) == (True, True, "Lax")
        assert hsts >= 180 * 24 * 3600


class TestSettings:
    @pytest.mark.parametrize(
        "name",
        [
            "VINLOOP_SECRET_KEY",
            "VINLOOP_DATABASE_URL",
            "VINLOOP_BROKER_URL",
            "VINLOOP_DATA_DIR",
            "VINLOOP_ALLOWED_HOSTS",
            "VINLOOP_HTTPS",
        ],
    )
    def test_without_it_nothing_starts(self, name: str) -> None:
        _expect_refused_start(name, None)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("VINLOOP_SECRET_KEY", ""),
            ("VINLOOP_SECRET_KEY", "secret"),
            ("VINLOOP_DATABASE_URL", "sqlite:///db.sqlite3"),
            ("VINLOOP_DATABASE_URL", "nonsense"),
            ("VINLOOP_BROKER_URL", "amqp://localhost"),
            ("VINLOOP_HTTPS", "perhaps"),
            ("VINLOOP_LEASE_SECONDS", "1"),
            ("VINLOOP_LEASE_SECONDS", "five"),
            ("VINLOOP_MAX_UPLOAD_MEGABYTES", "0"),
        ],
    )
    def test_an_odd_value_stops_the_start(self, name: str, value: str) -> None:
        _expect_refused_start(name, value)

    def test_with_all_of_them_it_starts(self) -> None:
        assert _start("import webapp.settings").returncode == 0

    def test_the_key_is_not_in_the_repository(self, settings: Settings) -> None:
        tracked = subprocess.run(
            ["git", "grep", "-lF", settings.SECRET_KEY], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert tracked.stdout == ""
        assert not settings.DEBUG


def _expect_refused_start(name: str, value: str | None) -> None:
    refused = _start("import webapp.settings", **{name: value})
    last = refused.stderr.strip().splitlines()[-1]
    assert refused.returncode != 0
    assert "ImproperlyConfigured" in last
    assert name.removeprefix("VINLOOP_") in last


def _start(code: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{name: value for name, value in changes.items() if value is not None}}
    for name, value in changes.items():
        if value is None:
            environment.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
