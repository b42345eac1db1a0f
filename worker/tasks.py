"""The jobs: names and ids come in, one call into the domain each. Started by name from labeling.queue."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from labeling.operations import (
    bulk,
    drift,
    leases,
    ordering,
    photos,
    predictions,
    pseudo_round_execution,
    pseudo_rounds,
    run_schedules,
    runs,
    shifts,
    transfers,
)
from labeling.operations.background import SHIFT
from labeling.queue import (
    COUNT_DRIFT,
    EXECUTE_BULK_ACTION,
    EXECUTE_PSEUDO_ROUND,
    EXECUTE_RUN,
    EXECUTE_TRANSFER,
    ORDER_TASKS,
    PREDICT_PHOTO,
    PREDICTION_SECONDS,
    READ_IN_BACKGROUND,
    RENDER_PHOTO,
    START_DUE_RUNS,
    SWEEP,
)
from worker import limits, readers

# The soft limit raises in the job, which keeps the error; the hard one kills the process, and the sweep finds
# the row.
SOFT_SECONDS = PREDICTION_SECONDS * 0.8
BACKGROUND_SECONDS = SHIFT.total_seconds() + PREDICTION_SECONDS
DRIFT_SECONDS = 1800
RUN_SECONDS = 12 * 3600
TRANSFER_SECONDS = 2 * 3600


@shared_task(name=PREDICT_PHOTO, time_limit=PREDICTION_SECONDS, soft_time_limit=SOFT_SECONDS)
def predict_photo(photo_id: str) -> None:
    """Read one photo with the model version in service."""
    limits.limit_memory(limits.PREDICTION_BYTES)
    predictions.predict_photo(photo_id=UUID(photo_id), reader_for=readers.get_reader, now=timezone.now())


@shared_task(name=RENDER_PHOTO, time_limit=PREDICTION_SECONDS, soft_time_limit=SOFT_SECONDS)
def render_photo(photo_id: str) -> None:
    """Make the display copy and the thumbnail of one photo."""
    limits.limit_memory(limits.PREDICTION_BYTES)
    photos.render_photo(photo_id=UUID(photo_id), now=timezone.now())


@shared_task(name=EXECUTE_RUN, time_limit=RUN_SECONDS)
def execute_run() -> None:
    """Train, export, register, measure: the fine-tuning run that comes first."""
    # torch takes seconds and hundreds of megabytes, which the prediction worker does not need.
    from worker.finetuning import describe_code, evaluate_bundle, train_bundle

    limits.limit_memory(limits.FINETUNING_BYTES)
    runs.execute_next_run(
        trainer=train_bundle, evaluator=evaluate_bundle, now=timezone.now, code=describe_code()
    )


@shared_task(name=EXECUTE_BULK_ACTION, time_limit=60)
def execute_bulk_action(action_id: str) -> None:
    """Go on with what a manager asked for on many tasks, or with its undo, for one shift."""
    bulk.execute_bulk_action(action_id=UUID(action_id), now=timezone.now)


@shared_task(name=EXECUTE_TRANSFER, time_limit=TRANSFER_SECONDS, soft_time_limit=TRANSFER_SECONDS * 0.95)
def execute_transfer(transfer_id: str) -> None:
    """Write one export, check one import, or load one that was confirmed."""
    limits.limit_memory(limits.PREDICTION_BYTES)
    transfers.execute_transfer(transfer_id=UUID(transfer_id), now=timezone.now)


@shared_task(name=START_DUE_RUNS, time_limit=TRANSFER_SECONDS)
def start_due_runs() -> None:
    """Freeze a snapshot for each schedule whose time has come, and ask for its run."""
    limits.limit_memory(limits.PREDICTION_BYTES)
    run_schedules.start_due_runs(now=timezone.now())


@shared_task(name=EXECUTE_PSEUDO_ROUND, time_limit=RUN_SECONDS)
def execute_pseudo_round(round_id: str) -> None:
    """Read what nobody has labeled, and trust what is sure enough."""
    # The process is the one of the runs: once torch is loaded, a prediction's share would not do.
    limits.limit_memory(limits.FINETUNING_BYTES)
    pseudo_round_execution.execute_round(
        round_id=UUID(round_id), reader_for=readers.get_reader, now=timezone.now
    )


@shared_task(name=ORDER_TASKS, time_limit=300)
def order_tasks(project_id: str) -> None:
    """Put what waits in a project into the order of what it would teach."""
    limits.limit_memory(limits.PREDICTION_BYTES)
    ordering.order_tasks(project_id=int(project_id), now=timezone.now)


@shared_task(
    name=READ_IN_BACKGROUND,
    time_limit=BACKGROUND_SECONDS,
    soft_time_limit=SHIFT.total_seconds() + SOFT_SECONDS,
)
def read_in_background() -> None:
    """Read open tasks again, and for shadows, as long as no photo waits to be read."""
    limits.limit_memory(limits.PREDICTION_BYTES)
    limits.give_way()
    shifts.read_in_background(reader_for=readers.get_reader, now=timezone.now)


@shared_task(name=COUNT_DRIFT, time_limit=DRIFT_SECONDS)
def count_drift() -> None:
    """Count the last days anew, and say what has left its band."""
    limits.give_way()
    drift.count_drift(now=timezone.now)


@shared_task(name=SWEEP, time_limit=60)
def sweep() -> None:
    """Find the rows that nobody nudged, whose worker was lost, or whose lease has run out."""
    now = timezone.now()
    leases.sweep_leases(now=now)
    predictions.sweep_photos(now=now)
    runs.sweep_runs(now=now)
    run_schedules.sweep_schedules(now=now)
    bulk.sweep_bulk_actions(now=now)
    transfers.sweep_transfers(now=now)
    pseudo_rounds.sweep_rounds(now=now)
    ordering.sweep_orders(now=now)
    shifts.sweep_background(now=now)
