"""Which photos come first, over HTTP."""

from __future__ import annotations

import pytest

from labeling.models import AcquisitionPolicy
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import ORDER, Yard

pytestmark = pytest.mark.django_db


def _address(people: People) -> str:
    return f"projects/{people.project.slug}/acquisition-policy"


def test_an_ml_engineer_sets_it_and_everybody_may_look(people: People, api: As) -> None:
    with audited("acquisition.set"):
        answer = api(people.ml_engineer).put(_address(people), ORDER)
    assert answer.status_code == 200
    assert (answer.json()["number"], answer.json()["made_by"]) == (2, "ml_engineer")
    assert api(people.annotator).get(_address(people)).json() == answer.json()
    listed = api(people.annotator).get(f"projects/{people.project.slug}/acquisition-policies").json()["items"]
    assert [row["number"] for row in listed] == [2, 1]


def test_sent_twice_it_is_one_and_an_old_one_is_told(people: People, api: As) -> None:
    api(people.ml_engineer).put(_address(people), ORDER)
    with unchanged():
        same = api(people.ml_engineer).put(_address(people), ORDER | {"replaces": 2})
        assert (same.status_code, same.json()["number"]) == (200, 2)
        old = api(people.ml_engineer).put(_address(people), ORDER | {"novelty": 0.9})
        expect_refusal(old, 409, "order_changed")
    assert AcquisitionPolicy.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"novelty": 1.5},
        {"novelty": "half"},
        {"random_share": True},
        {"reason": ""},
        {"replaces": -1},
        {"x": 1},
    ],
)
def test_bad_input(people: People, api: As, change: dict[str, object]) -> None:
    with unchanged():
        refused = expect_refusal(api(people.ml_engineer).put(_address(people), ORDER | change), 400)
    assert set(refused["fields"]) == set(change)


def test_those_who_annotate_or_review_do_not_set_it(people: People, other_people: People, api: As) -> None:
    with unchanged():
        for person in (people.annotator, people.reviewer):
            expect_refusal(api(person).put(_address(people), ORDER), 403)
        expect_refusal(api(other_people.admin).put(_address(people), ORDER), 404)
        expect_refusal(api(people.ml_engineer).call("DELETE", _address(people)), 405)


def test_the_state_of_the_order(people: People, api: As) -> None:
    yard = Yard(people)
    yard.open_task(1)
    answer = api(people.annotator).get(f"projects/{people.project.slug}/order").json()
    assert (answer["ordered_at"], answer["is_due"]) == (None, True)
    assert answer["waiting"] == {"worth": 1, "random": 0}
    assert answer["fair"] == {"right": 0, "photos": 0, "interval": [0.0, 1.0]}


def test_a_task_tells_why_it_comes(people: People, api: As) -> None:
    task = Yard(people).open_task(1)
    details = {**task.acquisition.details, "differing": [3, 8], "weak": []}
    type(task.acquisition).objects.update(details=details)
    (listed,) = api(people.annotator).get(f"projects/{people.project.slug}/tasks").json()["items"]
    assert listed["reasons"] == [
        {"code": "differing", "indexes": [3, 8], "words": "the two recognizers disagree at 4 and 9"}
    ]
    bundle = api(people.annotator).get(f"tasks/{task.pk}").json()
    assert bundle["task"]["reasons"] == listed["reasons"]
