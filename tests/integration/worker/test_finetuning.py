"""A fine-tuning run with the real trainer in a real worker, killed half-way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone

from inference.vin import ALPHABET, LENGTH
from labeling.models import DatasetSnapshot, FinetuningRun, GateDecision, ModelVersion, RunMetric
from labeling.operations.annotations import submit_annotation
from labeling.operations.datasets import freeze_snapshot
from labeling.operations.leases import claim_next_task
from labeling.operations.photos import create_photo
from labeling.operations.reviews import submit_review
from labeling.operations.runs import request_run
from labeling.operations.tasks import open_task
from labeling.states import RunState
from tests.conftest import People
from tests.integration.worker.conftest import SEEDS
from tests.photos import render_photo
from tests.processes import TestProcess, wait_for

Start = Callable[..., TestProcess]

PHOTOS = 24
STEPS = 40
SAVED = {"save_every": 5, "report_every": 1, "validate_every": 20}
CONFIG = {"steps": STEPS, "batch_size": 4, "seed": 3, **SAVED}
QUEUES = "finetuning,maintenance"


def make_vin(seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list(ALPHABET), LENGTH))


def accept_photo(world: People, vin: str = "") -> None:
    """Upload a photo, annotate it, and accept the annotation as another person."""
    now = timezone.now()
    seed = next(SEEDS)
    vin = vin or make_vin(seed)
    content = render_photo(seed, vin=vin, width=320, height=80)
    photo = create_photo(
        project=world.project, content=content, name="photo.jpg", uploaded_by=world.annotator, now=now
    )
    with transaction.atomic():
        open_task(photo=photo, priority=0.5, now=now)
    region = [[20, 20], [300, 20], [300, 60], [20, 60]]
    annotate = claim_next_task(project=world.project, holder=world.annotator, kind="annotate", now=now)
    assert annotate is not None
    content_of = {"text": vin, "characters": [], "region": region}
    submit_annotation(lease_id=annotate.pk, holder=world.annotator, base_revision=0, now=now, **content_of)
    review = claim_next_task(project=world.project, holder=world.reviewer, kind="review", now=now)
    assert review is not None
    submit_review(lease_id=review.pk, reviewer=world.reviewer, verdict="accepted", base_revision=1, now=now)


@pytest.fixture
def snapshot(world: People) -> DatasetSnapshot:
    for _ in range(PHOTOS):
        accept_photo(world)
    return freeze_snapshot(project=world.project, name="first", by=world.ml_engineer, now=timezone.now())


def list_steps(run: FinetuningRun) -> list[int]:
    return list(RunMetric.objects.filter(run=run).values_list("step", flat=True))


def test_a_killed_run_goes_on_from_its_checkpoint_and_ends_at_the_gate(
    world: People, champion: ModelVersion, snapshot: DatasetSnapshot, start_worker: Start, start_beat: Start
) -> None:
    assert snapshot.counts["train"] > 0
    run = request_run(
        project=world.project, snapshot=snapshot, config=CONFIG, by=world.ml_engineer, now=timezone.now()
    )
    first = start_worker("first", QUEUES)
    wait_for(lambda: len(list_steps(run)) >= 12, seconds=120, what="twelve steps are trained")
    first.kill()
    done = max(list_steps(run))
    assert done < STEPS
    killed_at = timezone.now()
    # As if the time had passed after which a worker that gives no sign of life is taken for dead.
    FinetuningRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(
        heartbeat_at=killed_at - timedelta(minutes=5)
    )
    start_worker("second", QUEUES)
    start_beat()
    ended = (RunState.SUCCEEDED, RunState.FAILED)
    wait_for(lambda: FinetuningRun.objects.get(pk=run.pk).state in ended, seconds=180, what="the run ends")

    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    assert run.attempts == 2
    assert list_steps(run) == list(range(STEPS + 1))
    again = RunMetric.objects.filter(run=run, created_at__gt=killed_at).values_list("step", flat=True)
    assert done - SAVED["save_every"] <= min(again) <= done + 1
    version = ModelVersion.objects.get(run=run)
    assert version.base == champion
    assert GateDecision.objects.filter(challenger=version, champion=champion).count() == 1
    assert ModelVersion.objects.count() == 2
