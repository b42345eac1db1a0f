"""Human work: opened when a photo was read, and opened again on request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from labeling import policies
from labeling.models import DecidedBy, LabelEnd, Photo, SnapshotItem, Task, User
from labeling.operations import audit
from labeling.operations.best_values import refresh_best_value
from labeling.operations.pseudo_audits import end_labels
from labeling.operations.transitions import Conflict, move
from labeling.queries.annotations import get_newest_reading
from labeling.queries.tasks import find_own_skip
from labeling.states import IllegalTransition, TaskState

_OWN_TO_TAKE_BACK = (
    TaskState.SUBMITTED,
    TaskState.IN_REVIEW,
    TaskState.ACCEPTED,
    TaskState.SECOND_READING,
    TaskState.IN_SECOND_READING,
    TaskState.CONFLICT,
    TaskState.IN_ADJUDICATION,
)


TAKEN_BACK = "taken back"
"""How a lease ended whose skip was undone: it counts as none."""


def open_task(*, photo: Photo, priority: float, now: datetime) -> Task:
    """The task of a photo. Where nobody has begun it, it gets the new priority; else it stays as it is.

    What a manager raised or lowered stays so.
    """
    task, is_new = Task.with_probes.get_or_create(
        photo=photo,
        defaults={
            "project": photo.project,
            "priority": priority,
            "created_at": now,
            "updated_at": now,
        },
    )
    if is_new:
        audit.record(project=photo.project, actor=None, verb="task.opened", on=task, now=now)
    else:
        untouched = Task.objects.filter(pk=task.pk, state=TaskState.NEW, revision=0)
        untouched.update(priority=priority + task.level * Task.LEVEL, updated_at=now)
    return task


def reopen_task(*, task: Task, by: User, now: datetime) -> Task:
    """Put a task back into the queue of the annotators.

    Whoever submitted it may take it back until a reviewer opens it, or, where the policy asked for no review,
    until a snapshot holds it; whoever skipped it, too. What was skipped or accepted without a person is put
    back by a reviewer as well. Raises IllegalTransition, Conflict, Forbidden.
    """
    _check_can_reopen(task, by)
    changes: dict[str, Any] = {"skip_reason": "", "decided_by": "", "updated_at": now}
    with transaction.atomic():
        same = {"decided_by": task.decided_by, "revision": task.revision}
        find_own_skip(task=task, person=by).update(end_reason=TAKEN_BACK)
        move(task, TaskState.NEW, by=by, verb="task.reopened", now=now, only_if=same, **changes)
        end_labels(tasks=[task], end=LabelEnd.TAKEN_BACK, now=now)
        refresh_best_value(task.photo)
    return task


def _check_can_reopen(task: Task, by: User) -> None:
    if task.state == TaskState.ACCEPTED and task.decided_by != DecidedBy.POLICY:
        raise IllegalTransition("A second person has agreed to this reading, so it stays accepted.")
    if task.state == TaskState.SKIPPED and find_own_skip(task=task, person=by).exists():
        policies.check_can(by, policies.Capability.ANNOTATE, task.project)
        return
    if task.state not in _OWN_TO_TAKE_BACK:
        policies.check_can(by, policies.Capability.REVIEW, task.project)
        if task.state == TaskState.IN_PROGRESS:
            # The step itself is in the table, for a lease that ends; here the lease would stay open.
            raise Conflict("Somebody is working on this photo, so it cannot be opened again.")
        return
    policies.check_can(by, policies.Capability.ANNOTATE, task.project)
    newest = get_newest_reading(task=task)
    if newest.author_id != by.pk:
        raise policies.Forbidden("Only its author can take an annotation back.")
    if newest.is_blind:
        raise Conflict("This was compared with another person's reading already, so it cannot be taken back.")
    if task.state == TaskState.IN_SECOND_READING:
        raise Conflict("Another person reads it just now, so it cannot be taken back.")
    if task.state == TaskState.IN_REVIEW:
        raise Conflict("A reviewer has opened it already, so it cannot be taken back.")
    if task.state == TaskState.ACCEPTED and SnapshotItem.objects.filter(photo=task.photo_id).exists():
        raise Conflict("A dataset snapshot holds this reading already, so it cannot be taken back.")
