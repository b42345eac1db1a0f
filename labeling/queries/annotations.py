"""What people submitted, and how much of it whom is shown.

A reading that waits for a second, independent one is seen by its author alone. Where the policy hides
authors, nobody sees who wrote what waits for a verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from labeling.models import Annotation, Photo, Task
from labeling.policies import Capability, NotFound, check_can
from labeling.queries.quality import get_policy
from labeling.states import TaskState

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

READ_ONCE = (TaskState.SECOND_READING, TaskState.IN_SECOND_READING)
DIFFERING = (TaskState.CONFLICT, TaskState.IN_ADJUDICATION)
JUDGED = (TaskState.SUBMITTED, TaskState.IN_REVIEW, *DIFFERING)


def list_annotations(*, photo: Photo, user: User | AnonymousUser) -> list[Annotation]:
    """What this person may see of the annotations of a photo, with their reviews, newest first."""
    task = Task.with_probes.filter(photo=photo).select_related("project").first()
    if task is None:
        return []
    shown = list_shown_annotations(task=task, user=user)
    prefetch_related_objects(shown, "reviews__reviewer")
    return shown


def list_shown_annotations(*, task: Task, user: User | AnonymousUser) -> list[Annotation]:
    """The same without reviews; `shown_author` is None where the author is hidden."""
    rows = Annotation.objects.filter(task=task).select_related("author")
    if task.state in READ_ONCE:
        rows = rows.filter(author_id=user.pk)
    shown = list(rows.order_by("-revision"))
    if hides_authors(task):
        for row in shown:
            row.is_author_hidden = row.author_id != user.pk
    return shown


def get_annotation(*, user: User | AnonymousUser, annotation_id: UUID) -> Annotation:
    """With its photo. What is its author's alone is found by nobody else. Raises NotFound."""
    rows = Annotation.objects.select_related("task__project", "task__photo", "prediction")
    row = rows.filter(pk=annotation_id).first()
    if row is None:
        raise NotFound
    check_can(user, Capability.VIEW, row.task.project)
    if row.author_id != user.pk and (row.task.is_probe or row.task.state in READ_ONCE):
        raise NotFound
    return row


def hides_authors(task: Task) -> bool:
    """Whether nobody is shown who wrote what waits for a verdict."""
    return task.state in JUDGED and get_policy(project=task.project).blind_review


def get_newest_annotation(*, task: Task) -> Annotation | None:
    """The annotation that the task's revision names."""
    rows = Annotation.objects.filter(task=task, revision=task.revision)
    return rows.select_related("author", "prediction__model_version").first()


def get_newest_reading(*, task: Task) -> Annotation:
    """The same, but for placements, which are no readings."""
    rows = Annotation.objects.filter(task=task, revision__lte=task.revision)
    return rows.exclude(lease=None, base_revision__gt=0).latest("revision")


def list_differing(*, task: Task) -> list[Annotation]:
    """The two readings of a conflict, in the order in which they were given."""
    rows = Annotation.objects.filter(task=task, revision__gte=task.revision - 1).select_related("author")
    return list(rows.order_by("revision"))
