"""A sheet of readings that no person has seen: the wrong ones go back to the annotators."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from labeling import policies
from labeling.errors import DomainError
from labeling.models import Prediction, Project, SpotCheck, Task, User
from labeling.operations import audit
from labeling.operations.best_values import refresh_best_value
from labeling.operations.transitions import move
from labeling.queries.spot_checks import SHEET, list_unseen
from labeling.states import TaskState

REASON = "Audit: the reading that was accepted automatically is wrong"


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
    *, project: Project, by: User, shown: Collection[int], wrong: Collection[int], now: datetime
) -> SheetResult:
    """Say of the readings that were shown (ids of predictions) which are wrong; all others are right.

    What another person has checked meanwhile, or what is no longer accepted, is passed over.
    Raises InvalidSheet, Forbidden, NotFound.
    """
    policies.check_can(by, policies.Capability.REVIEW, project)
    keys = list(dict.fromkeys(shown))
    if len(keys) > SHEET:
        raise InvalidSheet(f"A sheet has at most {SHEET} readings.", fields={"shown": "too many"})
    if not set(wrong) <= set(keys):
        raise InvalidSheet("A reading is marked wrong that was not shown.", fields={"wrong": "not shown"})
    with transaction.atomic():
        unseen = _lock_unseen(project, keys)
        for reading in unseen:
            _check(reading, is_right=reading.pk not in wrong, by=by, now=now)
    found_wrong = len({reading.pk for reading in unseen} & set(wrong))
    return SheetResult(len(unseen) - found_wrong, found_wrong, len(keys) - len(unseen))


def _lock_unseen(project: Project, keys: list[int]) -> list[Prediction]:
    """Those of the readings that wait for a look; their tasks stay locked.

    Locked first and looked at again after: of two people with the same sheet, one writes.
    """
    photos = Prediction.objects.filter(pk__in=keys).values("photo")
    locked = Task.objects.select_for_update(no_key=True).filter(project=project, photo__in=photos)
    list(locked.order_by("pk"))
    return list(list_unseen(project=project).filter(pk__in=keys))


def _check(reading: Prediction, *, is_right: bool, by: User, now: datetime) -> None:
    task = reading.photo.task
    SpotCheck.objects.create(task=task, prediction=reading, is_right=is_right, checked_by=by, checked_at=now)
    facts: dict[str, Any] = {"prediction": reading.pk}
    if is_right:
        audit.record(project=task.project, actor=by, verb="task.checked", on=task, now=now, data=facts)
        return
    facts["reason"] = "audit"
    changes: dict[str, Any] = {"rejection_reason": REASON, "updated_at": now}
    move(task, TaskState.REJECTED, by=by, verb="task.found_wrong", now=now, data=facts, **changes)
    refresh_best_value(reading.photo)
