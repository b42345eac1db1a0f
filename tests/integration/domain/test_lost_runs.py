"""Fine-tuning runs whose workers are killed: noticed, gone on with, and nothing done twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from inference.types import EvaluatedPhoto, Scorecard
from labeling import storage
from labeling.models import (
    DatasetSnapshot,
    Evaluation,
    FinetuningRun,
    MeasuredPhoto,
    ModelVersion,
    RunMetric,
)
from labeling.operations import runs
from tests.integration.domain.training import (
    Killed,
    PlainEvaluator,
    PlainTrainer,
    execute,
    freeze,
    kill,
    request,
)
from tests.integration.domain.workshop import Workshop


@pytest.fixture
def snapshot(workshop: Workshop) -> DatasetSnapshot:
    return freeze(workshop)


def run_and_die(run: FinetuningRun, workshop: Workshop, at: datetime | None = None) -> None:
    with pytest.raises(Killed):
        execute(run, workshop, PlainTrainer(on_step=kill), at=at)
    run.refresh_from_db()
    assert run.state == "running"


def test_a_lost_worker_is_noticed_and_the_run_goes_on(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    run, again = request(workshop, snapshot), PlainTrainer()
    run_and_die(run, workshop)
    assert runs.sweep_runs(now=workshop.later(seconds=59)) == 0
    assert runs.sweep_runs(now=workshop.later(seconds=60)) == 1
    done = execute(run, workshop, again, at=workshop.later(seconds=61))
    assert done is not None
    assert (done.state, done.attempts) == ("succeeded", 2)
    assert again.steps == [2, 3]
    assert RunMetric.objects.filter(run=run).count() == 3


def test_a_run_that_loses_its_worker_three_times_fails(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    run = request(workshop, snapshot)
    for attempt in range(3):
        at = workshop.later(minutes=10 * attempt)
        storage.run_dir(run.pk).joinpath("checkpoint.json").unlink(missing_ok=True)
        run_and_die(run, workshop, at=at)
        runs.sweep_runs(now=at + timedelta(minutes=5))
        run.refresh_from_db()
    assert run.state == "failed"
    assert "lost 3 times" in run.error


def test_a_lost_run_that_was_to_be_canceled_is_canceled(
    workshop: Workshop, snapshot: DatasetSnapshot
) -> None:
    run = request(workshop, snapshot)
    run_and_die(run, workshop)
    runs.cancel_run(run=run, by=workshop.people.ml_engineer, now=workshop.now)
    runs.sweep_runs(now=workshop.later(minutes=5))
    run.refresh_from_db()
    assert run.state == "canceled"


def test_who_was_taken_for_dead_registers_nothing(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    run = request(workshop, snapshot)

    def sleep_long(step: int) -> None:
        if step == 2:
            runs.sweep_runs(now=workshop.later(minutes=5))
            storage.run_dir(run.pk).joinpath("checkpoint.json").unlink()
            execute(run, workshop, PlainTrainer("other worker"), at=workshop.later(minutes=6))

    execute(run, workshop, PlainTrainer("slow worker", on_step=sleep_long))
    run.refresh_from_db()
    assert run.state == "succeeded"
    assert ModelVersion.objects.get(run=run).manifest["name"] == "other worker"


def test_killed_after_registering_it_does_not_register_twice(
    workshop: Workshop, snapshot: DatasetSnapshot
) -> None:
    class DyingEvaluator(PlainEvaluator):
        def __call__(self, **given: Any) -> Scorecard:
            raise Killed

    run, trainer = request(workshop, snapshot), PlainTrainer()
    with pytest.raises(Killed):
        execute(run, workshop, evaluator=DyingEvaluator())
    runs.sweep_runs(now=workshop.later(minutes=5))
    done = execute(run, workshop, trainer)
    assert done is not None
    assert done.state == "succeeded"
    assert trainer.steps == []
    assert ModelVersion.objects.filter(run=run).count() == 1


def test_killed_while_measuring_it_goes_on_with_the_photos_that_were_not_read(
    workshop: Workshop, snapshot: DatasetSnapshot
) -> None:
    class DyingEvaluator(PlainEvaluator):
        """Is killed while the third photo of the new version is in hand."""

        def __call__(self, *, keep: Callable[[EvaluatedPhoto], None], **given: Any) -> Scorecard:
            def die_at_the_third(photo: EvaluatedPhoto) -> None:
                if len(self.read) == 3:
                    raise Killed
                keep(replace(photo, milliseconds=7.25, confidence=0.1 + 0.2))

            return super().__call__(keep=die_at_the_third, **given)

    run, first, second = request(workshop, snapshot), DyingEvaluator(), PlainEvaluator()
    with pytest.raises(Killed):
        execute(run, workshop, evaluator=first)
    assert MeasuredPhoto.objects.count() == 2
    runs.sweep_runs(now=workshop.later(minutes=5))
    done = execute(run, workshop, evaluator=second, at=workshop.later(minutes=6))
    assert done is not None
    assert (done.state, second.asked) == ("succeeded", ["tuned", "base"])
    assert set(second.read[:3]).isdisjoint(first.read[:2])
    assert len(second.read) == 3 + 5
    card = Scorecard.from_json(Evaluation.objects.get(model_version__run=run).scorecard)
    kept = [photo for photo in card.photos if photo.photo in first.read[:2]]
    assert [(photo.milliseconds, photo.confidence) for photo in kept] == [(7.25, 0.1 + 0.2)] * 2
    assert not MeasuredPhoto.objects.exists()
