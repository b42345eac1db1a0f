"""Uploads: checked, stored by their content, and queued for reading."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Func, IntegerField, Value

from labeling import imaging, policies, queue, storage
from labeling.models import Photo, Project, User
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
    lock_content(checked.sha256)
    storage.store_original(content)  # again: a deletion may have been between the first time and the lock
    photo = insert_row(project=project, checked=checked, name=name, uploaded_by=uploaded_by, now=now)
    queue.enqueue_on_commit(queue.RENDER_PHOTO, photo_id=str(photo.pk))
    if get_champion(project) is not None:
        queue_photo(photo=photo, by=None, now=now)
    return photo


def insert_row(
    *,
    project: Project,
    checked: imaging.CheckedPhoto,
    name: str,
    uploaded_by: User,
    now: datetime,
    kind: str = "",
) -> Photo:
    """The row of a photo whose original is stored, in the caller's transaction; the sweep has it read."""
    photo = Photo.objects.create(
        project=project,
        name=name,
        sha256=checked.sha256,
        content_type=checked.content_type,
        byte_size=checked.byte_size,
        width=checked.width,
        height=checked.height,
        difference_hash=checked.difference_hash,
        kind=kind,
        near_duplicate_of=_find_near_duplicate(project, checked.difference_hash),
        uploaded_by=uploaded_by,
        uploaded_at=now,
        nudge_at=now + NUDGE_AFTER,
        render_nudge_at=now + NUDGE_AFTER,
    )
    facts = {"name": name, "sha256": checked.sha256}
    audit.record(project=project, actor=uploaded_by, verb="photo.uploaded", on=photo, now=now, data=facts)
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


def lock_content(sha256: str) -> None:
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
