"""Bulk actions: asked for by a person, done at once or by a job in small steps, and undone row by row.

A step locks some of the action's items, changes their tasks and says so in the items, all in one
transaction. A worker that is killed loses at most the step in hand, and one that runs beside it takes others.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from labeling import policies, queue
from labeling.errors import DomainError
from labeling.models import BulkAction, BulkItem, BulkKind, BulkOutcome, Project, Task, User
from labeling.operations import bulk_changes
from labeling.operations.transitions import Conflict, move
from labeling.queries.bulk import RULES, select_tasks
from labeling.queries.task_filters import TaskFilter, find_tasks
from labeling.states import BulkActionState

AT_ONCE = 500
"""So many tasks are changed while the person waits; more are left to a job."""

STEP = 500
SHIFT = timedelta(seconds=10)
"""A job works for so long, then asks for another one: photos that wait to be read come in between."""

NUDGE_AFTER = timedelta(seconds=30)

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class BulkCount:
    """How many tasks match a filter, and how many of them the action would change."""

    matching: int
    changing: int


class NothingMatches(Conflict):
    """No task of the selection would be changed."""

    code = "nothing_matches"
    default_message = "None of these tasks can be changed like this. Choose others."


class MoreThanConfirmed(Conflict):
    """More tasks match by now than the person has agreed to; `fields` has the new number."""

    code = "more_than_confirmed"


class InvalidAssignee(DomainError):
    """Tasks are assigned to members who may annotate, and to nobody else."""

    code = "invalid_assignee"


class CannotUndo(Conflict):
    """Nothing can be put back: of this kind never, or not at this moment."""

    code = "cannot_undo"


def count_bulk(
    *,
    project: Project,
    kind: BulkKind | str,
    wanted: TaskFilter,
    by: User,
    now: datetime,
    assignee: User | None = None,
) -> BulkCount:
    """What `request_bulk_action` would change. Raises InvalidAssignee, Forbidden, NotFound."""
    kind = BulkKind(kind)
    policies.check_can(by, RULES[kind].capability, project)
    _check_assignee(kind, assignee, project)
    changing = select_tasks(project=project, kind=kind, wanted=wanted, assignee=assignee, now=now)
    matching = find_tasks(project=project, wanted=wanted, now=now)
    return BulkCount(matching=matching.count(), changing=changing.count())


def request_bulk_action(
    *,
    project: Project,
    kind: BulkKind | str,
    wanted: TaskFilter,
    by: User,
    now: datetime,
    confirmed: int,
    assignee: User | None = None,
) -> BulkAction:
    """Change every task of the filter that this kind can change: few at once, many by a job.

    `confirmed` is the number that the person agreed to. Fewer may match by now, more are refused.
    Raises NothingMatches, MoreThanConfirmed, InvalidAssignee, Forbidden, NotFound.
    """
    kind = BulkKind(kind)
    policies.check_can(by, RULES[kind].capability, project)
    _check_assignee(kind, assignee, project)
    with transaction.atomic():
        action = BulkAction.objects.create(
            project=project,
            kind=kind.value,
            assignee=assignee,
            selection=_describe(wanted),
            total=0,
            requested_by=by,
            requested_at=now,
            nudge_at=now + NUDGE_AFTER,
        )
        action.total = _choose_items(action, wanted, now)
        _check_number(action.total, confirmed)
        action.save(update_fields=["total"])
    _begin(action, now)
    return action


def execute_bulk_action(*, action_id: uuid.UUID | str, now: Clock) -> BulkAction | None:
    """Go on with an action, or with the undo of one, for one shift. None where there is nothing to do."""
    action = (
        BulkAction.objects.select_related("project", "requested_by", "undo_by").filter(pk=action_id).first()
    )
    if action is None or not action.is_under_way:
        return None
    if action.state == BulkActionState.QUEUED and not _claim(action, now()):
        return None
    undoing = action.state == BulkActionState.UNDOING
    until = now() + SHIFT
    while now() < until:
        if not BulkAction.objects.filter(pk=action.pk, state=action.state).exists():
            break  # stopped by a person, or finished by another worker
        if _take_step(action, undoing, now()) == 0:
            _finish(action, undoing, now())
            break
    else:
        queue.send(queue.EXECUTE_BULK_ACTION, {"action_id": str(action.pk)})
    action.refresh_from_db()
    return action


def stop_bulk_action(*, action: BulkAction, by: User, now: datetime) -> BulkAction:
    """End an action that is under way; what it has changed stays, and can be undone.

    Raises IllegalTransition, Conflict, Forbidden.
    """
    policies.check_can(by, RULES[BulkKind(action.kind)].capability, action.project)
    move(action, BulkActionState.STOPPED, by=by, verb="bulk_action.stopped", now=now, finished_at=now)
    return action


def undo_bulk_action(*, action: BulkAction, by: User, now: datetime) -> BulkAction:
    """Give back to every task what it was before, unless somebody has touched it since.

    Needs the same permission as the action. Raises CannotUndo, IllegalTransition, Conflict, Forbidden.
    """
    rule = RULES[BulkKind(action.kind)]
    policies.check_can(by, rule.capability, action.project)
    if not rule.can_undo:
        raise CannotUndo("Photos that were sent to be read again cannot be called back: nothing to undo.")
    move(
        action,
        BulkActionState.UNDOING,
        by=by,
        verb="bulk_action.undo_requested",
        now=now,
        undo_by=by,
        done=0,
        begun_at=now,
        finished_at=None,
        nudge_at=now + NUDGE_AFTER,
    )
    _begin(action, now)
    return action


def sweep_bulk_actions(*, now: datetime) -> int:
    """Ask again for the actions that no worker goes on with; returns how many."""
    under_way = (BulkActionState.QUEUED, BulkActionState.RUNNING, BulkActionState.UNDOING)
    due = BulkAction.objects.filter(state__in=under_way, nudge_at__lte=now).order_by("nudge_at")
    sent = [
        key
        for key in due.values_list("pk", flat=True)[:20]
        if queue.send(queue.EXECUTE_BULK_ACTION, {"action_id": str(key)})
    ]
    BulkAction.objects.filter(pk__in=sent).update(nudge_at=now + NUDGE_AFTER)
    return len(sent)


def _begin(action: BulkAction, now: datetime) -> None:
    if action.total > AT_ONCE:
        queue.enqueue_on_commit(queue.EXECUTE_BULK_ACTION, action_id=str(action.pk))
        return
    done = execute_bulk_action(action_id=action.pk, now=lambda: now)
    if done is not None:
        action.refresh_from_db()


def _claim(action: BulkAction, now: datetime) -> bool:
    try:
        move(action, BulkActionState.RUNNING, by=None, verb="bulk_action.begun", now=now, begun_at=now)
    except Conflict:
        return False  # a person stopped it, or another worker was faster
    return True


def _check_assignee(kind: BulkKind, assignee: User | None, project: Project) -> None:
    if kind != BulkKind.ASSIGN:
        if assignee is not None:
            raise InvalidAssignee("Only an assignment names a person.", fields={"assignee": "not here"})
        return
    if assignee is None or not policies.can(assignee, policies.Capability.ANNOTATE, project):
        raise InvalidAssignee(
            "Choose a member of this project who may annotate.", fields={"assignee": "may not annotate"}
        )


def _check_number(total: int, confirmed: int) -> None:
    if total == 0:
        raise NothingMatches
    if total > confirmed:
        raise MoreThanConfirmed(
            f"By now {total:,} tasks would be changed, and you agreed to {confirmed:,}. Look again.",
            fields={"count": total},
        )


def _describe(wanted: TaskFilter) -> dict[str, object]:
    return {"tasks": len(wanted.ids)} if wanted.ids else {"filter": wanted.to_json()}


def _choose_items(action: BulkAction, wanted: TaskFilter, now: datetime) -> int:
    """Write down which tasks are meant, in one statement, however many they are; returns how many."""
    rows = select_tasks(
        project=action.project,
        kind=BulkKind(action.kind),
        wanted=wanted,
        assignee=action.assignee,
        now=now,
    )
    chosen, parameters = rows.order_by().values("id").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO labeling_bulkitem (action_id, task_id, outcome, before) "  # noqa: S608 - Django's SQL
            f"SELECT %s, chosen.id, %s, '{{}}' FROM ({chosen}) AS chosen",
            [action.pk, BulkOutcome.WAITING.value, *parameters],
        )
        return cursor.rowcount


def _take_step(action: BulkAction, undoing: bool, now: datetime) -> int:
    """Change the next tasks of the action; returns how many were looked at, 0 where none is left."""
    outcome = BulkOutcome.CHANGED if undoing else BulkOutcome.WAITING
    with transaction.atomic():
        waiting = BulkItem.objects.filter(action=action, outcome=outcome).order_by("id")
        items = list(waiting.select_for_update(skip_locked=True)[:STEP])
        tasks = _lock_tasks(items)
        changes = bulk_changes.undo if undoing else bulk_changes.apply
        changed = changes(action, items, tasks, now)
        counts = {"undone": F("undone") + changed} if undoing else {"changed": F("changed") + changed}
        later = now + NUDGE_AFTER
        BulkAction.objects.filter(pk=action.pk).update(done=F("done") + len(items), nudge_at=later, **counts)
    return len(items)


def _lock_tasks(items: Sequence[BulkItem]) -> dict[uuid.UUID, Task]:
    """In the order of their keys, so that two actions on the same tasks wait and do not deadlock."""
    rows = Task.objects.select_for_update(no_key=True, of=("self",)).select_related("photo")
    return {task.pk: task for task in rows.filter(pk__in=[i.task_id for i in items]).order_by("pk")}


def _finish(action: BulkAction, undoing: bool, now: datetime) -> None:
    """Unless another worker still has some of the items in hand, or has finished it already."""
    outcome = BulkOutcome.CHANGED if undoing else BulkOutcome.WAITING
    if BulkItem.objects.filter(action=action, outcome=outcome).exists():
        return
    action.refresh_from_db(fields=["changed", "undone"])
    to = BulkActionState.UNDONE if undoing else BulkActionState.DONE
    verb = "bulk_action.undone" if undoing else "bulk_action.done"
    by = action.undo_by if undoing else action.requested_by
    facts = {"kind": action.kind, "changed": action.changed, "undone": action.undone}
    try:
        move(action, to, by=by, verb=verb, now=now, data=facts, finished_at=now, nudge_at=None)
    except Conflict:
        return
