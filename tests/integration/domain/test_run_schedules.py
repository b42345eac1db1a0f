"""Runs that start by themselves."""

from __future__ import annotations

import pytest

from labeling import queue
from labeling.models import AuditEvent, DatasetSnapshot, FinetuningRun, RunSchedule
from labeling.operations import run_schedules
from labeling.operations.run_schedules import InvalidSchedule, set_run_schedule, start_due_runs
from labeling.policies import Forbidden
from labeling.queries.runs import count_corrections
from labeling.run_settings import InvalidConfig
from tests.integration.domain.training import execute, find_vins
from tests.integration.domain.workshop import VIN, Workshop
from worker.tasks import start_due_runs as start_due_runs_job
from worker.tasks import sweep


def keep(workshop: Workshop, corrections: int | None = None, days: int | None = None, **more) -> RunSchedule:
    values = {"by": workshop.people.ml_engineer, "now": workshop.now} | more
    return set_run_schedule(project=workshop.people.project, corrections=corrections, days=days, **values)


def correct(workshop: Workshop, count: int, first: int = 0) -> None:
    """Photos that the model read as VIN and people as something else."""
    vins = find_vins("train", first + count)[first:]
    for seed, vin in enumerate(vins, start=first):
        assert vin != VIN
        workshop.accept(seed, vin)


def test_what_the_model_read_right_is_no_correction(workshop: Workshop) -> None:
    workshop.accept(50, VIN)
    correct(workshop, 2)
    assert count_corrections(project=workshop.people.project) == 2


def test_a_run_starts_after_enough_corrections(workshop: Workshop) -> None:
    keep(workshop, corrections=3, config={"steps": 3})
    correct(workshop, 2)
    assert start_due_runs(now=workshop.now) == 0
    correct(workshop, 1, first=2)
    assert start_due_runs(now=workshop.now) == 1
    run = FinetuningRun.objects.get()
    assert (run.trigger, run.requested_by, run.config["steps"]) == (
        "corrections",
        workshop.people.ml_engineer,
        3,
    )
    assert RunSchedule.objects.get().message == "Asked for run 1."


def test_the_sweep_of_the_workers_starts_it(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr("labeling.queue.send", lambda name, kwargs, expires=None: not sent.append(name))
    monkeypatch.setattr("worker.limits.limit_memory", lambda size: None)
    keep(workshop, corrections=2)
    correct(workshop, 1)
    sweep()
    assert queue.START_DUE_RUNS not in sent
    correct(workshop, 1, first=1)
    sweep()
    assert queue.START_DUE_RUNS in sent
    assert not FinetuningRun.objects.exists()
    start_due_runs_job()
    assert (FinetuningRun.objects.get().trigger, DatasetSnapshot.objects.count()) == ("corrections", 1)


def test_while_a_run_is_under_way_no_other_starts_and_what_it_saw_is_not_new(workshop: Workshop) -> None:
    keep(workshop, corrections=2)
    correct(workshop, 2)
    start_due_runs(now=workshop.now)
    correct(workshop, 2, first=2)
    assert start_due_runs(now=workshop.later(days=1)) == 0
    run = FinetuningRun.objects.get()
    execute(run, workshop, at=workshop.later(days=1))
    run.refresh_from_db()
    assert run.state == "succeeded"
    assert count_corrections(project=workshop.people.project) == 2
    assert start_due_runs(now=workshop.later(days=2)) == 1


def test_a_run_starts_after_enough_days_if_there_is_anything_new(workshop: Workshop) -> None:
    keep(workshop, days=7)
    assert start_due_runs(now=workshop.later(days=8)) == 0
    correct(workshop, 1)
    assert start_due_runs(now=workshop.later(days=6)) == 0
    assert start_due_runs(now=workshop.later(days=7)) == 1
    assert FinetuningRun.objects.get().trigger == "interval"


def test_what_stands_in_the_way_is_said_and_tried_again_later(workshop: Workshop) -> None:
    keep(workshop, corrections=1)
    workshop.accept(1, find_vins("test", 1)[0])
    assert start_due_runs(now=workshop.now) == 0
    assert "no photo to train on" in RunSchedule.objects.get().message
    assert not DatasetSnapshot.objects.exists()
    correct(workshop, 1, first=5)
    assert start_due_runs(now=workshop.later(minutes=30)) == 0
    assert start_due_runs(now=workshop.later(minutes=61)) == 1


def test_of_two_sweeps_one_starts_it(workshop: Workshop) -> None:
    schedule = keep(workshop, corrections=1)
    correct(workshop, 1)
    assert start_due_runs(now=workshop.now) == 1
    assert run_schedules._start(schedule, workshop.now) is None
    assert FinetuningRun.objects.count() == 1


def test_nothing_switches_it_off(workshop: Workshop) -> None:
    keep(workshop, corrections=1)
    assert not keep(workshop).is_on
    correct(workshop, 1)
    assert start_due_runs(now=workshop.later(days=100)) == 0
    assert AuditEvent.objects.filter(verb="run_schedule.changed").count() == 2


def test_odd_schedules_are_refused(workshop: Workshop) -> None:
    with pytest.raises(InvalidSchedule):
        keep(workshop, corrections=0)
    with pytest.raises(InvalidConfig):
        keep(workshop, corrections=5, config={"speed": 1})
    with pytest.raises(Forbidden):
        keep(workshop, corrections=5, by=workshop.people.reviewer)
    assert not RunSchedule.objects.exists()
