"""A sheet of readings that no second person has seen: the wrong ones go back to the annotators."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from labeling import policies
from labeling.errors import DomainError
from labeling.models import DecidedBy, LabelEnd, Project, SpotCheck, Task, Unseen, User
from labeling.operations import audit
from labeling.operations.best_values import refresh_best_value
from labeling.operations.pseudo_audits import end_labels, lock_open_audits, settle_audits
from labeling.operations.transitions import move
from labeling.queries.spot_checks import (
    SHEET,
    SheetReading,
    join_readings,
    list_unseen,
    list_unseen_work,
)
from labeling.states import TaskState

_LABEL = re.compile(r"[0-9]{1,17}")
_ANNOTATION = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""How the keys of a sheet look; any other is of nothing that waits."""

REASONS = {
    Unseen.PSEUDO_LABEL: "Audit: the reading that was accepted automatically is wrong",
    Unseen.POLICY: "Audit: the annotation that was accepted without a review is wrong",
}


class InvalidSheet(DomainError):
    """The sheet names too many readings, or a wrong one that is not on it."""

    code = "invalid_sheet"


@dataclass(frozen=True, slots=True)
class SheetResult:
    """How many were right, wrong, and passed over: seen by somebody else, or no longer accepted."""

    right: int = 0
    wrong: int = 0
    passed_over: int = 0


def check_sheet(
    *, project: Project, by: User, shown: Collection[str], wrong: Collection[str], now: datetime
) -> SheetResult:
    """Say of the readings that were shown (by their keys) which are wrong; all others are right.

    What another person has checked meanwhile, what is no longer accepted, or what is one's own is passed
    over. The audit of a round that is through with this sheet settles the round.
    Raises InvalidSheet, Forbidden, NotFound.
    """
    policies.check_can(by, policies.Capability.REVIEW, project)
    keys = list(dict.fromkeys(shown))
    if len(keys) > SHEET:
        raise InvalidSheet(f"A sheet has at most {SHEET} readings.", fields={"shown": "too many"})
    if not set(wrong) <= set(keys):
        raise InvalidSheet("A reading is marked wrong that was not shown.", fields={"wrong": "not shown"})
    with transaction.atomic():
        rounds = lock_open_audits(project=project)
        unseen = _lock_unseen(project, by, keys)
        for reading in unseen:
            _check(reading, is_right=reading.key not in wrong, by=by, now=now)
        settle_audits(now=now, rounds=rounds)
    found_wrong = len({reading.key for reading in unseen} & set(wrong))
    return SheetResult(len(unseen) - found_wrong, found_wrong, len(keys) - len(unseen))


def _lock_unseen(project: Project, by: User, keys: Collection[str]) -> list[SheetReading]:
    """Those of the readings that wait for a look; their tasks stay locked.

    Locked first and looked at again after: of two people with the same sheet, one writes.
    """
    labels = [int(key) for key in keys if _LABEL.fullmatch(key)]
    annotations = [UUID(key) for key in keys if _ANNOTATION.fullmatch(key)]
    tasks = [
        *Task.objects.filter(project=project, photo__predictions__in=labels).values_list("pk", flat=True),
        *Task.objects.filter(project=project, annotations__in=annotations).values_list("pk", flat=True),
    ]
    list(Task.objects.select_for_update(no_key=True).filter(pk__in=tasks).order_by("pk"))
    return join_readings(
        list_unseen(project=project).filter(prediction__in=labels),
        list_unseen_work(project=project, viewer=by).filter(pk__in=annotations),
    )


def _check(reading: SheetReading, *, is_right: bool, by: User, now: datetime) -> None:
    task = reading.task
    what = "prediction" if reading.source == Unseen.PSEUDO_LABEL else "annotation"
    SpotCheck.objects.create(
        task=task,
        label=reading.label,
        is_right=is_right,
        checked_by=by,
        checked_at=now,
        **{what: reading.of},
    )
    facts: dict[str, Any] = {what: reading.of.pk if what == "prediction" else reading.key}
    if is_right:
        audit.record(project=task.project, actor=by, verb="task.checked", on=task, now=now, data=facts)
        return
    facts["reason"] = "audit"
    changes: dict[str, Any] = {
        "decided_by": DecidedBy.NOBODY.value,
        "rejection_reason": REASONS[reading.source],
        "updated_at": now,
    }
    same = {"decided_by": task.decided_by, "revision": task.revision}
    move(
        task, TaskState.REJECTED, by=by, verb="task.found_wrong", now=now, data=facts, only_if=same, **changes
    )
    end_labels(tasks=[task], end=LabelEnd.WRONG, now=now)
    refresh_best_value(task.photo)
