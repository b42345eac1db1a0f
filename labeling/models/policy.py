"""How the work of a project is checked."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.project import Project


def _between(field: str, low: float, high: float) -> models.CheckConstraint:
    condition = models.Q(**{f"{field}__gte": low, f"{field}__lte": high})
    return models.CheckConstraint(condition=condition, name=f"quality_policy_{field}")


class QualityPolicy(models.Model):
    """One version of the rules by which work is checked; the highest number is the one that holds.

    The database refuses to change one. A project without any has the defaults: every annotation is reviewed.
    Shares are between 0 and 1.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="quality_policies")
    number = models.PositiveIntegerField(default=0)
    review_share = models.FloatField(default=1.0, help_text="Of annotations, how many a reviewer judges.")
    is_adaptive = models.BooleanField(
        default=False, help_text="Whether a person's share follows their measured error."
    )
    target_error = models.FloatField(
        default=0.02, help_text="The measured error at which a person has exactly the share of the project."
    )
    double_share = models.FloatField(
        default=0.0, help_text="Of photos, how many two people read independently."
    )
    honeypot_share = models.FloatField(
        default=0.0, help_text="Of the photos that come to an annotator, how many are known ones."
    )
    seeded_share = models.FloatField(
        default=0.5, help_text="Of known ones, how many have a wrong character seeded into the prediction."
    )
    blind_review = models.BooleanField(default=False, help_text="Whether reviewers see no authors.")
    reason = models.TextField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="quality_policies"
    )
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="quality_policy_number_once"),
            _between("review_share", 0, 1),
            _between("target_error", 0.001, 0.5),
            _between("double_share", 0, 1),
            _between("honeypot_share", 0, 0.3),
            _between("seeded_share", 0, 1),
        ]

    def __str__(self) -> str:
        return f"policy {self.number}"
