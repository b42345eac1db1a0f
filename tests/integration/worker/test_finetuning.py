"""A fine-tuning run with the real trainer in a real worker, killed again and again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone

from inference.bundle import load_bundle
from inference.evaluation import evaluate
from inference.types import Scorecard
from inference.vin import ALPHABET, LENGTH
from labeling import storage
from labeling.models import (
    DatasetSnapshot,
    Evaluation,
    FinetuningRun,
    GateDecision,
    MeasuredPhoto,
    ModelVersion,
    RunLogLine,
    RunMetric,
)
from labeling.operations.annotations import submit_annotation
from labeling.operations.datasets import freeze_snapshot, load_snapshot
from labeling.operations.leases import claim_next_task
from labeling.operations.photos import create_photo
from labeling.operations.reviews import submit_review
from labeling.operations.runs import request_run
from labeling.operations.tasks import open_task
from labeling.states import RunState
from tests.conftest import People
from tests.integration.domain.training import find_vins
from tests.integration.worker.conftest import SEEDS
from tests.photos import render_photo
from tests.processes import TestProcess, wait_for

Start = Callable[..., TestProcess]

PHOTOS, TESTED = 24, 40
STEPS = 12
SAVED = {"save_every": 4, "report_every": 1, "validate_every": STEPS}
CONFIG = {"networks": ["sequence", "characters"], "steps": STEPS, "batch_size": 4, "seed": 3, **SAVED}
QUEUES = "finetuning,maintenance"


def make_vin(seed: int) -> str:
    return "".join(np.random.default_rng(seed).choice(list(ALPHABET), LENGTH))


def box_evenly(vin: str) -> list[dict[str, object]]:
    """A box for each symbol, side by side in the region."""
    width = 280 / LENGTH
    lefts = [20 + width * index for index in range(LENGTH)]
    quads = [[[left, 20], [left + width, 20], [left + width, 60], [left, 60]] for left in lefts]
    return [
        {"index": index, "symbol": symbol, "confidence": None, "quad": quads[index]}
        for index, symbol in enumerate(vin)
    ]


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
    content_of = {"text": vin, "characters": box_evenly(vin), "region": region}
    submit_annotation(lease_id=annotate.pk, holder=world.annotator, base_revision=0, now=now, **content_of)
    review = claim_next_task(project=world.project, holder=world.reviewer, kind="review", now=now)
    assert review is not None
    submit_review(lease_id=review.pk, reviewer=world.reviewer, verdict="accepted", base_revision=1, now=now)


@pytest.fixture
def snapshot(world: People) -> DatasetSnapshot:
    for _ in range(PHOTOS):
        accept_photo(world)
    for vin in find_vins("test", TESTED):
        accept_photo(world, vin)
    return freeze_snapshot(project=world.project, name="first", by=world.ml_engineer, now=timezone.now())


def list_steps(run: FinetuningRun, network: str) -> list[int]:
    return list(RunMetric.objects.filter(run=run, network=network).values_list("step", flat=True))


def kill(worker: TestProcess, run: FinetuningRun) -> None:
    """And as if the time had passed after which a worker that gives no sign of life is taken for dead."""
    worker.kill()
    long_ago = timezone.now() - timedelta(minutes=5)
    assert FinetuningRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(heartbeat_at=long_ago)


def measure(version: ModelVersion, snapshot: DatasetSnapshot) -> Scorecard:
    """As an evaluation that nobody disturbs."""
    reader = load_bundle(storage.bundle_path(version.digest))
    return evaluate(reader, load_snapshot(snapshot), "test", storage.original_path)


def list_readings(card: dict[str, Any]) -> dict[str, Any]:
    """All but the times, which no two measurements have in common."""
    photos = [
        {name: value for name, value in photo.items() if "milliseconds" not in name}
        for photo in json.loads(json.dumps(card["photos"]))
    ]
    figures = {name: value for name, value in card.items() if "milliseconds" not in name}
    return {**figures, "photos": photos}


def test_a_run_goes_on_after_kills_in_its_second_network_and_while_it_is_measured(
    world: People, champion: ModelVersion, snapshot: DatasetSnapshot, start_worker: Start, start_beat: Start
) -> None:
    assert snapshot.counts["train"] > 0
    run = request_run(
        project=world.project, snapshot=snapshot, config=CONFIG, by=world.ml_engineer, now=timezone.now()
    )
    start_beat()
    first = start_worker("first", QUEUES)
    learned = lambda: len(list_steps(run, "characters"))  # noqa: E731
    wait_for(lambda: learned() >= 6, seconds=120, what="the second network learns")
    kill(first, run)
    done, killed_at = learned(), timezone.now()
    assert done <= STEPS

    second = start_worker("second", QUEUES)
    measured = MeasuredPhoto.objects.filter(snapshot=snapshot)
    wait_for(lambda: measured.count() >= 3, seconds=120, what="the new version reads three test photos")
    kill(second, run)
    version = ModelVersion.objects.get(run=run)
    kept = {row.photo: row.figures for row in measured.filter(model_version=version)}
    assert 3 <= len(kept) < TESTED
    assert not Evaluation.objects.exists()
    again = RunMetric.objects.filter(run=run, created_at__gt=killed_at)
    assert set(again.values_list("network", flat=True)) == {"characters"}
    assert done - 1 - SAVED["save_every"] <= min(again.values_list("step", flat=True)) <= done

    start_worker("third", QUEUES)
    ended = (RunState.SUCCEEDED, RunState.FAILED)
    wait_for(lambda: FinetuningRun.objects.get(pk=run.pk).state in ended, seconds=180, what="the run ends")
    run.refresh_from_db()
    assert (run.state, run.error, run.attempts) == (RunState.SUCCEEDED, "", 3)
    assert list_steps(run, "sequence") == list_steps(run, "characters") == list(range(STEPS + 1))
    assert (version.base, ModelVersion.objects.count()) == (champion, 2)
    assert GateDecision.objects.filter(challenger=version, champion=champion).count() == 1
    assert not MeasuredPhoto.objects.exists()
    card = Evaluation.objects.get(model_version=version).scorecard
    assert {each["photo"]: each for each in card["photos"] if each["photo"] in kept} == kept
    assert list_readings(card) == list_readings(measure(version, snapshot).to_json())
    assert (run.peak_bytes or 0) > 100 * 1024**2
    assert "torch" in run.code
    assert [line.text.split(":")[0] for line in RunLogLine.objects.filter(run=run)][:2] == [
        "A worker began",
        "Sequence recognizer",
    ]
