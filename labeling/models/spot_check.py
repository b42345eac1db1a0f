"""A person's look at work that was accepted without one."""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import models

from labeling.models.annotation import Annotation
from labeling.models.prediction import Prediction
from labeling.models.pseudo_round import PseudoLabel
from labeling.models.task import Task


class Unseen(StrEnum):
    """What accepts work that no second person has looked at."""

    PSEUDO_LABEL = "pseudo_label"
    POLICY = "policy"


class SpotCheck(models.Model):
    """Whether what was accepted is right, says a person. The database refuses to change one.

    It is about a prediction that was trusted as a pseudo-label, or about an annotation that the policy
    accepted without a review; never about one's own.
    """

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="spot_checks")
    prediction = models.OneToOneField(
        Prediction, on_delete=models.CASCADE, null=True, blank=True, related_name="spot_check"
    )
    annotation = models.OneToOneField(
        Annotation, on_delete=models.CASCADE, null=True, blank=True, related_name="spot_check"
    )
    label = models.OneToOneField(
        PseudoLabel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="spot_check",
        help_text="As which a round trusts the prediction.",
    )
    is_right = models.BooleanField()
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="spot_checks"
    )
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(prediction__isnull=False, annotation__isnull=True)
                | models.Q(prediction__isnull=True, annotation__isnull=False),
                name="spot_check_of_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(prediction=None, label=None)
                | models.Q(prediction__isnull=False, label__isnull=False),
                name="spot_check_names_the_label",
            ),
        ]

    def __str__(self) -> str:
        what = (
            f"prediction {self.prediction_id}" if self.prediction_id else f"annotation {self.annotation_id}"
        )
        return f"{what} is {'right' if self.is_right else 'wrong'}"
