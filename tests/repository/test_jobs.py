"""Every job name that the domain sends has a job in the worker, and the reverse."""

from __future__ import annotations

import pytest

from labeling import queue
from worker.app import app
from worker.schedule import SCHEDULE

app.loader.import_default_modules()
JOBS = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_names_and_jobs_are_the_same() -> None:
    assert set(JOBS) == set(queue.QUEUES)


def test_schedule_asks_for_jobs_on_their_queues() -> None:
    assert SCHEDULE
    for entry in SCHEDULE.values():
        assert queue.QUEUES[entry["task"]] == entry["options"]["queue"]


@pytest.mark.parametrize("name", sorted(JOBS))
def test_no_job_runs_for_ever(name: str) -> None:
    assert JOBS[name].time_limit


def test_a_killed_worker_loses_no_message() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    # Without these, kombu looks for a dead worker's messages every 100 s, and believes it dead after an hour.
    options = app.conf.broker_transport_options
    assert options["visibility_timeout"] <= 120
    assert options["unacked_restore_interval"] <= 10
    assert options["unacked_restore_throttle"] <= 10


def test_messages_are_json_alone() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == app.conf.result_serializer == "json"
