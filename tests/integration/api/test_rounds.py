"""Rounds of pseudo-labels: plan, request, watch, audit, revoke."""

from __future__ import annotations

from typing import Any

import pytest

from labeling.models import PseudoRound, Task
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard
from tests.pseudo_rounds import add_validation

pytestmark = pytest.mark.django_db

TARGET = 0.5


@pytest.fixture
def yard(people: People) -> Yard:
    """With a photo that nobody has labeled, and enough that people have."""
    yard = Yard(people)
    yard.read(1)
    task = Task.objects.get()
    task.photo.rendered_at = task.photo.uploaded_at
    task.photo.save()
    add_validation(people, count=5)
    return yard


def ask(yard: Yard, **change: Any) -> dict[str, Any]:
    return {"target": TARGET} | change


def test_a_round_is_asked_for_and_listed(yard: Yard, people: People, api: As) -> None:
    address = f"projects/{people.project.slug}/rounds"
    with audited("pseudo_round.requested"):
        answer = api(people.ml_engineer).post(address, ask(yard, audit_size=7, revokes_itself=True))
    assert answer.status_code == 201
    body = answer.json()
    asked = PseudoRound.objects.get(pk=body["id"])
    assert (body["state"], body["number"], body["total"]) == ("queued", 1, 1)
    assert (body["teacher"], body["target"]) == (str(yard.champion.pk), TARGET)
    assert (asked.audit_size, asked.revokes_itself, asked.requested_by) == (7, True, people.ml_engineer)
    (listed,) = api(people.annotator).get(address).json()["items"]
    assert listed == body
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(address, ask(yard)), 409, "round_under_way")


def test_a_plan_says_what_would_happen_and_starts_nothing(yard: Yard, people: People, api: As) -> None:
    address = f"projects/{people.project.slug}/rounds/plan"
    with unchanged():
        plan = api(people.ml_engineer).post(address, ask(yard)).json()
    assert (plan["photos"], plan["known"], plan["validation_photos"], plan["validation_read"]) == (1, 1, 5, 0)
    assert (plan["is_final"], plan["threshold"]) == (False, None)
    with unchanged():
        refusal = api(people.ml_engineer).post(address, {})
    expect_refusal(refusal, 409, "too_few_to_choose")
    assert "765 validation photos" in refusal.json()["message"]


def test_a_round_is_shown_with_counts_curve_audit_and_effect(people: People, api: As) -> None:
    yard = Yard(people)
    yard.accept_unseen(1, 2, 3)
    shown = api(people.annotator).get(f"rounds/{yard.pseudo_round.pk}").json()
    (listed,) = api(people.annotator).get(f"projects/{people.project.slug}/rounds").json()["items"]
    assert set(shown) == {*listed, "counts", "curve", "audit", "effect"}
    assert shown["state"] == "auditing"
    assert shown["counts"]["accepted"] == shown["counts"]["standing"] == 3
    assert shown["audit"] == {
        "accepted": 3,
        "sample": 3,
        "checked": 0,
        "right": 0,
        "wrong": 0,
        "waiting": 3,
        "share": None,
        "interval": [0.0, 1.0],
        "verdict": "open",
    }
    assert shown["effect"] == {"snapshots": [], "versions": []}


def test_a_round_is_audited_by_its_sheet_and_upheld(people: People, api: As) -> None:
    yard = Yard(people)
    yard.accept_unseen(1, 2)
    address = f"projects/{people.project.slug}/sheet"
    sheet = api(people.reviewer).get(f"{address}?round={yard.pseudo_round.pk}").json()
    assert [reading["vin"] for reading in sheet["readings"]] == [VIN] * 2
    assert sheet["unseen"] == 2
    shown = [reading["id"] for reading in sheet["readings"]]
    with audited("task.checked", "task.checked", "pseudo_round.upheld"):
        api(people.reviewer).post(address, {"shown": shown})
    after = api(people.annotator).get(f"rounds/{yard.pseudo_round.pk}").json()
    assert (after["state"], after["audit"]["verdict"], after["audit"]["right"]) == (
        "upheld",
        "met",
        2,
    )
    with unchanged():
        for key in ("nonsense", "", "00000000-0000-0000-0000-000000000000"):
            assert api(people.reviewer).get(f"{address}?round={key}").status_code in (400, 404)


