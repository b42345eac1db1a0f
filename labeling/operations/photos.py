"""A photo's life: uploaded (in uploads.py and archives.py), copied for the screen, read again, deleted."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from labeling import imaging, policies, storage
from labeling.models import (
    Annotation,
    Lease,
    Photo,
    PhotoKind,
    Prediction,
    Probe,
    Review,
    SnapshotItem,
    Task,
    User,
)
from labeling.operations import audit
from labeling.operations.archives import ArchiveReport, InvalidArchive, create_photos_from_archive
from labeling.operations.transitions import Conflict
from labeling.operations.uploads import NUDGE_AFTER, DuplicatePhoto, create_photo, lock_content, queue_photo

MAX_RENDER_ATTEMPTS = 5

__all__ = [
    "MAX_RENDER_ATTEMPTS",
    "ArchiveReport",
    "DuplicatePhoto",
    "InvalidArchive",
    "PhotoInUse",
    "create_photo",
    "create_photos_from_archive",
    "delete_photo",
    "queue_photo",
    "render_photo",
    "reread_photo",
    "set_kind",
]


class PhotoInUse(Conflict):
    """The photo is part of a frozen snapshot, or somebody is working on it."""

    code = "photo_in_use"


def render_photo(*, photo_id: uuid.UUID | str, now: datetime) -> Photo | None:
    """Make the copies for the screen once. None where the photo is gone or has them already.

    An error is raised and tried again later, a limited number of times.
    """
    photo = Photo.objects.select_related("project").filter(pk=photo_id, rendered_at=None).first()
    if photo is None:
        return None
    _note_attempt(photo, now)
    rendered = imaging.render_photo(storage.original_path(photo.sha256).read_bytes())
    storage.write_aside(storage.display_path(photo.sha256), rendered.display)
    storage.write_aside(storage.thumbnail_path(photo.sha256), rendered.thumbnail)
    with transaction.atomic():
        if not Photo.objects.filter(pk=photo.pk, rendered_at=None).update(rendered_at=now):
            return None
        audit.record(project=photo.project, actor=None, verb="photo.rendered", on=photo, now=now)
    photo.rendered_at = now
    return photo


def _note_attempt(photo: Photo, now: datetime) -> None:
    """Counted before the work: what kills its worker must not be tried for ever."""
    later = now + NUDGE_AFTER * 2**photo.render_attempts
    attempts = min(photo.render_attempts + 1, MAX_RENDER_ATTEMPTS)
    Photo.objects.filter(pk=photo.pk).update(render_attempts=attempts, render_nudge_at=later)


def reread_photo(*, photo: Photo, by: User, now: datetime) -> Photo:
    """Ask for a prediction by the champion of now; what people wrote stays.

    Raises IllegalTransition, Forbidden.
    """
    policies.check_can(by, policies.Capability.UPLOAD, photo.project)
    with transaction.atomic():
        queue_photo(photo=photo, by=by, now=now)
        if photo.rendered_at is None:
            Photo.objects.filter(pk=photo.pk).update(render_attempts=0, render_nudge_at=now)
    return photo


def set_kind(*, photo: Photo, kind: PhotoKind | str, by: User, now: datetime) -> Photo:
    """Say what the VIN is written on; empty where nobody knows. Raises Forbidden."""
    policies.check_can(by, policies.Capability.UPLOAD, photo.project)
    before, photo.kind = photo.kind, PhotoKind(kind).value
    with transaction.atomic():
        if Photo.objects.filter(pk=photo.pk).exclude(kind=photo.kind).update(kind=photo.kind):
            facts = {"from": before, "to": photo.kind}
            audit.record(
                project=photo.project, actor=by, verb="photo.kind_set", on=photo, now=now, data=facts
            )
    return photo


def delete_photo(*, photo: Photo, by: User, now: datetime) -> None:
    """Remove a photo with all that hangs on it. Raises PhotoInUse, Forbidden."""
    policies.check_can(by, policies.Capability.MANAGE_PHOTOS, photo.project)
    with transaction.atomic():
        Photo.with_probes.select_for_update().get(pk=photo.pk)  # from now on nobody makes a probe of it
        _check_unused(photo, now)
        audit.record(
            project=photo.project,
            actor=by,
            verb="photo.deleted",
            on=photo,
            now=now,
            data={"name": photo.name, "sha256": photo.sha256},
        )
        for probe in Probe.objects.filter(known=photo).select_related("photo"):
            _delete_rows(probe.photo)
        _delete_rows(photo)
    _delete_unused_files(photo.sha256)


def _check_unused(photo: Photo, now: datetime) -> None:
    of_photo = Q(photo=photo) | Q(photo__probe__known=photo)
    tasks = list(Task.with_probes.select_for_update(no_key=True, of=("self",)).filter(of_photo))
    if SnapshotItem.objects.filter(photo=photo).exists():
        raise PhotoInUse("The photo is part of a frozen dataset snapshot and stays.")
    if Lease.objects.filter(task__in=tasks, ended_at=None, expires_at__gt=now).exists():
        raise PhotoInUse("Somebody is working on this photo. Try again when they are done.")


def _delete_rows(photo: Photo) -> None:
    with connection.cursor() as cursor:
        # The triggers that keep history let it go in this transaction only.
        cursor.execute("SET LOCAL vinloop.deleting_photo = 'on'")
    Review.objects.filter(task__photo=photo).delete()
    Probe.objects.filter(photo=photo).delete()
    Annotation.objects.filter(task__photo=photo).delete()
    Prediction.objects.filter(photo=photo).delete()
    Photo.with_probes.filter(pk=photo.pk).delete()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL vinloop.deleting_photo = 'off'")


def _delete_unused_files(sha256: str) -> None:
    with transaction.atomic():
        lock_content(sha256)
        if not Photo.with_probes.filter(sha256=sha256).exists():
            storage.delete_photo_files(sha256)
