"""Labels that somebody doubts go back to the reviewers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from labeling import policies
from labeling.errors import DomainError
from labeling.models import DatasetSnapshot, SnapshotItem, Task, User
from labeling.operations.best_values import refresh_best_value
from labeling.operations.transitions import move
from labeling.states import TaskState

MOST_AT_ONCE = 500


class NothingToDoubt(DomainError):
    """None of the photos is in the snapshot with a label that still stands."""

    code = "nothing_to_doubt"
    default_message = "These labels have changed since, or are with a reviewer already. Load the page again."


@transaction.atomic
def send_back_to_review(
    *, snapshot: DatasetSnapshot, photos: Collection[UUID], by: User, now: datetime
) -> list[Task]:
    """Have people look again at labels of a snapshot; the snapshot itself stays as it is.

    A photo whose label has changed since it was frozen is passed over. Returns the tasks that now wait.
    Raises NothingToDoubt, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, snapshot.project)
    items = SnapshotItem.objects.filter(snapshot=snapshot, photo__in=list(photos)[:MOST_AT_ONCE])
    frozen = dict(items.exclude(annotation=None).values_list("photo_id", "annotation__revision"))
    waiting = []
    for task in _lock_accepted(list(frozen)):
        if task.revision == frozen[task.photo_id]:
            facts = {"snapshot": snapshot.name}
            changes: dict[str, Any] = {"decided_by": "", "updated_at": now}
            move(task, TaskState.SUBMITTED, by=by, verb="task.doubted", now=now, data=facts, **changes)
            refresh_best_value(task.photo)
            waiting.append(task)
    if not waiting:
        raise NothingToDoubt
    return waiting


def _lock_accepted(photos: list[UUID]) -> list[Task]:
    """In one order, so that two who doubt the same photos do not wait for each other in a ring."""
    rows = Task.objects.filter(photo__in=photos, state=TaskState.ACCEPTED).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True).select_related("project", "photo"))
