"""Fine-tuning runs and their curves."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.base import choices_of, one_of
from labeling.models.dataset import DatasetSnapshot
from labeling.models.project import Project
from labeling.states import RunState


class RunTrigger(StrEnum):
    """What asked for a run: a person or their program, or the project's schedule."""

    REQUEST = "request"
    CORRECTIONS = "corrections"
    INTERVAL = "interval"


class FinetuningRun(models.Model):
    """A snapshot, a base version, a configuration and a seed, and what became of them.

    Queued runs start by `priority`, the highest first, then in the order of their requests. `heartbeat_at` is
    written while a worker is on it; `cancel_requested_at` stops it at its next report. Loss and validation
    figures are the newest of the `network` that learned last, `steps` those of all its networks. `peak_bytes`
    is the most memory that a worker took for it, `code` what the worker trained with.
    """

    State: ClassVar = RunState
    Trigger: ClassVar = RunTrigger

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
    priority = models.SmallIntegerField(default=0)
    trigger = models.CharField(max_length=20, choices=choices_of(RunTrigger), default=RunTrigger.REQUEST)
    cloned_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="clones"
    )
    network = models.CharField(max_length=20, blank=True)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    loss = models.FloatField(null=True, blank=True)
    validation_loss = models.FloatField(null=True, blank=True)
    validation_exact = models.FloatField(null=True, blank=True)
    validation_cer = models.FloatField(null=True, blank=True)
    message = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=100, blank=True)
    peak_bytes = models.BigIntegerField(null=True, blank=True)
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
            one_of("trigger", RunTrigger, "run_trigger"),
        ]
        indexes = [
            models.Index(
                fields=["-priority", "requested_at"],
                name="run_next",
                condition=models.Q(state=RunState.QUEUED.value),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"run {self.number}"

    @property
    def is_over(self) -> bool:
        return self.state in (RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELED)

    @property
    def learned_nothing(self) -> bool:
        """Whether it went all the way and no network became better, so that there is no version of it."""
        return self.state == RunState.SUCCEEDED and not hasattr(self, "model_version")


class RunSchedule(models.Model):
    """When a project's runs start by themselves; a row for each project that wants that.

    A run starts after so many `corrections` were accepted, or so many days after the last one was asked for;
    null switches either off. It runs in the name of whoever `set_by` says. `message` is what came of the last
    time it was due.
    """

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="run_schedule")
    corrections = models.PositiveIntegerField(null=True, blank=True)
    days = models.PositiveIntegerField(null=True, blank=True)
    config = models.JSONField(default=dict)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="run_schedules"
    )
    set_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, blank=True)
    message = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(corrections=None) | models.Q(corrections__gte=1))
                & (models.Q(days=None) | models.Q(days__gte=1)),
                name="run_schedule_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"schedule of {self.project_id}"

    @property
    def is_on(self) -> bool:
        return self.corrections is not None or self.days is not None


class RunMetric(models.Model):
    """One point of a network's curves, at a step of that network. A resumed run writes a step once."""

    run = models.ForeignKey(FinetuningRun, on_delete=models.CASCADE, related_name="metrics")
    network = models.CharField(max_length=20, blank=True)
    step = models.PositiveIntegerField()
    loss = models.FloatField(null=True, blank=True)
    validation_loss = models.FloatField(null=True, blank=True)
    validation_exact = models.FloatField(null=True, blank=True)
    validation_cer = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["run", "network", "step"], name="run_metric_once")]

    def __str__(self) -> str:
        return f"{self.network} step {self.step}: {self.loss}"


class RunLogLine(models.Model):
    """Something worth telling that a run's worker did."""

    run = models.ForeignKey(FinetuningRun, on_delete=models.CASCADE, related_name="log")
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
