"""Blind review: names that a reviewer is not told, and where the switch is off, nothing is hidden."""

from __future__ import annotations

from typing import Any

import pytest

from labeling.models import QualityPolicy, Task, User
from labeling.operations import comments, leases
from labeling.queries import audit, pages, photo_history, tasks
from labeling.queries.annotations import list_annotations
from labeling.queries.blindness import HIDDEN_NAME
from labeling.queries.comments import list_comments, list_unread_mentions
from tests.integration.domain.workshop import Workshop


@pytest.fixture
def blind(workshop: Workshop) -> None:
    """The project's policy says so."""
    people = workshop.people
    QualityPolicy.objects.create(
        project=people.project, number=1, blind_review=True, made_by=people.admin, made_at=workshop.now
    )


@pytest.fixture
def task(workshop: Workshop) -> Task:
    """Waits for review; its annotator said something, and was named by it."""
    task, annotator = workshop.open_task(), workshop.people.annotator
    workshop.annotate(task)
    text = "I, @annotator, am unsure. @reviewer?"
    comments.add_comment(task=task, author=annotator, text=text, now=workshop.now)
    task.refresh_from_db()
    return task


def look_everywhere(workshop: Workshop, task: Task, viewer: User) -> str:
    """The names that the queries of the pages and of the API tell this viewer."""
    project, photo = workshop.people.project, task.photo
    bundle = tasks.get_task_bundle(task=task, user=viewer)
    told: list[Any] = [bundle.annotation and bundle.annotation.shown_author]
    told += [row.shown_author for row in list_annotations(photo=photo, user=viewer)]
    told += [(row.author, row.text) for row in list_comments(task=task, viewer=viewer)]
    told += [
        (row.comment.author, row.comment.text) for row in list_unread_mentions(project=project, user=viewer)
    ]
    events = [
        *pages.list_events_of_photo(photo=photo, user=viewer),
        *pages.list_recent_events(project=project, user=viewer),
        *audit.list_audit_events(project=project, user=viewer, object_type="task").items,
    ]
    told += [(event.actor, event.data) for event in events]
    for entry in photo_history.list_history(photo=photo, viewer=viewer):
        told.append(getattr(entry.row, "author", None) or getattr(entry.row, "actor", None))
    return str([str(each) for each in told]).replace(HIDDEN_NAME, "***")


def test_without_the_switch_the_reviewer_sees_the_names(workshop: Workshop, task: Task) -> None:
    assert "'annotator" in look_everywhere(workshop, task, workshop.people.reviewer)


def test_nobody_else_sees_the_annotators_name(workshop: Workshop, task: Task, blind: None) -> None:
    for viewer in (workshop.people.reviewer, workshop.people.admin, workshop.people.ml_engineer):
        assert "annotator" not in look_everywhere(workshop, task, viewer)


def test_it_stays_hidden_while_it_is_under_review(workshop: Workshop, task: Task, blind: None) -> None:
    workshop.claim(task, workshop.people.reviewer, "review")
    task.refresh_from_db()
    assert "annotator" not in look_everywhere(workshop, task, workshop.people.reviewer)


def test_ones_own_name_is_not_hidden_from_oneself(workshop: Workshop, task: Task, blind: None) -> None:
    assert "annotator" in look_everywhere(workshop, task, workshop.people.annotator)


def test_after_the_verdict_the_names_are_back(workshop: Workshop, task: Task, blind: None) -> None:
    workshop.review(task)
    task.refresh_from_db()
    assert "annotator" in look_everywhere(workshop, task, workshop.people.reviewer)


def test_the_facts_of_an_event_tell_nothing_either(workshop: Workshop, blind: None) -> None:
    task, annotator = workshop.open_task(), workshop.people.annotator
    workshop.claim(task, annotator)
    later = workshop.later(hours=1)
    leases.sweep_leases(now=later)
    task.refresh_from_db()
    workshop.annotate(task)
    task.refresh_from_db()

    def holders(viewer: User) -> list[int | None]:
        events = pages.list_events_of_photo(photo=task.photo, user=viewer)
        return [event.data.get("holder") for event in events if event.verb == "lease.expired"]

    assert holders(workshop.people.reviewer) == [None]
    assert holders(annotator) == [annotator.pk]
