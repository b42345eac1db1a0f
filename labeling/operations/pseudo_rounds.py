"""Rounds of pseudo-labels: planned, asked for, canceled and tried again by people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef

from labeling import policies, queue
from labeling.errors import DomainError
from labeling.models import (
    DatasetSnapshot,
    ModelVersion,
    Prediction,
    Project,
    PseudoRound,
    SnapshotItem,
    User,
)
from labeling.operations import audit
from labeling.operations.pseudo_audits import settle_audits
from labeling.operations.transitions import Conflict, move
from labeling.pseudo_labels import (
    LEAST_TARGET,
    MOST_TARGET,
    Compared,
    ThresholdChoice,
    choose,
    find_objection,
    find_shortage,
)
from labeling.queries.champions import get_champion
from labeling.queries.datasets import list_snapshots
from labeling.queries.pseudo_rounds import list_rounds, list_unlabeled, list_validation
from labeling.states import PseudoRoundState

NUDGE_AFTER = timedelta(seconds=30)
LOST_AFTER = timedelta(seconds=60)
"""No heartbeat for so long: the worker was killed, and another one goes on where it stopped."""

MAX_ATTEMPTS = 3
MAX_AUDIT = 100_000
DEFAULT_TARGET = 0.995
_UNDER_WAY = "A round of this project is under way. Wait for its end, or cancel it."


class InvalidRound(DomainError):
    """What was asked for is no round that there can be."""

    code = "invalid_round"


class NothingToRead(Conflict):
    """There is no photo to label, no teacher, or nothing to choose a threshold on."""

    code = "nothing_to_read"


class TooFewToChoose(Conflict):
    """The validation photos are too few to show the target, however well they are read."""

    code = "too_few_to_choose"


class RoundUnderWay(Conflict):
    """A project has one round at a time that reads."""

    code = "round_under_way"


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a round would do.

    `photos` would be read, of which the teacher has read `known` before; `validation_photos` decide on the
    threshold, of which `choice` has those that the teacher has read. Its threshold is final where it has all.
    """

    teacher: ModelVersion
    validation: DatasetSnapshot
    target: float
    audit_size: int
    revokes_itself: bool
    photos: int
    known: int
    validation_photos: int
    choice: ThresholdChoice

    @property
    def is_final(self) -> bool:
        return self.choice.n == self.validation_photos

    @property
    def problem(self) -> str:
        """Why the round would fail, as far as that is known; empty where it is not."""
        return self.choice.problem if self.is_final else ""


