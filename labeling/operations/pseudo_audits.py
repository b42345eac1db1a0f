"""What becomes of pseudo-labels: upheld or revoked as a whole, or taken back one by one.

Whoever writes labels of several tasks locks the rounds first and the tasks after, by their keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from labeling import policies
from labeling.measures import say_percent
from labeling.models import LabelEnd, Prediction, Project, PseudoLabel, PseudoRound, Task, User
from labeling.operations.best_values import refresh_best_value
from labeling.operations.inputs import clean_reason
from labeling.operations.transitions import move, move_many
from labeling.pseudo_labels import Audit, AuditVerdict, floor_percent
from labeling.queries.pseudo_rounds import get_audit
from labeling.states import PseudoRoundState, TaskState

AT_ONCE = 2000
"""Tasks of one statement."""


def revoke_round(*, pseudo_round: PseudoRound, by: User, now: datetime, reason: str) -> int:
    """Take back every label of a round that nobody has touched since; returns how many tasks wait again.

    What people have worked on meanwhile is theirs and stays. Snapshots, runs and versions stay, too: they are
    history, and labeling.queries.pseudo_rounds.find_effect names them.
    Raises InvalidReason, IllegalTransition, Conflict, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, pseudo_round.project)
    with transaction.atomic():
        _lock_rounds([pseudo_round.pk])
        pseudo_round.refresh_from_db(fields=["state"])
        return _revoke(pseudo_round, by=by, now=now, reason=clean_reason(reason))


def settle_audits(*, now: datetime, rounds: Collection[UUID] | None = None) -> int:
    """Uphold the rounds whose sample shows their target; revoke those that want that where it misses it.

    Of all rounds where none are named. Returns how many were settled.
    """
    open_audits = PseudoRound.objects.filter(state=PseudoRoundState.AUDITING).order_by("pk")
    if rounds is not None:
        open_audits = open_audits.filter(pk__in=rounds)
    return sum(_settle(key, now) for key in open_audits.values_list("pk", flat=True))


@transaction.atomic
def _settle(key: UUID, now: datetime) -> bool:
    _lock_rounds([key])
    pseudo_round = PseudoRound.objects.select_related("project").get(pk=key)
    audit = get_audit(pseudo_round=pseudo_round)
    if pseudo_round.state != PseudoRoundState.AUDITING or audit.verdict == AuditVerdict.OPEN:
        return False
    if audit.verdict == AuditVerdict.MET:
        facts = {"round": pseudo_round.name, "right": audit.right, "wrong": audit.wrong}
        changes: dict[str, Any] = {"settled_at": now, "message": _say_upheld(audit)}
        verb = "pseudo_round.upheld"
        move(pseudo_round, PseudoRoundState.UPHELD, by=None, verb=verb, now=now, data=facts, **changes)
        return True
    if not pseudo_round.revokes_itself:
        return False  # a person decides
    _revoke(pseudo_round, by=None, now=now, reason=_say_missed(audit))
    return True


def _say_upheld(audit: Audit) -> str:
    low = floor_percent(audit.interval[0])
    return f"{audit.right:,} of {audit.checked:,} were right: at least {low} of all are."


def _say_missed(audit: Audit) -> str:
    return (
        f"{audit.wrong:,} of {audit.checked:,} audited readings were wrong: the sample cannot show any more "
        f"that {say_percent(audit.target)} are right."
    )


def _revoke(pseudo_round: PseudoRound, *, by: User | None, now: datetime, reason: str) -> int:
    facts: dict[str, Any] = {"round": pseudo_round.name, "reason": reason}
    move(
        pseudo_round,
        PseudoRoundState.REVOKED,
        by=by,
        verb="pseudo_round.revoked",
        now=now,
        data=facts,
        settled_at=now,
        settled_by=by,
        reason=reason,
        message="",
    )
    labels = PseudoLabel.objects.filter(pseudo_round=pseudo_round, end=LabelEnd.STANDS)
    rows = Task.objects.select_for_update(no_key=True, of=("self",)).filter(
        pseudo_labels__in=labels, state=TaskState.AUTO_ACCEPTED
    )
    tasks = list(rows.select_related("project").order_by("pk"))
    labels.filter(task__in=tasks).update(end=LabelEnd.REVOKED, ended_at=now)
    for part in range(0, len(tasks), AT_ONCE):
        some = tasks[part : part + AT_ONCE]
        verb = "task.label_revoked"
        move_many(some, TaskState.NEW, by=by, verb=verb, now=now, data=facts, updated_at=now)
    refresh_where_read_again(tasks)
    return len(tasks)


def refresh_where_read_again(tasks: Sequence[Task]) -> None:
    """A photo that was read after its label shows the label while it stands, else its newest reading."""
    labeled = PseudoLabel.objects.filter(task__in=tasks)
    newer = Prediction.objects.filter(
        photo__task__pseudo_labels__in=labeled,
        created_at__gt=F("photo__task__pseudo_labels__prediction__created_at"),
    )
    for task in Task.objects.filter(photo__predictions__in=newer).distinct().select_related("photo"):
        refresh_best_value(task.photo)


def end_labels(*, tasks: Iterable[Task], end: LabelEnd, now: datetime) -> None:
    """The labels of these tasks, which the caller has locked, hold no more."""
    labels = PseudoLabel.objects.filter(task__in=[task.pk for task in tasks], end=LabelEnd.STANDS)
    labels.update(end=end, ended_at=now)


def list_restorable(*, tasks: Iterable[Task]) -> dict[UUID, UUID]:
    """By the task, the label that was taken back last, where its round was not revoked since."""
    labels = PseudoLabel.objects.filter(
        task__in=[task.pk for task in tasks],
        end=LabelEnd.TAKEN_BACK,
        pseudo_round__state__in=[PseudoRoundState.AUDITING, PseudoRoundState.UPHELD],
    )
    return dict(labels.order_by("ended_at").values_list("task", "pk"))


def restore_labels(keys: Collection[UUID]) -> None:
    """Let labels stand again that were taken back."""
    PseudoLabel.objects.filter(pk__in=keys).update(end=LabelEnd.STANDS, ended_at=None)


def lock_open_audits(*, project: Project) -> list[UUID]:
    """The rounds of a project in audit, which stay as they are until the end of the transaction."""
    rows = PseudoRound.objects.filter(project=project, state=PseudoRoundState.AUDITING)
    return list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _lock_rounds(keys: Collection[UUID]) -> None:
    list(PseudoRound.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
