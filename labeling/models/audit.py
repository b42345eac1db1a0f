"""Who did what, when."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.project import Project

QUIET_VERBS = (
    "lease.claimed",
    "lease.released",
    "lease.removed",
    "lease.recalled",
    "photo.queued",
    "model_version.archived",
    "task.assigned",
    "task.unassigned",
    "task.raised",
    "task.lowered",
    "task.put_back",
    "task.restored",
)
"""What a list of what happened lately leaves out: who held what, and each row of an action on many."""


class AuditEvent(models.Model):
    """One change, written in the transaction that made it. The database refuses to change or delete one.

    `actor` is null where a job did it; `project` is null for what concerns a person alone.
    """

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, blank=True, related_name="audit_events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="audit_events"
    )
    verb = models.CharField(max_length=50)
    object_type = models.CharField(max_length=50)
    object_id = models.CharField(max_length=64)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["project", "-id"], name="audit_newest"),
            models.Index(fields=["object_type", "object_id"], name="audit_of_object"),
            models.Index(
                fields=["project", "-id"],
                name="audit_newest_loud",
                condition=models.Q(actor__isnull=False) & ~models.Q(verb__in=QUIET_VERBS),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_type} {self.object_id}"
