"""How a run's version is measured: beside the champion, on the same photos; and judged by the gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from django.db import transaction

from inference.snapshot import PhotoPath, Snapshot, Split
from inference.types import EvaluatedPhoto, Scorecard
from labeling import storage
from labeling.models import DatasetSnapshot, Evaluation, GateDecision, MeasuredPhoto, ModelVersion
from labeling.operations import audit
from labeling.operations.claims import LONGEST_MESSAGE
from labeling.operations.datasets import load_snapshot
from labeling.operations.gating import TEST, decide, find_scorecard, list_measured
from labeling.operations.run_claims import RunClaim
from labeling.operations.transitions import move
from labeling.queries.champions import get_champion
from labeling.queries.gate_policies import find_gate_policy
from labeling.states import ModelVersionState

MEASURED_AT_ONCE = 5
"""After so many photos somebody is told how far the measuring is, and a cancellation is noticed."""

Keep = Callable[[EvaluatedPhoto], None]


class Evaluator(Protocol):
    """Measures a bundle on a split through the pipeline of production.

    Photos that are `known`, by their hash, are not read again. `keep` is given each of the others as soon as
    it was measured; what it raises goes through.
    """

    def __call__(
        self,
        *,
        bundle_dir: Path,
        snapshot: Snapshot,
        split: Split,
        photo_path: PhotoPath,
        known: Mapping[str, EvaluatedPhoto],
        keep: Keep,
    ) -> Scorecard: ...


def compare(claim: RunClaim, version: ModelVersion, evaluator: Evaluator) -> GateDecision:
    """Measure the challenger and the champion on the same photos and apply the gate's rules.

    They read the run's test split, and that of the reference set where the project has one.
    Raises WorkCanceled, WorkLost.
    """
    run = claim.run
    champion = get_champion(run.project) or run.base_version
    policy = find_gate_policy(project=run.project)
    for snapshot in list_measured(run.snapshot, policy):
        for each in (version, champion):
            claim.check_not_canceled()
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


def _evaluate(
    claim: RunClaim, version: ModelVersion, snapshot: DatasetSnapshot, evaluator: Evaluator
) -> None:
    """A version is measured once on a split: what is stored is what it was."""
    if find_scorecard(version=version, snapshot=snapshot) is not None:
        return
    card = _measure(claim, version, snapshot, evaluator)
    with transaction.atomic():
        Evaluation.objects.create(
            model_version=version,
            snapshot=snapshot,
            split=TEST,
            scorecard=card.to_json(),
            created_at=claim.clock(),
        )
        MeasuredPhoto.objects.filter(model_version=version, snapshot=snapshot).delete()
        claim.tell(f"{version.name} reads {card.exact} of {card.n} test photos of {snapshot.name} right")
        facts = {"snapshot": snapshot.name, "n": card.n, "exact": card.exact}
        audit.record(
            project=claim.run.project,
            actor=None,
            verb="model_version.measured",
            on=version,
            now=claim.clock(),
            data=facts,
        )


def _measure(
    claim: RunClaim, version: ModelVersion, snapshot: DatasetSnapshot, evaluator: Evaluator
) -> Scorecard:
    """Goes on where a worker that was killed has stopped."""
    frozen = load_snapshot(snapshot)
    if not (items := frozen.split(TEST)):
        return Scorecard(version.digest, frozen.name, TEST, 0, 0, 0.0, 0, 0.0, 0.0, 0.0)
    known = _list_known(version, snapshot)
    measured = _Measured(claim, version, snapshot, done=len(known), count=len(items))
    measured.tell()
    return evaluator(
        bundle_dir=storage.bundle_path(version.digest),
        snapshot=frozen,
        split=TEST,
        photo_path=storage.original_path,
        known=known,
        keep=measured.keep,
    )


def _list_known(version: ModelVersion, snapshot: DatasetSnapshot) -> dict[str, EvaluatedPhoto]:
    rows = MeasuredPhoto.objects.filter(model_version=version, snapshot=snapshot)
    return {row.photo: EvaluatedPhoto.from_json(row.figures) for row in rows}


@dataclass(slots=True)
class _Measured:
    """How far the measuring of a version is, and where each photo of it is kept."""

    claim: RunClaim
    version: ModelVersion
    snapshot: DatasetSnapshot
    done: int
    count: int

    def keep(self, photo: EvaluatedPhoto) -> None:
        """Raises WorkCanceled, WorkLost."""
        row = MeasuredPhoto(
            model_version=self.version, snapshot=self.snapshot, photo=photo.photo, figures=asdict(photo)
        )
        # another worker may have been given the run in the meantime and measure the same photos
        MeasuredPhoto.objects.bulk_create([row], ignore_conflicts=True)
        self.done += 1
        if self.done % MEASURED_AT_ONCE == 0:
            self.tell()
            self.claim.check_not_canceled()

    def tell(self) -> None:
        what = f"Measuring {self.version.name} on the test split of {self.snapshot.name}"
        self.claim.write(message=f"{what}: {self.done} of {self.count} photos"[:LONGEST_MESSAGE])
