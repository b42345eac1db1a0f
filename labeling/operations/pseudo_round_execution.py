"""What the worker does with a round: read validation photos, choose the threshold, read the others, accept.

Each photo is a row of its own when it is read, and nothing becomes a label before the end, when all does in
one transaction: a worker that is killed loses the photo in hand.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from inference.types import Reading
from labeling import storage
from labeling.errors import DomainError
from labeling.models import (
    ModelVersion,
    Photo,
    Prediction,
    PseudoLabel,
    PseudoRound,
    RoundPart,
    RoundReading,
    Task,
)
from labeling.operations.best_values import refresh_best_value
from labeling.operations.claims import Claim, Clock, WorkCanceled
from labeling.operations.heartbeats import WorkLost, heartbeat
from labeling.operations.predictions import Reader, describe_stages, store_prediction
from labeling.operations.pseudo_audits import AT_ONCE
from labeling.operations.routes import draw_for
from labeling.operations.transitions import Conflict, move_many
from labeling.pseudo_labels import Objection, find_objection, size_sample
from labeling.queries.pseudo_rounds import find_choice, list_unlabeled, list_validation
from labeling.states import PseudoRoundState, TaskState

logger = logging.getLogger(__name__)

ReaderFor = Callable[[ModelVersion], Reader]
LoadReader = Callable[[], Reader]
"""The teacher's, loaded at the first photo that nobody has read with it before."""

PART = 200
"""Photos that are looked up at once."""

_MAX_ERROR = 2000


class NoThreshold(DomainError):
    """The validation photos do not show the target at any threshold."""

    code = "no_threshold"


def execute_round(
    *, round_id: UUID | str, reader_for: ReaderFor, now: datetime | Clock
) -> PseudoRound | None:
    """Carry out a queued round; None where another worker has it.

    One that fails keeps the error and raises nothing: what went wrong is for the person who reads its page.
    """
    clock: Clock = now if callable(now) else lambda: now
    claim = _take(round_id, clock)
    if claim is None:
        return None
    reader = cache(lambda: reader_for(claim.row.teacher))
    try:
        with heartbeat(claim.write, what=f"round {round_id}"):
            _read_validation(claim, reader)
            threshold = _choose_threshold(claim)
            _read_unlabeled(claim, reader, threshold)
            _accept(claim, threshold)
    except WorkCanceled:
        message = "Canceled on request. Nothing has become a label."
        claim.finish_or_let_go(PseudoRoundState.CANCELED, "canceled", message=message)
    except (WorkLost, Conflict):
        claim.let_go()
    except Exception as error:  # whatever reading raises: the round keeps it
        logger.exception("Round %s failed", round_id)
        claim.finish_or_let_go(PseudoRoundState.FAILED, "failed", error=_say(error), message="")
    claim.row.refresh_from_db()
    return claim.row


def _take(round_id: UUID | str, clock: Clock) -> Claim[PseudoRound] | None:
    rows = PseudoRound.objects.select_related("project", "teacher__run", "validation")
    found = rows.filter(pk=round_id, state=PseudoRoundState.QUEUED).first()
    if found is None:
        return None
    return Claim.take(found, clock=clock, prefix="pseudo_round", facts={"round": found.name})


def _read_validation(claim: Claim[PseudoRound], reader: LoadReader) -> None:
    """What people have labeled, to see how often the teacher is right at which confidence."""
    pseudo_round = claim.row
    items = list_validation(snapshot=pseudo_round.validation, teacher=pseudo_round.teacher)
    read = _list_read(pseudo_round).filter(part=RoundPart.VALIDATION)
    known = set(read.values_list("photo", flat=True))
    waiting = [item for item in items if item.photo_id not in known]
    total = len(known) + len(waiting)
    for done, item in enumerate(waiting, start=len(known)):
        claim.report(done, total, "Reading photos that people have labeled")
        seen = _look(claim, reader, item.photo)
        RoundReading.objects.create(
            pseudo_round=pseudo_round,
            photo=item.photo,
            part=RoundPart.VALIDATION,
            expected=item.vin,
            **seen.describe(),
        )


def _choose_threshold(claim: Claim[PseudoRound]) -> float:
    """Raises NoThreshold."""
    choice = find_choice(pseudo_round=claim.row)
    if choice.threshold is None:
        raise NoThreshold(choice.problem)
    claim.write(threshold=choice.threshold)
    claim.row.threshold = choice.threshold
    return choice.threshold


def _read_unlabeled(claim: Claim[PseudoRound], reader: LoadReader, threshold: float) -> None:
    """Every photo that nobody has labeled; those that come while it reads are for the next round."""
    pseudo_round = claim.row
    read = _list_read(pseudo_round).filter(part=RoundPart.UNLABELED)
    waiting = list_unlabeled(project=pseudo_round.project).exclude(
        Exists(_list_read(pseudo_round).filter(photo=OuterRef("photo")))
    )
    done = read.count()
    total = done + waiting.count()
    for task in _walk(waiting):
        claim.report(done, total, "Reading photos that nobody has labeled")
        _read_one(claim, reader, task.photo, threshold)
        done += 1
    claim.report(done, total, "Accepting what is sure enough")


def _read_one(claim: Claim[PseudoRound], reader: LoadReader, photo: Photo, threshold: float) -> None:
    seen = _look(claim, reader, photo)
    with transaction.atomic():
        prediction = None
        if seen.objection == Objection.NONE and seen.confidence >= threshold:
            prediction = seen.store(photo, claim.row.teacher, claim.clock())
        RoundReading.objects.create(
            pseudo_round=claim.row,
            photo=photo,
            part=RoundPart.UNLABELED,
            prediction=prediction,
            **seen.describe(),
        )