def plan_round(
    *,
    project: Project,
    by: User,
    teacher: ModelVersion | None = None,
    validation: DatasetSnapshot | None = None,
    target: float | None = None,
    audit_size: int | None = None,
    revokes_itself: bool | None = None,
) -> RoundPlan:
    """Check all that can be checked beforehand, and say what a round would read; changes nothing.

    Without a teacher it is the champion, without a snapshot the newest that has a validation split. Settings
    that are left out are those of the project's last round.
    Raises InvalidRound, NothingToRead, TooFewToChoose, NotFound, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    last = list_rounds(project=project).first() or PseudoRound(target=DEFAULT_TARGET)
    target = _check_target(last.target if target is None else target)
    audit_size = _check_audit_size(last.audit_size if audit_size is None else audit_size)
    teacher = _find_teacher(project, teacher)
    validation = _find_validation(project, validation)
    photos = list_unlabeled(project=project)
    count = photos.count()
    if not count:
        raise NothingToRead("Every photo is labeled, or somebody works on it: there is nothing to read.")
    items = list_validation(snapshot=validation, teacher=teacher)
    n = items.count()
    if shortage := find_shortage(n, target=target):
        raise TooFewToChoose(shortage, fields={"target": shortage})
    read = Prediction.objects.filter(photo=OuterRef("photo"), model_version=teacher)
    return RoundPlan(
        teacher=teacher,
        validation=validation,
        target=target,
        audit_size=audit_size,
        revokes_itself=last.revokes_itself if revokes_itself is None else revokes_itself,
        photos=count,
        known=photos.filter(Exists(read)).count(),
        validation_photos=n,
        choice=choose(_compare_stored(list(items), teacher), target=target),
    )


def _check_target(target: float) -> float:
    if not LEAST_TARGET <= target <= MOST_TARGET:
        said = f"A share from {LEAST_TARGET:g} to {MOST_TARGET:g}, such as 0.995."
        raise InvalidRound(f"The target must be: {said}", fields={"target": said})
    return target


def _check_audit_size(size: int) -> int:
    if not 0 <= size <= MAX_AUDIT:
        said = f"A whole number up to {MAX_AUDIT:,}; 0: as few as can show the target."
        raise InvalidRound(f"The audit takes: {said}", fields={"audit_size": said})
    return size


def _find_teacher(project: Project, wanted: ModelVersion | None) -> ModelVersion:
    teacher = wanted or get_champion(project)
    if teacher is None:
        raise NothingToRead("The project has no model version that could read. Put one into service.")
    if teacher.project_id != project.pk:
        raise policies.NotFound
    return teacher


def _find_validation(project: Project, wanted: DatasetSnapshot | None) -> DatasetSnapshot:
    if wanted is not None and wanted.project_id != project.pk:
        raise policies.NotFound
    labeled = SnapshotItem.objects.filter(
        snapshot=OuterRef("pk"), split="validation", annotation__isnull=False
    )
    snapshot = wanted or list_snapshots(project=project).filter(Exists(labeled)).first()
    if snapshot is None:
        raise NothingToRead(
            "No snapshot has a validation photo that people have read, so no threshold can be chosen. "
            "Annotate photos, have them reviewed, and freeze them."
        )
    return snapshot


def _compare_stored(items: list[SnapshotItem], teacher: ModelVersion) -> list[Compared]:
    """What the teacher has read in them before; the others are for the round."""
    expected = {item.photo_id: item.vin for item in items}
    rows = Prediction.objects.filter(model_version=teacher, photo__in=expected, repeats=None)
    return [
        Compared(
            expected[row.photo_id],
            row.vin,
            row.confidence,
            find_objection(row.vin if row.region else "", row.stages),
        )
        for row in rows.defer("characters", "quality")
    ]


def request_round(*, project: Project, by: User, now: datetime, **wanted: Any) -> PseudoRound:
    """Ask for a round; `wanted` is what `plan_round` takes.

    Raises RoundUnderWay and what `plan_round` raises.
    """
    plan = plan_round(project=project, by=by, **wanted)
    try:
        with transaction.atomic():
            return _insert(plan, project, by, now)
    except IntegrityError as error:
        if "pseudo_round_one_under_way" not in str(error):
            raise
        raise RoundUnderWay(_UNDER_WAY) from error


def _insert(plan: RoundPlan, project: Project, by: User, now: datetime) -> PseudoRound:
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    highest = PseudoRound.objects.filter(project=project).aggregate(highest=Max("number"))["highest"]
    made = PseudoRound.objects.create(
        project=project,
        number=(highest or 0) + 1,
        teacher=plan.teacher,
        validation=plan.validation,
        target=plan.target,
        audit_size=plan.audit_size,
        revokes_itself=plan.revokes_itself,
        total=plan.photos,
        requested_by=by,
        requested_at=now,
        nudge_at=now + NUDGE_AFTER,
    )
    facts = {"round": made.name, "teacher": plan.teacher.name, "target": plan.target, "photos": plan.photos}
    audit.record(project=project, actor=by, verb="pseudo_round.requested", on=made, now=now, data=facts)
    queue.enqueue_on_commit(queue.EXECUTE_PSEUDO_ROUND, round_id=str(made.pk))
    return made


def cancel_round(*, pseudo_round: PseudoRound, by: User, now: datetime) -> PseudoRound:
    """What waits is canceled at once, what reads after the photo in hand. Nothing has become a label by then.

    Raises IllegalTransition, Conflict, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, pseudo_round.project)
    facts = {"round": pseudo_round.name}
    if pseudo_round.state != PseudoRoundState.RUNNING:
        changes: dict[str, Any] = {"cancel_requested_at": now, "finished_at": now}
        verb = "pseudo_round.canceled"
        move(pseudo_round, PseudoRoundState.CANCELED, by=by, verb=verb, now=now, data=facts, **changes)
        return pseudo_round
    with transaction.atomic():
        running = PseudoRound.objects.filter(pk=pseudo_round.pk, state=PseudoRoundState.RUNNING)
        if running.filter(cancel_requested_at=None).update(cancel_requested_at=now):
            verb = "pseudo_round.cancel_requested"
            audit.record(
                project=pseudo_round.project, actor=by, verb=verb, on=pseudo_round, now=now, data=facts
            )
        elif not running.exists():
            raise Conflict
    pseudo_round.refresh_from_db()
    return pseudo_round


