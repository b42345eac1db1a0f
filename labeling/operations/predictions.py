"""Reading photos: claimed by compare-and-swap, read outside of any transaction, recorded in one."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from copy import copy
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.db import transaction
from django.db.models import QuerySet

from inference.appearance import pack
from inference.decoding import UndecodableImage
from inference.geometry import clip_quad, is_convex
from inference.types import CharacterBox, Quad, Reading
from labeling import queue, storage
from labeling.models import ModelVersion, Photo, Prediction
from labeling.operations.acquisitions import place_task
from labeling.operations.best_values import refresh_best_value
from labeling.operations.ordering import SOON, ask_for_order
from labeling.operations.photos import MAX_RENDER_ATTEMPTS
from labeling.operations.shadows import list_for_shadow
from labeling.operations.transitions import Conflict, move
from labeling.operations.uploads import NUDGE_AFTER, queue_photo
from labeling.queries.champions import get_champion
from labeling.states import ModelVersionState, PhotoState

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
LOST_AFTER = timedelta(seconds=queue.PREDICTION_SECONDS + 5)
"""No worker is on a photo for so long: it was killed, and the photo goes back into the queue."""

SWEEP_AT_ONCE = 200
_MAX_FAILURE = 2000


class Reader(Protocol):
    """What the worker brings: one loaded bundle. `read_file` raises UndecodableImage."""

    def read_file(self, path: Path) -> Reading: ...


class OriginalMissing(RuntimeError):
    """The storage lacks a file that the database knows."""


@dataclass(frozen=True, slots=True)
class PhotoSweep:
    """How many photos a sweep gave back, set aside, and asked a worker for."""

    requeued: int = 0
    quarantined: int = 0
    nudged: int = 0


def predict_photo(
    *, photo_id: uuid.UUID | str, reader_for: Callable[[ModelVersion], Reader], now: datetime
) -> Prediction | None:
    """Read a queued photo with the champion and record what was read.

    None where there is nothing to do (another worker has it, or it is gone) or where reading failed: then the
    photo is queued again or set aside, and keeps the error.
    """
    photo = Photo.with_probes.select_related("project").filter(pk=photo_id).first()
    version = get_champion(photo.project) if photo else None
    if photo is None or version is None or not _claim(photo, now):
        return None
    try:
        return _read_and_record(photo, version, reader_for, now)
    except Conflict:
        return None  # the sweep took us for lost and gave the photo to another worker, or it was deleted
    except UndecodableImage as error:
        _set_aside(photo, PhotoState.QUARANTINED, str(error), now)
    except OriginalMissing as error:
        _set_aside(photo, PhotoState.FAILED, str(error), now)
    except Exception as error:  # whatever the engine raises: the photo keeps it, and blocks nobody
        logger.exception("Reading photo %s failed", photo_id)
        _give_back(photo, f"{type(error).__name__}: {error}", now)
    return None


def _claim(photo: Photo, now: datetime) -> bool:
    if photo.state != PhotoState.QUEUED:
        return False
    changes: dict[str, Any] = {"claimed_at": now, "attempts": photo.attempts + 1}
    try:
        move(photo, PhotoState.PROCESSING, by=None, verb="photo.claimed", now=now, **changes)
    except Conflict:
        return False
    return True


def _read_and_record(
    photo: Photo, version: ModelVersion, reader_for: Callable[[ModelVersion], Reader], now: datetime
) -> Prediction:
    known = find_reading(photo=photo, version=version)
    if known is not None:
        return _record_known(photo, known, now)
    path = storage.original_path(photo.sha256)
    if not path.exists():
        raise OriginalMissing("The original is missing from the storage. Restore it, then read again.")
    reading = reader_for(version).read_file(path)
    return record_prediction(photo=photo, version=version, reading=reading, now=now)


@transaction.atomic
def _record_known(photo: Photo, known: Prediction, now: datetime) -> Prediction:
    """A version does not read a photo twice: its reading of before counts again."""
    _finish(copy(photo), now, data={"model_version": known.model_version.name, "repeated": True})
    return repeat_reading(photo=photo, known=known, now=now)


@transaction.atomic
def record_prediction(*, photo: Photo, version: ModelVersion, reading: Reading, now: datetime) -> Prediction:
    """Store a reading of a photo that the caller has claimed. Raises Conflict where the claim was lost."""
    photo = copy(photo)  # a rollback would not undo what the steps below write into the object
    _finish(photo, now, data={"model_version": version.name, "confidence": float(reading.confidence)})
    prediction = store_reading(photo=photo, version=version, reading=reading, now=now)
    list_for_shadow(prediction=prediction, now=now)
    ask_for_order(project=photo.project, now=now, after=SOON)
    return prediction


def store_reading(*, photo: Photo, version: ModelVersion, reading: Reading, now: datetime) -> Prediction:
    """A prediction that is in force from now on, in the caller's transaction."""
    prediction = store_prediction(photo=photo, version=version, reading=reading, now=now)
    _put_into_force(prediction, now)
    return prediction


