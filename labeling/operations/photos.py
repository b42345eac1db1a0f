"""Upload, copies for the screen, reading again, deletion."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Func, IntegerField, Value

from labeling import imaging, policies, queue, storage
from labeling.models import Annotation, Lease, Photo, Prediction, Project, Review, SnapshotItem, Task, User
from labeling.operations import audit
from labeling.operations.inputs import clean_file_name
from labeling.operations.transitions import Conflict, move
from labeling.queries.champions import get_champion
from labeling.states import PhotoState

NUDGE_AFTER = timedelta(seconds=30)
"""A row that nobody took for so long is asked for again by the sweep."""


class DuplicatePhoto(Conflict):
    """The project has this very file already; `fields` names the photo."""

    code = "duplicate_photo"


class PhotoInUse(Conflict):
    """The photo is part of a frozen snapshot, or somebody is working on it."""

    code = "photo_in_use"


def create_photo(*, project: Project, content: bytes, name: str, uploaded_by: User, now: datetime) -> Photo:
    """Check, store and queue an upload. Raises InvalidPhoto, PhotoTooLarge, DuplicatePhoto, Forbidden."""
    policies.check_can(uploaded_by, policies.Capability.UPLOAD, project)
    checked = imaging.check_photo(content)
    _refuse_duplicate(project, checked.sha256)
    # Written before the transaction, which shall not wait for a disk. Where the transaction fails, an
    # original without a row is left: named by its content, led to by nothing, and used by the next upload.
    storage.store_original(content)
    try:
        return _insert_photo(project, content, checked, clean_file_name(name), uploaded_by, now)
    except IntegrityError as error:
        if "photo_once_a_project" not in str(error):
            raise
        _refuse_duplicate(project, checked.sha256)
        raise


@transaction.atomic
def _insert_photo(
    project: Project,
    content: bytes,
    checked: imaging.CheckedPhoto,
    name: str,
    uploaded_by: User,
    now: datetime,
) -> Photo:
    _lock_content(checked.sha256)
    storage.store_original(content)  # again: a deletion may have been between the first time and the lock
    photo = Photo.objects.create(
        project=project,
        name=name,
        sha256=checked.sha256,
        content_type=checked.content_type,
        byte_size=checked.byte_size,
        width=checked.width,
        height=checked.height,
        difference_hash=checked.difference_hash,
        near_duplicate_of=_find_near_duplicate(project, checked.difference_hash),
        uploaded_by=uploaded_by,
        uploaded_at=now,
        nudge_at=now + NUDGE_AFTER,
    )
    facts = {"name": name, "sha256": checked.sha256}
    audit.record(project=project, actor=uploaded_by, verb="photo.uploaded", on=photo, now=now, data=facts)
    queue.enqueue_on_commit(queue.RENDER_PHOTO, photo_id=str(photo.pk))
    if get_champion(project) is not None:
        queue_photo(photo=photo, by=None, now=now)
    return photo


def queue_photo(*, photo: Photo, by: User | None, now: datetime) -> None:
    """Put a photo into the queue of the readers, with all its attempts before it."""
    move(
        photo,
        PhotoState.QUEUED,
        by=by,
        verb="photo.queued",
        now=now,
        attempts=0,
        failure="",
        claimed_at=None,
        nudge_at=now + NUDGE_AFTER,
    )
    queue.enqueue_on_commit(queue.PREDICT_PHOTO, photo_id=str(photo.pk))


def render_photo(*, photo_id: uuid.UUID | str, now: datetime) -> Photo | None:
    """Make the copies for the screen once. None where the photo is gone or has them already."""
    photo = Photo.objects.select_related("project").filter(pk=photo_id, rendered_at=None).first()
    if photo is None:
        return None
    rendered = imaging.render_photo(storage.original_path(photo.sha256).read_bytes())
    storage.write_aside(storage.display_path(photo.sha256), rendered.display)
    storage.write_aside(storage.thumbnail_path(photo.sha256), rendered.thumbnail)
    with transaction.atomic():
        if not Photo.objects.filter(pk=photo.pk, rendered_at=None).update(rendered_at=now):
            return None
        audit.record(project=photo.project, actor=None, verb="photo.rendered", on=photo, now=now)
    photo.rendered_at = now
    return photo


def reread_photo(*, photo: Photo, by: User, now: datetime) -> Photo:
    """Ask for a prediction by the champion of now; what people wrote stays.

    Raises IllegalTransition, Forbidden.
    """
    policies.check_can(by, policies.Capability.UPLOAD, photo.project)
    with transaction.atomic():
        queue_photo(photo=photo, by=by, now=now)
    return photo


def delete_photo(*, photo: Photo, by: User, now: datetime) -> None:
    """Remove a photo with all that hangs on it. Raises PhotoInUse, Forbidden."""
    policies.check_can(by, policies.Capability.MANAGE_PHOTOS, photo.project)
    with transaction.atomic():
        _check_unused(photo, now)
        audit.record(
            project=photo.project,
            actor=by,
            verb="photo.deleted",
            on=photo,
            now=now,
            data={"name": photo.name, "sha256": photo.sha256},
        )
        _delete_rows(photo)
    _delete_unused_files(photo.sha256)


def _check_unused(photo: Photo, now: datetime) -> None:
    task = Task.objects.select_for_update().filter(photo=photo).first()
    if SnapshotItem.objects.filter(photo=photo).exists():
        raise PhotoInUse("The photo is part of a frozen dataset snapshot and stays.")
    open_leases = Lease.objects.filter(task=task, ended_at=None, expires_at__gt=now)
    if task is not None and open_leases.exists():
        raise PhotoInUse("Somebody is working on this photo. Try again when they are done.")


def _delete_rows(photo: Photo) -> None:
    with connection.cursor() as cursor:
        # The triggers that keep history let it go in this transaction only.
        cursor.execute("SET LOCAL vinloop.deleting_photo = 'on'")
    of_photo = {"annotation__task__photo": photo}
    Review.objects.filter(**of_photo).delete()
    Annotation.objects.filter(task__photo=photo).delete()
    Prediction.objects.filter(photo=photo).delete()
    Photo.objects.filter(pk=photo.pk).delete()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL vinloop.deleting_photo = 'off'")


def _delete_unused_files(sha256: str) -> None:
    with transaction.atomic():
        _lock_content(sha256)
        if not Photo.objects.filter(sha256=sha256).exists():
            storage.delete_photo_files(sha256)


def _lock_content(sha256: str) -> None:
    """Uploading and deleting the same content wait for each other until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [sha256])


def _refuse_duplicate(project: Project, sha256: str) -> None:
    known = Photo.objects.filter(project=project, sha256=sha256).first()
    if known is not None:
        raise DuplicatePhoto(
            f"This photo is in the project already, as {known.name}.", fields={"photo": str(known.pk)}
        )


def _find_near_duplicate(project: Project, difference_hash: int) -> Photo | None:
    """The most similar photo of the project, if it is similar enough."""
    if difference_hash == 0:
        return None  # without any structure every photo resembles every other
    distance = Func(
        F("difference_hash"),
        Value(difference_hash),
        template="bit_count(((%(expressions)s))::bit(64))",
        arg_joiner=" # ",
        output_field=IntegerField(),
    )
    return (
        Photo.objects.filter(project=project)
        .annotate(distance=distance)
        .filter(distance__lte=imaging.NEAR_DISTANCE)
        .order_by("distance", "uploaded_at", "id")
        .first()
    )
