"""Open tasks whose photos the version in service reads again."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.background import BackgroundRow, BackgroundState
from labeling.models.base import choices_of, one_of
from labeling.models.model_version import ModelVersion
from labeling.models.project import Project
from labeling.models.task import Task
from labeling.states import RereadingState


class Rereading(models.Model):
    """One version's way through the tasks that nobody has touched, chosen when it is asked for.

    `total` is how many there are. Of those that were looked at, `read` were read, of `repeated` the version
    had a reading from before, `left` were somebody's by then, and `failed` could not be read.
    """

    State: ClassVar = RereadingState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="rereadings")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="rereadings")
    state = models.CharField(
        max_length=20, choices=choices_of(RereadingState), default=RereadingState.RUNNING
    )
    total = models.PositiveIntegerField()
    read = models.PositiveIntegerField(default=0)
    repeated = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rereadings"
    )
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(state=RereadingState.RUNNING.value),
                name="rereading_one_running",
            ),
            one_of("state", RereadingState, "rereading_state"),
        ]
        indexes = [models.Index(fields=["model_version", "-requested_at"], name="rereading_newest")]

    def __str__(self) -> str:
        return f"{self.total} tasks by {self.model_version.name}"

    @property
    def is_running(self) -> bool:
        return self.state == RereadingState.RUNNING

    @property
    def done(self) -> int:
        """How many tasks were looked at."""
        return self.read + self.repeated + self.left + self.failed


class RereadingItem(BackgroundRow):
    """One task of a rereading."""

    rereading = models.ForeignKey(Rereading, on_delete=models.CASCADE, related_name="items")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rereading", "task"], name="rereading_item_once"),
            one_of("state", BackgroundState, "rereading_item_state"),
        ]
        indexes = [models.Index(fields=["rereading", "state", "id"], name="rereading_item_next")]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.state}"
