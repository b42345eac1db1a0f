"""A person's look at a reading that was accepted without one."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.prediction import Prediction
from labeling.models.task import Task


class SpotCheck(models.Model):
    """Whether an accepted prediction is right, says a person. The database refuses to change one."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="spot_checks")
    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, related_name="spot_check")
    is_right = models.BooleanField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="spot_checks"
    )
    checked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.prediction_id} is {'right' if self.is_right else 'wrong'}"
