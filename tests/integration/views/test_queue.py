"""The page of the queue: filters, actions, the question before some of them, undo."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from labeling.models import BulkAction, Lease, Task
from labeling.operations import bulk, leases
from tests.conftest import People
from tests.integration.views import rows


def _queue(people: People, query: str = "", role: str = "admin") -> str:
    response = people.client(role).get(reverse("queue", args=[people.project.slug]) + query)
    assert response.status_code == 200
    return response.content.decode()


def _act(people: People, query: str = "", role: str = "admin", **data: Any) -> Any:
    values = {"kind": "raise", "scope": "whole"} | data
    return people.client(role).post(
        reverse("queue-act", args=[people.project.slug]) + query, values, follow=True
    )


def _names(html: str) -> list[str]:
    return re.findall(r'queue-name faint">(photo-\d+\.jpg)<', html)


@pytest.fixture
def tasks(people: People) -> list[Task]:
    """One of each kind of waiting: new, sent back, skipped, to review; and one that is finished."""
    states = ["new", "rejected", "skipped", "submitted", "accepted"]
    made = []
    for number, state in enumerate(states, start=1):
        photo = rows.add_photo(people, number, confidence=number / 10)
        reason = "No VIN in it" if state == "skipped" else ""
        made.append(rows.add_task(people, photo, state, priority=1 - number / 10, skip_reason=reason))
    return made


def test_the_empty_queue_says_so(people: People) -> None:
    assert "Nothing waits" in _queue(people)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4]),
        ("?state=new", [1]),
        ("?state=skipped", [3]),
        ("?state=skipped&reason=No+VIN+in+it", [3]),
        ("?state=skipped&reason=other", []),
        ("?state=held", []),
        ("?state=nonsense&level=x&age=x&source=x&confidence=x", [1, 2, 3, 4]),
        ("?confidence=high", []),
        ("?age=1", []),
        ("?level=raised", [2]),
        ("?assignee=annotator", [4]),
        ("?assignee=-", [2, 1, 3]),
        ("?after=nonsense", [1, 2, 3, 4]),
    ],
)
def test_filters_live_in_the_address(
    people: People, tasks: list[Task], query: str, numbers: list[int]
) -> None:
    if "level=raised" in query or "assignee" in query:
        Task.objects.filter(pk=tasks[1].pk).update(priority=10.8)
        Task.objects.filter(pk=tasks[3].pk).update(assignee=people.annotator)
    assert _names(_queue(people, query)) == [f"photo-{number}.jpg" for number in numbers]


def test_every_state_of_work_has_a_chip(people: People) -> None:
    from labeling.queries.task_filters import OPEN_STATES
    from webapp.queue_filters import STATES

    assert set().union(*(STATES[chip] for chip in STATES if chip)) >= set(OPEN_STATES)


def test_a_reviewer_sees_no_names_and_may_put_back_alone(people: People, tasks: list[Task]) -> None:
    Task.objects.update(assignee=people.annotator)
    leases.claim_task(task=tasks[0], holder=people.annotator, kind="annotate", now=timezone.now())
    html = _queue(people, role="reviewer")
    assert "annotator" not in html.replace("Being annotated", "")
    assert re.findall(r'name="kind" value="(\w+)"', html) == ["put_back"]
    assert set(re.findall(r'name="kind" value="(\w+)"', _queue(people))) == {
        kind.value for kind in bulk.BulkKind
    }


def test_ticked_rows_are_changed_at_once_and_undo_is_offered(people: People, tasks: list[Task]) -> None:
    ticked = [str(task.pk) for task in tasks[:2]]
    answer = _act(people, "?state=new", scope="ticked", task=ticked)
    html = answer.content.decode()
    assert "2 tasks raised" in html
    assert "state=new" in answer.redirect_chain[0][0]
    action = BulkAction.objects.get()
    undo = reverse("queue-undo", args=[people.project.slug, action.pk])
    assert f'action="{undo}' in html
    html = people.client("admin").post(undo, follow=True).content.decode()
    assert "undone" in html
    assert not Task.objects.filter(priority__gt=5).exists()


def test_a_whole_filter_is_asked_about_with_its_number(people: People, tasks: list[Task]) -> None:
    html = _act(people, "?state=new").content.decode()
    assert "Raise the priority of 1 task?" in html
    assert not BulkAction.objects.exists()
    _act(people, "?state=new", confirmed="1")
    assert list(Task.objects.filter(priority__gt=5)) == [tasks[0]]


def test_what_came_meanwhile_is_asked_about_again(people: People, tasks: list[Task]) -> None:
    answer = _act(people, confirmed="1")
    assert answer.status_code == 409
    assert "Raise the priority of 4 tasks?" in answer.content.decode()
    assert not BulkAction.objects.exists()


def test_what_cannot_be_undone_is_asked_about_even_where_rows_are_ticked(
    people: People, tasks: list[Task]
) -> None:
    html = _act(people, kind="reread", scope="ticked", task=[str(tasks[0].pk)]).content.decode()
    assert "This cannot be undone" in html
    assert not BulkAction.objects.exists()
    html = _act(
        people, kind="reread", scope="ticked", task=[str(tasks[0].pk)], confirmed="1"
    ).content.decode()
    assert "1 task sent to be read again" in html
    assert "Undo<" not in html


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"scope": "ticked"}, "Tick the rows that you mean"),
        ({"kind": "assign"}, "Choose whom to assign the tasks to."),
        ({"kind": "assign", "assignee": "ml_engineer"}, "Choose a member of this project who may annotate."),
        ({"kind": "nonsense"}, "nonsense"),
        ({"kind": "unassign"}, "None of these 5 can be unassigned"),
        ({"scope": "ticked", "task": "nonsense"}, "valid UUID"),
    ],
)
def test_what_is_missing_is_said_beside_what_is_there(
    people: People, tasks: list[Task], data: dict[str, str], sentence: str
) -> None:
    query = "?state=new" if "state" in data else ""
    html = _act(people, query, **data).content.decode()
    assert sentence.replace("5", "4") in html
    assert len(_names(html)) == 4
    assert not BulkAction.objects.exists()


def test_people_are_named_and_assigned(people: People, tasks: list[Task]) -> None:
    html = _act(people, kind="assign", assignee="annotator", scope="ticked", task=str(tasks[0].pk))
    assert "1 task assigned to annotator" in html.content.decode()
    assert Task.objects.get(assignee=people.annotator) == tasks[0]


def test_a_long_action_shows_how_far_it_is_and_can_be_stopped(people: People, tasks: list[Task]) -> None:
    action = rows.add_bulk_action(people, *tasks, state="running", total=100, done=40, changed=40)
    html = _queue(people, f"?done={action.pk}")
    assert 'value="40"' in html
    assert 'hx-trigger="every 1s"' in html
    stop = reverse("queue-stop", args=[people.project.slug, action.pk])
    html = people.client("admin").post(stop, follow=True).content.decode()
    assert "stopped; 60 were not reached" in html
    assert 'hx-trigger="every' not in html


def test_what_the_browser_has_ready_is_told_from_what_its_holder_looks_at(people: People) -> None:
    for number in range(1, 9):
        rows.add_task(people, rows.add_photo(people, number), "new", priority=1 - number / 10)
    now = timezone.now()
    at_hand = leases.claim_next_task(
        project=people.project, holder=people.annotator, kind="annotate", now=now
    )
    assert at_hand is not None
    assert "loaded ahead" not in _queue(people, "?state=held")
    later = now + timedelta(seconds=1)
    assert leases.claim_task_ahead(lease_id=at_hand.pk, holder=people.annotator, now=later)
    html = _queue(people, "?state=held")
    assert "by 1 person, 1 loaded ahead" in html
    ahead = re.search(r"it comes next.*?Recall photo-(\d)", html, re.DOTALL)
    assert ahead is not None
    assert ahead[1] == "2"


def test_who_has_what_in_hand_and_taking_it_back(people: People, tasks: list[Task]) -> None:
    leases.claim_task(task=tasks[0], holder=people.annotator, kind="annotate", now=timezone.now())
    html = _queue(people, "?state=held")
    assert "by 1 person" in html
    assert "Recall photo-1.jpg from annotator" in html
    assert "Recall photo" not in _queue(people, "?state=held", role="reviewer")
    recall = reverse("queue-recall", args=[people.project.slug, tasks[0].pk])
    html = people.client("admin").post(recall, follow=True).content.decode()
    assert "photo-1.jpg is free again. What annotator typed is kept as their draft." in html
    assert not Lease.objects.filter(ended_at=None).exists()
