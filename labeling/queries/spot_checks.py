"""What was accepted without a second person's eyes: what to look at, and how much of it was right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

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

SHEET = 24
"""Strips on one sheet: as many as a letter each from A to X."""

PART = 200
"""Tasks that are looked through at once."""

MOST_COUNTED = 1000
"""Whether it is more, nobody needs to know who looks at 24 at a time."""


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
    rounds = {"pk": pseudo_round.pk} if pseudo_round else {}
    open_audits = PseudoRound.objects.filter(project=project, state=PseudoRoundState.AUDITING, **rounds)
    rows = PseudoLabel.objects.filter(pseudo_round__in=open_audits, is_audited=True, end=LabelEnd.STANDS)
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
    labels = list_unseen(project=project, pseudo_round=pseudo_round)[:limit]
    if pseudo_round is not None:
        return join_readings(labels, [])
    work = islice(chain.from_iterable(part[:limit] for part in _walk_work(project, viewer)), limit)
    return join_readings(labels, work)[:limit]


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
    """How many the viewer may look at, up to MOST_COUNTED."""
    total = list_unseen(project=project, pseudo_round=pseudo_round)[:MOST_COUNTED].count()
    for part in () if pseudo_round else _walk_work(project, viewer):
        total += part.count()
        if total >= MOST_COUNTED:
            return MOST_COUNTED
    return total


def _walk_work(project: Project, viewer: User | AnonymousUser) -> Iterator[QuerySet[Annotation]]:
    """The list in parts: an index has the tasks in their order, of which a page needs the first few."""
    tasks = Task.objects.filter(project=project, state=TaskState.ACCEPTED, decided_by=DecidedBy.POLICY)
    for keys in _walk_keys(tasks):
        yield list_unseen_work(project=project, viewer=viewer).filter(task__in=keys)


def _walk_keys(tasks: QuerySet[Task]) -> Iterator[list[UUID]]:
    rows = tasks.order_by("pk").values_list("pk", flat=True)
    keys = list(rows[:PART])
    while keys:
        yield keys
        keys = list(rows.filter(pk__gt=keys[-1])[:PART])


def list_precision(*, project: Project) -> list[Precision]:
    """Of all readings of the project that were looked at, source by source."""
    is_label = Q(annotation=None)
    counted = SpotCheck.objects.filter(task__project=project).aggregate(
        label_checked=Count("pk", filter=is_label),
        label_right=Count("pk", filter=is_label & Q(is_right=True)),
        work_checked=Count("pk", filter=~is_label),
        work_right=Count("pk", filter=~is_label & Q(is_right=True)),
    )
    return [
        Precision(Unseen.PSEUDO_LABEL, counted["label_right"], counted["label_checked"]),
        Precision(Unseen.POLICY, counted["work_right"], counted["work_checked"]),
    ]
