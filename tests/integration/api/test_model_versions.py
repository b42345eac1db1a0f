"""Model versions: list, look at, promote, roll back."""

from __future__ import annotations

import pytest

from labeling.models import ModelVersion, Promotion
from labeling.queries.champions import get_champion
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard
from tests.integration.views import rows

pytestmark = pytest.mark.django_db


def test_lists_and_shows(people: People, api: As) -> None:
    yard = Yard(people)
    challenger = yard.challenger
    items = api(people.annotator).get(f"projects/{people.project.slug}/model-versions").json()["items"]
    assert [(item["name"], item["state"], item["is_champion"]) for item in items] == [
        ("v2", "evaluated", False),
        ("v1", "promoted", True),
    ]
    shown = api(people.annotator).get(f"model-versions/{challenger.pk}").json()
    assert shown["gate_decisions"][0]["passed"] is True
    assert shown["gate_decisions"][0]["champion"] == str(yard.champion.pk)


def test_promote_and_roll_back(people: People, api: As) -> None:
    yard = Yard(people)
    challenger, champion = yard.challenger, yard.champion
    with audited("model_version.archived", "model_version.promoted"):
        answer = api(people.ml_engineer).post(f"model-versions/{challenger.pk}/promote", {})
    assert answer.status_code == 200
    assert (answer.json()["kind"], answer.json()["previous"]) == ("promote", str(champion.pk))
    assert get_champion(people.project) == challenger
    answer = api(people.ml_engineer).post(f"projects/{people.project.slug}/rollback")
    assert (answer.json()["kind"], answer.json()["model_version"]) == ("rollback", str(champion.pk))
    assert get_champion(people.project) == champion


def test_without_a_passed_gate_a_reason_is_needed(people: People, api: As) -> None:
    yard = Yard(people)
    version = ModelVersion.objects.create(
        project=people.project,
        number=3,
        digest="3" * 64,
        state="evaluated",
        manifest={},
        created_at=yard.champion.created_at,
    )
    with unchanged():
        expect_refusal(
            api(people.ml_engineer).post(f"model-versions/{version.pk}/promote", {}), 409, "gate_not_passed"
        )
    body = {"override_reason": "Reads the new plates"}
    assert api(people.ml_engineer).post(f"model-versions/{version.pk}/promote", body).status_code == 200
    assert Promotion.objects.get(model_version=version).reason == body["override_reason"]


def test_the_champion_again_and_nothing_to_roll_back(people: People, api: As) -> None:
    champion = Yard(people).champion
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(f"model-versions/{champion.pk}/promote", {}), 409)
        expect_refusal(api(people.ml_engineer).post(f"projects/{people.project.slug}/rollback"), 409)


@pytest.mark.parametrize("body", [{"override_reason": 5}, {"override_reason": "x" * 5000}, {"force": True}])
def test_bad_input(people: People, api: As, body: dict[str, object]) -> None:
    challenger = Yard(people).challenger
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(f"model-versions/{challenger.pk}/promote", body), 400)


def test_roles_strangers_and_methods(people: People, other_people: People, api: As) -> None:
    challenger = Yard(people).challenger
    promote, rollback = f"model-versions/{challenger.pk}/promote", f"projects/{people.project.slug}/rollback"
    with unchanged():
        for where in (promote, rollback):
            for person in (people.annotator, people.reviewer):
                expect_refusal(api(person).post(where), 403, "forbidden")
            expect_refusal(api(other_people.admin).post(where), 404)
            expect_refusal(api(people.admin).get(where), 405)
        expect_refusal(api(other_people.admin).get(f"model-versions/{challenger.pk}"), 404)
        expect_refusal(api(people.admin).delete(f"model-versions/{challenger.pk}"), 405)


def test_the_gate_has_defaults_and_is_changed_by_those_who_train(
    people: People, other_people: People, api: As
) -> None:
    address = f"projects/{people.project.slug}/gate"
    shown = api(people.annotator).get(address).json()
    assert (shown["number"], shown["reference"], shown["created_by"]) == (0, None, None)
    snapshot = rows.add_snapshot(people)
    body = {"rules": {"kind_loss": 0.1}, "reference": str(snapshot.pk), "reason": "Few papers yet"}
    with audited("gate.changed"):
        answer = api(people.ml_engineer).call("PUT", address, body)
    assert answer.status_code == 200
    shown = api(people.annotator).get(address).json()
    assert (shown["number"], shown["rules"]["kind_loss"]) == (1, 0.1)
    assert (shown["reference"], shown["created_by"]) == (str(snapshot.pk), "ml_engineer")
    with unchanged():
        for person in (people.annotator, people.reviewer):
            expect_refusal(api(person).call("PUT", address, body), 403, "forbidden")
        expect_refusal(api(other_people.admin).call("PUT", address, body), 404)
        expect_refusal(api(people.admin).post(address, body), 405)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"rules": {"kind_loss": 2}}, "kind_loss"),
        ({"rules": {"speed": 1}}, "speed"),
        ({"rules": 5}, "rules"),
        ({"reference": "not an id"}, "reference"),
        ({"force": True}, "force"),
    ],
)
def test_odd_rules_are_refused(people: People, api: As, body: dict[str, object], named: str) -> None:
    with unchanged():
        answer = api(people.ml_engineer).call("PUT", f"projects/{people.project.slug}/gate", body)
        expect_refusal(answer, 400)
    assert named in answer.json()["fields"]


def test_a_version_that_was_never_measured_is_not_judged(people: People, api: As) -> None:
    judge = f"model-versions/{Yard(people).champion.pk}/judge"
    with unchanged():
        expect_refusal(api(people.ml_engineer).post(judge), 409, "not_measured")
        expect_refusal(api(people.reviewer).post(judge), 403, "forbidden")
        expect_refusal(api(people.admin).get(judge), 405)
