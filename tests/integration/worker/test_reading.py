"""Photos are read by real workers, however these end."""

from __future__ import annotations

import os
from collections.abc import Callable

from django.utils import timezone

from labeling import storage
from labeling.models import AuditEvent, Photo, Prediction
from labeling.states import PhotoState
from tests.processes import TestProcess, wait_for

Upload = Callable[[int], list[Photo]]
Start = Callable[..., TestProcess]


def count(state: PhotoState) -> int:
    return Photo.objects.filter(state=state).count()


def make_due() -> None:
    """Let the next sweep ask for whatever waits, instead of half a minute later."""
    Photo.objects.exclude(nudge_at=None).update(nudge_at=timezone.now())


def test_a_killed_worker_loses_no_photo_and_reads_none_twice(
    upload: Upload, start_worker: Start, start_beat: Start
) -> None:
    photos = upload(50)
    first = start_worker("first")
    wait_for(lambda: count(PhotoState.READY) >= 5, seconds=60, what="five photos are read")
    wait_for(lambda: count(PhotoState.PROCESSING) > 0, seconds=20, what="a photo is in hand")
    first.kill()
    assert count(PhotoState.READY) < 50
    in_hand = list(Photo.objects.filter(state=PhotoState.PROCESSING))
    assert in_hand
    start_worker("second")
    start_beat()
    wait_for(lambda: count(PhotoState.PROCESSING) == 0, seconds=60, what="the lost photo is given back")
    make_due()
    wait_for(lambda: count(PhotoState.READY) == 50, seconds=120, what="all 50 photos are read")
    for photo in photos:
        assert Prediction.objects.filter(photo=photo).count() == 1
        assert AuditEvent.objects.filter(verb="photo.read", object_id=str(photo.pk)).count() == 1
    assert Photo.objects.get(pk=in_hand[0].pk).attempts == 2


def test_a_damaged_original_is_set_aside_and_blocks_nobody(upload: Upload, start_worker: Start) -> None:
    damaged, missing, *good = upload(6)
    storage.original_path(damaged.sha256).write_bytes(b"\xff\xd8\xff\xe0 torn")
    storage.original_path(missing.sha256).unlink()
    start_worker("worker")
    wait_for(lambda: count(PhotoState.READY) == len(good), seconds=60, what="the good photos are read")
    damaged.refresh_from_db()
    missing.refresh_from_db()
    assert damaged.state == PhotoState.QUARANTINED
    assert damaged.failure
    assert missing.state == PhotoState.FAILED
    assert "original is missing" in missing.failure


def test_a_photo_that_hangs_the_pipeline_is_quarantined_after_its_retries(
    upload: Upload, start_worker: Start, start_beat: Start
) -> None:
    hanging, *good = upload(4)
    path = storage.original_path(hanging.sha256)
    path.unlink()
    os.mkfifo(path)  # reading it waits for ever
    start_worker("worker")
    start_beat()

    def is_quarantined() -> bool:
        make_due()
        hanging.refresh_from_db()
        return hanging.state == PhotoState.QUARANTINED

    wait_for(is_quarantined, seconds=240, what="the photo is set aside")
    wait_for(lambda: count(PhotoState.READY) == len(good), seconds=60, what="the good photos are read")
    path.unlink()
    assert hanging.attempts == 3
    assert "SoftTimeLimitExceeded" in hanging.failure
