"""What a manager did to many tasks at once, row by row, so that it can be undone."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.base import choices_of, one_of
from labeling.models.project import Project
from labeling.models.task import Task
from labeling.states import BulkActionState


class BulkKind(StrEnum):
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    RAISE = "raise"
    LOWER = "lower"
    PUT_BACK = "put_back"
    REREAD = "reread"


class BulkOutcome(StrEnum):
    WAITING = "waiting"
    CHANGED = "changed"
    LEFT = "left"
    UNDONE = "undone"
    KEPT = "kept"


class BulkAction(models.Model):
    """One action on many tasks. Its items are chosen when it is asked for, so that a job can go on with it.

    `selection` says how they were chosen: {"filter": {...}} or {"tasks": n}. `total` is how many there are,
    `done` how many of them were looked at (by the undo, once that is under way), `changed` how many were
    changed, `undone` how many the undo restored.
    """

    State: ClassVar = BulkActionState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="bulk_actions")
    kind = models.CharField(max_length=20, choices=choices_of(BulkKind))
    state = models.CharField(
        max_length=20, choices=choices_of(BulkActionState), default=BulkActionState.QUEUED
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="To whom, where the kind is assign.",
    )
    selection = models.JSONField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="bulk_actions"
    )
    requested_at = models.DateTimeField()
    nudge_at = models.DateTimeField(null=True, blank=True, help_text="When the sweep asks a worker again.")
    begun_at = models.DateTimeField(null=True, blank=True, help_text="The action, or the undo of it.")
    finished_at = models.DateTimeField(null=True, blank=True)
    undo_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            one_of("kind", BulkKind, "bulk_action_kind"),
            one_of("state", BulkActionState, "bulk_action_state"),
            models.CheckConstraint(
                condition=models.Q(kind=BulkKind.ASSIGN.value, assignee__isnull=False)
                | (~models.Q(kind=BulkKind.ASSIGN.value) & models.Q(assignee__isnull=True)),
                name="bulk_action_assigns_to_somebody",
            ),
        ]
        indexes = [models.Index(fields=["project", "-requested_at"], name="bulk_action_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.total} tasks"

    @property
    def is_under_way(self) -> bool:
        return self.state in (BulkActionState.QUEUED, BulkActionState.RUNNING, BulkActionState.UNDOING)


class BulkItem(models.Model):
    """One task of a bulk action, and what it was `before`.

    `changed_at` repeats the `updated_at` that the change gave the task: as long as both are the same, nobody
    has touched the task since.
    """

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="items")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=20, choices=choices_of(BulkOutcome), default=BulkOutcome.WAITING)
    before = models.JSONField(default=dict)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "task"], name="bulk_item_once"),
            one_of("outcome", BulkOutcome, "bulk_item_outcome"),
        ]
        indexes = [models.Index(fields=["action", "outcome", "id"], name="bulk_item_next")]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.outcome}"
