"""Shadows, rereadings and drift over the API: works, wrong method, not mine, role, side effects."""

from __future__ import annotations

import pytest
from django.utils import timezone

from labeling.models import Prediction, Rereading, Shadow, ShadowReading
from labeling.operations import shifts
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, ScriptedReader, Yard
from tests.integration.views import rows

pytestmark = pytest.mark.django_db


def read_in_background() -> int:
    return shifts.read_in_background(reader_for=lambda version: ScriptedReader(), now=timezone.now)


def test_a_shadow_from_its_start_to_its_end(people: People, api: As) -> None:
    yard = Yard(people)
    version, engineer = yard.challenger, api(people.ml_engineer)
    with audited("shadow.started"):
        answer = engineer.post(
            f"model-versions/{version.pk}/shadows", {"share": 1, "most_photos": 5, "days": 2}
        )
    assert answer.status_code == 201
    shadow = answer.json()
    assert (shadow["state"], shadow["champion"], shadow["share"]) == ("running", str(yard.champion.pk), 1.0)
    yard.accept(40)
    read_in_background()
    shown = engineer.get(f"shadows/{shadow['id']}").json()
    report = shown["report"]
    assert (report["read"], report["agreed"]["hits"], report["paired"]["shadow"]["hits"]) == (1, 1, 1)
    assert report["shadow_time"]["median"] == 12.5
    ShadowReading.objects.update(vin="1HGCM82633A004353")
    (difference,) = engineer.get(f"shadows/{shadow['id']}/differences").json()["items"]
    assert (difference["champion"], difference["shadow"], difference["accepted"]) == (
        VIN,
        "1HGCM82633A004353",
        VIN,
    )
    with audited("shadow.ended"):
        assert engineer.post(f"shadows/{shadow['id']}/stop").json()["end_reason"] == "stopped"
    expect_refusal(engineer.post(f"shadows/{shadow['id']}/stop"), 409)
    items = engineer.get(f"projects/{people.project.slug}/shadows").json()["items"]
    assert [item["id"] for item in items] == [shadow["id"]]


@pytest.mark.parametrize(
    "body", [{"share": 0}, {"share": "half"}, {"most_photos": 0}, {"days": 1.5}, {"until": "tomorrow"}]
)
def test_odd_limits(people: People, api: As, body: dict[str, object]) -> None:
    version = Yard(people).challenger
    with unchanged():
        answer = api(people.ml_engineer).post(f"model-versions/{version.pk}/shadows", body)
        expect_refusal(answer, 400)


def test_who_may_see_and_start_a_shadow(people: People, other_people: People, api: As) -> None:
    yard = Yard(people)
    shadow, version = yard.shadow, yard.challenger
    looks = [
        f"shadows/{shadow.pk}",
        f"shadows/{shadow.pk}/differences",
        f"projects/{people.project.slug}/shadows",
    ]
    deeds = [f"shadows/{shadow.pk}/stop", f"model-versions/{version.pk}/shadows"]
    with unchanged():
        for person in (people.annotator, people.reviewer):
            for address in looks:
                expect_refusal(api(person).get(address), 403, "forbidden")
            for address in deeds:
                expect_refusal(api(person).post(address), 403, "forbidden")
        for address in looks:
            expect_refusal(api(other_people.admin).get(address), 404)
            expect_refusal(api(people.admin).delete(address), 405)
        for address in deeds:
            expect_refusal(api(other_people.admin).post(address), 404)
            expect_refusal(api(people.admin).get(address), 405)
        expect_refusal(api(people.ml_engineer).post(deeds[1]), 409, "cannot_shadow")
        wrong = f"shadows/{shadow.pk}/differences?after=nonsense"
        expect_refusal(api(people.ml_engineer).get(wrong), 400, "invalid_cursor")


def test_what_a_shadow_read_is_in_no_other_answer(people: People, api: As) -> None:
    yard = Yard(people)
    shadow: Shadow = yard.shadow
    task = yard.open_task(41)
    ShadowReading.objects.update(
        state="read", vin="5YJSA1E26MF1XXXX8", confidence=1, milliseconds=1, read_at=timezone.now()
    )
    assert shadow.readings.count() == 1
    lease = api(people.annotator).post(f"tasks/{task.pk}/leases", {"kind": "annotate"})
    assert lease.status_code == 201
    addresses = [
        f"photos/{task.photo_id}",
        f"photos/{task.photo_id}/predictions",
        f"tasks/{task.pk}",
        f"projects/{people.project.slug}/events",
        f"projects/{people.project.slug}/photos",
    ]
    answers = [lease, *(api(people.annotator).get(address) for address in addresses)]
    assert all(answer.status_code in (200, 201) for answer in answers)
    assert not any("5YJSA1E26MF1XXXX8" in answer.content.decode() for answer in answers)


