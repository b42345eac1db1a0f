"""The Celery app as the workers and the beat start it: `celery -A worker.app worker`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
# Django's checks would load every page into the workers; the web process makes them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")
django.setup()

from labeling.queue import app  # noqa: E402 - the queue reads the settings
from worker.schedule import SCHEDULE  # noqa: E402

KILOBYTE = 1
GIGABYTE = 1000**2 * KILOBYTE

app.conf.update(
    imports=["worker.tasks"],
    beat_schedule=SCHEDULE,
    worker_concurrency=1,
    # A child that has grown is replaced after its job; what one job may take is limited in worker.limits.
    worker_max_memory_per_child=2 * GIGABYTE,
    # Told to stop, a worker finishes the photo in hand; a fine-tuning run goes on later from its checkpoint.
    worker_soft_shutdown_timeout=5.0,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
)

__all__ = ["app"]