def retry_round(*, pseudo_round: PseudoRound, by: User, now: datetime) -> PseudoRound:
    """Queue a failed or canceled round again; what it has read it does not read again.

    Raises RoundUnderWay, IllegalTransition, Conflict, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, pseudo_round.project)
    changes: dict[str, Any] = {
        "error": "",
        "message": "",
        "attempts": 0,
        "threshold": None,
        "cancel_requested_at": None,
        "finished_at": None,
        "heartbeat_at": None,
        "nudge_at": now + NUDGE_AFTER,
    }
    try:
        with transaction.atomic():
            verb, facts = "pseudo_round.retried", {"round": pseudo_round.name}
            move(pseudo_round, PseudoRoundState.QUEUED, by=by, verb=verb, now=now, data=facts, **changes)
            queue.enqueue_on_commit(queue.EXECUTE_PSEUDO_ROUND, round_id=str(pseudo_round.pk))
    except IntegrityError as error:
        raise RoundUnderWay(_UNDER_WAY) from error
    return pseudo_round


def sweep_rounds(*, now: datetime) -> int:
    """Queue again what a lost worker held, ask for what nobody took, settle audits; returns how many."""
    silent = PseudoRound.objects.filter(state=PseudoRoundState.RUNNING, heartbeat_at__lte=now - LOST_AFTER)
    count = sum(_recover(each, now) for each in silent.select_related("project"))
    forgotten = PseudoRound.objects.filter(state=PseudoRoundState.QUEUED, nudge_at__lte=now)
    count += sum(_nudge(each, now) for each in forgotten)
    return count + settle_audits(now=now)


def _recover(pseudo_round: PseudoRound, now: datetime) -> bool:
    changes: dict[str, Any] = {"nudge_at": now + NUDGE_AFTER}
    state, verb = PseudoRoundState.QUEUED, "pseudo_round.worker_lost"
    if pseudo_round.cancel_requested_at is not None:
        state, verb, changes = PseudoRoundState.CANCELED, "pseudo_round.canceled", {"finished_at": now}
    elif pseudo_round.attempts >= MAX_ATTEMPTS:
        state, verb = PseudoRoundState.FAILED, "pseudo_round.failed"
        error = (
            f"The worker was lost {pseudo_round.attempts} times on this round. Look at its log, then retry."
        )
        changes = {"finished_at": now, "error": error}
    still_silent = {"heartbeat_at": pseudo_round.heartbeat_at, "attempts": pseudo_round.attempts}
    facts = {"round": pseudo_round.name}
    try:
        with transaction.atomic():
            move(
                pseudo_round,
                state,
                by=None,
                verb=verb,
                now=now,
                data=facts,
                only_if=still_silent,
                **changes,
            )
            if state == PseudoRoundState.QUEUED:
                queue.enqueue_on_commit(queue.EXECUTE_PSEUDO_ROUND, round_id=str(pseudo_round.pk))
    except Conflict:
        return False
    return True


def _nudge(pseudo_round: PseudoRound, now: datetime) -> bool:
    message = {"round_id": str(pseudo_round.pk)}
    if not queue.send(queue.EXECUTE_PSEUDO_ROUND, message, expires=2 * NUDGE_AFTER.total_seconds()):
        return False
    waiting = PseudoRound.objects.filter(pk=pseudo_round.pk, state=PseudoRoundState.QUEUED)
    waiting.update(nudge_at=now + NUDGE_AFTER)
    return True
