"""Messages: sent after the commit, and missed by nobody when the broker is down."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import Celery
from django.db import transaction

from labeling import queue
from labeling.models import Photo
from tests.integration.domain.workshop import Workshop
from tests.processes import empty_queues


@pytest.fixture
def empty_broker() -> Iterator[None]:
    empty_queues()
    yield
    empty_queues()


@pytest.fixture
def dead_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same app, where nothing listens."""
    dead = Celery("dead", set_as_current=False)
    dead.conf.update(queue.app.conf.table())
    dead.conf.broker_url = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(queue, "app", dead)
    monkeypatch.setattr(queue._Pause, "until", 0.0)


def test_a_message_reaches_its_queue(empty_broker: None) -> None:
    assert queue.send(queue.PREDICT_PHOTO, {"photo_id": "1"})
    assert queue.count_waiting(queue.PREDICTION_QUEUE) == 1
    assert queue.send(queue.EXECUTE_RUN, {})
    assert queue.count_waiting(queue.FINETUNING_QUEUE) == 1


def test_every_job_has_a_queue() -> None:
    constants = (str(value) for name, value in vars(queue).items() if name.isupper())
    jobs = {value for value in constants if value.startswith("vinloop.")}
    assert set(queue.QUEUES) == jobs
    slow = {job for job, its_queue in queue.QUEUES.items() if its_queue == queue.FINETUNING_QUEUE}
    assert slow == {queue.EXECUTE_RUN, queue.EXECUTE_PSEUDO_ROUND}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    messages: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(queue, "send", lambda name, kwargs, expires=None: messages.append((name, kwargs)))
    return messages


def test_nothing_is_sent_before_the_commit(transactional_db: None, sent: list[Any]) -> None:
    with transaction.atomic():
        queue.enqueue_on_commit(queue.SWEEP)
        assert sent == []
    assert sent == [(queue.SWEEP, {})]


def test_nothing_is_sent_for_what_was_rolled_back(transactional_db: None, sent: list[Any]) -> None:
    with transaction.atomic():
        queue.enqueue_on_commit(queue.SWEEP)
        transaction.set_rollback(True)
    assert sent == []


def test_an_upload_asks_for_its_jobs_by_id(busy_workshop: Workshop, sent: list[Any]) -> None:
    photo = busy_workshop.upload()
    assert sent == [
        (queue.RENDER_PHOTO, {"photo_id": str(photo.pk)}),
        (queue.PREDICT_PHOTO, {"photo_id": str(photo.pk)}),
    ]


def test_without_a_broker_uploads_are_taken_and_hardly_wait(
    busy_workshop: Workshop, dead_broker: None
) -> None:
    start = time.monotonic()
    for seed in range(5):
        busy_workshop.upload(seed)
    # One attempt to reach it takes two seconds; there were ten messages.
    assert time.monotonic() - start < 12
    assert Photo.objects.filter(state="queued").count() == 5
    assert queue.count_waiting(queue.PREDICTION_QUEUE) is None
