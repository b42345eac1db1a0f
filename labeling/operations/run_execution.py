"""What the fine-tuning worker does with a run: train, register, measure, compare."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction

from inference.snapshot import PhotoPath, Snapshot, Split, decode_snapshot
from inference.types import Scorecard
from labeling import storage
from labeling.models import (
    DatasetSnapshot,
    Evaluation,
    FinetuningRun,
    GateDecision,
    ModelVersion,
    RunMetric,
)
from labeling.operations import audit
from labeling.operations.gating import TEST, decide, find_scorecard, list_measured
from labeling.operations.heartbeats import WorkLost, heartbeat
from labeling.operations.leaks import check_labels_stand, check_no_leak
from labeling.operations.model_versions import register_version
from labeling.operations.transitions import Conflict, move
from labeling.queries.champions import get_champion
from labeling.queries.gate_policies import find_gate_policy
from labeling.queries.runs import list_queue
from labeling.states import ModelVersionState, RunState

logger = logging.getLogger(__name__)

_MAX_ERROR = 4000

Clock = Callable[[], datetime]


class Progress(Protocol):
    """What a trainer reports. `message` is for people; losses and shares may be missing."""

    @property
    def step(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def loss(self) -> float | None: ...
    @property
    def validation_exact(self) -> float | None: ...
    @property
    def message(self) -> str: ...


class Trainer(Protocol):
    """Fine-tunes and exports; returns the new bundle's folder. Goes on from what it finds in `out_dir`."""

    def __call__(
        self,
        *,
        snapshot: Snapshot,
        photo_path: PhotoPath,
        base_bundle: Path,
        config: dict[str, Any],
        out_dir: Path,
        report: Callable[[Progress], None],
    ) -> Path: ...


class Evaluator(Protocol):
    """Measures a bundle on a split through the pipeline of production."""

    def __call__(
        self, *, bundle_dir: Path, snapshot: Snapshot, split: Split, photo_path: PhotoPath
    ) -> Scorecard: ...


class RunCanceled(Exception):
    """Raised into the trainer, which lets it through."""


class RunLost(WorkLost):
    """The sweep took this worker for dead and gave the run to another one."""


@dataclass(frozen=True)
class _Claim:
    """A run, and the number of the attempt that is ours: whatever we write, we write under that number."""

    run: FinetuningRun
    attempt: int
    clock: Clock

    def write(self, **changes: Any) -> None:
        """Raises RunLost."""
        mine = FinetuningRun.objects.filter(pk=self.run.pk, state=RunState.RUNNING, attempts=self.attempt)
        if not mine.update(heartbeat_at=self.clock(), **changes):
            raise RunLost

    def finish(self, state: RunState, verb: str, **changes: Any) -> None:
        now = self.clock()
        facts = {name: changes[name] for name in ("message", "error") if changes.get(name)}
        mine = {"attempts": self.attempt}
        move(
            self.run,
            state,
            by=None,
            verb=verb,
            now=now,
            data=facts,
            only_if=mine,
            finished_at=now,
            nudge_at=None,
            **changes,
        )


def execute_next_run(
    *, trainer: Trainer, evaluator: Evaluator, now: datetime | Clock
) -> FinetuningRun | None:
    """Carry out the run that comes first in the queue; None where none waits. Never trains in a transaction.

    A run that fails keeps the error and raises nothing: what went wrong is for the person who reads its page.
    """
    clock: Clock = now if callable(now) else lambda: now
    claim = _claim_next(clock)
    if claim is None:
        return None
    try:
        with heartbeat(claim.write, what=f"run {claim.run.pk}"):
            version = _find_or_train(claim, trainer)
            decision = _compare(claim, version, evaluator)
        verdict = "passed" if decision.passed else "did not pass"
        message = f"{version.name} is registered; it {verdict} the gate."
        claim.finish(RunState.SUCCEEDED, "run.succeeded", message=message)
    except RunCanceled:
        _finish_or_let_go(claim, RunState.CANCELED, "run.canceled", message="Canceled on request.")
    except (RunLost, Conflict) as error:
        if isinstance(error, Conflict) and _is_mine(claim):
            _fail(claim, error)
        else:
            logger.warning("Run %s is with another worker now", claim.run.pk)
    except Exception as error:  # whatever training raises: the run keeps it
        logger.exception("Run %s failed", claim.run.pk)
        _fail(claim, error)
    claim.run.refresh_from_db()
    return claim.run


def _claim_next(clock: Clock) -> _Claim | None:
    """Each queued run has a message of its own, so whichever message comes, the first run starts."""
    run = list_queue().select_related("project", "snapshot", "base_version__run", "requested_by").first()
    if run is None:
        return None
    now = clock()
    changes: dict[str, Any] = {
        "attempts": run.attempts + 1,
        "heartbeat_at": now,
        "started_at": run.started_at or now,
        "message": "Preparing",
        "nudge_at": None,
    }
    try:
        move(run, RunState.RUNNING, by=None, verb="run.started", now=now, **changes)
    except Conflict:
        return None
    return _Claim(run=run, attempt=run.attempts, clock=clock)


