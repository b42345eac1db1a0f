"""The queue: filters, the glance, recalling a task, and actions on many tasks."""

from __future__ import annotations

from typing import Any

import pytest

from labeling.models import BulkAction, Task
from tests.conftest import People
from tests.integration.api.asking import As, audited, expect_refusal, unchanged
from tests.integration.api.yard import Yard

pytestmark = pytest.mark.django_db

RAISE_ALL: dict[str, Any] = {"kind": "raise", "filter": {}, "confirmed": 100}


@pytest.fixture
def tasks(people: People) -> list[Task]:
    yard = Yard(people)
    return [yard.open_task(seed) for seed in (1, 2, 3)]


def place(people: People, part: str) -> str:
    return f"projects/{people.project.slug}/{part}"


class TestList:
    def test_it_goes_on_where_it_ended(self, people: People, api: As, tasks: list[Task]) -> None:
        address = place(people, "tasks?limit=2")
        first = api(people.annotator).get(address).json()
        rest = api(people.annotator).get(f"{address}&after={first['next_cursor']}").json()
        assert {item["id"] for item in first["items"] + rest["items"]} == {str(task.pk) for task in tasks}
        assert rest["next_cursor"] is None

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("min_confidence=0.5", 3),
            ("max_confidence=0.5", 0),
            ("min_age=1", 0),
            ("source=prediction", 3),
            ("level=normal", 3),
            ("level=raised", 0),
            ("reason=none", 0),
        ],
    )
    def test_filters(self, people: People, api: As, tasks: list[Task], query: str, count: int) -> None:
        answer = api(people.annotator).get(place(people, f"tasks?{query}"))
        assert len(answer.json()["items"]) == count

    @pytest.mark.parametrize(
        "query", ["level=high", "min_age=-1", "source=x", "after=x", "assignee=", "who=x"]
    )
    def test_odd_ones_are_refused(self, people: People, api: As, query: str) -> None:
        expect_refusal(api(people.admin).get(place(people, f"tasks?{query}")), 400)

    def test_who_does_what_is_for_managers(self, people: People, api: As) -> None:
        task = Yard(people).lease().task
        Task.objects.update(assignee=people.annotator)
        (item,) = api(people.admin).get(place(people, "tasks?assignee=annotator")).json()["items"]
        assert (item["id"], item["assignee"], item["held_by"]) == (str(task.pk), "annotator", "annotator")
        (item,) = api(people.reviewer).get(place(people, "tasks")).json()["items"]
        assert {"assignee", "held_by"} & set(item) == set()
        answer = api(people.reviewer).get(place(people, "tasks?assignee=annotator"))
        expect_refusal(answer, 403, "forbidden")


class TestGlance:
    def test_it_says_what_waits_since_when_and_who_has_what(self, people: People, api: As) -> None:
        yard = Yard(people)
        task, lease = yard.open_task(1), yard.lease(2)
        api(people.annotator).post(f"leases/{yard.lease(3).pk}/skip", {"reason": "No VIN in it"})
        glance = api(people.admin).get(place(people, "queue")).json()
        assert glance["counts"] == {"new": 1, "in_progress": 1, "skipped": 1}
        assert glance["oldest"]["annotate"][:19] == task.created_at.isoformat()[:19]
        assert glance["oldest"]["review"] is None
        assert glance["skip_reasons"] == [{"reason": "No VIN in it", "count": 1}]
        assert [(held["task"], held["holder"]) for held in glance["leases"]] == [
            (str(lease.task_id), "annotator")
        ]

    def test_roles(self, people: People, other_people: People, api: As) -> None:
        for person in (people.annotator, people.reviewer, people.ml_engineer):
            expect_refusal(api(person).get(place(people, "queue")), 403, "forbidden")
        expect_refusal(api(other_people.admin).get(place(people, "queue")), 404)
        expect_refusal(api(people.admin).post(place(people, "queue")), 405)


class TestRecall:
    def test_the_holder_loses_it(self, people: People, api: As) -> None:
        lease = Yard(people).lease()
        with audited("lease.recalled"):
            assert api(people.admin).post(f"tasks/{lease.task_id}/recall").status_code == 204
        expect_refusal(api(people.annotator).post(f"leases/{lease.pk}/renew"), 409, "lease_lost")
        with unchanged():
            answer = api(people.admin).post(f"tasks/{lease.task_id}/recall")
        expect_refusal(answer, 409, "nothing_to_recall")

    def test_roles(self, people: People, other_people: People, api: As) -> None:
        lease = Yard(people).lease()
        with unchanged():
            for person in (people.annotator, people.reviewer, people.ml_engineer):
                expect_refusal(api(person).post(f"tasks/{lease.task_id}/recall"), 403)
            expect_refusal(api(other_people.admin).post(f"tasks/{lease.task_id}/recall"), 404)
            expect_refusal(api(people.admin).get(f"tasks/{lease.task_id}/recall"), 405)


