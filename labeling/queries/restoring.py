"""Whether a person may restore an older revision of a task now, and what that would be."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from labeling import policies
from labeling.models import Lease, Task, User
from labeling.queries.annotations import get_newest_annotation
from labeling.states import TaskState


class RestoreKind(StrEnum):
    """An annotation that waits for review, or a fix that is accepted at once."""

    ANNOTATE = "annotate"
    REVIEW = "review"


def find_restore_kind(*, task: Task, user: User, now: datetime) -> RestoreKind | None:
    """None where there is nothing to restore, or nothing that this person may edit now."""
    newest = get_newest_annotation(task=task)
    if newest is None or newest.revision < 2 or _is_with_another(task, user, now):
        return None
    is_own = newest.author_id == user.pk
    if task.state in (TaskState.SUBMITTED, TaskState.IN_REVIEW) and not is_own:
        return RestoreKind.REVIEW if policies.can_review(user, newest) else None
    waits = (TaskState.NEW, TaskState.REJECTED, TaskState.IN_PROGRESS, TaskState.SUBMITTED)
    may = policies.can(user, policies.Capability.ANNOTATE, task.project)
    is_free = task.assignee_id in (None, user.pk)
    return RestoreKind.ANNOTATE if task.state in waits and may and is_free else None


def _is_with_another(task: Task, user: User, now: datetime) -> bool:
    open_leases = Lease.objects.filter(task=task, ended_at=None, expires_at__gt=now)
    return open_leases.exclude(holder=user).exists()