def test_a_promotion_reads_open_tasks_again_unless_told_not_to(people: People, api: As) -> None:
    yard = Yard(people)
    yard.open_task(42)
    version, engineer = yard.challenger, api(people.ml_engineer)
    answer = engineer.post(f"model-versions/{version.pk}/promote", {"reread": False})
    assert answer.status_code == 200
    assert not Rereading.objects.exists()
    with audited("rereading.requested"):
        answer = engineer.post(f"projects/{people.project.slug}/rereadings")
    assert answer.status_code == 201
    asked = answer.json()
    assert (asked["state"], asked["total"], asked["model_version"]) == ("running", 1, str(version.pk))
    read_in_background()
    shown = api(people.annotator).get(f"rereadings/{asked['id']}").json()
    assert (shown["state"], shown["done"], shown["read"]) == ("done", 1, 1)
    expect_refusal(engineer.post(f"projects/{people.project.slug}/rereadings"), 409, "nothing_to_reread")
    engineer.post(f"projects/{people.project.slug}/rollback", {})
    newest = api(people.annotator).get(f"projects/{people.project.slug}/rereadings").json()["items"][0]
    assert (newest["model_version"], newest["total"]) == (str(yard.champion.pk), 1)
    read_in_background()
    assert Prediction.objects.filter(repeats__isnull=False).count() == 1


def test_who_may_ask_for_a_rereading_and_stop_it(people: People, other_people: People, api: As) -> None:
    yard = Yard(people)
    rereading = yard.rereading
    ask, stop = f"projects/{people.project.slug}/rereadings", f"rereadings/{rereading.pk}/stop"
    with unchanged():
        for person in (people.annotator, people.reviewer):
            expect_refusal(api(person).post(ask), 403, "forbidden")
            expect_refusal(api(person).post(stop), 403, "forbidden")
        expect_refusal(api(other_people.admin).post(ask), 404)
        expect_refusal(api(other_people.admin).get(f"rereadings/{rereading.pk}"), 404)
        expect_refusal(api(people.admin).get(stop), 405)
        expect_refusal(api(people.ml_engineer).post(ask), 409, "cannot_reread")
    with audited("rereading.stopped"):
        assert api(people.ml_engineer).post(stop).json()["state"] == "stopped"
    expect_refusal(api(people.ml_engineer).post(stop), 409, "illegal_transition")


def test_drift_and_its_alerts(people: People, other_people: People, api: As) -> None:
    alert = rows.add_drift(people, rows.add_version(people))
    address = f"projects/{people.project.slug}/drift"
    shown = api(people.reviewer).get(address).json()
    assert (len(shown["stretches"]), shown["is_learning"]) == (24, False)
    assert {each["measure"]: each["is_outside"] for each in shown["findings"]} == {
        "confidence": True,
        "refused": True,
        "refused:glare": True,
        "refused:blurred": False,
        "changed": False,
        "edits": False,
    }
    assert [each["id"] for each in shown["alerts"]] == [alert.pk]
    acknowledge = f"drift-alerts/{alert.pk}/acknowledge"
    with unchanged():
        expect_refusal(api(people.annotator).get(address), 403)
        expect_refusal(api(other_people.admin).get(address), 404)
        expect_refusal(api(people.admin).post(address), 405)
        expect_refusal(api(people.reviewer).post(acknowledge, {"note": "Sun"}), 403)
        expect_refusal(api(other_people.admin).post(acknowledge, {"note": "Sun"}), 404)
        expect_refusal(api(people.ml_engineer).post(acknowledge, {"note": " "}), 400, "invalid_reason")
        expect_refusal(api(people.ml_engineer).post(acknowledge, {}), 400)
    with audited("drift.acknowledged"):
        seen = api(people.ml_engineer).post(acknowledge, {"note": "The new camera."}).json()
    assert (seen["note"], seen["acknowledged_by"]) == ("The new camera.", "ml_engineer")
    expect_refusal(api(people.admin).post(acknowledge, {"note": "Again"}), 409, "already_seen")
