"""Fine-tuning runs: asked for, canceled and tried again by people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from labeling import policies, queue
from labeling.errors import DomainError
from labeling.models import DatasetSnapshot, FinetuningRun, ModelVersion, Project, RunTrigger, User
from labeling.operations import audit
from labeling.operations.leaks import check_labels_stand, check_no_leak
from labeling.operations.run_execution import execute_next_run
from labeling.operations.transitions import Conflict, move
from labeling.queries.champions import get_champion
from labeling.queries.runs import TaughtSource, count_placeless, find_pace, list_queue, list_sources
from labeling.run_settings import InvalidConfig, Pace, clean_config, paces_of
from labeling.states import RunState

__all__ = [
    "InvalidConfig",
    "NothingToLearn",
    "cancel_run",
    "execute_next_run",
    "move_to_front",
    "plan_run",
    "request_run",
    "retry_run",
    "set_priority",
    "sweep_runs",
]

NUDGE_AFTER = timedelta(seconds=30)
LOST_AFTER = timedelta(seconds=60)
"""No heartbeat for so long: the worker was killed, and another one goes on from the checkpoint."""

MAX_ATTEMPTS = 3
_LOST = (
    "The worker was lost {} times on this run. It may have run out of memory: clone the run with a smaller "
    "batch size, or try again: it goes on from its checkpoint."
)
MAX_PRIORITY = 100


class InvalidPriority(DomainError):
    """The priority is outside of what it may be."""

    code = "invalid_priority"


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
    priority: int = 0,
    trigger: RunTrigger = RunTrigger.REQUEST,
    cloned_from: FinetuningRun | None = None,
) -> FinetuningRun:
    """Ask for a run from the champion's weights, or from those of `base_version`.

    Runs of a higher `priority` start first. `cloned_from` is the run that this one repeats with changes.

    Raises InvalidConfig, InvalidPriority, NothingToLearn, LeakedTestSplit, NotFound, Forbidden.
    """
    plan = plan_run(project=project, snapshot=snapshot, config=config, by=by, base_version=base_version)
    if cloned_from is not None and cloned_from.project_id != project.pk:
        raise policies.NotFound
    return _insert_run(
        plan,
        by=by,
        now=now,
        priority=_check_priority(priority),
        trigger=trigger,
        cloned_from=cloned_from,
    )


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run would do. `seconds` is guessed from the last run of the same networks, if there was one.

    `sources` says of the labels that would teach where they come from; `placeless` labels of the train split
    teach nothing, since nobody knows where their VIN is.
    """

    snapshot: DatasetSnapshot
    base: ModelVersion
    config: dict[str, Any]
    paces: list[Pace]
    sources: list[TaughtSource]
    placeless: int
    ahead: int
    seconds: float | None

    @property
    def steps(self) -> int:
        return sum(pace.steps for pace in self.paces)

    @property
    def counts(self) -> dict[str, int]:
        """Photos by split."""
        return dict(self.snapshot.counts)