def store_prediction(*, photo: Photo, version: ModelVersion, reading: Reading, now: datetime) -> Prediction:
    """The row of a reading, and nothing else; the one that is there where this version has read the photo."""
    values = {
        "vin": reading.vin or "",
        "confidence": float(reading.confidence),
        "region": _inside(reading.region.quad, photo) if reading.region else None,
        "characters": [_describe(character, photo) for character in reading.characters],
        "quality": _plain(asdict(reading.quality)),
        "stages": describe_stages(reading),
        "descriptor": pack(reading.appearance),
        "milliseconds": float(reading.milliseconds),
        "created_at": now,
    }
    its_own = {"photo": photo, "model_version": version, "repeats": None}
    return Prediction.objects.get_or_create(**its_own, defaults=values)[0]


def describe_stages(reading: Reading) -> dict[str, Any]:
    """How a photo was read, as it is stored."""
    stages: dict[str, Any] = _plain(asdict(reading.stages))
    return stages


def find_reading(*, photo: Photo, version: ModelVersion) -> Prediction | None:
    """What the version read in the photo when it did."""
    rows = Prediction.objects.filter(photo=photo, model_version=version, repeats=None)
    return rows.select_related("model_version").first()


def repeat_reading(*, photo: Photo, known: Prediction, now: datetime) -> Prediction:
    """The same reading in force again, in the caller's transaction; nothing happens where it is already."""
    newest = Prediction.objects.filter(photo=photo).order_by("-created_at", "-id").first()
    if newest is not None and known.pk in (newest.pk, newest.repeats_id):
        return newest
    again = copy(known)
    again.pk, again.repeats, again.created_at = None, known, now
    again._state.adding = True
    again.save(force_insert=True)
    _put_into_force(again, now)
    return again


def _put_into_force(prediction: Prediction, now: datetime) -> None:
    place_task(photo=prediction.photo, prediction=prediction, now=now)
    refresh_best_value(prediction.photo)


def _describe(character: CharacterBox, photo: Photo) -> dict[str, Any]:
    return {**_plain(asdict(character)), "quad": _inside(character.quad, photo)}


def _inside(quad: Quad, photo: Photo) -> list[list[float]] | None:
    """The part of a quad that the photo shows, as annotations must have it; None where it shows nothing."""
    clipped = clip_quad(quad, photo.width, photo.height)
    return _plain(clipped) if is_convex(clipped) else None


