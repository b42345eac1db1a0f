"""Bulk actions: what each kind takes, and those that were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from labeling import policies, states
from labeling.models import BulkAction, BulkKind, Project, Task, User
from labeling.policies import Capability
from labeling.queries.access import get_visible
from labeling.queries.task_filters import OPEN_STATES, TaskFilter, find_tasks
from labeling.states import PhotoState, TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may ask for this kind, which tasks it can change, and whether that can be undone."""

    capability: Capability
    takes: Q
    can_undo: bool = True


ANNOTATING = [role for role, granted in policies.CAPABILITIES.items() if Capability.ANNOTATE in granted]
"""The roles whose members work can be assigned to."""

_OPEN = Q(state__in=OPEN_STATES)
_REREADABLE = [state for state in PhotoState if PhotoState.QUEUED in states.PHOTO[state]]
RULES: dict[BulkKind, Rule] = {
    BulkKind.ASSIGN: Rule(Capability.MANAGE_QUEUE, _OPEN),
    BulkKind.UNASSIGN: Rule(Capability.MANAGE_QUEUE, _OPEN & Q(assignee__isnull=False)),
    BulkKind.RAISE: Rule(Capability.MANAGE_QUEUE, _OPEN),
    BulkKind.LOWER: Rule(Capability.MANAGE_QUEUE, _OPEN),
    BulkKind.PUT_BACK: Rule(Capability.REVIEW, Q(state__in=[TaskState.SKIPPED, TaskState.AUTO_ACCEPTED])),
    BulkKind.REREAD: Rule(Capability.MANAGE_QUEUE, Q(photo__state__in=_REREADABLE), can_undo=False),
}


def select_tasks(
    *, project: Project, kind: BulkKind, wanted: TaskFilter, assignee: User | None, now: datetime
) -> QuerySet[Task]:
    """The tasks of the filter that an action of this kind would change."""
    rows = find_tasks(project=project, wanted=wanted, now=now).filter(RULES[kind].takes)
    if kind == BulkKind.ASSIGN:
        rows = rows.exclude(assignee=assignee)
    return rows


def list_kinds(*, project: Project, user: User) -> list[BulkKind]:
    """What this person may ask for."""
    role = policies.get_role(user, project)
    granted = policies.CAPABILITIES[role] if role else frozenset()
    return [kind for kind, rule in RULES.items() if rule.capability in granted]


def get_bulk_action(
    *, user: User | AnonymousUser, action_id: UUID | str, project: Project | None = None
) -> BulkAction:
    """Raises NotFound."""
    rows = BulkAction.objects.select_related("project", "requested_by", "assignee", "undo_by")
    return get_visible(rows, user=user, key=action_id, project=project)


def list_bulk_actions(*, project: Project, limit: int = 50) -> list[BulkAction]:
    """The bulk actions of a project, newest first."""
    rows = BulkAction.objects.filter(project=project).select_related("requested_by", "assignee", "undo_by")
    return list(rows.order_by("-requested_at", "-id")[:limit])