def _list_read(pseudo_round: PseudoRound) -> QuerySet[RoundReading]:
    return RoundReading.objects.filter(pseudo_round=pseudo_round)


def _walk(tasks: QuerySet[Task]) -> Iterator[Task]:
    """In parts, by key: reading takes long, and meanwhile people take some of them."""
    rows = tasks.select_related("photo").order_by("pk")
    part = list(rows[:PART])
    while part:
        yield from part
        part = list(rows.filter(pk__gt=part[-1].pk)[:PART])


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the teacher reads in a photo, and what speaks against it."""

    vin: str
    confidence: float
    objection: Objection
    reading: Reading | None = None
    """What is not stored yet."""

    def describe(self) -> dict[str, Any]:
        return {"vin": self.vin, "confidence": self.confidence, "objection": self.objection.value}

    def store(self, photo: Photo, teacher: ModelVersion, now: datetime) -> Prediction:
        """The stored reading, which is stored now where it was not."""
        if self.reading is None:
            return Prediction.objects.get(photo=photo, model_version=teacher, repeats=None)
        return store_prediction(photo=photo, version=teacher, reading=self.reading, now=now)


def _look(claim: Claim[PseudoRound], reader: LoadReader, photo: Photo) -> _Seen:
    """A photo that cannot be read, for whatever reason, holds up nothing: it is no label."""
    teacher = claim.row.teacher
    known = Prediction.objects.filter(photo=photo, model_version=teacher, repeats=None).first()
    if known is not None:
        objection = find_objection(known.vin if known.region else "", known.stages)
        return _Seen(known.vin, known.confidence, objection)
    network = reader()
    try:
        reading = network.read_file(storage.original_path(photo.sha256))
    except Exception as error:  # whatever the engine raises: it is this photo's
        logger.warning("Round %s cannot read photo %s: %s", claim.row.pk, photo.pk, error)
        return _Seen("", 0.0, Objection.FAILED)
    vin = reading.vin or ""
    objection = find_objection(vin if reading.region else "", describe_stages(reading))
    return _Seen(vin, float(reading.confidence), objection, reading=reading)


@transaction.atomic
def _accept(claim: Claim[PseudoRound], threshold: float) -> None:
    """All at once: readings become labels, a sample of them is drawn, and the round waits for its audit."""
    pseudo_round, now = claim.row, claim.clock()
    claim.write()  # from here on nobody takes the round away
    claim.check_not_canceled()
    sure = _list_read(pseudo_round).filter(
        part=RoundPart.UNLABELED, objection=Objection.NONE, confidence__gte=threshold
    )
    predictions = dict(sure.filter(prediction__isnull=False).values_list("photo", "prediction"))
    tasks = _lock_free(pseudo_round, predictions)
    labels = [
        PseudoLabel(pseudo_round=pseudo_round, task=task, prediction_id=predictions[task.photo_id])
        for task in tasks
    ]
    sample = _draw_sample(pseudo_round, labels)
    for label in sample:
        label.is_audited = True
    facts = {"round": pseudo_round.name}
    for part in range(0, len(tasks), AT_ONCE):
        some = tasks[part : part + AT_ONCE]
        move_many(
            some,
            TaskState.AUTO_ACCEPTED,
            by=None,
            verb="task.trusted",
            now=now,
            data=facts,
            updated_at=now,
        )
    PseudoLabel.objects.bulk_create(labels, batch_size=AT_ONCE)
    _show_labels(labels)
    if not labels:
        message = "No reading was sure enough, so nothing was accepted."
        claim.finish(PseudoRoundState.UPHELD, "upheld", message=message, settled_at=now)
        return
    message = f"{len(labels):,} readings are labels now; people look at {len(sample):,} of them."
    claim.finish(PseudoRoundState.AUDITING, "accepted", message=message)


def _lock_free(pseudo_round: PseudoRound, photos: Collection[UUID]) -> list[Task]:
    """The tasks of these photos that still nobody has begun; locked first and looked at again after."""
    rows = Task.objects.select_for_update(no_key=True, of=("self",)).filter(photo__in=photos)
    locked = list(rows.filter(state=TaskState.NEW).select_related("project", "photo").order_by("pk"))
    keys = [task.pk for task in locked]
    free = set(list_unlabeled(project=pseudo_round.project).filter(pk__in=keys).values_list("pk", flat=True))
    return [task for task in locked if task.pk in free]


def _draw_sample(pseudo_round: PseudoRound, labels: list[PseudoLabel]) -> list[PseudoLabel]:
    """By a keyed draw, which nobody without the server's secret foresees."""
    size = size_sample(len(labels), target=pseudo_round.target, wanted=pseudo_round.audit_size)
    purpose = f"audit of {pseudo_round.pk}"
    return sorted(labels, key=lambda label: draw_for(pseudo_round.project, purpose, label.task_id))[:size]


def _show_labels(labels: list[PseudoLabel]) -> None:
    """Photos that showed another reading before show the label."""
    texts = dict(
        Prediction.objects.filter(pk__in=[label.prediction_id for label in labels]).values_list("pk", "vin")
    )
    for label in labels:
        if label.task.photo.vin != texts[label.prediction_id]:
            refresh_best_value(label.task.photo)


def _say(error: Exception) -> str:
    if isinstance(error, DomainError):
        return error.message[:_MAX_ERROR]
    return f"{error} ({type(error).__name__})"[:_MAX_ERROR]
