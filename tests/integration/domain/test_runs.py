"""Fine-tuning runs: trained, measured, compared; canceled, tried again."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from labeling import storage
from labeling.models import (
    AuditEvent,
    DatasetSnapshot,
    Evaluation,
    FinetuningRun,
    GateDecision,
    ModelVersion,
    RunMetric,
    SnapshotItem,
    VehicleInTest,
)
from labeling.operations import leaks, runs
from labeling.operations.datasets import freeze_snapshot
from labeling.operations.transitions import Conflict
from labeling.policies import Forbidden, NotFound
from labeling.states import IllegalTransition
from tests.conftest import People
from tests.integration.domain.training import (
    PlainEvaluator,
    PlainTrainer,
    Step,
    execute,
    freeze,
    request,
)
from tests.integration.domain.workshop import Workshop, make_bundle


@pytest.fixture
def snapshot(workshop: Workshop) -> DatasetSnapshot:
    return freeze(workshop)


def test_a_run_goes_all_the_way(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    run, evaluator, trainer = request(workshop, snapshot), PlainEvaluator({"base": 4}), PlainTrainer()
    done = execute(run, workshop, trainer, evaluator)
    assert done is not None
    version = ModelVersion.objects.get(run=run)
    assert (done.state, done.error, done.step, done.loss) == ("succeeded", "", 3, 1 / 3)
    assert not done.learned_nothing
    assert (version.name, version.state, version.base) == ("v2", "evaluated", workshop.version)
    assert evaluator.asked == ["tuned", "base"]
    assert list(RunMetric.objects.values_list("step", "validation_exact")) == [(1, None), (2, None), (3, 0.5)]
    decision = GateDecision.objects.get()
    assert (decision.challenger, decision.champion, decision.passed) == (version, workshop.version, True)
    assert workshop.version.state == "promoted"


def test_a_run_that_learns_nothing_makes_no_version(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    evaluator = PlainEvaluator()
    done = execute(request(workshop, snapshot), workshop, PlainTrainer(learns=False), evaluator)
    assert done is not None
    assert (done.state, done.error, done.learned_nothing) == ("succeeded", "", True)
    assert done.message.startswith("Nothing was learned")
    assert "the weights of v1, so these stay" in done.message
    assert list(ModelVersion.objects.all()) == [workshop.version]
    assert (evaluator.asked, GateDecision.objects.count(), Evaluation.objects.count()) == ([], 0, 0)
    assert AuditEvent.objects.get(verb="run.succeeded").data["message"] == done.message


def test_the_trainer_is_given_what_was_asked_for(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    run, trainer = request(workshop, snapshot), PlainTrainer()
    execute(run, workshop, trainer)
    assert trainer.given["config"] == {"steps": 3, "seed": 7, "networks": ["sequence", "characters"]}
    assert trainer.given["base_bundle"] == storage.bundle_path(workshop.version.digest)
    assert trainer.given["out_dir"] == storage.run_dir(run.pk)
    photo = trainer.given["snapshot"].items[0].photo
    assert trainer.given["photo_path"](photo).exists()


def test_it_never_trains_inside_a_transaction(busy_workshop: Workshop) -> None:
    trainer = PlainTrainer()
    execute(request(busy_workshop, freeze(busy_workshop)), busy_workshop, trainer)
    assert trainer.in_transaction == [False]


def test_a_worse_version_does_not_pass(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    execute(request(workshop, snapshot), workshop, evaluator=PlainEvaluator({"tuned": 4}))
    decision = GateDecision.objects.get()
    assert not decision.passed
    assert [r["rule"] for r in decision.reasons if not r["passed"]] == ["exact_match", "cer"]


def test_without_test_photos_the_gate_says_that_it_cannot_tell(workshop: Workshop) -> None:
    evaluator = PlainEvaluator()
    done = execute(request(workshop, freeze(workshop, test=0)), workshop, evaluator=evaluator)
    assert done is not None
    assert done.state == "succeeded"
    assert evaluator.asked == []
    decision = GateDecision.objects.get()
    assert not decision.passed
    assert [(r["rule"], r["passed"]) for r in decision.reasons] == [
        ("enough_photos", False),
        ("bundle_size", True),
    ]
    assert "nobody can tell" in decision.reasons[0]["reason"]


def test_a_champion_is_measured_once_a_snapshot(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    evaluator = PlainEvaluator()
    execute(request(workshop, snapshot), workshop, PlainTrainer("one"), evaluator)
    execute(request(workshop, snapshot), workshop, PlainTrainer("two"), evaluator)
    assert evaluator.asked == ["one", "base", "two"]
    assert Evaluation.objects.count() == 3


def test_a_second_message_does_nothing(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    run = request(workshop, snapshot)
    inner: list[FinetuningRun | None] = []
    trainer = PlainTrainer(on_step=lambda step: inner.append(execute(run, workshop)))
    execute(run, workshop, trainer)
    assert inner == [None, None, None]
    assert execute(run, workshop) is None


def test_the_first_in_the_queue_starts_whichever_message_comes(
    workshop: Workshop, snapshot: DatasetSnapshot
) -> None:
    first, second, urgent = (request(workshop, snapshot) for _ in range(3))
    runs.move_to_front(run=urgent, by=workshop.people.ml_engineer, now=workshop.now)
    started = [execute(first, workshop, PlainTrainer(name)) for name in ("one", "two", "three")]
    assert [run and run.pk for run in started] == [urgent.pk, first.pk, second.pk]


def test_a_run_that_has_begun_keeps_its_place(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    run = request(workshop, snapshot)
    execute(run, workshop)
    with pytest.raises(Conflict, match="does not wait any more"):
        runs.set_priority(run=run, priority=5, by=workshop.people.ml_engineer, now=workshop.now)


def test_the_plan_of_a_run_knows_the_pace_of_the_last(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    one = {"networks": ["sequence"]}
    done = execute(request(workshop, snapshot, config={"steps": 3, "batch_size": 10, **one}), workshop)
    assert done is not None
    FinetuningRun.objects.filter(pk=done.pk).update(finished_at=done.started_at + timedelta(seconds=60))
    config = {"steps": 20, "batch_size": 6}
    given = {"project": workshop.people.project, "snapshot": snapshot, "by": workshop.people.ml_engineer}
    assert runs.plan_run(config=config | one, **given).seconds == pytest.approx(60 / 30 * 120)
    assert runs.plan_run(config=config, **given).seconds is None
    assert FinetuningRun.objects.count() == 1


def test_a_failure_is_kept(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    def fail(step: int) -> None:
        raise ValueError("The loss is not a number. Lower the learning rate.")

    run = request(workshop, snapshot)
    done = execute(run, workshop, PlainTrainer(on_step=fail))
    assert done is not None
    assert done.state == "failed"
    assert "The loss is not a number. Lower the learning rate (ValueError)" in done.error
    assert AuditEvent.objects.get(verb="run.failed").data["error"] == done.error


def test_a_failed_run_is_tried_again_from_its_checkpoint(
    workshop: Workshop, snapshot: DatasetSnapshot
) -> None:
    def fail_at_three(step: int) -> None:
        if step == 3:
            raise ValueError("no space left")

    run, again = request(workshop, snapshot), PlainTrainer()
    execute(run, workshop, PlainTrainer(on_step=fail_at_three))
    run.refresh_from_db()
    runs.retry_run(run=run, by=workshop.people.ml_engineer, now=workshop.now)
    assert (run.state, run.error) == ("queued", "")
    done = execute(run, workshop, again)
    assert done is not None
    assert done.state == "succeeded"
    assert again.steps == [3]


def test_a_running_run_stops_at_its_next_report(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    run = request(workshop, snapshot)

    def cancel_at_two(step: int) -> None:
        if step == 2:
            running = FinetuningRun.objects.get(pk=run.pk)
            runs.cancel_run(run=running, by=workshop.people.ml_engineer, now=workshop.now)

    trainer = PlainTrainer(on_step=cancel_at_two)
    done = execute(run, workshop, trainer)
    assert done is not None
    assert done.state == "canceled"
    assert trainer.steps == [1, 2]
    assert not ModelVersion.objects.filter(run=run).exists()


def test_a_queued_run_is_canceled_at_once(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    run = request(workshop, snapshot)
    runs.cancel_run(run=run, by=workshop.people.ml_engineer, now=workshop.now)
    assert run.state == "canceled"
    assert execute(run, workshop) is None
    with pytest.raises(IllegalTransition):
        runs.cancel_run(run=run, by=workshop.people.ml_engineer, now=workshop.now)


@pytest.mark.parametrize("loss", [math.nan, None])
def test_a_loss_that_is_no_number_is_shown_as_none(
    workshop: Workshop, snapshot: DatasetSnapshot, loss: float | None
) -> None:
    class OddTrainer(PlainTrainer):
        def __call__(self, *, report: Callable[[Step], None], **given: Any) -> Path:
            report(Step(1, loss=loss))
            return make_bundle("odd")

    done = execute(request(workshop, snapshot), workshop, OddTrainer())
    assert done is not None
    assert (done.state, done.loss) == ("succeeded", None)


def test_an_odd_configuration_makes_no_run(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    with pytest.raises(runs.InvalidConfig):
        request(workshop, snapshot, config={"learning_rate": math.nan})
    assert not FinetuningRun.objects.exists()


def test_there_must_be_something_to_learn(workshop: Workshop) -> None:
    with pytest.raises(runs.NothingToLearn):
        request(workshop, freeze(workshop, train=0))


def test_roles_and_projects_are_kept_apart(
    workshop: Workshop, snapshot: DatasetSnapshot, other_people: People
) -> None:
    with pytest.raises(Forbidden):
        request(workshop, snapshot, by=workshop.people.annotator)
    with pytest.raises(NotFound):
        runs.request_run(
            project=other_people.project,
            snapshot=snapshot,
            base_version=workshop.version,
            config={},
            by=other_people.ml_engineer,
            now=workshop.now,
        )


def test_a_test_photo_never_teaches(workshop: Workshop, snapshot: DatasetSnapshot) -> None:
    """A photo that has taught under a wrong VIN is no test of its right one, whoever wrote the rows."""
    run = request(workshop, snapshot)
    execute(run, workshop)
    version = ModelVersion.objects.get(run=run)
    taught = SnapshotItem.objects.filter(snapshot=snapshot, split="train").first()
    assert taught is not None
    other = freeze_snapshot(
        project=workshop.people.project, name="other", by=workshop.people.ml_engineer, now=workshop.now
    )
    request(workshop, other, base_version=version)
    odd = DatasetSnapshot.objects.create(
        project=workshop.people.project,
        name="odd",
        sha256="0" * 64,
        split_seed=1,
        counts={"train": 1},
        created_by=workshop.people.ml_engineer,
        created_at=workshop.now,
    )
    VehicleInTest.objects.create(project=workshop.people.project, vin="W" * 17, created_at=workshop.now)
    SnapshotItem.objects.create(
        snapshot=odd, photo=taught.photo, annotation=taught.annotation, vin="W" * 17, split="test"
    )
    with pytest.raises(leaks.LeakedTestSplit, match="leaves them out"):
        request(workshop, odd, base_version=version)
    request(workshop, odd)  # the champion never learned from it


def test_a_run_that_nobody_took_is_asked_for_again(
    workshop: Workshop, snapshot: DatasetSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr("labeling.queue.send", lambda name, kwargs, expires=None: not sent.append(name))
    request(workshop, snapshot)
    assert runs.sweep_runs(now=workshop.later(seconds=29)) == 0
    assert runs.sweep_runs(now=workshop.later(seconds=30)) == 1
    assert runs.sweep_runs(now=workshop.later(seconds=40)) == 0
    assert sent == ["vinloop.execute_run"]
