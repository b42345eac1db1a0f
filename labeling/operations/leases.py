"""Leases: one person at a time may write to a task, for a limited time that a heartbeat prolongs."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from labeling import policies
from labeling.errors import DomainError
from labeling.models import Lease, LeaseKind, Membership, Project, Task, User
from labeling.operations.probes import slip_probe
from labeling.operations.transitions import Conflict, move
from labeling.queries.annotations import get_newest_annotation
from labeling.queries.tasks import NEEDED, WAITING, count_waiting, list_lines
from labeling.states import TaskState

LEASED = {
    TaskState.NEW: TaskState.IN_PROGRESS,
    TaskState.REJECTED: TaskState.IN_PROGRESS,
    TaskState.SECOND_READING: TaskState.IN_SECOND_READING,
    TaskState.SUBMITTED: TaskState.IN_REVIEW,
    TaskState.CONFLICT: TaskState.IN_ADJUDICATION,
}
"""What becomes of a task that is claimed. Given back, it is again what it was."""

_WANTED = {
    LeaseKind.ANNOTATE: "an annotation",
    LeaseKind.REVIEW: "a review",
    LeaseKind.ADJUDICATE: "a decision",
}


class LeaseLost(DomainError):
    """The lease has expired, was released, or its work is done."""

    code = "lease_lost"
    default_message = (
        "Your time on this photo ran out, so it may be with somebody else now. What you typed is kept as a "
        "draft: claim the photo again to go on."
    )


class TaskTaken(Conflict):
    """Somebody else works on the task."""

    code = "task_taken"
    default_message = "Somebody else is working on this photo."


class NothingToClaim(Conflict):
    """The task does not wait for this kind of work."""

    code = "nothing_to_claim"


class NothingToRecall(Conflict):
    """Nobody has the task in hand."""

    code = "nothing_to_recall"
    default_message = "Nobody has this photo in hand any more."


def claim_next_task(
    *, project: Project, holder: User, kind: LeaseKind | str, now: datetime, duration: timedelta | None = None
) -> Lease | None:
    """A lease on the task that comes first, or the holder's own open one; None where nothing waits.

    Raises Forbidden, NotFound.
    """
    kind = LeaseKind(kind)
    policies.check_can(holder, NEEDED[kind], project)
    _expire_leases(_find_expired(now).filter(task__project=project), now)
    with transaction.atomic():
        # Two claims of one person wait for each other, so that a double click gets one task and not two.
        Membership.objects.select_for_update(no_key=True).get(project=project, user=holder)
        own = _find_own(project, holder, kind).first()
        if own is not None and _prolong(own, now, duration):
            return own
        return _open_next(project, holder, kind, now, duration)


def claim_task_ahead(
    *, lease_id: uuid.UUID | str, holder: User, now: datetime, duration: timedelta | None = None
) -> Lease | None:
    """A second lease, on the task that comes after the one at hand, so that an editor can load it meanwhile.

    There is one at most beside the lease at hand. None where so little waits that somebody else might go
    without. Raises LeaseLost, NotFound.
    """
    lease = get_own_lease(lease_id, holder)
    project, kind = lease.task.project, LeaseKind(lease.kind)
    with transaction.atomic():
        Membership.objects.select_for_update(no_key=True).get(project=project, user=holder)
        if not Lease.objects.get(pk=lease.pk).is_open(now):
            raise LeaseLost
        ahead = _find_own(project, holder, kind).exclude(pk=lease.pk).first()
        if ahead is not None and _prolong(ahead, now, duration):
            return ahead
        return _open_next(project, holder, kind, now, duration) if _is_plenty(project, holder, kind) else None


def claim_task(
    *, task: Task, holder: User, kind: LeaseKind | str, now: datetime, duration: timedelta | None = None
) -> Lease:
    """A lease on this very task. Raises TaskTaken, NothingToClaim, Forbidden, NotFound."""
    kind = LeaseKind(kind)
    policies.check_can(holder, NEEDED[kind], task.project)
    _expire_leases(_find_expired(now).filter(task=task), now)
    with transaction.atomic():
        task = Task.with_probes.select_for_update(no_key=True).get(pk=task.pk)
        own = Lease.objects.filter(task=task, ended_at=None).first()
        if own is not None:
            if own.holder_id != holder.pk or own.kind != kind or not _prolong(own, now, duration):
                raise TaskTaken
            return own
        _check_waits(task, holder, kind)
        return _open_lease(task, holder, kind, now, duration)


def renew_lease(
    *, lease_id: uuid.UUID | str, holder: User, now: datetime, duration: timedelta | None = None
) -> Lease:
    """The heartbeat. Raises LeaseLost, NotFound. It comes every minute or so, and makes no audit event."""
    lease = get_own_lease(lease_id, holder)
    if not _prolong(lease, now, duration):
        raise LeaseLost
    return lease


def release_lease(*, lease_id: uuid.UUID | str, holder: User, now: datetime) -> Lease:
    """Give a task back; a lease that has ended already stays as it ended. Raises NotFound."""
    lease = get_own_lease(lease_id, holder)
    with transaction.atomic():
        task = Task.with_probes.select_for_update(no_key=True).get(pk=lease.task_id)
        if Lease.objects.filter(pk=lease.pk, ended_at=None).exists():
            end_lease(lease, reason="released", now=now)
            _return_task(task, lease, by=holder, verb="lease.released", now=now)
    return lease


def sweep_leases(*, now: datetime) -> int:
    """End the leases whose time is over and put their tasks back; returns how many."""
    return _expire_leases(_find_expired(now), now)


def get_own_lease(lease_id: uuid.UUID | str, holder: User) -> Lease:
    """The lease, if it is this person's. Raises NotFound."""
    lease = Lease.objects.select_related("task__project", "task__photo").filter(pk=lease_id).first()
    if lease is None or lease.holder_id != holder.pk:
        raise policies.NotFound
    policies.check_can(holder, NEEDED[LeaseKind(lease.kind)], lease.task.project)
    return lease