class TestBulk:
    def test_a_filter_is_counted_then_changed_then_undone(
        self, people: People, api: As, tasks: list[Task]
    ) -> None:
        asked = {"kind": "assign", "assignee": "annotator", "filter": {"state": "new"}}
        with unchanged():
            count = api(people.admin).post(place(people, "bulk-actions/count"), asked)
        assert count.json() == {"matching": 3, "changing": 3}
        made = api(people.admin).post(place(people, "bulk-actions"), asked | {"confirmed": 3})
        assert made.status_code == 201
        assert (made.json()["state"], made.json()["changed"]) == ("done", 3)
        assert made.json()["selection"] == {"filter": {"states": ["new"]}}
        assert Task.objects.filter(assignee=people.annotator).count() == 3
        key = made.json()["id"]
        assert api(people.admin).get(f"bulk-actions/{key}").json() == made.json()
        undone = api(people.admin).post(f"bulk-actions/{key}/undo").json()
        assert (undone["state"], undone["undone"]) == ("undone", 3)
        assert not Task.objects.exclude(assignee=None).exists()
        (listed,) = api(people.admin).get(place(people, "bulk-actions")).json()["items"]
        assert listed == undone

    def test_named_tasks(self, people: People, api: As, tasks: list[Task]) -> None:
        asked = {"kind": "raise", "tasks": [str(tasks[1].pk)], "confirmed": 1}
        assert api(people.admin).post(place(people, "bulk-actions"), asked).json()["changed"] == 1
        assert list(Task.objects.filter(priority__gt=5)) == [tasks[1]]

    def test_more_than_agreed_to(self, people: People, api: As, tasks: list[Task]) -> None:
        with unchanged():
            answer = api(people.admin).post(place(people, "bulk-actions"), RAISE_ALL | {"confirmed": 2})
        assert expect_refusal(answer, 409, "more_than_confirmed")["fields"] == {"count": 3}

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "burn"},
            {"confirmed": 0},
            {"confirmed": None},
            {"filter": None},
            {"filter": {"state": "gone"}},
            {"filter": {"states": []}},
            {"tasks": ["00000000-0000-0000-0000-000000000000"]},
            {"tasks": ["x"], "filter": None},
            {"assignee": "annotator"},
            {"kind": "assign"},
            {"kind": "assign", "assignee": "ml_engineer"},
        ],
        ids=str,
    )
    def test_bad_input(self, people: People, api: As, tasks: list[Task], change: dict[str, Any]) -> None:
        with unchanged():
            answer = api(people.admin).post(place(people, "bulk-actions"), RAISE_ALL | change)
        expect_refusal(answer, 400)

    def test_roles(self, people: People, other_people: People, api: As, tasks: list[Task]) -> None:
        action = BulkAction.objects.get(
            pk=api(people.admin).post(place(people, "bulk-actions"), RAISE_ALL).json()["id"]
        )
        with unchanged():
            for person in (people.annotator, people.reviewer, people.ml_engineer):
                expect_refusal(api(person).post(place(people, "bulk-actions"), RAISE_ALL), 403)
                expect_refusal(api(person).post(f"bulk-actions/{action.pk}/undo"), 403)
                expect_refusal(api(person).post(f"bulk-actions/{action.pk}/stop"), 403)
            for person in (people.annotator, people.ml_engineer):
                expect_refusal(api(person).get(f"bulk-actions/{action.pk}"), 403)
                expect_refusal(api(person).get(place(people, "bulk-actions")), 403)
            expect_refusal(api(people.admin).post(f"bulk-actions/{action.pk}/stop"), 409)
            expect_refusal(api(other_people.admin).get(f"bulk-actions/{action.pk}"), 404)
            expect_refusal(api(people.admin).delete(f"bulk-actions/{action.pk}"), 405)

    def test_a_reviewer_puts_skipped_ones_back(self, people: People, api: As) -> None:
        yard = Yard(people)
        api(people.annotator).post(f"leases/{yard.lease(3).pk}/skip", {"reason": "No VIN in it"})
        asked = {"kind": "put_back", "filter": {"reason": "No VIN in it"}, "confirmed": 1}
        made = api(people.reviewer).post(place(people, "bulk-actions"), asked).json()
        assert (made["changed"], Task.objects.get().state) == (1, "new")
        api(people.reviewer).post(f"bulk-actions/{made['id']}/undo")
        assert (Task.objects.get().state, Task.objects.get().skip_reason) == ("skipped", "No VIN in it")
