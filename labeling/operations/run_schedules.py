"""Runs that start by themselves: after enough corrections, or after enough days."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from labeling import policies, queue
from labeling.errors import DomainError
from labeling.models import FinetuningRun, Project, RunSchedule, RunTrigger, User
from labeling.operations import audit
from labeling.operations.datasets import freeze_snapshot
from labeling.operations.runs import request_run
from labeling.queries.runs import count_corrections, has_open_run
from labeling.run_settings import clean_config

logger = logging.getLogger(__name__)

PAUSE = timedelta(hours=1)
"""A schedule whose run could not be asked for is not tried again before."""

EXPIRES_SECONDS = 30.0
"""The next sweeps ask again, so that no message need wait for long."""

MOST = 100_000


class InvalidSchedule(DomainError):
    """A number of corrections or of days that makes no sense."""

    code = "invalid_schedule"


def set_run_schedule(
    *,
    project: Project,
    corrections: int | None,
    days: int | None,
    by: User,
    now: datetime,
    config: Mapping[str, Any] | None = None,
) -> RunSchedule:
    """Say when runs start by themselves, in this person's name; None switches either off.

    Raises InvalidSchedule, InvalidConfig, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    wanted = f"A whole number from 1 to {MOST}, or nothing."
    counts = {"corrections": corrections, "days": days}
    problems = {
        name: wanted for name, count in counts.items() if count is not None and not 1 <= count <= MOST
    }
    if problems:
        raise InvalidSchedule("The schedule cannot be kept as it is.", fields=problems)
    values = {**counts, "config": clean_config(config or {}), "set_by": by, "set_at": now, "message": ""}
    with transaction.atomic():
        schedule, _ = RunSchedule.objects.update_or_create(
            project=project, defaults={**values, "tried_at": None}
        )
        audit.record(
            project=project, actor=by, verb="run_schedule.changed", on=schedule, now=now, data=dict(counts)
        )
    return schedule


def sweep_schedules(*, now: datetime) -> bool:
    """Ask a worker for the runs whose time has come; returns whether there are any.

    A sweep itself has no time to freeze a large project.
    """
    is_due = bool(list_due(now=now))
    return is_due and queue.send(queue.START_DUE_RUNS, {}, expires=EXPIRES_SECONDS)


def start_due_runs(*, now: datetime) -> int:
    """Ask for the runs whose time has come; returns how many."""
    return sum(_start(schedule, now) is not None for schedule in list_due(now=now))


def list_due(*, now: datetime) -> list[RunSchedule]:
    """The schedules whose condition is met; while a run of the project is under way none is."""
    schedules = RunSchedule.objects.exclude(corrections=None, days=None)
    rested = schedules.exclude(tried_at__gt=now - PAUSE).select_related("project", "set_by")
    return [each for each in rested if find_trigger(schedule=each, now=now) is not None]


def find_trigger(*, schedule: RunSchedule, now: datetime) -> RunTrigger | None:
    """Why a run is due now; None where it is not. Without anything new to learn none ever is."""
    if has_open_run(project=schedule.project):
        return None
    corrections = count_corrections(project=schedule.project, most=schedule.corrections or 1)
    if schedule.corrections is not None and corrections >= schedule.corrections:
        return RunTrigger.CORRECTIONS
    last = FinetuningRun.objects.filter(project=schedule.project).order_by("-requested_at").first()
    since = last.requested_at if last else schedule.set_at
    if schedule.days is not None and corrections and now - since >= timedelta(days=schedule.days):
        return RunTrigger.INTERVAL
    return None


def _start(schedule: RunSchedule, now: datetime) -> FinetuningRun | None:
    """Freeze what is accepted and ask for a run. Of two sweeps one gets to do it."""
    claimed = RunSchedule.objects.filter(pk=schedule.pk, tried_at=schedule.tried_at).update(tried_at=now)
    trigger = find_trigger(schedule=schedule, now=now) if claimed else None
    if trigger is None:
        return None
    try:
        run = _request(schedule, trigger, now)
    except DomainError as error:
        logger.warning("The schedule of %s started no run: %s", schedule.project, error.message)
        RunSchedule.objects.filter(pk=schedule.pk).update(message=error.message)
        return None
    RunSchedule.objects.filter(pk=schedule.pk).update(message=f"Asked for {run.name}.")
    return run


@transaction.atomic
def _request(schedule: RunSchedule, trigger: RunTrigger, now: datetime) -> FinetuningRun:
    """A snapshot on which no run can be asked for is not kept."""
    snapshot = freeze_snapshot(
        project=schedule.project, name=f"Scheduled {now:%Y-%m-%d %H:%M:%S}", by=schedule.set_by, now=now
    )
    return request_run(
        project=schedule.project,
        snapshot=snapshot,
        config=schedule.config,
        by=schedule.set_by,
        now=now,
        trigger=trigger,
    )
