"""What each kind of bulk action does to the tasks of one step, and how the undo gives it back.

The caller has locked items and tasks, and has opened the transaction. Both functions return how many tasks
they changed, and leave what became of each in the items.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from labeling.models import (
    BulkAction,
    BulkItem,
    BulkKind,
    BulkOutcome,
    LabelEnd,
    Membership,
    Photo,
    Task,
    User,
)
from labeling.operations import audit
from labeling.operations.pseudo_audits import (
    end_labels,
    list_restorable,
    refresh_where_read_again,
    restore_labels,
)
from labeling.operations.transitions import move_many
from labeling.queries.bulk import ANNOTATING, RULES
from labeling.states import PhotoState, TaskState

Tasks = Mapping[uuid.UUID, Task]
_REMEMBERED = ("state", "assignee_id", "priority", "skip_reason")
_VERBS = {
    BulkKind.ASSIGN: "task.assigned",
    BulkKind.UNASSIGN: "task.unassigned",
    BulkKind.RAISE: "task.raised",
    BulkKind.LOWER: "task.lowered",
    BulkKind.PUT_BACK: "task.put_back",
}


def apply(action: BulkAction, items: Sequence[BulkItem], tasks: Tasks, now: datetime) -> int:
    """Change those that the kind can still change; the others are left as they are."""
    kind = BulkKind(action.kind)
    fitting = set(_find_fitting(tasks, RULES[kind].takes))
    for item in items:
        item.outcome = BulkOutcome.CHANGED if item.task_id in fitting else BulkOutcome.LEFT
        if item.task_id in fitting:
            item.changed_at = now
            item.before = {name: getattr(tasks[item.task_id], name) for name in _REMEMBERED}
    rows = [tasks[key] for key in sorted(fitting)]
    if rows:
        _change(action, kind, rows, now)
    BulkItem.objects.bulk_update(items, ["outcome", "before", "changed_at"])
    return len(rows)


def undo(action: BulkAction, items: Sequence[BulkItem], tasks: Tasks, now: datetime) -> int:
    """Restore those that are still as the action left them."""
    restored: list[tuple[Task, dict[str, Any]]] = []
    labels = list_restorable(tasks=tasks.values())
    for item in items:
        task = tasks.get(item.task_id)
        untouched = task is not None and task.updated_at == item.changed_at
        if item.before.get("state") == TaskState.AUTO_ACCEPTED and item.task_id not in labels:
            untouched = False  # the round of its label was revoked since
        item.outcome = BulkOutcome.UNDONE if untouched else BulkOutcome.KEPT
        if task is not None and untouched:
            restored.append((task, item.before))
    if restored:
        _restore(action, restored, now)
        trusted = [task for task, before in restored if before["state"] == TaskState.AUTO_ACCEPTED]
        restore_labels([labels[task.pk] for task in trusted])
        refresh_where_read_again(trusted)
    BulkItem.objects.bulk_update(items, ["outcome"])
    return len(restored)


def _find_fitting(tasks: Tasks, takes: Q) -> list[uuid.UUID]:
    return list(Task.objects.filter(takes, pk__in=tasks.keys()).values_list("pk", flat=True))


def _change(action: BulkAction, kind: BulkKind, rows: Sequence[Task], now: datetime) -> None:
    by, facts = action.requested_by, {"bulk_action": str(action.pk)}
    if kind == BulkKind.PUT_BACK:
        # Neither state counts as work of a person, so but for labels the photo shows what it showed.
        end_labels(tasks=rows, end=LabelEnd.TAKEN_BACK, now=now)
        move_many(
            rows,
            TaskState.NEW,
            by=by,
            verb=_VERBS[kind],
            now=now,
            data=facts,
            skip_reason="",
            updated_at=now,
        )
        refresh_where_read_again(rows)
    elif kind == BulkKind.REREAD:
        _queue_photos([row.photo for row in rows], by, facts, now)
    else:
        _set_fields(action, kind, rows, by, facts, now)


def _set_fields(
    action: BulkAction, kind: BulkKind, rows: Sequence[Task], by: User, facts: dict[str, Any], now: datetime
) -> None:
    changes: dict[str, Any] = {"assignee": action.assignee}
    name = action.assignee and action.assignee.username
    data: dict[Any, dict[str, Any]] = {row.pk: {**facts, "assignee": name} for row in rows}
    if kind in (BulkKind.RAISE, BulkKind.LOWER):
        step = Task.LEVEL if kind == BulkKind.RAISE else -Task.LEVEL
        changes = {"priority": F("priority") + step}
        data = {row.pk: {**facts, "priority": row.priority + step} for row in rows}
    Task.objects.filter(pk__in=data).update(updated_at=now, **changes)
    audit.record_many(rows, actor=by, verb=_VERBS[kind], now=now, data=data)


def _queue_photos(photos: Sequence[Photo], by: User, facts: dict[str, Any], now: datetime) -> None:
    """Due at once, but without a message each: the sweep asks for them little by little, so that a photo
    that is uploaded meanwhile does not wait behind all of these.
    """
    move_many(
        photos,
        PhotoState.QUEUED,
        by=by,
        verb="photo.queued",
        now=now,
        data=facts,
        attempts=0,
        failure="",
        claimed_at=None,
        nudge_at=now,
    )


def _restore(action: BulkAction, pairs: Sequence[tuple[Task, dict[str, Any]]], now: datetime) -> None:
    by, facts = action.undo_by, {"bulk_action": str(action.pk), "undone": True}
    unmoved = [task for task, before in pairs if before["state"] == task.state]
    moved: dict[str, list[Task]] = defaultdict(list)
    for task, before in pairs:
        if before["state"] != task.state:
            moved[before["state"]].append(task)
    for state, group in moved.items():
        move_many(group, state, by=by, verb="task.restored", now=now, data=facts)
    _write_fields(action, pairs, now)
    data = {task.pk: facts for task in unmoved}
    audit.record_many(unmoved, actor=by, verb="task.restored", now=now, data=data)


def _write_fields(action: BulkAction, pairs: Sequence[tuple[Task, dict[str, Any]]], now: datetime) -> None:
    """Nothing is given back to somebody who has left, or may not annotate any more."""
    members = Membership.objects.filter(project=action.project, role__in=ANNOTATING)
    still_here = set(members.values_list("user_id", flat=True))
    for task, before in pairs:
        owner = before["assignee_id"]
        task.assignee_id = owner if owner in still_here else None
        task.priority, task.skip_reason, task.updated_at = before["priority"], before["skip_reason"], now
    rows = [task for task, _ in pairs]
    Task.objects.bulk_update(rows, ["assignee", "priority", "skip_reason", "updated_at"])