def test_a_round_is_revoked_as_a_whole(people: People, api: As) -> None:
    yard = Yard(people)
    yard.accept_unseen(1, 2)
    address = f"rounds/{yard.pseudo_round.pk}/revoke"
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(address, {}), 400)
        expect_refusal(api(people.ml_engineer).post(address, {"reason": " "}), 400)
    with audited("pseudo_round.revoked", "task.label_revoked", "task.label_revoked"):
        answer = api(people.ml_engineer).post(address, {"reason": "Too many B for 8."})
    body = answer.json()
    assert (body["reopened"], body["round"]["state"]) == (2, "revoked")
    assert (body["round"]["reason"], body["round"]["settled_by"]) == ("Too many B for 8.", "ml_engineer")
    assert set(Task.objects.values_list("state", flat=True)) == {"new"}
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(address, {"reason": "Again."}), 409)


def test_cancel_and_retry(yard: Yard, people: People, api: As) -> None:
    made = api(people.ml_engineer).post(f"projects/{people.project.slug}/rounds", ask(yard)).json()
    with audited("pseudo_round.canceled"):
        answer = api(people.ml_engineer).post(f"rounds/{made['id']}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "canceled")
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(f"rounds/{made['id']}/cancel"), 409)
    with audited("pseudo_round.retried"):
        answer = api(people.ml_engineer).post(f"rounds/{made['id']}/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")


@pytest.mark.parametrize(
    "change",
    [
        {"teacher": "v1"},
        {"validation": "June"},
        {"target": "high"},
        {"target": 99.5},
        {"target": 0.1},
        {"audit_size": -1},
        {"audit_size": 1.5},
        {"revokes_itself": "perhaps"},
        {"state": "upheld"},
    ],
)
def test_bad_input(yard: Yard, people: People, api: As, change: dict[str, object]) -> None:
    for address in ("rounds", "rounds/plan"):
        with unchanged():
            answer = api(people.ml_engineer).post(
                f"projects/{people.project.slug}/{address}", ask(yard, **change)
            )
        expect_refusal(answer, 400)


def test_what_belongs_to_another_project_does_not_exist(
    yard: Yard, people: People, other_people: People, api: As
) -> None:
    foreign = Yard(other_people)
    with unchanged_after(foreign):
        for change in (
            {"teacher": str(foreign.champion.pk)},
            {"validation": str(foreign.snapshot.pk)},
        ):
            answer = api(people.ml_engineer).post(
                f"projects/{people.project.slug}/rounds", ask(yard, **change)
            )
            expect_refusal(answer, 404)


def unchanged_after(foreign: Yard) -> Any:
    """What the other yard needs is made before it is looked whether anything changes."""
    assert foreign.champion
    assert foreign.snapshot
    return unchanged()


def test_roles_strangers_and_methods(people: People, other_people: People, api: As) -> None:
    yard = Yard(people)
    yard.accept_unseen(1)
    one = f"rounds/{yard.pseudo_round.pk}"
    asked = [
        (f"projects/{people.project.slug}/rounds", {}),
        (f"projects/{people.project.slug}/rounds/plan", {}),
        (f"{one}/cancel", {}),
        (f"{one}/retry", {}),
        (f"{one}/revoke", {"reason": "Mine."}),
    ]
    with unchanged():
        for where, what in asked:
            for person in (people.annotator, people.reviewer):
                expect_refusal(api(person).post(where, what), 403, "forbidden")
            expect_refusal(api(other_people.admin).post(where, what), 404)
            if not where.endswith("rounds"):
                expect_refusal(api(people.admin).get(where), 405)
        expect_refusal(api(other_people.admin).get(one), 404)
        expect_refusal(api(people.admin).delete(one), 405)
