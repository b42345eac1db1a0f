"""The quality policy over HTTP."""

from __future__ import annotations

import pytest

from labeling.models import QualityPolicy
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import POLICY, Yard, work

pytestmark = pytest.mark.django_db


def _address(people: People) -> str:
    return f"projects/{people.project.slug}/quality-policy"


def test_the_defaults_review_everything(people: People, api: As) -> None:
    policy = api(people.admin).get(_address(people)).json()
    assert (policy["number"], policy["review_share"], policy["made_by"]) == (0, 1.0, None)


def test_an_admin_sets_one(people: People, api: As) -> None:
    with audited("policy.set"):
        answer = api(people.admin).put(_address(people), POLICY)
    assert answer.status_code == 200
    assert (answer.json()["number"], answer.json()["made_by"]) == (1, "admin")
    assert api(people.admin).get(_address(people)).json() == answer.json()
    listed = api(people.admin).get(f"projects/{people.project.slug}/quality-policies").json()["items"]
    assert listed == [answer.json()]


def test_it_holds_for_the_next_submit(people: People, api: As) -> None:
    api(people.admin).put(_address(people), POLICY | {"review_share": 0, "double_share": 0})
    lease = Yard(people).lease()
    api(people.annotator).post(f"leases/{lease.pk}/annotation", work())
    lease.task.refresh_from_db()
    assert (lease.task.state, lease.task.decided_by) == ("accepted", "policy")


def test_sent_twice_it_is_one_and_an_old_one_is_told(people: People, api: As) -> None:
    api(people.admin).put(_address(people), POLICY)
    with unchanged():
        same = api(people.admin).put(_address(people), POLICY | {"replaces": 1})
        assert (same.status_code, same.json()["number"]) == (200, 1)
        old = api(people.admin).put(_address(people), POLICY | {"review_share": 0.5})
        expect_refusal(old, 409, "policy_changed")
    assert QualityPolicy.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"review_share": 1.5},
        {"review_share": "half"},
        {"review_share": True},
        {"target_error": 0},
        {"is_adaptive": "perhaps"},
        {"reason": ""},
        {"replaces": -1},
        {"unknown": 1},
    ],
)
def test_bad_input(people: People, api: As, change: dict[str, object]) -> None:
    with unchanged():
        refused = expect_refusal(api(people.admin).put(_address(people), POLICY | change), 400)
    assert set(refused["fields"]) == set(change)


def test_a_figure_that_is_missing_is_named(people: People, api: As) -> None:
    body = {name: value for name, value in POLICY.items() if name != "review_share"}
    with unchanged():
        refused = expect_refusal(api(people.admin).put(_address(people), body), 400)
    assert list(refused["fields"]) == ["review_share"]


def test_not_mine_and_other_roles(people: People, other_people: People, api: As) -> None:
    with unchanged():
        for person in (people.annotator, people.reviewer, people.ml_engineer):
            for where in (_address(people), f"projects/{people.project.slug}/quality-policies"):
                expect_refusal(api(person).get(where), 403, "forbidden")
            expect_refusal(api(person).put(_address(people), POLICY), 403, "forbidden")
        expect_refusal(api(other_people.admin).get(_address(people)), 404)
        expect_refusal(api(other_people.admin).put(_address(people), POLICY), 404)


def test_wrong_method(people: People, api: As) -> None:
    with unchanged():
        for verb in ("POST", "PATCH", "DELETE"):
            expect_refusal(api(people.admin).call(verb, _address(people), {}), 405)
