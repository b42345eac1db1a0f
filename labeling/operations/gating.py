"""The gate's decision about a challenger, from scorecards that are stored."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from inference.snapshot import Split
from inference.types import Scorecard
from labeling import gates, policies, storage
from labeling.models import DatasetSnapshot, Evaluation, GateDecision, GatePolicy, ModelVersion, User
from labeling.operations import audit, shadows
from labeling.operations.transitions import Conflict
from labeling.queries.champions import get_champion
from labeling.queries.gate_policies import find_gate_policy, rules_of

TEST: Split = "test"


class NotMeasured(Conflict):
    """A scorecard that the rules need does not exist."""

    code = "not_measured"


def judge_again(*, version: ModelVersion, by: User, now: datetime) -> GateDecision:
    """Judge a version by the rules of now, where they changed since it was measured.

    Nothing is read again: it needs scorecards beside the champion of now. Raises NotMeasured, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, version.project)
    before = GateDecision.objects.filter(challenger=version).order_by("-created_at").first()
    champion = get_champion(version.project)
    if before is None or champion is None:
        raise NotMeasured(f"{version.name} has not been compared with a version in service.")
    with transaction.atomic():
        decision = decide(
            challenger=version,
            champion=champion,
            snapshot=before.snapshot,
            policy=find_gate_policy(project=version.project),
            now=now,
        )
        facts = {"passed": decision.passed, "champion": champion.name}
        audit.record(
            project=version.project, actor=by, verb="model_version.judged", on=version, now=now, data=facts
        )
    return decision


def decide(
    *,
    challenger: ModelVersion,
    champion: ModelVersion,
    snapshot: DatasetSnapshot,
    policy: GatePolicy | None,
    now: datetime,
) -> GateDecision:
    """Apply the rules to stored scorecards; the same question has one answer. Raises NotMeasured."""
    rules = rules_of(policy)
    result = gates.GateResult()
    for on, measured in zip(("test", "reference"), list_measured(snapshot, policy), strict=False):
        result += gates.compare(
            champion=_get_scorecard(champion, measured),
            challenger=_get_scorecard(challenger, measured),
            rules=rules,
            on=on,
        )
    result += gates.judge_bundle(byte_size=storage.measure_bundle(challenger.digest), rules=rules)
    decision, is_new = GateDecision.objects.get_or_create(
        challenger=challenger,
        champion=champion,
        snapshot=snapshot,
        policy=policy,
        defaults={
            "passed": result.passed,
            "reasons": result.to_json(),
            "rules": rules.to_json(),
            "created_at": now,
        },
    )
    if is_new and not decision.passed:
        shadows.end_shadow_of_rejected(version=challenger, now=now)
    return decision


def list_measured(snapshot: DatasetSnapshot, policy: GatePolicy | None) -> list[DatasetSnapshot]:
    """The snapshots whose test splits both versions read: the run's own, then the reference set."""
    reference = policy.reference if policy else None
    return [snapshot] if reference in (None, snapshot) else [snapshot, reference]


def find_scorecard(*, version: ModelVersion, snapshot: DatasetSnapshot) -> Scorecard | None:
    """What a version was measured to read of a snapshot's test split."""
    known = Evaluation.objects.filter(model_version=version, snapshot=snapshot, split=TEST).first()
    return Scorecard.from_json(known.scorecard) if known else None


def _get_scorecard(version: ModelVersion, snapshot: DatasetSnapshot) -> Scorecard:
    card = find_scorecard(version=version, snapshot=snapshot)
    if card is None:
        raise NotMeasured(
            f"{version.name} was not measured on {snapshot.name}: start a run on it, which measures both."
        )
    return card
