"""What a worker does for the rereadings that are under way: one task at a time, if it is still nobody's."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from inference.decoding import UndecodableImage
from labeling.models import (
    BackgroundState,
    Photo,
    Prediction,
    Rereading,
    RereadingItem,
    Task,
)
from labeling.operations import audit
from labeling.operations.background import (
    OPEN,
    Clock,
    ReaderFor,
    RowLost,
    claim_next,
    close_row,
    find_original,
    is_given_up,
    keep_failure,
)
from labeling.operations.predictions import OriginalMissing, find_reading, repeat_reading, store_reading
from labeling.operations.transitions import Conflict, move
from labeling.queries.rereadings import list_not_read_by
from labeling.states import RereadingState

logger = logging.getLogger(__name__)

_COUNTED = {
    BackgroundState.READ: "read",
    BackgroundState.REPEATED: "repeated",
    BackgroundState.LEFT: "left",
    BackgroundState.FAILED: "failed",
}


class Busy(Exception):
    """Somebody writes to the task or its photo this moment; it is looked at again later."""


def read_next(*, reader_for: ReaderFor, now: Clock) -> bool:
    """Look at one task of a rereading; returns whether there was one."""
    running = Rereading.objects.filter(state=RereadingState.RUNNING).select_related("model_version__project")
    for rereading in running.order_by("requested_at"):
        rows = RereadingItem.objects.filter(rereading=rereading)
        item = claim_next(rows.select_related("task__photo__project"), now=now())
        if item is not None:
            _take(rereading, item, reader_for, now)
            return True
        _finish(rereading, now)
    return False


def _take(rereading: Rereading, item: RereadingItem, reader_for: ReaderFor, now: Clock) -> None:
    try:
        _read(rereading, item, reader_for, now)
    except RowLost:
        logger.info("Task %s is with another worker now", item.task_id)
    except (UndecodableImage, OriginalMissing) as error:
        _close(item, BackgroundState.FAILED, failure=str(error))
    except Exception as error:  # whatever the engine raises: the item keeps it, and is tried again
        keep_failure(item, error)


def _read(rereading: Rereading, item: RereadingItem, reader_for: ReaderFor, now: Clock) -> None:
    version, photo, begun_at = rereading.model_version, item.task.photo, now()
    if is_given_up(item):
        failure = item.failure or "The worker was lost while it read this photo."
        _close(item, BackgroundState.FAILED, failure=failure)
        return
    known = find_reading(photo=photo, version=version)
    reading = None
    if known is None and list_not_read_by(version=version).filter(pk=item.task_id).exists():
        reading = reader_for(version).read_file(find_original(photo))
    with transaction.atomic():
        locked = _lock_untouched(rereading, item)
        if locked is not None and known is not None:
            _record(repeat_reading(photo=locked, known=known, now=begun_at), item, begun_at)
        elif locked is not None and reading is not None:
            made = store_reading(photo=locked, version=version, reading=reading, now=begun_at)
            _record(made, item, begun_at)
        else:
            _close(item, BackgroundState.LEFT)


def _lock_untouched(rereading: Rereading, item: RereadingItem) -> Photo | None:
    """The photo, where it and its task are still nobody's, both locked until the end of the transaction.

    Neither is waited for: others lock the same two rows in the other order. Raises Busy.
    """
    photo = (
        Photo.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=item.task.photo_id).first()
    )
    task = Task.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=item.task_id).first()
    if photo is None or task is None:
        raise Busy
    # Locked, so that this version stays in service and the rereading under way until the row is written.
    running = Rereading.objects.select_for_update(no_key=True).filter(pk=rereading.pk)
    if not running.filter(state=RereadingState.RUNNING).exists():
        raise RowLost
    is_untouched = list_not_read_by(version=rereading.model_version).filter(pk=task.pk).exists()
    return photo if is_untouched else None


def _record(prediction: Prediction, item: RereadingItem, now: datetime) -> None:
    photo, version = prediction.photo, prediction.model_version
    facts = {
        "model_version": version.name,
        "confidence": prediction.confidence,
        "rereading": str(item.rereading_id),
    }
    audit.record(project=photo.project, actor=None, verb="photo.read_again", on=photo, now=now, data=facts)
    _close(item, BackgroundState.REPEATED if prediction.repeats_id else BackgroundState.READ)


@transaction.atomic
def _close(item: RereadingItem, state: BackgroundState, *, failure: str = "") -> None:
    close_row(item, state, failure=failure)
    name = _COUNTED[state]
    Rereading.objects.filter(pk=item.rereading_id).update(**{name: F(name) + 1})


def _finish(rereading: Rereading, now: Clock) -> None:
    """Unless a worker still has one of the tasks in hand."""
    if RereadingItem.objects.filter(rereading=rereading, state__in=OPEN).exists():
        return
    rereading.refresh_from_db()
    facts = {name: getattr(rereading, name) for name in ("read", "repeated", "left", "failed")}
    at = now()
    try:
        move(
            rereading, RereadingState.DONE, by=None, verb="rereading.done", now=at, data=facts, finished_at=at
        )
    except Conflict:
        logger.info("Another worker or a person has ended the rereading")
