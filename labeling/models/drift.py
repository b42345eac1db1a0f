"""What incoming photos are like, day by day, and what was found to have left its band."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.model_version import ModelVersion
from labeling.models.project import Project


class DriftDay(models.Model):
    """One day of one version, counted by a job so that no page counts photos.

    `readings` are the photos that were read for the first time on that day, `confidences` how many of them in
    each bin of labeling.drift, `refused` those that it called unreadable, by their first reason in `reasons`.
    Of `accepted` readings, those that were accepted on that day, people changed `changed`, by `edits`
    characters together.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="drift_days")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="drift_days")
    day = models.DateField()
    readings = models.PositiveIntegerField(default=0)
    confidences = models.JSONField(default=list)
    refused = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=dict)
    accepted = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    edits = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model_version", "day"], name="drift_day_once"),
            models.CheckConstraint(
                condition=models.Q(refused__lte=models.F("readings"), changed__lte=models.F("accepted")),
                name="drift_day_parts_of_wholes",
            ),
        ]
        indexes = [models.Index(fields=["project", "-day"], name="drift_day_newest")]

    def __str__(self) -> str:
        return f"{self.day} of {self.model_version.name}"


class DriftAlert(models.Model):
    """A figure of the last days that lies outside of its band, until it is inside again.

    `measure` is one of labeling.drift_days.Measure, or "refused:" and a reason. `usual` is the figure of the
    reference.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="drift_alerts")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="drift_alerts")
    measure = models.CharField(max_length=50)
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    usual = models.FloatField()
    n = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["model_version", "measure"],
                condition=models.Q(closed_at__isnull=True),
                name="drift_alert_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True, note="")
                | (
                    models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False)
                    & ~models.Q(note="")
                ),
                name="drift_alert_seen_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["project", "-opened_at"], name="drift_alert_newest")]

    def __str__(self) -> str:
        return f"{self.measure} {self.value:.3f}"