def lock_held_lease(lease: Lease, *, kind: LeaseKind, now: datetime) -> Task:
    """The task of a lease that is open now, locked until the end of the transaction. Raises LeaseLost.

    The task is locked before the lease is looked at: neither a sweep nor a second submit comes between.
    """
    task = Task.with_probes.select_for_update(no_key=True).select_related(None).get(pk=lease.task_id)
    current = Lease.objects.get(pk=lease.pk)
    if not current.is_open(now) or current.kind != kind:
        raise LeaseLost
    return task


def end_lease(lease: Lease, *, reason: str, now: datetime) -> None:
    """Raises LeaseLost where it has ended already."""
    if not Lease.objects.filter(pk=lease.pk, ended_at=None).update(ended_at=now, end_reason=reason):
        raise LeaseLost
    lease.ended_at, lease.end_reason = now, reason


def _find_own(project: Project, holder: User, kind: LeaseKind) -> QuerySet[Lease]:
    """A person's open leases, the one at hand before the one ahead."""
    own = Lease.objects.filter(task__project=project, holder=holder, kind=kind, ended_at=None)
    return own.order_by("created_at")


def _is_plenty(project: Project, holder: User, kind: LeaseKind) -> bool:
    """Whether every member who does this work would still find a task, after the holder took one ahead."""
    roles = policies.list_roles(NEEDED[kind])
    members = Membership.objects.filter(project=project, role__in=roles).count()
    return count_waiting(project=project, user=holder, kind=kind, most=members + 1) > members


def _open_next(
    project: Project, holder: User, kind: LeaseKind, now: datetime, duration: timedelta | None
) -> Lease | None:
    """A lease on what comes first, or on a probe that is slipped in before it; None where nothing waits."""
    task = _lock_next_task(project, holder, kind)
    if task is None:
        return None
    if kind == LeaseKind.ANNOTATE:
        task = slip_probe(stand_in=task, holder=holder, now=now) or task
    return _open_lease(task, holder, kind, now, duration)


def _lock_next_task(project: Project, holder: User, kind: LeaseKind) -> Task | None:
    """The first waiting task that no other claim has locked: nobody waits, and nobody gets the same one."""
    for line in list_lines(project=project, user=holder, kind=kind):
        free = line.select_related("project").select_for_update(skip_locked=True, no_key=True, of=("self",))
        task = free.first()
        if task is not None:
            return task
    return None


