"""Known photos over HTTP: who chooses them, and that a probe is found on no page and in no answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from labeling.models import Lease, Photo, Task, User
from labeling.operations import leases
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.test_every_address import ADDRESSES
from tests.integration.api.yard import Yard, work
from tests.integration.webapp.walking import walk
from webapp.figures_tables import TABLES

pytestmark = pytest.mark.django_db

NOT_OURS = {"health_live", "health_ready", "login", "logout", "invitation", "photo-media", "api-schema"}
"""Addresses that show nothing of a project, or bytes."""


@pytest.fixture
def yard(people: People, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """Two accepted photos, a new one, and a policy by which every new photo has a known one before it."""
    monkeypatch.setattr("labeling.operations.probes.chance_of_probe", lambda share: float(share > 0))
    yard = Yard(people)
    yard.allow(honeypot_share=0.2, seeded_share=0, double_share=0, review_share=1)
    yard.snapshot  # noqa: B018 - accepts a photo and freezes it
    yard.accept(501)
    Photo.objects.update(rendered_at=timezone.now())
    yard.open_task(502)
    return yard


def claim(yard: Yard, holder: User) -> Lease:
    lease = leases.claim_next_task(
        project=yard.people.project, holder=holder, kind="annotate", now=timezone.now()
    )
    assert lease is not None
    return lease


def test_a_claim_of_a_probe_has_what_any_claim_has(people: People, yard: Yard, api: As) -> None:
    probe = api(yard.second_annotator).post(f"projects/{people.project.slug}/leases", {"kind": "annotate"})
    yard.allow(honeypot_share=0, double_share=0, review_share=1)
    other = api(people.admin).post(f"projects/{people.project.slug}/leases", {"kind": "annotate"})
    assert Task.with_probes.get(pk=probe.json()["task"]["id"]).is_probe
    assert not Task.with_probes.get(pk=other.json()["task"]["id"]).is_probe
    assert list(shape(probe.json())) == list(shape(other.json()))
    assert "probe" not in probe.content.decode().lower()
    assert probe.json()["task"] | {"id": 0} == other.json()["task"] | {"id": 0, "waiting": 1}
    same = {"model_version", "vin", "confidence", "milliseconds", "created_at"}
    assert {name: probe.json()["prediction"][name] for name in same} == {
        name: other.json()["prediction"][name] for name in same
    }


def shape(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The names and the types of everything in an answer."""
    if isinstance(value, dict):
        for name in value:
            yield from shape(value[name], f"{path}.{name}")
    elif isinstance(value, list):
        yield path, f"{len(value)} items"
        for inner in value[:1]:
            yield from shape(inner, f"{path}[]")
    else:
        yield path, type(value).__name__


def test_a_submit_and_a_take_back_are_answered_as_any(people: People, yard: Yard, api: As) -> None:
    annotator = api(yard.second_annotator)
    lease = claim(yard, yard.second_annotator)
    with audited("annotation.submitted"):
        answer = annotator.post(f"leases/{lease.pk}/annotation", work())
    assert (answer.status_code, answer.json()["revision"]) == (201, 1)
    with audited("task.reopened"):
        back = annotator.post(f"tasks/{lease.task_id}/reopen")
    assert (back.status_code, back.json()["state"]) == (200, "new")


def test_a_verdict_under_its_lease_is_refused_as_under_any(people: People, yard: Yard, api: As) -> None:
    probe = claim(yard, people.admin)
    assert Task.with_probes.get(pk=probe.task_id).is_probe
    verdicts = {
        "review": {"verdict": "accepted", "base_revision": 0},
        "adjudication": work() | {"outcome": "read"},
    }
    with unchanged():
        for name, verdict in verdicts.items():
            expect_refusal(api(people.admin).post(f"leases/{probe.pk}/{name}", verdict), 409, "lease_lost")


def test_its_annotator_finds_it_as_a_photo_and_nobody_else_does(people: People, yard: Yard, api: As) -> None:
    lease = claim(yard, yard.second_annotator)
    own = [
        f"tasks/{lease.task_id}",
        f"photos/{lease.task.photo_id}",
        f"photos/{lease.task.photo_id}/predictions",
    ]
    for address in own:
        assert api(yard.second_annotator).get(address).status_code == 200
        for person in (people.annotator, people.reviewer, people.admin):
            expect_refusal(api(person).get(address), 404)


