"""Fine-tuning runs and their curves."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.base import choices_of, one_of
from labeling.models.dataset import DatasetSnapshot
from labeling.models.project import Project
from labeling.states import RunState


class FinetuningRun(models.Model):
    """A snapshot, a base version, a configuration and a seed, and what became of them.

    `heartbeat_at` is written while a worker is on it; `cancel_requested_at` stops it at its next report.
    """

    State: ClassVar = RunState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField()
    snapshot = models.ForeignKey(DatasetSnapshot, on_delete=models.PROTECT, related_name="runs")
    base_version = models.ForeignKey(
        "labeling.ModelVersion", on_delete=models.PROTECT, related_name="runs_from_here"
    )
    config = models.JSONField()
    seed = models.BigIntegerField()
    state = models.CharField(max_length=20, choices=choices_of(RunState), default=RunState.QUEUED)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    loss = models.FloatField(null=True, blank=True)
    validation_exact = models.FloatField(null=True, blank=True)
    message = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="runs")
    requested_at = models.DateTimeField()
    nudge_at = models.DateTimeField(null=True, blank=True, help_text="When the sweep asks a worker again.")
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="run_number_once"),
            one_of("state", RunState, "run_state"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"run {self.number}"

    @property
    def is_over(self) -> bool:
        return self.state in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELED)


class RunMetric(models.Model):
    """One point of a run's curves. A resumed run writes a step once."""

    run = models.ForeignKey(FinetuningRun, on_delete=models.CASCADE, related_name="metrics")
    step = models.PositiveIntegerField()
    loss = models.FloatField(null=True, blank=True)
    validation_exact = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["step"]
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="run_metric_once")]

    def __str__(self) -> str:
        return f"step {self.step}: {self.loss}"
