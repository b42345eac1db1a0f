"""Rounds of pseudo-labels: what they may read, what they read, how their audit goes, and what used them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from labeling.models import (
    DatasetSnapshot,
    Draft,
    Evaluation,
    FinetuningRun,
    GateDecision,
    LabelEnd,
    ModelVersion,
    Project,
    PseudoLabel,
    PseudoRound,
    RoundPart,
    RoundReading,
    SnapshotItem,
    SpotCheck,
    Task,
)
from labeling.pseudo_labels import (
    AGREEING,
    CONTRADICTED,
    Audit,
    AuditVerdict,
    Compared,
    Objection,
    ThresholdChoice,
    choose,
)
from labeling.queries.access import get_visible
from labeling.states import PhotoState, PseudoRoundState, TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

DECIDED = (PseudoRoundState.AUDITING, PseudoRoundState.UPHELD, PseudoRoundState.REVOKED)
"""The states in which it is known what became a label."""

_RELATED = ("project", "teacher", "validation", "requested_by", "settled_by")
_LOOKED_AT = (LabelEnd.WRONG, LabelEnd.TAKEN_BACK)


def get_round(
    *, user: User | AnonymousUser, round_id: UUID | str, project: Project | None = None
) -> PseudoRound:
    """Raises NotFound."""
    return get_visible(
        PseudoRound.objects.select_related(*_RELATED), user=user, key=round_id, project=project
    )


def list_rounds(*, project: Project) -> QuerySet[PseudoRound]:
    """The rounds of a project, newest first."""
    return PseudoRound.objects.filter(project=project).select_related(*_RELATED).order_by("-number")


def find_missed_round(*, project: Project) -> PseudoRound | None:
    """The first round whose audit misses its target and that nobody has revoked."""
    in_audit = PseudoRound.objects.filter(project=project, state=PseudoRoundState.AUDITING)
    verdicts = ((each, get_audit(pseudo_round=each).verdict) for each in in_audit.order_by("number"))
    return next((each for each, verdict in verdicts if verdict == AuditVerdict.MISSED), None)


def find_label(*, task: Task) -> PseudoLabel | None:
    """The pseudo-label that stands for a task; its `has_check` says whether a person has looked at it."""
    rows = PseudoLabel.objects.filter(task=task, end=LabelEnd.STANDS)
    rows = rows.annotate(has_check=Exists(SpotCheck.objects.filter(label=OuterRef("pk"))))
    return rows.select_related("pseudo_round", "prediction__model_version").first()


def list_unlabeled(*, project: Project) -> QuerySet[Task]:
    """Tasks of photos that nobody has read, works on, or is to work on, and that a person could be shown.

    Where a person has doubted a pseudo-label before, no round tries again.
    """
    rows = Task.objects.filter(project=project, state=TaskState.NEW, revision=0, assignee=None)
    rows = rows.filter(photo__state=PhotoState.READY, photo__rendered_at__isnull=False)
    of_task = {"task": OuterRef("pk")}
    return rows.exclude(
        Exists(Draft.objects.filter(**of_task))
        | Exists(SpotCheck.objects.filter(**of_task))
        | Exists(PseudoLabel.objects.filter(**of_task, end__in=_LOOKED_AT))
    )


def list_validation(*, snapshot: DatasetSnapshot, teacher: ModelVersion) -> QuerySet[SnapshotItem]:
    """What people read of the validation split, without the photos and vehicles that taught the teacher."""
    rows = SnapshotItem.objects.filter(snapshot=snapshot, split="validation", annotation__isnull=False)
    taught = SnapshotItem.objects.filter(snapshot__in=find_lineage(teacher), split="train")
    rows = rows.exclude(vin__in=taught.values("vin")).exclude(photo__in=taught.values("photo"))
    return rows.select_related("photo").order_by("photo")


def find_lineage(version: ModelVersion) -> set[UUID]:
    """The snapshots of the runs that led to a version."""
    snapshots: set[UUID] = set()
    current: ModelVersion | None = version
    while current is not None and current.run is not None:
        snapshots.add(current.run.snapshot_id)
        current = current.base
    return snapshots


def list_compared(*, pseudo_round: PseudoRound) -> list[Compared]:
    """What the teacher read in the validation photos so far."""
    rows = RoundReading.objects.filter(pseudo_round=pseudo_round, part=RoundPart.VALIDATION)
    return [Compared(*row) for row in rows.values_list("expected", "vin", "confidence", "objection")]


def find_choice(*, pseudo_round: PseudoRound) -> ThresholdChoice:
    """The curve of the round, and the threshold that its target asks for."""
    return choose(list_compared(pseudo_round=pseudo_round), target=pseudo_round.target)


@dataclass(frozen=True, slots=True)
class RoundCounts:
    """What became of the photos that a round read: each count is a part of the one before.

    `sure` are those above the threshold. While it reads, none of them `is_decided`.
    """

    read: int
    agreed: int
    uncontradicted: int
    sure: int
    accepted: int
    is_decided: bool = True
    objections: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)

    @property
    def contradicted(self) -> int:
        return self.agreed - self.uncontradicted

    @property
    def passed_over(self) -> int:
        """Sure, but somebody was on them when it was decided."""
        return self.sure - self.accepted if self.is_decided else 0

    @property
    def standing(self) -> int:
        """Labels that hold at this moment."""
        return self.accepted - sum(self.ended.values())


def count_readings(*, pseudo_round: PseudoRound) -> RoundCounts:
    rows = RoundReading.objects.filter(pseudo_round=pseudo_round, part=RoundPart.UNLABELED)
    objections: dict[str, int] = dict(rows.values_list("objection").annotate(n=Count("id")).order_by())
    labels = PseudoLabel.objects.filter(pseudo_round=pseudo_round)
    ends: dict[str, int] = dict(labels.values_list("end").annotate(n=Count("id")).order_by())
    accepted = sum(ends.values())
    sure = 0
    if pseudo_round.threshold is not None:
        sure = rows.filter(objection=Objection.NONE, confidence__gte=pseudo_round.threshold).count()
    agreed = sum(objections.get(name, 0) for name in AGREEING)
    return RoundCounts(
        read=sum(objections.values()),
        agreed=agreed,
        uncontradicted=agreed - sum(objections.get(name, 0) for name in CONTRADICTED),
        sure=max(sure, accepted),
        accepted=accepted,
        is_decided=pseudo_round.state in DECIDED,
        objections={name: count for name, count in objections.items() if name},
        ended={name: count for name, count in ends.items() if name},
    )


def count_accepted(*, pseudo_rounds: Iterable[PseudoRound]) -> Counter[UUID]:
    """How many readings each of the rounds accepted."""
    rows = PseudoLabel.objects.filter(pseudo_round__in=[each.pk for each in pseudo_rounds])
    return Counter(dict(rows.values_list("pseudo_round").annotate(n=Count("id")).order_by()))


def get_audit(*, pseudo_round: PseudoRound) -> Audit:
    """How the audit stands. A label of the sample that a person took back without a check counts as wrong."""
    labels = PseudoLabel.objects.filter(pseudo_round=pseudo_round)
    sample = Q(is_audited=True)
    counted = labels.aggregate(
        accepted=Count("id"),
        sample=Count("id", filter=sample),
        right=Count("id", filter=sample & Q(spot_check__is_right=True)),
        wrong=Count("id", filter=sample & Q(spot_check__is_right=False)),
        taken_back=Count("id", filter=sample & Q(spot_check=None, end=LabelEnd.TAKEN_BACK)),
    )
    wrong = counted.pop("wrong") + counted.pop("taken_back")
    return Audit(**counted, wrong=wrong, target=pseudo_round.target)


@dataclass(frozen=True, slots=True)
class Score:
    """How many test photos a version read right."""

    version: ModelVersion
    exact: int
    n: int


@dataclass(frozen=True, slots=True)
class VersionUse:
    """A version that learned from the labels, or from one that did; beside it the champion of its time."""

    version: ModelVersion
    is_direct: bool
    decision: GateDecision | None
    score: Score | None
    before: Score | None


@dataclass(frozen=True, slots=True)
class SnapshotUse:
    """A snapshot that holds labels of the round, with the runs on it."""

    snapshot: DatasetSnapshot
    labels: int
    runs: list[FinetuningRun]


@dataclass(frozen=True, slots=True)
class Effect:
    """Everything that used the labels of a round."""

    snapshots: list[SnapshotUse]
    versions: list[VersionUse]

    @property
    def runs(self) -> list[FinetuningRun]:
        return [run for use in self.snapshots for run in use.runs]

    @property
    def promoted(self) -> list[VersionUse]:
        return [use for use in self.versions if use.version.promoted_at is not None]


def find_effect(*, pseudo_round: PseudoRound) -> Effect:
    items = SnapshotItem.objects.filter(pseudo_label__pseudo_round=pseudo_round)
    counts: dict[UUID, int] = dict(items.values_list("snapshot").annotate(n=Count("id")).order_by())
    snapshots = DatasetSnapshot.objects.filter(pk__in=counts).order_by("created_at")
    runs: dict[UUID, list[FinetuningRun]] = {key: [] for key in counts}
    for run in FinetuningRun.objects.filter(snapshot__in=counts).order_by("number"):
        runs[run.snapshot_id].append(run)
    direct = ModelVersion.objects.filter(run__snapshot__in=counts)
    return Effect(
        [SnapshotUse(snapshot, counts[snapshot.pk], runs[snapshot.pk]) for snapshot in snapshots],
        _list_versions(list(direct.select_related("run").order_by("number"))),
    )


def _list_versions(direct: list[ModelVersion]) -> list[VersionUse]:
    """With those that started from their weights, and so on."""
    found = {version.pk: version for version in direct}
    known = set(found)
    latest = list(direct)
    while latest:
        latest = list(
            ModelVersion.objects.filter(base__in=latest).exclude(pk__in=found).select_related("run")
        )
        found |= {version.pk: version for version in latest}
    ordered = sorted(found.values(), key=lambda version: version.number)
    return [_describe_version(version, is_direct=version.pk in known) for version in ordered]


def _describe_version(version: ModelVersion, *, is_direct: bool) -> VersionUse:
    decisions = GateDecision.objects.filter(challenger=version).select_related("champion", "snapshot")
    decision = decisions.order_by("created_at").first()
    if decision is None:
        return VersionUse(version, is_direct, None, None, None)
    score, before = (_find_score(each, decision.snapshot) for each in (version, decision.champion))
    return VersionUse(version, is_direct, decision, score, before)


def _find_score(version: ModelVersion, snapshot: DatasetSnapshot) -> Score | None:
    rows = Evaluation.objects.filter(model_version=version, snapshot=snapshot, split="test")
    figures = rows.values_list("scorecard__exact", "scorecard__n").first()
    return Score(version, *figures) if figures else None


@dataclass(frozen=True, slots=True)
class RoundReport:
    """All that there is to say about a round."""

    pseudo_round: PseudoRound
    counts: RoundCounts
    choice: ThresholdChoice
    audit: Audit
    effect: Effect


def describe_round(*, pseudo_round: PseudoRound) -> RoundReport:
    return RoundReport(
        pseudo_round,
        count_readings(pseudo_round=pseudo_round),
        find_choice(pseudo_round=pseudo_round),
        get_audit(pseudo_round=pseudo_round),
        find_effect(pseudo_round=pseudo_round),
    )


def list_revoked_in(snapshot: DatasetSnapshot) -> list[PseudoRound]:
    """The revoked rounds whose labels a snapshot holds."""
    items = SnapshotItem.objects.filter(snapshot=snapshot, pseudo_label__pseudo_round=OuterRef("pk"))
    return list(PseudoRound.objects.filter(Exists(items), state=PseudoRoundState.REVOKED).order_by("number"))
