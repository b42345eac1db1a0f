"""The Celery app, the names of the jobs, and how the domain asks for one.

The row in the database is the truth and the message a nudge: a lost one costs a delay until the next sweep.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

PREDICT_PHOTO = "vinloop.predict_photo"
RENDER_PHOTO = "vinloop.render_photo"
EXECUTE_RUN = "vinloop.execute_run"
EXECUTE_BULK_ACTION = "vinloop.execute_bulk_action"
EXECUTE_TRANSFER = "vinloop.execute_transfer"
START_DUE_RUNS = "vinloop.start_due_runs"
EXECUTE_PSEUDO_ROUND = "vinloop.execute_pseudo_round"
ORDER_TASKS = "vinloop.order_tasks"
READ_IN_BACKGROUND = "vinloop.read_in_background"
COUNT_DRIFT = "vinloop.count_drift"
SWEEP = "vinloop.sweep"

PREDICTION_QUEUE = "prediction"
FINETUNING_QUEUE = "finetuning"
TRANSFER_QUEUE = "transfer"
"""A worker of its own: a large export holds up neither readers nor runs."""

MAINTENANCE_QUEUE = "maintenance"
"""Taken by the prediction worker too, in turn: a sweep does not wait behind a thousand photos."""

BACKGROUND_QUEUE = "background"
"""A worker of its own, which gives way to all others: it reads what nobody waits for."""

QUEUES = {
    PREDICT_PHOTO: PREDICTION_QUEUE,
    RENDER_PHOTO: PREDICTION_QUEUE,
    SWEEP: MAINTENANCE_QUEUE,
    EXECUTE_BULK_ACTION: MAINTENANCE_QUEUE,
    EXECUTE_RUN: FINETUNING_QUEUE,
    EXECUTE_TRANSFER: TRANSFER_QUEUE,
    # It freezes a snapshot first, which takes minutes in a large project.
    START_DUE_RUNS: TRANSFER_QUEUE,
    # Like a run it takes long, and photos that come meanwhile are read all the same.
    EXECUTE_PSEUDO_ROUND: FINETUNING_QUEUE,
    ORDER_TASKS: MAINTENANCE_QUEUE,
    READ_IN_BACKGROUND: BACKGROUND_QUEUE,
    COUNT_DRIFT: BACKGROUND_QUEUE,
}

PREDICTION_SECONDS = settings.PREDICTION_SECONDS
"""A job on one photo that takes longer is killed, and its row is swept."""

_PAUSE_SECONDS = 5.0
"""After a failure the broker is left alone for so long, lest each of many uploads waits for a dead one."""

app = Celery("vinloop", set_as_current=True)
app.conf.update(
    broker_url=settings.BROKER_URL,
    broker_connection_timeout=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "socket_connect_timeout": 1,
        # A broker that hangs holds up a request for so long, once; workers poll every second.
        "socket_timeout": 3,
        # A message that a killed worker held comes back soon, not after Celery's hour.
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 5,
    },
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_publish_retry=False,
    task_routes={name: {"queue": queue} for name, queue in QUEUES.items()},
    worker_prefetch_multiplier=1,
    timezone="UTC",
)


class _Pause:
    until = 0.0


def enqueue_on_commit(name: str, **kwargs: str) -> None:
    """Send a job after the commit. A broker that is down fails nothing: the sweep asks again."""
    transaction.on_commit(partial(send, name, kwargs), robust=True)


def send(name: str, kwargs: dict[str, Any], *, expires: float | None = None) -> bool:
    """Send a job now; returns whether the broker took it. `expires` is in seconds."""
    if time.monotonic() < _Pause.until:
        return False
    try:
        app.send_task(name, kwargs=kwargs, queue=QUEUES[name], retry=False, expires=expires)
    except Exception as error:  # kombu's, redis' and the socket's alike: the row is there for the sweep
        _Pause.until = time.monotonic() + _PAUSE_SECONDS
        logger.warning("The broker did not take %s %s: %s", name, kwargs, error)
        return False
    return True


def count_waiting(queue: str) -> int | None:
    """How many messages wait in a queue; None where the broker does not answer."""
    try:
        with app.connection_for_write(connect_timeout=1) as connection:
            declared = connection.default_channel.queue_declare(queue=queue, passive=True)
            return int(declared.message_count)
    except Exception as error:  # see send(); a queue that nobody declared yet answers with an error too
        logger.debug("The broker does not tell how long %s is: %s", queue, error)
        return None
