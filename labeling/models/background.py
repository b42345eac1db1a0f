"""What rows have in common that a worker reads one by one when nothing else is to do."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from labeling.models.base import choices_of


class BackgroundState(StrEnum):
    """`waiting` and `claimed` are to be done; the others say what became of it."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    READ = "read"
    REPEATED = "repeated"
    LEFT = "left"
    FAILED = "failed"


class BackgroundRow(models.Model):
    """One photo to read. A claim that grows old is free again: its worker was killed, or reading failed."""

    state = models.CharField(
        max_length=20, choices=choices_of(BackgroundState), default=BackgroundState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)

    class Meta:
        abstract = True
