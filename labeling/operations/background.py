"""Reading that nobody waits for: open tasks again, and photos for a shadow, one by one between the others.

A row is claimed in a short transaction, its photo read outside of any, and the outcome written in another
one. What a killed worker had in hand, and what failed, is free again after a while.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from labeling import queue, storage
from labeling.models import BackgroundState, ModelVersion, Photo
from labeling.models.background import BackgroundRow
from labeling.operations.predictions import LOST_AFTER, MAX_ATTEMPTS, OriginalMissing, Reader

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
ReaderFor = Callable[[ModelVersion], Reader]
Row = TypeVar("Row", bound=BackgroundRow)

SHIFT = timedelta(seconds=10)
"""A job works for so long; the sweep asks for the next one."""

OPEN = (BackgroundState.WAITING, BackgroundState.CLAIMED)
_MAX_FAILURE = 2000


class RowLost(Exception):
    """Another worker has the row by now, or it is gone."""


def claim_next(rows: QuerySet[Row], *, now: datetime) -> Row | None:
    """The first row that waits, else one whose claim is old; None where there is neither."""
    waiting = rows.filter(state=BackgroundState.WAITING)
    lost = rows.filter(state=BackgroundState.CLAIMED, claimed_at__lte=now - LOST_AFTER)
    for free in (waiting, lost):
        with transaction.atomic():
            locked = free.select_for_update(skip_locked=True, no_key=True, of=("self",))
            row = locked.order_by("id").first()
            if row is not None:
                row.state, row.claimed_at, row.attempts = BackgroundState.CLAIMED, now, row.attempts + 1
                row.save(update_fields=["state", "claimed_at", "attempts"])
                return row
    return None


def is_given_up(row: BackgroundRow) -> bool:
    """Whether a claim is one more than a row may have: a photo that kills its reader ends here."""
    return row.attempts > MAX_ATTEMPTS


def close_row(row: BackgroundRow, state: BackgroundState, *, failure: str = "", **values: Any) -> None:
    """What became of a claimed row. Raises RowLost, which rolls the caller's transaction back."""
    mine = type(row)._default_manager.filter(
        pk=row.pk, state=BackgroundState.CLAIMED, claimed_at=row.claimed_at, attempts=row.attempts
    )
    if not mine.update(state=state, failure=failure[:_MAX_FAILURE], **values):
        raise RowLost


def keep_failure(row: BackgroundRow, error: Exception) -> None:
    """Leave a row claimed, with the error: it is free again when the claim is old."""
    logger.warning("%s failed: %s", row, error, exc_info=error)
    claimed = type(row)._default_manager.filter(pk=row.pk, attempts=row.attempts)
    claimed.update(failure=f"{type(error).__name__}: {error}"[:_MAX_FAILURE])


def find_original(photo: Photo) -> Path:
    """Raises OriginalMissing."""
    path = storage.original_path(photo.sha256)
    if not path.exists():
        raise OriginalMissing("The original is missing from the storage. Restore it, then read again.")
    return path


def ask_for_work() -> bool:
    """Nudge the worker, unless a message waits for it already."""
    if queue.count_waiting(queue.BACKGROUND_QUEUE):
        return False
    return queue.send(queue.READ_IN_BACKGROUND, {}, expires=2 * SHIFT.total_seconds())
