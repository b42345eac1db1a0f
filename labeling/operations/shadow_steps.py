"""What a worker does for the running shadows: it reads the photos that were listed for them."""

from __future__ import annotations

from django.db import transaction

from inference.decoding import UndecodableImage
from inference.types import Reading
from labeling.models import BackgroundState, Shadow, ShadowReading
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
from labeling.operations.predictions import OriginalMissing
from labeling.operations.shadows import end_due_shadows
from labeling.states import ShadowState


def has_unread() -> bool:
    """Whether a photo waits for a running shadow."""
    return ShadowReading.objects.filter(shadow__state=ShadowState.RUNNING, state__in=OPEN).exists()


def read_next(*, reader_for: ReaderFor, now: Clock) -> bool:
    """Read one photo for a shadow; returns whether there was one. Whatever happens, the row keeps it."""
    end_due_shadows(now=now())
    running = ShadowReading.objects.filter(shadow__state=ShadowState.RUNNING)
    row = claim_next(running.select_related("shadow__model_version", "photo"), now=now())
    if row is None:
        return False
    try:
        _read(row, reader_for, now)
    except RowLost:
        pass  # another worker has it, or the shadow has ended
    except (UndecodableImage, OriginalMissing) as error:
        _give_up(row, str(error))
    except Exception as error:  # whatever the engine raises: the row keeps it, and is tried again
        keep_failure(row, error)
    return True


def _read(row: ShadowReading, reader_for: ReaderFor, now: Clock) -> None:
    if is_given_up(row):
        _give_up(row, row.failure or "The worker was lost while it read this photo.")
        return
    path = find_original(row.photo)
    reading = reader_for(row.shadow.model_version).read_file(path)
    with transaction.atomic():
        # A shadow that ends meanwhile takes its unread rows with it: none comes after.
        Shadow.objects.select_for_update(no_key=True).get(pk=row.shadow_id)
        _record(row, reading, now)


def _record(row: ShadowReading, reading: Reading, now: Clock) -> None:
    close_row(
        row,
        BackgroundState.READ,
        vin=reading.vin or "",
        confidence=float(reading.confidence),
        milliseconds=float(reading.milliseconds),
        read_at=now(),
    )


def _give_up(row: ShadowReading, failure: str) -> None:
    try:
        close_row(row, BackgroundState.FAILED, failure=failure)
    except RowLost:
        return
