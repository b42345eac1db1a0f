"""What a model version read in a photo."""

from __future__ import annotations

from django.db import models

from labeling.models.model_version import ModelVersion
from labeling.models.photo import Photo


class Prediction(models.Model):
    """A stored reading. The database refuses to change one.

    The newest one of a photo is in force: people see it, and it counts. A version reads a photo once; where
    it comes back into service, its reading is stored again, as a row that `repeats` the first one.
    `region` is a quad or null and `characters` a list, both in pixels of the upright photo.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="predictions")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="predictions")
    vin = models.CharField(max_length=17, blank=True, help_text="Empty where none was found.")
    confidence = models.FloatField()
    region = models.JSONField(null=True)
    characters = models.JSONField(default=list)
    quality = models.JSONField(default=dict)
    stages = models.JSONField(default=dict, help_text="How it was read; empty for readings of before.")
    descriptor = models.BinaryField(
        default=b"", help_text="What the line looks like, as inference.appearance packs it; empty: unknown."
    )
    milliseconds = models.FloatField()
    repeats = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="repeated_by",
        help_text="The row that this one says again, because its version came back into service.",
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["photo", "model_version"],
                condition=models.Q(repeats__isnull=True),
                name="prediction_once",
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1), name="prediction_confidence"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], include=["photo"], name="prediction_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.vin or 'no VIN'} by {self.model_version.name}"
