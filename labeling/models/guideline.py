"""How a project wants its photos read: written by admins, in versions, and who has read which."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.project import Project

LONGEST_GUIDELINE = 40_000


class Guideline(models.Model):
    """One version of a project's guidelines, in Markdown. The database refuses to change one."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="guidelines")
    number = models.PositiveIntegerField()
    text = models.TextField()
    note = models.CharField(max_length=200, blank=True, help_text="What changed, in a few words.")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="guidelines")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="guideline_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="guideline_number"),
        ]

    def __str__(self) -> str:
        return f"guidelines {self.number} of {self.project_id}"


class GuidelineReading(models.Model):
    """The newest version that a member says they have read."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guideline_readings")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="guideline_readings"
    )
    number = models.PositiveIntegerField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="guideline_reading_once")]

    def __str__(self) -> str:
        return f"{self.user_id} has read {self.number}"
