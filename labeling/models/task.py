"""Human work on photos: tasks, the leases that give them to one person, and drafts."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from inference.acquisition import Reason
from labeling.models.base import choices_of, one_of
from labeling.models.photo import Photo
from labeling.models.project import Project
from labeling.states import TaskState


class LeaseKind(StrEnum):
    ANNOTATE = "annotate"
    REVIEW = "review"
    ADJUDICATE = "adjudicate"


class DecidedBy(StrEnum):
    """Why a task is accepted or unreadable."""

    NOBODY = ""
    REVIEW = "review"
    CONSENSUS = "consensus"
    ADJUDICATION = "adjudication"
    POLICY = "policy"
    IMPORT = "import"


FINISHED = (TaskState.ACCEPTED.value, TaskState.UNREADABLE.value)
"""The states in which a task is over, and it is known what the photo shows or that nobody can read it."""


class RealTasks(models.Manager["Task"]):
    """Without the tasks of probes."""

    def get_queryset(self) -> models.QuerySet[Task]:
        return super().get_queryset().filter(is_probe=False)


class Task(models.Model):
    """The work on one photo. As with photos, `objects` leaves out probes and `with_probes` has every row.

    Its state says which work waits: annotation (new, rejected, second reading), review (submitted) or
    adjudication (conflict). `revision` is the number of the newest annotation, 0 where there is none. Higher
    `priority` comes first: what the photo would teach, from 0 to 1, or where the draw placed it; and LEVEL
    more or less for each time a manager raised or lowered it.
    """

    State: ClassVar = TaskState
    LEVEL: ClassVar = 10.0

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tasks")
    photo = models.OneToOneField(Photo, on_delete=models.CASCADE, related_name="task")
    state = models.CharField(max_length=20, choices=choices_of(TaskState), default=TaskState.NEW)
    priority = models.FloatField(default=0.0)
    confidence = models.FloatField(
        null=True, blank=True, help_text="Repeats the photo's, so that the queue needs no other table."
    )
    revision = models.PositiveIntegerField(default=0)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_tasks",
        help_text="Who is to annotate it; empty: whoever is free.",
    )
    is_probe = models.BooleanField(default=False, help_text="Repeats what its photo says.")
    decided_by = models.CharField(
        max_length=20,
        blank=True,
        choices=choices_of(DecidedBy),
        help_text="While it is accepted or unreadable: what made it so.",
    )
    rejection_reason = models.TextField(blank=True)
    skip_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = RealTasks()
    with_probes: ClassVar[models.Manager[Task]] = models.Manager()

    class Meta:
        constraints = [
            one_of("state", TaskState, "task_state"),
            one_of("decided_by", DecidedBy, "task_decided_by"),
        ]
        indexes = [
            models.Index(fields=["project", "state", "-priority", "created_at"], name="task_next"),
            models.Index(
                fields=["project", "state", "assignee", "-priority", "created_at"], name="task_next_of_person"
            ),
            models.Index(fields=["project", "state", "created_at"], name="task_oldest"),
            # Counted from the index alone, which holds each state once with all its rows.
            models.Index(
                fields=["project", "state"], condition=models.Q(is_probe=False), name="task_by_state"
            ),
            models.Index(fields=["project", "state", "confidence"], name="task_by_confidence"),
            models.Index(
                fields=["project", "updated_at"],
                name="task_accepted",
                condition=models.Q(state=TaskState.ACCEPTED.value),
            ),
            # What nobody has begun: counted whole, and with what was drawn at random.
            models.Index(
                fields=["project", "id"],
                name="task_unbegun",
                condition=models.Q(state=TaskState.NEW.value, revision=0, is_probe=False),
            ),
            # Of what was reviewed, these are the few of which a verdict may still become another.
            models.Index(
                fields=["project", "id"],
                name="task_unfinished",
                condition=models.Q(revision__gt=0, is_probe=False) & ~models.Q(state__in=FINISHED),
            ),
            models.Index(
                fields=["project"],
                name="task_agreed",
                condition=models.Q(state=TaskState.ACCEPTED.value, decided_by=DecidedBy.CONSENSUS.value),
            ),
            # What waits for a spot check, in its random order: the page takes the first few.
            models.Index(
                fields=["project", "id"],
                name="task_unseen_work",
                condition=models.Q(state=TaskState.ACCEPTED.value, decided_by=DecidedBy.POLICY.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.photo_id}: {self.state}"

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it comes when it comes; none where nothing stands out, or nothing was kept of it."""
        acquisition = getattr(self, "acquisition", None)
        return acquisition.reasons if acquisition else ()

    @property
    def level(self) -> int:
        """How often it was raised, or below 0 lowered, by managers."""
        return round(self.priority / self.LEVEL)


class Lease(models.Model):
    """A time-limited exclusive right to write to a task; its id is the token that the holder keeps."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="leases")
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="leases")
    kind = models.CharField(max_length=20, choices=choices_of(LeaseKind))
    created_at = models.DateTimeField()
    renewed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(ended_at__isnull=True), name="lease_one_open_a_task"
            ),
            one_of("kind", LeaseKind, "lease_kind"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="lease_open", condition=models.Q(ended_at__isnull=True)),
            models.Index(
                fields=["holder", "kind"], name="lease_mine", condition=models.Q(ended_at__isnull=True)
            ),
            models.Index(fields=["ended_at"], name="lease_skipped", condition=models.Q(end_reason="skipped")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id} by {self.holder_id}"

    def is_open(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at


class Draft(models.Model):
    """What a person has typed and not submitted; the latest save wins."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    text = models.CharField(max_length=17, blank=True)
    characters = models.JSONField(default=list)
    region = models.JSONField(null=True)
    base_revision = models.PositiveIntegerField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "author"], name="draft_once")]

    def __str__(self) -> str:
        return f"draft of {self.author_id} on {self.task_id}"