def _find_or_train(claim: _Claim, trainer: Trainer) -> ModelVersion:
    """The run's version: trained now, or registered by an attempt that was killed right after."""
    run = claim.run
    known = ModelVersion.objects.filter(run=run).first()
    if known is not None:
        return known
    check_no_leak(snapshot=run.snapshot, base=run.base_version)
    check_labels_stand(snapshot=run.snapshot)
    bundle_dir = trainer(
        snapshot=load_snapshot(run.snapshot),
        photo_path=storage.original_path,
        base_bundle=storage.bundle_path(run.base_version.digest),
        config=run.config,
        out_dir=storage.run_dir(run.pk),
        report=lambda progress: _report(claim, progress),
    )
    _check_not_canceled(claim)
    claim.write(message="Registering the new version")
    return register_version(run=run, bundle_dir=bundle_dir, now=claim.clock())


def load_snapshot(snapshot: DatasetSnapshot) -> Snapshot:
    """The file of a snapshot, verified. Raises inference.snapshot.InvalidSnapshot."""
    return decode_snapshot(storage.snapshot_path(snapshot.sha256).read_bytes(), sha256=snapshot.sha256)


def _report(claim: _Claim, progress: Progress) -> None:
    """Write the progress and look whether to go on. Raises RunCanceled, RunLost."""
    loss, exact = _finite(progress.loss), _finite(progress.validation_exact)
    values = {"step": progress.step, "steps": progress.steps, "message": str(progress.message)[:300]}
    known = {} if exact is None else {"validation_exact": exact}
    with transaction.atomic():
        claim.write(**values, **known, loss=loss)
        RunMetric.objects.update_or_create(
            run=claim.run, step=progress.step, defaults={"loss": loss, **known, "created_at": claim.clock()}
        )
    _check_not_canceled(claim)


def _check_not_canceled(claim: _Claim) -> None:
    if FinetuningRun.objects.filter(pk=claim.run.pk, cancel_requested_at__isnull=False).exists():
        raise RunCanceled


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _compare(claim: _Claim, version: ModelVersion, evaluator: Evaluator) -> GateDecision:
    """Measure the challenger and the champion on the same photos and apply the gate's rules.

    They read the run's test split, and that of the reference set where the project has one.
    """
    run = claim.run
    champion = get_champion(run.project) or run.base_version
    policy = find_gate_policy(project=run.project)
    for snapshot in list_measured(run.snapshot, policy):
        for each in (version, champion):
            claim.write(message=f"Measuring {each.name} on the test split of {snapshot.name}")
            _evaluate(claim, each, snapshot, evaluator)
    with transaction.atomic():
        decision = decide(
            challenger=version, champion=champion, snapshot=run.snapshot, policy=policy, now=claim.clock()
        )
        if version.state == ModelVersionState.CANDIDATE:
            move(
                version,
                ModelVersionState.EVALUATED,
                by=None,
                verb="model_version.evaluated",
                now=claim.clock(),
                data={"passed": decision.passed, "champion": champion.name},
            )
    return decision


def _evaluate(claim: _Claim, version: ModelVersion, snapshot: DatasetSnapshot, evaluator: Evaluator) -> None:
    """A version is measured once on a split: what is stored is what it was."""
    if find_scorecard(version=version, snapshot=snapshot) is not None:
        return
    card = _measure(version, snapshot, evaluator)
    with transaction.atomic():
        Evaluation.objects.create(
            model_version=version,
            snapshot=snapshot,
            split=TEST,
            scorecard=card.to_json(),
            created_at=claim.clock(),
        )
        facts = {"snapshot": snapshot.name, "n": card.n, "exact": card.exact}
        audit.record(
            project=claim.run.project,
            actor=None,
            verb="model_version.measured",
            on=version,
            now=claim.clock(),
            data=facts,
        )


def _measure(version: ModelVersion, snapshot: DatasetSnapshot, evaluator: Evaluator) -> Scorecard:
    frozen = load_snapshot(snapshot)
    if not frozen.split(TEST):
        return Scorecard(version.digest, frozen.name, TEST, 0, 0, 0.0, 0, 0.0, 0.0, 0.0)
    return evaluator(
        bundle_dir=storage.bundle_path(version.digest),
        snapshot=frozen,
        split=TEST,
        photo_path=storage.original_path,
    )


def _fail(claim: _Claim, error: Exception) -> None:
    text = f"{error} ({type(error).__name__})"[:_MAX_ERROR]
    _finish_or_let_go(claim, RunState.FAILED, "run.failed", error=text, message="")


def _finish_or_let_go(claim: _Claim, state: RunState, verb: str, **changes: Any) -> None:
    try:
        claim.finish(state, verb, **changes)
    except Conflict:
        logger.warning("Run %s is with another worker now", claim.run.pk)


def _is_mine(claim: _Claim) -> bool:
    mine = FinetuningRun.objects.filter(pk=claim.run.pk, state=RunState.RUNNING, attempts=claim.attempt)
    return mine.exists()
