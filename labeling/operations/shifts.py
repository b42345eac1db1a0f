"""The shifts of the background worker: a few seconds of reading, while no photo waits for the champion."""

from __future__ import annotations

from datetime import datetime

from labeling.models import Photo
from labeling.operations import rereading_steps, shadow_steps, shadows
from labeling.operations.background import SHIFT, Clock, ReaderFor, ask_for_work
from labeling.queries.rereadings import has_running
from labeling.states import PhotoState


def read_in_background(*, reader_for: ReaderFor, now: Clock) -> int:
    """Read open tasks again, then for shadows, for one shift; returns how many photos.

    People wait for the former. The shift ends early where a photo waits for the champion.
    """
    until, count = now() + SHIFT, 0
    while now() < until and not has_photo_waiting():
        if not (
            rereading_steps.read_next(reader_for=reader_for, now=now)
            or shadow_steps.read_next(reader_for=reader_for, now=now)
        ):
            break
        count += 1
    return count


def sweep_background(*, now: datetime) -> bool:
    """End the shadows that are due, and ask for a shift where there is something to read; returns whether."""
    shadows.end_due_shadows(now=now)
    is_needed = (has_running() or shadow_steps.has_unread()) and not has_photo_waiting()
    return is_needed and ask_for_work()


def has_photo_waiting() -> bool:
    """Whether the champion of any project is to read a photo that no worker has in hand."""
    return Photo.with_probes.filter(state=PhotoState.QUEUED).exists()
