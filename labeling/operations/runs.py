"""Fine-tuning runs: asked for, canceled and tried again by people."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from labeling import policies, queue
from labeling.errors import DomainError
from labeling.models import DatasetSnapshot, FinetuningRun, ModelVersion, Project, User
from labeling.operations import audit
from labeling.operations.leaks import check_no_leak
from labeling.operations.run_execution import execute_run
from labeling.operations.transitions import Conflict, move
from labeling.queries.champions import get_champion
from labeling.states import RunState

__all__ = [
    "InvalidConfig",
    "NothingToLearn",
    "cancel_run",
    "execute_run",
    "request_run",
    "retry_run",
    "sweep_runs",
]

NUDGE_AFTER = timedelta(seconds=30)
LOST_AFTER = timedelta(seconds=60)
"""No heartbeat for so long: the worker was killed, and another one goes on from the checkpoint."""

MAX_ATTEMPTS = 3
MAX_SETTINGS = 30


class InvalidConfig(DomainError):
    """The configuration of a run holds something that no configuration holds."""

    code = "invalid_config"


class NothingToLearn(Conflict):
    """The snapshot has no photo to train on, or the project no model version to start from."""

    code = "nothing_to_learn"


def request_run(
    *,
    project: Project,
    snapshot: DatasetSnapshot,
    config: dict[str, Any],
    by: User,
    now: datetime,
    base_version: ModelVersion | None = None,
) -> FinetuningRun:
    """Ask for a run from the champion's weights, or from those of `base_version`.

    The trainer knows what the settings mean; here they must be plain. `seed` is one of them, 1 if missing.

    Raises InvalidConfig, NothingToLearn, LeakedTestSplit, NotFound, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    base = base_version or get_champion(project)
    if snapshot.project_id != project.pk or (base is not None and base.project_id != project.pk):
        raise policies.NotFound
    if base is None:
        raise NothingToLearn("The project has no model version to start from.")
    if not snapshot.counts.get("train"):
        raise NothingToLearn("This snapshot has no photo to train on: all of them fell into other splits.")
    check_no_leak(snapshot=snapshot, base=base)
    settings, seed = clean_config(config)
    return _insert_run(project, snapshot, base, settings, seed, by, now)


@transaction.atomic
def _insert_run(
    project: Project,
    snapshot: DatasetSnapshot,
    base: ModelVersion,
    settings: dict[str, Any],
    seed: int,
    by: User,
    now: datetime,
) -> FinetuningRun:
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    highest = FinetuningRun.objects.filter(project=project).aggregate(highest=Max("number"))["highest"]
    run = FinetuningRun.objects.create(
        project=project,
        number=(highest or 0) + 1,
        snapshot=snapshot,
        base_version=base,
        config=settings,
        seed=seed,
        steps=settings["steps"] if isinstance(settings.get("steps"), int) else 0,
        requested_by=by,
        requested_at=now,
        nudge_at=now + NUDGE_AFTER,
    )
    facts = {"snapshot": snapshot.name, "base": base.name, "config": settings, "seed": seed}
    audit.record(project=project, actor=by, verb="run.requested", on=run, now=now, data=facts)
    queue.enqueue_on_commit(queue.EXECUTE_RUN, run_id=str(run.pk))
    return run


def cancel_run(*, run: FinetuningRun, by: User, now: datetime) -> FinetuningRun:
    """A queued run is canceled at once, a running one at its next report.

    Raises IllegalTransition, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, run.project)
    if run.state != RunState.RUNNING:
        move(
            run,
            RunState.CANCELED,
            by=by,
            verb="run.canceled",
            now=now,
            cancel_requested_at=now,
            finished_at=now,
        )
        return run
    with transaction.atomic():
        running = FinetuningRun.objects.filter(pk=run.pk, state=RunState.RUNNING)
        if running.filter(cancel_requested_at=None).update(cancel_requested_at=now):
            audit.record(project=run.project, actor=by, verb="run.cancel_requested", on=run, now=now)
        elif not running.exists():
            raise Conflict
    run.refresh_from_db()
    return run


def retry_run(*, run: FinetuningRun, by: User, now: datetime) -> FinetuningRun:
    """Queue a failed or canceled run again; it goes on from its checkpoint.

    Raises IllegalTransition, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, run.project)
    with transaction.atomic():
        move(
            run,
            RunState.QUEUED,
            by=by,
            verb="run.retried",
            now=now,
            error="",
            message="",
            attempts=0,
            cancel_requested_at=None,
            finished_at=None,
            heartbeat_at=None,
            nudge_at=now + NUDGE_AFTER,
        )
        queue.enqueue_on_commit(queue.EXECUTE_RUN, run_id=str(run.pk))
    return run


def sweep_runs(*, now: datetime) -> int:
    """Queue the runs again whose worker was lost, and ask for those that nobody took; returns how many."""
    lost = FinetuningRun.objects.filter(state=RunState.RUNNING, heartbeat_at__lte=now - LOST_AFTER)
    count = sum(_recover(run, now) for run in lost.select_related("project"))
    forgotten = FinetuningRun.objects.filter(state=RunState.QUEUED, nudge_at__lte=now)
    return count + sum(_nudge(run, now) for run in forgotten)


def _recover(run: FinetuningRun, now: datetime) -> bool:
    changes: dict[str, Any] = {"nudge_at": now + NUDGE_AFTER}
    state, verb = RunState.QUEUED, "run.worker_lost"
    if run.cancel_requested_at is not None:
        state, verb, changes = RunState.CANCELED, "run.canceled", {"finished_at": now}
    elif run.attempts >= MAX_ATTEMPTS:
        state, verb = RunState.FAILED, "run.failed"
        changes = {"finished_at": now, "error": f"The worker was lost {run.attempts} times on this run."}
    still_silent = {"heartbeat_at": run.heartbeat_at, "attempts": run.attempts}
    try:
        with transaction.atomic():
            move(run, state, by=None, verb=verb, now=now, only_if=still_silent, **changes)
            if state == RunState.QUEUED:
                queue.enqueue_on_commit(queue.EXECUTE_RUN, run_id=str(run.pk))
    except Conflict:
        return False
    return True


def _nudge(run: FinetuningRun, now: datetime) -> bool:
    expires = 2 * NUDGE_AFTER.total_seconds()
    if not queue.send(queue.EXECUTE_RUN, {"run_id": str(run.pk)}, expires=expires):
        return False
    FinetuningRun.objects.filter(pk=run.pk, state=RunState.QUEUED).update(nudge_at=now + NUDGE_AFTER)
    return True


def clean_config(config: Any) -> tuple[dict[str, Any], int]:
    """Plain settings and the seed. Raises InvalidConfig."""
    if not isinstance(config, dict) or len(config) > MAX_SETTINGS:
        raise InvalidConfig(f"The configuration must be an object of at most {MAX_SETTINGS} settings.")
    for name, value in config.items():
        if not isinstance(name, str) or len(name) > 50 or not _is_plain(value):
            raise InvalidConfig(
                "A setting must be a finite number, a short text, or true or false.",
                fields={str(name)[:50]: "not plain"},
            )
    seed = config.get("seed", 1)
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise InvalidConfig("The seed must be a whole number from 0 to 2147483647.", fields={"seed": "odd"})
    return {**config, "seed": seed}, seed


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= 100 and value.isprintable()
    if isinstance(value, int):
        return abs(value) < 2**53
    return isinstance(value, float) and math.isfinite(value)
