"""A manager's glance: how much waits, since when, who has what in hand, and why photos were skipped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from labeling.models import Lease, LeaseKind, Membership, Project, Task, User
from labeling.queries.bulk import ANNOTATING
from labeling.queries.pages import count_tasks
from labeling.queries.tasks import WAITING
from labeling.states import TaskState

MOST_LEASES = 100
MOST_REASONS = 12


@dataclass(frozen=True, slots=True)
class Glance:
    """`counts` is by state; `oldest` says when the task was opened that has waited longest for each kind of
    work, None where none waits; `holders` is how many people have something in hand. Of what is in hand,
    `ahead` waits behind what its holder looks at.
    """

    counts: dict[str, int]
    oldest: dict[str, datetime | None]
    holders: int
    ahead: int
    skip_reasons: list[tuple[str, int]]

    def count_waiting(self, kind: LeaseKind) -> int:
        return sum(self.counts.get(state, 0) for state in WAITING[kind])


def get_glance(*, project: Project) -> Glance:
    held = Counter(_find_open_leases(project).values_list("holder", "kind"))
    return Glance(
        counts=count_tasks(project=project),
        oldest={kind.value: _find_oldest(project, kind) for kind in LeaseKind},
        holders=len({holder for holder, _ in held}),
        ahead=held.total() - len(held),
        skip_reasons=_count_skip_reasons(project),
    )


def list_open_leases(*, project: Project) -> list[Lease]:
    """Who has what in hand, the longest first."""
    rows = _find_open_leases(project)
    return list(rows.select_related("holder", "task__photo").order_by("created_at", "id")[:MOST_LEASES])


def list_assignable(*, project: Project) -> list[User]:
    """The members whom tasks can be assigned to, by name."""
    members = Membership.objects.filter(project=project, role__in=ANNOTATING, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("user__username")]


def _find_open_leases(project: Project) -> QuerySet[Lease]:
    return Lease.objects.filter(task__project=project, task__is_probe=False, ended_at=None)


def _find_oldest(project: Project, kind: LeaseKind) -> datetime | None:
    """A look at the first row of an index for each state."""
    opened = (
        Task.objects.filter(project=project, state=state)
        .order_by("created_at")
        .values_list("created_at", flat=True)
        .first()
        for state in WAITING[kind]
    )
    return min((at for at in opened if at is not None), default=None)


def _count_skip_reasons(project: Project) -> list[tuple[str, int]]:
    rows = Task.objects.filter(project=project, state=TaskState.SKIPPED).values_list("skip_reason")
    return list(rows.annotate(number=Count("id")).order_by("-number", "skip_reason")[:MOST_REASONS])