def plan_run(
    *,
    project: Project,
    snapshot: DatasetSnapshot,
    config: dict[str, Any],
    by: User,
    base_version: ModelVersion | None = None,
) -> RunPlan:
    """Check all that can be checked beforehand, and say what a run would train on; changes nothing.

    Raises InvalidConfig, NothingToLearn, LeakedTestSplit, RevokedLabels, NotFound, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    base = base_version or get_champion(project)
    if snapshot.project_id != project.pk or (base is not None and base.project_id != project.pk):
        raise policies.NotFound
    if base is None:
        raise NothingToLearn("The project has no model version to start from.")
    photos = snapshot.counts.get("train", 0)
    if not photos:
        raise NothingToLearn("This snapshot has no photo to train on: all of them fell into other splits.")
    check_no_leak(snapshot=snapshot, base=base)
    check_labels_stand(snapshot=snapshot)
    settings = clean_config(config)
    sources = list_sources(snapshot=snapshot, config=settings)
    if not sources and snapshot.items.filter(split="train").exists():
        raise NothingToLearn(
            "No label of the train split says where its VIN is, and no reading found it: draw the regions in "
            "the editor, or import labels that come with boxes. Then freeze a new snapshot."
        )
    if sources and not any(source.weight for source in sources):
        raise NothingToLearn(
            "The weights leave nothing to learn from: raise that of a source in the snapshot."
        )
    paces = paces_of(settings)
    seconds = find_pace(project=project, config=settings)
    return RunPlan(
        snapshot=snapshot,
        base=base,
        config=settings,
        paces=paces,
        sources=sources,
        placeless=count_placeless(snapshot=snapshot),
        ahead=list_queue().count(),
        seconds=None if seconds is None else seconds * sum(pace.samples for pace in paces),
    )


def set_priority(*, run: FinetuningRun, priority: int, by: User, now: datetime) -> FinetuningRun:
    """Let a queued run start before those of a lower priority.

    Raises Conflict, InvalidPriority, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, run.project)
    wanted = _check_priority(priority)
    with transaction.atomic():
        if not FinetuningRun.objects.filter(pk=run.pk, state=RunState.QUEUED).update(priority=wanted):
            raise Conflict("It does not wait any more, so its place in the queue cannot change.")
        facts = {"from": run.priority, "to": wanted}
        audit.record(project=run.project, actor=by, verb="run.priority_changed", on=run, now=now, data=facts)
    run.priority = wanted
    return run


def move_to_front(*, run: FinetuningRun, by: User, now: datetime) -> FinetuningRun:
    """Let a queued run start before all others. Raises Conflict, Forbidden."""
    others = list_queue().exclude(pk=run.pk).first()
    wanted = run.priority if others is None else max(run.priority, others.priority + 1)
    return set_priority(run=run, priority=min(wanted, MAX_PRIORITY), by=by, now=now)


def _check_priority(priority: int) -> int:
    if not -MAX_PRIORITY <= priority <= MAX_PRIORITY:
        said = f"A whole number from -{MAX_PRIORITY} to {MAX_PRIORITY}."
        raise InvalidPriority(f"The priority must be: {said}", fields={"priority": said})
    return priority


@transaction.atomic
def _insert_run(plan: RunPlan, *, by: User, now: datetime, **more: Any) -> FinetuningRun:
    project = Project.objects.select_for_update(no_key=True).get(pk=plan.snapshot.project_id)
    highest = FinetuningRun.objects.filter(project=project).aggregate(highest=Max("number"))["highest"]
    run = FinetuningRun.objects.create(
        project=project,
        number=(highest or 0) + 1,
        snapshot=plan.snapshot,
        base_version=plan.base,
        config=plan.config,
        seed=plan.config["seed"],
        steps=plan.steps,
        requested_by=by,
        requested_at=now,
        nudge_at=now + NUDGE_AFTER,
        **more,
    )
    facts = {
        "snapshot": plan.snapshot.name,
        "base": plan.base.name,
        "config": plan.config,
        "seed": run.seed,
        "trigger": str(run.trigger),
    }
    audit.record(project=project, actor=by, verb="run.requested", on=run, now=now, data=facts)
    queue.enqueue_on_commit(queue.EXECUTE_RUN)
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
        queue.enqueue_on_commit(queue.EXECUTE_RUN)
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
        changes = {"finished_at": now, "error": _LOST.format(run.attempts)}
    still_silent = {"heartbeat_at": run.heartbeat_at, "attempts": run.attempts}
    try:
        with transaction.atomic():
            move(run, state, by=None, verb=verb, now=now, only_if=still_silent, **changes)
            if state == RunState.QUEUED:
                queue.enqueue_on_commit(queue.EXECUTE_RUN)
    except Conflict:
        return False
    return True


def _nudge(run: FinetuningRun, now: datetime) -> bool:
    expires = 2 * NUDGE_AFTER.total_seconds()
    if not queue.send(queue.EXECUTE_RUN, {}, expires=expires):
        return False
    FinetuningRun.objects.filter(pk=run.pk, state=RunState.QUEUED).update(nudge_at=now + NUDGE_AFTER)
    return True
