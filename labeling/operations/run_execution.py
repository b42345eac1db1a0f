"""What the fine-tuning worker does with a run: train, register, measure, compare."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction

from inference.snapshot import PhotoPath, Snapshot
from labeling import memory, storage
from labeling.models import FinetuningRun, GateDecision, ModelVersion, RunMetric
from labeling.operations.claims import LONGEST_MESSAGE, Clock, WorkCanceled
from labeling.operations.datasets import load_snapshot
from labeling.operations.heartbeats import WorkLost, heartbeat
from labeling.operations.leaks import check_file, check_labels_stand, check_no_leak
from labeling.operations.model_versions import register_version
from labeling.operations.run_claims import RunClaim
from labeling.operations.run_failures import explain_failure
from labeling.operations.run_measuring import Evaluator, compare
from labeling.operations.transitions import Conflict
from labeling.queries.runs import list_queue
from labeling.states import RunState

logger = logging.getLogger(__name__)


class Progress(Protocol):
    """What a trainer reports. `message` is for people; losses and shares may be missing.

    `network_step` counts the steps of the `network` that learns now, `step` and `steps` those of all. No
    network is named where none learns. What `is_news` goes into the run's log.
    """

    @property
    def network(self) -> str: ...
    @property
    def network_step(self) -> int: ...
    @property
    def step(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def loss(self) -> float | None: ...
    @property
    def validation_loss(self) -> float | None: ...
    @property
    def validation_exact(self) -> float | None: ...
    @property
    def validation_cer(self) -> float | None: ...
    @property
    def message(self) -> str: ...
    @property
    def is_news(self) -> bool: ...


_FIGURES = ("loss", "validation_loss", "validation_exact", "validation_cer")


class Trainer(Protocol):
    """Fine-tunes and exports; returns the new bundle's folder, None where no network became better.

    Goes on from what it finds in `out_dir`.
    """

    def __call__(
        self,
        *,
        snapshot: Snapshot,
        photo_path: PhotoPath,
        base_bundle: Path,
        config: dict[str, Any],
        out_dir: Path,
        report: Callable[[Progress], None],
    ) -> Path | None: ...


def execute_next_run(
    *, trainer: Trainer, evaluator: Evaluator, now: datetime | Clock, code: str = ""
) -> FinetuningRun | None:
    """Carry out the run that comes first in the queue; None where none waits. Never trains in a transaction.

    A run that fails keeps the error and raises nothing: what went wrong is for the person who reads its page.
    `code` names what the trainer is made of.
    """
    clock: Clock = now if callable(now) else lambda: now
    memory.forget_peak()
    claim = _claim_next(clock, code)
    if claim is None:
        return None
    try:
        with heartbeat(claim.write, what=f"run {claim.run.pk}"):
            version = _find_or_train(claim, trainer)
            decision = compare(claim, version, evaluator) if version else None
        message = _say_outcome(claim.run, decision)
        claim.finish(RunState.SUCCEEDED, "succeeded", message=message)
    except WorkCanceled:
        claim.finish_or_let_go(RunState.CANCELED, "canceled", message="Canceled on request.")
    except (WorkLost, Conflict) as error:
        if isinstance(error, Conflict) and claim.is_mine:
            _fail(claim, error)
        else:
            claim.let_go()
    except Exception as error:  # whatever training raises: the run keeps it
        logger.exception("Run %s failed", claim.run.pk)
        _fail(claim, error)
    claim.run.refresh_from_db()
    return claim.run


def _say_outcome(run: FinetuningRun, decision: GateDecision | None) -> str:
    if decision is None:
        return (
            "Nothing was learned: at no step the validation photos were read better than with the weights of "
            f"{run.base_version.name}, so these stay and there is no new version."
        )
    verdict = "passed" if decision.passed else "did not pass"
    return f"{decision.challenger.name} is registered; it {verdict} the gate."


def _claim_next(clock: Clock, code: str) -> RunClaim | None:
    """Each queued run has a message of its own, so whichever message comes, the first run starts."""
    run = list_queue().select_related("project", "snapshot", "base_version__run", "requested_by").first()
    if run is None:
        return None
    before = run.code
    claim = RunClaim.take(run, clock=clock, prefix="run", code=code)
    if claim is None:
        return None
    claim.log(_describe_start(run, before))
    return claim


def _describe_start(run: FinetuningRun, code_before: str) -> str:
    began = "A worker began" if run.attempts == 1 else f"A worker goes on (attempt {run.attempts})"
    text = f"{began}: from {run.base_version.name} on {run.snapshot.name} ({run.snapshot.sha256[:12]})."
    if code_before and code_before != run.code:
        text += " The code has changed meanwhile: the same run may give other figures another time."
    return text


def _find_or_train(claim: RunClaim, trainer: Trainer) -> ModelVersion | None:
    """The run's version: trained now, or registered by an attempt that was killed right after.

    None where nothing was learned: a copy of what is there already is no version.
    """
    run = claim.run
    known = ModelVersion.objects.filter(run=run).first()
    if known is not None:
        return known
    check_no_leak(snapshot=run.snapshot, base=run.base_version)
    document = load_snapshot(run.snapshot)
    check_file(document)
    check_labels_stand(snapshot=run.snapshot)
    bundle_dir = trainer(
        snapshot=document,
        photo_path=storage.original_path,
        base_bundle=storage.bundle_path(run.base_version.digest),
        config=run.config,
        out_dir=storage.run_dir(run.pk),
        report=lambda progress: _report(claim, progress),
    )
    claim.check_not_canceled()
    if bundle_dir is None:
        return None
    claim.write(message="Registering the new version")
    version = register_version(run=run, bundle_dir=bundle_dir, now=claim.clock())
    claim.tell(f"Registered as {version.name}")
    return version


def _report(claim: RunClaim, progress: Progress) -> None:
    """Write the progress and look whether to go on. Raises WorkCanceled, WorkLost."""
    values: dict[str, Any] = {"step": progress.step, "steps": progress.steps}
    if progress.is_news:
        claim.tell(str(progress.message), **values)
    elif not progress.network:
        claim.write(message=str(progress.message)[:LONGEST_MESSAGE], **values)
    else:
        _write_point(claim, progress, values)
    claim.check_not_canceled()


def _write_point(claim: RunClaim, progress: Progress, values: dict[str, Any]) -> None:
    """The run shows the newest of each figure, the curve those of this very step."""
    figures = {name: _finite(getattr(progress, name)) for name in _FIGURES}
    known = {name: value for name, value in figures.items() if value is not None}
    with transaction.atomic():
        if claim.run.network != progress.network:  # what another network reached says nothing of this one
            claim.run.network = progress.network
            values = dict.fromkeys(_FIGURES) | values
        message = str(progress.message)[:LONGEST_MESSAGE]
        claim.write(**{**values, **known}, network=progress.network, message=message)
        RunMetric.objects.update_or_create(
            run=claim.run,
            network=progress.network,
            step=progress.network_step,
            defaults={**known, "created_at": claim.clock()},
        )


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _fail(claim: RunClaim, error: Exception) -> None:
    claim.finish_or_let_go(RunState.FAILED, "failed", error=explain_failure(error), message="")
