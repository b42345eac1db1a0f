"""Bulk actions in words: on the buttons, in the question before one, and in the list of what was done."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from labeling.models import BulkAction, BulkKind, User
from labeling.queries.bulk import RULES
from labeling.states import BulkActionState

BUTTONS: dict[BulkKind, tuple[str, str]] = {
    BulkKind.RAISE: ("raise", "Raise"),
    BulkKind.LOWER: ("lower", "Lower"),
    BulkKind.UNASSIGN: ("members", "Unassign"),
    BulkKind.PUT_BACK: ("undo", "Put back"),
    BulkKind.REREAD: ("repeat", "Read again"),
    BulkKind.ASSIGN: ("members", "Assign"),
}
"""Icon and word of each button."""

VERBS = {
    BulkKind.ASSIGN: "assigned",
    BulkKind.UNASSIGN: "unassigned",
    BulkKind.RAISE: "raised",
    BulkKind.LOWER: "lowered",
    BulkKind.PUT_BACK: "put back",
    BulkKind.REREAD: "read again",
}
_COMMANDS = {
    BulkKind.ASSIGN: "Assign {count} to {person}",
    BulkKind.UNASSIGN: "Leave {count} to whoever is free",
    BulkKind.RAISE: "Raise the priority of {count}",
    BulkKind.LOWER: "Lower the priority of {count}",
    BulkKind.PUT_BACK: "Put {count} back into the queue",
    BulkKind.REREAD: "Read the photos of {count} again",
}
_DEEDS = {
    BulkKind.ASSIGN: "{count} assigned to {person}",
    BulkKind.UNASSIGN: "{count} left to whoever is free",
    BulkKind.RAISE: "{count} raised",
    BulkKind.LOWER: "{count} lowered",
    BulkKind.PUT_BACK: "{count} put back into the queue",
    BulkKind.REREAD: "{count} sent to be read again",
}
CAREFUL = frozenset(kind for kind, rule in RULES.items() if not rule.can_undo)
"""Asked about even where a few rows are ticked."""


@dataclass(frozen=True, slots=True)
class ActionLine:
    """A bulk action as the queue's page shows it."""

    action: BulkAction
    sentence: str
    note: str
    share: int
    time_left: timedelta | None
    can_undo: bool
    can_stop: bool
    is_newest: bool


def name_kind(kind: BulkKind, count: int, assignee: User | None) -> str:
    """The action as a command: `Assign 12 tasks to anna`."""
    return _COMMANDS[kind].format(count=count_tasks(count), person=assignee)


def count_tasks(count: int) -> str:
    return f"{count:,} {'task' if count == 1 else 'tasks'}"


def describe_action(
    action: BulkAction, *, allowed: Collection[BulkKind], is_newest: bool, now: datetime
) -> ActionLine:
    kind = BulkKind(action.kind)
    over = action.state in (BulkActionState.DONE, BulkActionState.STOPPED)
    undoable = RULES[kind].can_undo and action.changed > 0 and kind in allowed
    return ActionLine(
        action=action,
        sentence=_DEEDS[kind].format(count=count_tasks(_count(action)), person=action.assignee),
        note=_note(action),
        share=_share(action),
        time_left=guess_time_left(action, now=now),
        can_undo=over and undoable,
        can_stop=action.state in (BulkActionState.QUEUED, BulkActionState.RUNNING) and kind in allowed,
        is_newest=is_newest,
    )


def guess_time_left(action: BulkAction, *, now: datetime) -> timedelta | None:
    """From the pace so far; None where nothing can be said."""
    if not action.is_under_way or not action.begun_at or not action.done:
        return None
    return (now - action.begun_at) / action.done * max(0, _goal(action) - action.done)


def _goal(action: BulkAction) -> int:
    """How many tasks are looked at: the undo looks at those that were changed."""
    return action.changed if action.state == BulkActionState.UNDOING else action.total


def _share(action: BulkAction) -> int:
    goal = _goal(action)
    return min(100, round(100 * action.done / goal)) if goal else 0


def _count(action: BulkAction) -> int:
    return (
        action.total if action.state in (BulkActionState.QUEUED, BulkActionState.RUNNING) else action.changed
    )


def _note(action: BulkAction) -> str:
    left = action.total - action.changed
    notes: dict[str, Any] = {
        BulkActionState.QUEUED: "waits for a worker",
        BulkActionState.RUNNING: f"{action.done:,} of {action.total:,} done",
        BulkActionState.DONE: f"{left:,} were left as they are: changed meanwhile" if left else "",
        BulkActionState.STOPPED: f"stopped; {left:,} were not reached",
        BulkActionState.UNDOING: f"undoing: {action.done:,} of {action.changed:,}",
        BulkActionState.UNDONE: _note_undone(action),
    }
    return str(notes[BulkActionState(action.state)])


def _note_undone(action: BulkAction) -> str:
    kept = action.changed - action.undone
    if not kept:
        return "undone"
    return f"undone for {action.undone:,}; {kept:,} had been changed since and stay"
