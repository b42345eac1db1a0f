"""What was accepted without a second person's eyes: what to look at, and how much of it was right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet

from inference.metrics import wilson_interval
from labeling.models import (
    Annotation,
    DecidedBy,
    LabelEnd,
    Outcome,
    Prediction,
    Project,
    PseudoLabel,
    PseudoRound,
    SpotCheck,
    Task,
    Unseen,
)
from labeling.policies import Capability, check_can
from labeling.states import PseudoRoundState, TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

Row = TypeVar("Row", bound=Model)

SHEET = 24
"""Strips on one sheet: as many as a letter each from A to X."""

MOST_COUNTED = 200
"""Whether it is more, nobody needs to know who looks at 24 at a time. A round's sample is counted whole."""


@dataclass(frozen=True, slots=True)
class SheetReading:
    """One accepted text to look at; `key` is the prediction's id or the annotation's, as a text."""

    of: Prediction | Annotation
    task: Task
    label: PseudoLabel | None = None

    @property
    def key(self) -> str:
        return str(self.of.pk)

    @property
    def text(self) -> str:
        return self.of.vin if isinstance(self.of, Prediction) else self.of.text

    @property
    def source(self) -> Unseen:
        return Unseen.PSEUDO_LABEL if isinstance(self.of, Prediction) else Unseen.POLICY


@dataclass(frozen=True, slots=True)
class Precision:
    """How many of the readings that were looked at were right, with the 95 % interval of Wilson (1927)."""

    source: Unseen
    right: int = 0
    checked: int = 0

    @property
    def share(self) -> float | None:
        return self.right / self.checked if self.checked else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson_interval(self.right, self.checked)


def list_unseen(*, project: Project, pseudo_round: PseudoRound | None = None) -> QuerySet[PseudoLabel]:
    """Pseudo-labels that were drawn for an audit and that nobody has looked at, of all rounds or of one.

    With list_unseen_work this is the one place that says what such a reading is. A task's key is random, so
    that its order is, too.
    """
    audits: dict[str, Any] = {
        "pseudo_round__project": project,
        "pseudo_round__state": PseudoRoundState.AUDITING,
    }
    if pseudo_round is not None:
        audits["pseudo_round"] = pseudo_round
    rows = PseudoLabel.objects.filter(**audits, is_audited=True, end=LabelEnd.STANDS)
    rows = rows.filter(spot_check=None, task__photo__rendered_at__isnull=False)
    rows = rows.select_related("prediction", "task__project", "task__photo").order_by("task")
    return rows.defer("prediction__characters", "prediction__quality", "prediction__stages")


def list_unseen_work(*, project: Project, viewer: User | AnonymousUser) -> QuerySet[Annotation]:
    """Annotations that the policy accepted without a review and nobody has looked at, in random order.

    Nothing of a photo that the viewer has read: nobody audits their own work.
    """
    own = Annotation.objects.filter(task=OuterRef("task"), author_id=viewer.pk)
    rows = Annotation.objects.filter(task__project=project, task__is_probe=False, spot_check=None)
    rows = rows.filter(task__state=TaskState.ACCEPTED, task__decided_by=DecidedBy.POLICY)
    rows = rows.filter(revision=F("task__revision"), outcome=Outcome.READ)
    has_line = Q(region__isnull=False) | Q(prediction__region__isnull=False)
    rows = rows.filter(has_line, task__photo__rendered_at__isnull=False).exclude(Exists(own))
    return rows.select_related("task__project", "task__photo").defer("characters").order_by("task")


def list_sheet(
    *,
    project: Project,
    viewer: User | AnonymousUser,
    limit: int = SHEET,
    pseudo_round: PseudoRound | None = None,
) -> list[SheetReading]:
    """The readings of the next sheet, of whatever source, or of the audit of one round.

    Raises Forbidden, NotFound.
    """
    check_can(viewer, Capability.REVIEW, project)
    if pseudo_round is not None:
        return join_readings(_take(_walk_labels(pseudo_round, size=2 * limit), limit), [])
    labels = [
        label for each in _list_audits(project) for label in _take(_walk_labels(each, size=2 * limit), limit)
    ]
    work = _take(_walk_work(project, viewer, size=2 * limit), limit)
    return join_readings(labels, work)[:limit]


def _take(parts: Iterable[QuerySet[Row]], limit: int) -> Iterator[Row]:
    return islice(chain.from_iterable(part[:limit] for part in parts), limit)


def join_readings(labels: Iterable[PseudoLabel], work: Iterable[Annotation]) -> list[SheetReading]:
    """Both in the one random order."""
    readings = chain(
        (SheetReading(label.prediction, label.task, label) for label in labels),
        (SheetReading(annotation, annotation.task) for annotation in work),
    )
    return sorted(readings, key=lambda reading: reading.task.pk)


def count_unseen(
    *, project: Project, viewer: User | AnonymousUser, pseudo_round: PseudoRound | None = None
) -> int:
    """How many the viewer may look at: of a round exactly, of all up to MOST_COUNTED."""
    if pseudo_round is not None:
        return list_unseen(project=project, pseudo_round=pseudo_round).count()
    total = 0
    labels = (_walk_labels(each, size=MOST_COUNTED) for each in _list_audits(project))
    work = _walk_work(project, viewer, size=MOST_COUNTED)
    for part in chain(chain.from_iterable(labels), work):
        total += part.count()
        if total >= MOST_COUNTED:
            return MOST_COUNTED
    return total


def _list_audits(project: Project) -> QuerySet[PseudoRound]:
    audits = PseudoRound.objects.filter(project=project, state=PseudoRoundState.AUDITING)
    return audits.select_related("project")


def _walk_work(
    project: Project, viewer: User | AnonymousUser, *, size: int
) -> Iterator[QuerySet[Annotation]]:
    """The list in parts of so many tasks: an index has them in their order, of which a page needs the first
    few.
    """
    tasks = Task.objects.filter(project=project, state=TaskState.ACCEPTED, decided_by=DecidedBy.POLICY)
    for keys in _walk_keys(tasks, "pk", size):
        yield list_unseen_work(project=project, viewer=viewer).filter(task__in=keys)


def _walk_labels(pseudo_round: PseudoRound, *, size: int) -> Iterator[QuerySet[PseudoLabel]]:
    """The same of one round, whose labels an index has in this order, too."""
    labels = PseudoLabel.objects.filter(
        pseudo_round=pseudo_round, is_audited=True, end=LabelEnd.STANDS, spot_check=None
    )
    for keys in _walk_keys(labels, "task", size):
        unseen = list_unseen(project=pseudo_round.project, pseudo_round=pseudo_round)
        yield unseen.filter(task__in=keys)


def _walk_keys(rows: QuerySet[Any], key: str, size: int) -> Iterator[list[UUID]]:
    ordered = rows.order_by(key).values_list(key, flat=True)
    keys = list(ordered[:size])
    while keys:
        yield keys
        keys = list(ordered.filter(**{f"{key}__gt": keys[-1]})[:size])


def list_precision(*, project: Project) -> list[Precision]:
    """Of all readings of the project that were looked at, source by source."""
    checks = SpotCheck.objects.order_by()
    return [
        _count_right(Unseen.PSEUDO_LABEL, checks.filter(label__pseudo_round__project=project)),
        _count_right(Unseen.POLICY, checks.filter(annotation__project=project)),
    ]


def _count_right(source: Unseen, checks: QuerySet[SpotCheck]) -> Precision:
    counted = checks.aggregate(right=Count("pk", filter=Q(is_right=True)), checked=Count("pk"))
    return Precision(source, counted["right"], counted["checked"])
