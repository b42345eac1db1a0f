"""Reads: pages that skip nothing, and nothing of other people's projects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labeling.models import Draft, Photo, Task
from labeling.operations import annotations
from labeling.policies import NotFound
from labeling.queries import (
    audit,
    datasets,
    members,
    model_versions,
    photos,
    projects,
    runs,
    task_filters,
    tasks,
    tokens,
)
from labeling.queries.paging import InvalidCursor
from labeling.queries.task_filters import TaskFilter
from tests.conftest import People
from tests.integration.domain.workshop import VIN, PlainReader, Workshop, make_boxes


@pytest.fixture
def many(workshop: Workshop) -> list[Photo]:
    """Photos with repeated times, confidences and VINs, so that only the id tells some apart."""
    confidences = [0.5, 0.5, None, 0.9, 0.1, None, 1.0, 0.5, 0.75]
    return Photo.objects.bulk_create(
        Photo(
            project=workshop.people.project,
            sha256=f"{number:064x}",
            name=f"lot-{number}.jpg",
            content_type="image/jpeg",
            byte_size=1,
            width=640,
            height=240,
            difference_hash=0,
            state="ready" if confidence else "queued",
            uploaded_by=workshop.people.annotator,
            uploaded_at=workshop.later(minutes=number // 3),
            vin=VIN if number % 2 else "",
            confidence=confidence,
            vin_source="prediction" if confidence else "",
        )
        for number, confidence in enumerate(confidences)
    )


def walk(workshop: Workshop, limit: int, **wanted: Any) -> list[Photo]:
    found: list[Photo] = []
    after = ""
    while True:
        page = photos.list_photos(project=workshop.people.project, after=after, limit=limit, **wanted)
        assert len(page.items) <= limit
        found += page.items
        if page.next_cursor is None:
            return found
        after = page.next_cursor


@pytest.mark.parametrize("order", photos.ORDERS)
@pytest.mark.parametrize("limit", [1, 2, 4, 9, 50])
def test_pages_hold_everything_once_in_order(
    workshop: Workshop, many: list[Photo], order: str, limit: int
) -> None:
    whole = photos.list_photos(project=workshop.people.project, order=order, limit=50).items
    assert len(whole) == len(many)
    assert walk(workshop, limit, order=order) == whole


def test_orders(workshop: Workshop, many: list[Photo]) -> None:
    def listed(order: str) -> list[Photo]:
        return photos.list_photos(project=workshop.people.project, order=order).items

    times = [photo.uploaded_at for photo in listed("newest")]
    assert times == sorted(times, reverse=True)
    certainties = [photo.confidence for photo in listed("least_certain")]
    assert certainties == [0.1, 0.5, 0.5, 0.5, 0.75, 0.9, 1.0, None, None]
    vins = [photo.vin for photo in listed("vin")]
    assert vins == sorted(vins)


def test_a_photo_that_arrives_meanwhile_moves_no_page(workshop: Workshop, many: list[Photo]) -> None:
    project = workshop.people.project
    first = photos.list_photos(project=project, limit=4)
    workshop.now += timedelta(days=1)
    workshop.upload()
    rest = photos.list_photos(project=project, limit=50, after=first.next_cursor or "")
    assert len({*first.items, *rest.items}) == len(many)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        ({"state": "ready"}, 7),
        ({"states": ["ready", "queued"]}, 9),
        ({"source": "prediction"}, 7),
        ({"text": "1hgcm"}, 4),
        ({"text": "LOT-3"}, 1),
        ({"text": "%"}, 0),
        ({"min_confidence": 0.75, "max_confidence": 0.9}, 1),
        ({"min_confidence": 0.9, "max_confidence": 1.0}, 2),
        ({"max_confidence": 0.5}, 1),
        ({"near_duplicates": True}, 0),
        ({"task_state": "new"}, 0),
    ],
    ids=str,
)
def test_filters(workshop: Workshop, many: list[Photo], wanted: dict[str, Any], count: int) -> None:
    assert len(photos.list_photos(project=workshop.people.project, **wanted).items) == count


def test_pages_of_tasks_hold_everything_once_in_the_order_of_the_queue(
    workshop: Workshop, many: list[Photo]
) -> None:
    """Priorities, times and states repeat, so that only the id tells some apart."""
    project = workshop.people.project
    Task.objects.bulk_create(
        Task(
            project=project,
            photo=photo,
            state=["new", "submitted", "skipped"][number % 3],
            priority=[0.5, 0.5, 10.25, -9.5][number % 4],
            created_at=workshop.later(minutes=number // 4),
            updated_at=workshop.now,
        )
        for number, photo in enumerate(many)
    )
    wanted: dict[str, Any] = {"project": project, "wanted": TaskFilter(), "now": workshop.now}
    whole = task_filters.list_tasks(**wanted, limit=50).items
    assert whole == sorted(whole, key=lambda task: (-task.priority, task.created_at, task.pk))
    assert len(whole) == len(many)
    for limit in (1, 2, 4, 9):
        found: list[Task] = []
        after: str | None = ""
        while after is not None:
            page = task_filters.list_tasks(**wanted, after=after, limit=limit)
            found, after = found + page.items, page.next_cursor
        assert found == whole


@pytest.mark.parametrize("cursor", ["nonsense", "WyJhIl0", "WyJuYW4iLCIiLCIiXQ"])
def test_a_cursor_that_the_queue_did_not_make_is_refused(workshop: Workshop, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        task_filters.list_tasks(
            project=workshop.people.project, wanted=TaskFilter(), now=workshop.now, after=cursor
        )


@pytest.mark.parametrize(
    ("text", "count"), [("1", 5), ("LO", 9), ("lot-4", 1), ("4.JPG", 1), ("hgcm", 4), ("hgcn", 0), ("hgm", 0)]
)
def test_a_part_of_any_length_is_found(workshop: Workshop, many: list[Photo], text: str, count: int) -> None:
    """Parts of 2 and 3 symbols are looked up in the index; whole they must follow each other."""
    project = workshop.people.project
    Photo.objects.filter(pk=many[0].pk).update(name="lot-0-hg-gcm-1.jpg")
    assert len(photos.list_photos(project=project, text=text).items) == count


def test_what_is_assigned_to_others_holds_nobody_up(workshop: Workshop) -> None:
    tasks_of_others = [workshop.open_task(seed) for seed in (1, 2)]
    mine = workshop.open_task(3)
    Task.objects.exclude(pk=mine.pk).update(assignee=workshop.people.reviewer, priority=20)
    lines = tasks.list_lines(project=workshop.people.project, user=workshop.people.annotator, kind="annotate")
    assert [list(line) for line in lines] == [[mine]]
    lines = tasks.list_lines(project=workshop.people.project, user=workshop.people.reviewer, kind="annotate")
    assert [set(line) for line in lines] == [set(tasks_of_others), {mine}]


def test_a_task_can_be_filtered_and_comes_along(workshop: Workshop) -> None:
    workshop.open_task(1)
    workshop.accept(2)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        (photo,) = photos.list_photos(project=workshop.people.project, task_state="accepted").items
        assert photo.task.state == "accepted"
        assert photo.uploaded_by.username == "annotator"
    assert len(queries) == 1


@pytest.mark.parametrize("after", ["x", "!!", "WzFd", "bnVsbA"])
@pytest.mark.parametrize("order", photos.ORDERS)
def test_a_made_up_cursor_is_refused(workshop: Workshop, order: str, after: str) -> None:
    with pytest.raises(InvalidCursor):
        photos.list_photos(project=workshop.people.project, order=order, after=after)


def test_a_cursor_of_another_order_is_refused_or_empty(workshop: Workshop, many: list[Photo]) -> None:
    page = photos.list_photos(project=workshop.people.project, order="vin", limit=1)
    with pytest.raises(InvalidCursor):
        photos.list_photos(project=workshop.people.project, order="newest", after=page.next_cursor or "")


def test_nothing_of_another_project_is_found(workshop: Workshop, other_people: People) -> None:
    task = workshop.open_task()
    person = other_people.admin
    member = members.list_members(project=workshop.people.project)[0]
    attempts = [
        lambda: projects.get_project(user=person, slug=workshop.people.project.slug),
        lambda: photos.get_photo(user=person, photo_id=task.photo_id),
        lambda: tasks.get_task(user=person, task_id=task.pk),
        lambda: tasks.get_task_bundle(task=task, user=person),
        lambda: members.get_member(user=person, member_id=member.pk),
        lambda: model_versions.get_model_version(user=person, version_id=workshop.version.pk),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert photos.list_photos(project=other_people.project).items == []
    assert (
        task_filters.list_tasks(project=other_people.project, wanted=TaskFilter(), now=workshop.now).items
        == []
    )
    assert tasks.work_waiting(project=workshop.people.project, user=person) == {
        "annotate": 0,
        "review": 0,
        "adjudicate": 0,
    }


def test_an_address_names_its_own_project(workshop: Workshop, other_people: People) -> None:
    task = workshop.open_task()
    member = workshop.people.annotator
    assert photos.get_photo(user=member, photo_id=task.photo_id, project=workshop.people.project)
    with pytest.raises(NotFound):
        photos.get_photo(user=member, photo_id=task.photo_id, project=other_people.project)


@pytest.mark.parametrize("key", ["", "x", "0", "00000000-0000-0000-0000-000000000000"])
def test_odd_keys_find_nothing(workshop: Workshop, key: str) -> None:
    person = workshop.people.admin
    for find in (
        lambda: photos.get_photo(user=person, photo_id=key),
        lambda: runs.get_run(user=person, run_id=key),
        lambda: datasets.get_snapshot(user=person, snapshot_id=key),
    ):
        with pytest.raises(NotFound):
            find()


def test_what_waits_for_whom(workshop: Workshop) -> None:
    workshop.open_task(1)
    workshop.annotate(workshop.open_task(2))
    workshop.annotate(workshop.open_task(3), by=workshop.people.reviewer)
    project = workshop.people.project

    def waiting(who: str) -> tuple[int, int]:
        counts = tasks.work_waiting(project=project, user=getattr(workshop.people, who))
        return counts["annotate"], counts["review"]

    assert waiting("annotator") == (1, 0)
    assert waiting("reviewer") == (1, 1)
    assert waiting("admin") == (1, 2)
    assert waiting("ml_engineer") == (0, 0)


def test_a_bundle_has_all_that_the_editor_shows(workshop: Workshop) -> None:
    task = workshop.open_task(1, PlainReader(confidence=0.6))
    workshop.open_task(2)
    lease = workshop.claim(task, workshop.people.annotator)
    bundle = tasks.get_task_bundle(task=task, user=workshop.people.annotator, lease=lease)
    assert bundle.prediction is not None
    assert (bundle.prediction.vin, bundle.annotation, bundle.draft) == (VIN, None, None)
    assert (bundle.lease, bundle.photo, bundle.waiting) == (lease, task.photo, 1)


def test_a_draft_is_ones_own_and_of_this_revision(workshop: Workshop) -> None:
    task = workshop.open_task()
    lease = workshop.claim(task, workshop.people.annotator)
    annotations.save_draft(
        lease_id=lease.pk,
        holder=workshop.people.annotator,
        text="1H",
        characters=make_boxes("1H"),
        region=None,
        base_revision=0,
        now=workshop.now,
    )
    mine = tasks.get_task_bundle(task=task, user=workshop.people.annotator)
    theirs = tasks.get_task_bundle(task=task, user=workshop.people.reviewer)
    assert mine.draft == Draft.objects.get()
    assert theirs.draft is None
    task.revision = 1
    assert tasks.get_task_bundle(task=task, user=workshop.people.annotator).draft is None


def test_events_come_newest_first_in_pages(workshop: Workshop) -> None:
    task = workshop.accept(1)
    project, viewer = workshop.people.project, workshop.people.admin
    whole = audit.list_audit_events(project=project, user=viewer, limit=200).items
    first = audit.list_audit_events(project=project, user=viewer, limit=4)
    rest = audit.list_audit_events(project=project, user=viewer, limit=200, after=first.next_cursor or "")
    assert [*first.items, *rest.items] == whole
    assert whole[0].verb == "review.submitted"
    of_task = audit.list_audit_events(
        project=project, user=viewer, object_type="task", object_id=str(task.pk)
    )
    assert {event.object_id for event in of_task.items} == {str(task.pk)}
    with pytest.raises(InvalidCursor):
        audit.list_audit_events(project=project, user=viewer, after="WyJ4Il0")


def test_tokens_are_ones_own(people: People) -> None:
    assert tokens.list_tokens(user=people.annotator) == []
    with pytest.raises(NotFound):
        tokens.get_token(user=people.annotator, token_id=1)
