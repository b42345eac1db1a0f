"""A round in a real worker with the real engine, killed while it reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from labeling.models import ModelVersion, Photo, Prediction, PseudoLabel, PseudoRound, RoundReading, Task
from labeling.operations.datasets import freeze_snapshot
from labeling.operations.photos import create_photo
from labeling.operations.pseudo_rounds import request_round
from labeling.operations.tasks import open_task
from labeling.states import PhotoState
from tests.conftest import People
from tests.integration.domain.training import find_vins
from tests.integration.worker.conftest import SEEDS
from tests.integration.worker.test_finetuning import accept_photo, make_vin
from tests.photos import render_photo
from tests.processes import TestProcess, wait_for

Start = Callable[..., TestProcess]

LABELED, WAITING = 8, 24
QUEUES = "finetuning,maintenance"


def wait_for_people(world: People, count: int) -> None:
    """Photos that were read and rendered, as far as their rows say, and that nobody has labeled."""
    now = timezone.now()
    for _ in range(count):
        seed = next(SEEDS)
        content = render_photo(seed, vin=make_vin(seed), width=640, height=120)
        photo = create_photo(
            project=world.project, content=content, name="photo.jpg", uploaded_by=world.annotator, now=now
        )
        Photo.objects.filter(pk=photo.pk).update(state=PhotoState.READY, rendered_at=now, nudge_at=None)
        with transaction.atomic():
            open_task(photo=photo, priority=0.5, now=now)


def is_over(pseudo_round: PseudoRound) -> bool:
    return PseudoRound.objects.get(pk=pseudo_round.pk).state not in ("queued", "running")


def test_a_killed_round_reads_every_photo_once(
    world: People, champion: ModelVersion, start_worker: Start, start_beat: Start
) -> None:
    for vin in find_vins("validation", LABELED):
        accept_photo(world, vin)
    snapshot = freeze_snapshot(project=world.project, name="first", by=world.ml_engineer, now=timezone.now())
    assert snapshot.counts["validation"] == LABELED
    wait_for_people(world, WAITING)
    asked = request_round(project=world.project, by=world.ml_engineer, now=timezone.now(), target=0.5)
    read = RoundReading.objects.filter(pseudo_round=asked, part="unlabeled")
    first = start_worker("first", QUEUES)
    wait_for(lambda: read.count() >= 3 or is_over(asked), seconds=120, what="three photos are read")
    first.kill()
    known = set(read.values_list("pk", flat=True))
    assert 3 <= len(known) < WAITING
    assert not PseudoLabel.objects.exists()
    # As if the time had passed after which a worker that gives no sign of life is taken for dead.
    PseudoRound.objects.filter(pk=asked.pk, state="running").update(
        heartbeat_at=timezone.now() - timedelta(minutes=5)
    )
    start_worker("second", QUEUES)
    start_beat()
    wait_for(lambda: is_over(asked), seconds=180, what="the round ends")
    asked.refresh_from_db()
    assert (asked.error, asked.attempts) == ("", 2)
    assert asked.state in ("auditing", "upheld")
    assert read.count() == WAITING
    assert known <= set(read.values_list("pk", flat=True))
    labels = PseudoLabel.objects.filter(pseudo_round=asked)
    assert labels.count() == Task.objects.filter(state="auto_accepted").count()
    assert Prediction.objects.filter(photo__task__state="new").count() == 0