def test_a_probe_is_on_no_page_and_in_no_answer(people: People, yard: Yard, api: As) -> None:
    """Every address that there is, asked by an admin, before and after the probe was submitted."""
    lease = claim(yard, yard.second_annotator)
    keys = {
        "slug": people.project.slug,
        "photo_id": Photo.objects.first().pk,
        "task_id": Task.objects.first().pk,
        "lease_id": lease.pk,
        "snapshot_id": yard.snapshot.pk,
        "run_id": yard.run.pk,
        "round_id": yard.pseudo_round.pk,
        "version_id": yard.challenger.pk,
        "shadow_id": yard.shadow.pk,
        "rereading_id": yard.rereading.pk,
        "alert_id": yard.drift_alert.pk,
        "member_id": people.project.memberships.first().pk,
        "annotation_id": yard.submit(701).pk,
        "comment_id": yard.comment.pk,
        "mention_id": yard.comment.mentions.get().pk,
        "prediction_id": yard.photo.predictions.get().pk,
        "action_id": yard.bulk_action.pk,
        "token_id": 0,
        "transfer_id": yard.transfer.pk,
        "table": "",
    }
    needles = [str(lease.task.photo_id), str(lease.task_id), lease.task.photo.name]
    addresses = [address for address in walk() if address.name not in NOT_OURS]
    assert {name for name, _, _ in ADDRESSES} - NOT_OURS <= {address.name for address in addresses}
    client = api(people.admin).client
    for _ in range(2):
        seen = 0
        for address in addresses:
            for table in TABLES if "table" in address.parameters else [""]:
                answer = client.get(address.fill(keys | {"table": table}))
                if answer.status_code != 200:
                    continue
                seen += 1
                shown = _without_own(answer) if address.name == "api-project-events" else read(answer)
                assert [needle for needle in needles if needle in shown] == [], address.name
        assert seen > 25
        if Task.with_probes.get(pk=lease.task_id).state == "in_progress":
            api(yard.second_annotator).post(f"leases/{lease.pk}/annotation", work())


def read(answer: Any) -> str:
    content = answer.getvalue() if answer.streaming else answer.content
    return str(content, "utf-8")


def _without_own(answer: Any) -> str:
    """What a person did to a probe they did, and their deeds stay in the trail, as to any photo."""
    items = answer.json()["items"]
    return json.dumps(
        [item for item in items if item["verb"] not in ("lease.claimed", "annotation.submitted")]
    )


def test_an_admin_chooses_a_known_photo(people: People, yard: Yard, api: As) -> None:
    photo = Photo.objects.filter(task__state="accepted").first()
    with audited("photo.known_chosen", "photo.known_dropped"):
        assert api(people.admin).put(f"photos/{photo.pk}/known", {}).status_code == 204
        assert Photo.objects.get(pk=photo.pk).is_known
        assert api(people.admin).delete(f"photos/{photo.pk}/known").status_code == 204
    with unchanged():
        assert api(people.admin).delete(f"photos/{photo.pk}/known").status_code == 204


def test_only_an_accepted_photo_and_only_by_an_admin(
    people: People, other_people: People, yard: Yard, api: As
) -> None:
    accepted = Photo.objects.filter(task__state="accepted").first()
    new = Photo.objects.get(task__state="new")
    with unchanged():
        expect_refusal(api(people.admin).put(f"photos/{new.pk}/known", {}), 409, "not_known")
        for person in (people.annotator, people.reviewer, people.ml_engineer):
            expect_refusal(api(person).put(f"photos/{accepted.pk}/known", {}), 403, "forbidden")
        expect_refusal(api(other_people.admin).put(f"photos/{accepted.pk}/known", {}), 404)
        expect_refusal(api(people.admin).get(f"photos/{accepted.pk}/known"), 405)


def test_the_page_of_a_photo_offers_it_to_admins_alone(people: People, yard: Yard, api: As) -> None:
    photo = Photo.objects.filter(task__state="accepted").first()
    page = f"/p/{people.project.slug}/photos/{photo.pk}/"
    assert "Use as a known photo" in api(people.admin).client.get(page).content.decode()
    assert "known photo" not in api(people.reviewer).client.get(page).content.decode()
    api(people.admin).client.post(f"{page}known/")
    assert Photo.objects.get(pk=photo.pk).is_known
    assert "Let go as a known photo" in api(people.admin).client.get(page).content.decode()