def _plain(value: Any) -> Any:
    """Tuples as lists and numpy's numbers as Python's, as JSON has them."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.item() if hasattr(value, "item") else value


def _finish(photo: Photo, now: datetime, data: dict[str, Any] | None = None) -> None:
    _move_claimed(photo, PhotoState.READY, "photo.read", now, data=data, failure="", nudge_at=None)


def _set_aside(photo: Photo, state: PhotoState, failure: str, now: datetime) -> None:
    try:
        _move_claimed(
            photo, state, f"photo.{state.value}", now, failure=failure[:_MAX_FAILURE], nudge_at=None
        )
    except Conflict:
        logger.info("Photo %s is with another worker now", photo.pk)


def _give_back(photo: Photo, failure: str, now: datetime) -> None:
    """Into the queue again, later each time; into quarantine after the last attempt."""
    if photo.attempts >= MAX_ATTEMPTS:
        _set_aside(photo, PhotoState.QUARANTINED, failure, now)
        return
    later = now + NUDGE_AFTER * 2 ** (photo.attempts - 1)
    try:
        _move_claimed(
            photo,
            PhotoState.QUEUED,
            "photo.attempt_failed",
            now,
            failure=failure[:_MAX_FAILURE],
            nudge_at=later,
        )
    except Conflict:
        logger.info("Photo %s is with another worker now", photo.pk)


def _move_claimed(
    photo: Photo,
    state: PhotoState,
    verb: str,
    now: datetime,
    *,
    data: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """A step that only the worker may take which claimed the photo at that very moment."""
    mine = {"claimed_at": photo.claimed_at, "attempts": photo.attempts}
    facts = {**(data or {}), **({"failure": changes["failure"]} if changes.get("failure") else {})}
    move(photo, state, by=None, verb=verb, now=now, only_if=mine, data=facts, **changes)


def sweep_photos(*, now: datetime) -> PhotoSweep:
    """Find the photos that were forgotten: claimed by a lost worker, never queued, or never taken."""
    requeued, quarantined = _sweep_lost(now)
    requeued += _sweep_uploaded(now)
    return PhotoSweep(requeued, quarantined, _nudge_queued(now) + _nudge_unrendered(now))


def _sweep_lost(now: datetime) -> tuple[int, int]:
    lost = Photo.with_probes.filter(state=PhotoState.PROCESSING, claimed_at__lte=now - LOST_AFTER)
    before: list[PhotoState] = []
    for photo in lost.select_related("project")[:SWEEP_AT_ONCE]:
        _give_back(photo, photo.failure or "The worker was lost while it read this photo.", now)
        before.append(PhotoState(photo.state))
    return before.count(PhotoState.QUEUED), before.count(PhotoState.QUARANTINED)


def _sweep_uploaded(now: datetime) -> int:
    """Photos that came before their project had a model version."""
    waiting = Photo.objects.filter(
        state=PhotoState.UPLOADED, project__model_versions__state=ModelVersionState.PROMOTED
    )
    count = 0
    for photo in waiting.select_related("project")[:SWEEP_AT_ONCE]:
        try:
            queue_photo(photo=photo, by=None, now=now)
        except Conflict:
            continue
        count += 1
    return count


def _nudge_queued(now: datetime) -> int:
    due = Photo.with_probes.filter(state=PhotoState.QUEUED, nudge_at__lte=now).order_by("nudge_at")
    sent = _nudge(due, queue.PREDICT_PHOTO)
    Photo.with_probes.filter(pk__in=sent, state=PhotoState.QUEUED).update(nudge_at=now + NUDGE_AFTER)
    return len(sent)


def _nudge_unrendered(now: datetime) -> int:
    due = Photo.objects.filter(
        rendered_at=None, render_nudge_at__lte=now, render_attempts__lt=MAX_RENDER_ATTEMPTS
    ).order_by("render_nudge_at")
    sent = _nudge(due, queue.RENDER_PHOTO)
    Photo.objects.filter(pk__in=sent, rendered_at=None).update(render_nudge_at=now + NUDGE_AFTER)
    return len(sent)


def _nudge(due: QuerySet[Photo], job: str) -> list[uuid.UUID]:
    """Send messages for rows, unless the queue is long anyway: then theirs are most likely in it."""
    photo_ids = list(due.values_list("pk", flat=True)[:SWEEP_AT_ONCE])
    waiting = queue.count_waiting(queue.QUEUES[job]) if photo_ids else 0
    if waiting is not None and waiting >= SWEEP_AT_ONCE:
        return []
    sent = []
    for photo_id in photo_ids:
        if not queue.send(job, {"photo_id": str(photo_id)}, expires=2 * NUDGE_AFTER.total_seconds()):
            break
        sent.append(photo_id)
    return sent
