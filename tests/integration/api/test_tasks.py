"""Tasks: list, look at, take back."""

from __future__ import annotations

import pytest

from labeling.models import Task
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import VIN, Yard

pytestmark = pytest.mark.django_db


def test_the_list_is_filtered_and_limited(people: People, api: As) -> None:
    yard = Yard(people)
    waiting = {str(yard.open_task(seed).photo_id) for seed in (1, 2, 3)}
    submitted = yard.submit(4).task
    address = f"projects/{people.project.slug}/tasks"
    items = api(people.annotator).get(f"{address}?state=new").json()["items"]
    assert {item["photo"] for item in items} == waiting
    assert len(api(people.annotator).get(f"{address}?state=new&limit=2").json()["items"]) == 2
    (item,) = api(people.annotator).get(f"{address}?state=submitted").json()["items"]
    assert (item["id"], item["revision"]) == (str(submitted.pk), 1)


def test_looking_at_a_task_claims_nothing(people: People, api: As) -> None:
    annotation = Yard(people).submit()
    with unchanged():
        bundle = api(people.ml_engineer).get(f"tasks/{annotation.task_id}").json()
    assert bundle["lease"] is None
    assert (bundle["annotation"]["text"], bundle["annotation"]["author"]) == (VIN, "annotator")
    assert bundle["photo"]["id"] == str(annotation.task.photo_id)


def test_a_draft_is_shown_to_its_author_alone(people: People, api: As) -> None:
    lease = Yard(people).lease()
    api(people.annotator).put(f"leases/{lease.pk}/draft", {"text": "1HG", "base_revision": 0})
    assert api(people.annotator).get(f"tasks/{lease.task_id}").json()["draft"]["text"] == "1HG"
    assert api(people.reviewer).get(f"tasks/{lease.task_id}").json()["draft"] is None


def test_an_author_takes_a_submit_back(people: People, api: As) -> None:
    task = Yard(people).submit().task
    with audited("task.reopened"):
        answer = api(people.annotator).post(f"tasks/{task.pk}/reopen")
    assert (answer.status_code, answer.json()["state"]) == (200, "new")


def test_nobody_takes_back_what_is_anothers_or_in_review(
    people: People, other_people: People, api: As
) -> None:
    yard = Yard(people)
    task, in_review, another = yard.submit(3).task, yard.review_lease(4).task, yard.second_annotator
    with unchanged():
        for person in (another, people.reviewer, people.ml_engineer):
            expect_refusal(api(person).post(f"tasks/{task.pk}/reopen"), 403, "forbidden")
        expect_refusal(api(other_people.admin).post(f"tasks/{task.pk}/reopen"), 404)
        expect_refusal(api(people.annotator).post(f"tasks/{in_review.pk}/reopen"), 409)


def test_what_is_accepted_stays(people: People, api: As) -> None:
    task = Yard(people).accept()
    with unchanged():
        expect_refusal(api(people.admin).post(f"tasks/{task.pk}/reopen"), 409, "illegal_transition")


def test_not_mine_and_wrong_method(people: People, other_people: People, api: As) -> None:
    task = Yard(people).open_task()
    with unchanged():
        expect_refusal(api(other_people.admin).get(f"tasks/{task.pk}"), 404)
        expect_refusal(api(other_people.admin).get(f"projects/{people.project.slug}/tasks"), 404)
        expect_refusal(api(people.admin).post(f"tasks/{task.pk}"), 405)
        expect_refusal(api(people.admin).post(f"projects/{people.project.slug}/tasks"), 405)
        expect_refusal(api(people.admin).get(f"tasks/{task.pk}/reopen"), 405)


@pytest.mark.parametrize("query", ["state=anything", "limit=0", "limit=1000000", "order=priority"])
def test_an_odd_query_is_refused(people: People, api: As, query: str) -> None:
    expect_refusal(api(people.annotator).get(f"projects/{people.project.slug}/tasks?{query}"), 400)


def test_the_most_valuable_task_comes_first(people: People, api: As) -> None:
    yard = Yard(people)
    for seed, priority in ((1, 0.2), (2, 0.9), (3, 0.5)):
        Task.objects.filter(pk=yard.open_task(seed).pk).update(priority=priority)
    items = api(people.annotator).get(f"projects/{people.project.slug}/tasks?state=new").json()["items"]
    assert [item["priority"] for item in items] == [0.9, 0.5, 0.2]