def _check_waits(task: Task, holder: User, kind: LeaseKind) -> None:
    if task.state not in WAITING[kind]:
        state = task.get_state_display()
        raise NothingToClaim(f"This photo does not wait for {_WANTED[kind]}: it is {state}.")
    if task.state in (TaskState.SECOND_READING, TaskState.CONFLICT):
        policies.check_has_not_read(holder, task)
    elif kind == LeaseKind.ANNOTATE and task.assignee_id not in (None, holder.pk):
        raise NothingToClaim(f"This photo is assigned to {task.assignee}.")
    newest = get_newest_annotation(task=task)
    if kind == LeaseKind.REVIEW and newest is not None:
        policies.check_can_review(holder, newest)


def _open_lease(
    task: Task, holder: User, kind: LeaseKind, now: datetime, duration: timedelta | None
) -> Lease:
    try:
        with transaction.atomic():
            lease = Lease.objects.create(
                task=task,
                holder=holder,
                kind=kind,
                created_at=now,
                renewed_at=now,
                expires_at=now + _duration(duration),
            )
    except IntegrityError as error:
        raise TaskTaken from error
    facts = {"lease": str(lease.pk), "kind": kind.value}
    leased = LEASED[TaskState(task.state)]
    move(task, leased, by=holder, verb="lease.claimed", now=now, data=facts, updated_at=now)
    return lease


def _prolong(lease: Lease, now: datetime, duration: timedelta | None) -> bool:
    """Whether the lease was open and has its full time again."""
    expires_at = now + _duration(duration)
    live = Lease.objects.filter(pk=lease.pk, ended_at=None, expires_at__gt=now)
    if not live.update(renewed_at=now, expires_at=expires_at):
        return False
    lease.renewed_at, lease.expires_at = now, expires_at
    return True


def _find_expired(now: datetime) -> QuerySet[Lease]:
    return Lease.objects.filter(ended_at=None, expires_at__lte=now)


def _expire_leases(expired: QuerySet[Lease], now: datetime) -> int:
    count = 0
    for lease in expired.select_related("task__project")[:500]:
        with transaction.atomic():
            # A task that is locked is being submitted or swept by another: the next sweep looks again.
            locked = (
                Task.with_probes.select_for_update(skip_locked=True, no_key=True)
                .filter(pk=lease.task_id)
                .first()
            )
            still_expired = Lease.objects.filter(pk=lease.pk, ended_at=None, expires_at__lte=now)
            if locked is not None and still_expired.exists():
                end_lease(lease, reason="expired", now=now)
                _return_task(locked, lease, by=None, verb="lease.expired", now=now)
                count += 1
    return count


def _return_task(task: Task, lease: Lease, *, by: User | None, verb: str, now: datetime) -> None:
    if task.state == TaskState.IN_PROGRESS:
        back = TaskState.REJECTED if task.rejection_reason else TaskState.NEW
    else:
        back = next(waiting for waiting, leased in LEASED.items() if leased == task.state)
    facts = {"lease": str(lease.pk), "holder": lease.holder_id}
    move(task, back, by=by, verb=verb, now=now, data=facts, updated_at=now)


def recall_lease(*, task: Task, by: User, now: datetime) -> Lease:
    """Take a task from whoever has it in hand, for somebody else to go on; the draft is kept.

    Raises NothingToRecall, Forbidden.
    """
    policies.check_can(by, policies.Capability.MANAGE_QUEUE, task.project)
    with transaction.atomic():
        locked = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
        lease = Lease.objects.filter(task=locked, ended_at=None).select_related("holder").first()
        if lease is None:
            raise NothingToRecall
        end_lease(lease, reason="recalled", now=now)
        _return_task(locked, lease, by=by, verb="lease.recalled", now=now)
    return lease


def end_leases_of_member(*, project: Project, user: User, by: User, now: datetime) -> None:
    """Whoever leaves a project holds nothing in it. Called in the transaction that removes them."""
    for lease in Lease.objects.filter(task__project=project, holder=user, ended_at=None):
        task = Task.with_probes.select_for_update(no_key=True).get(pk=lease.task_id)
        end_lease(lease, reason="removed", now=now)
        _return_task(task, lease, by=by, verb="lease.removed", now=now)


def _duration(duration: timedelta | None) -> timedelta:
    return duration or timedelta(seconds=settings.LEASE_SECONDS)
