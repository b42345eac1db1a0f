"""What the beat asks for, and how often."""

from labeling.queue import COUNT_DRIFT, QUEUES, SWEEP

SWEEP_SECONDS = 10.0
DRIFT_SECONDS = 600.0

SCHEDULE = {
    "sweep": {
        "task": SWEEP,
        "schedule": SWEEP_SECONDS,
        # Where no worker takes them, sweeps do not pile up: the next one does the same work.
        "options": {"queue": QUEUES[SWEEP], "expires": SWEEP_SECONDS},
    },
    "drift": {
        "task": COUNT_DRIFT,
        "schedule": DRIFT_SECONDS,
        "options": {"queue": QUEUES[COUNT_DRIFT], "expires": DRIFT_SECONDS},
    },
}
