"""In which order people are asked: the policy, what each photo would teach, and the order that follows."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models

from inference.acquisition import Reason, Signals, Weights, explain
from labeling.models.base import choices_of, one_of
from labeling.models.prediction import Prediction
from labeling.models.project import Project
from labeling.models.task import Task

_SHARES = ("uncertainty", "disagreement", "novelty", "legibility", "random_share")


def _between(field: str) -> models.CheckConstraint:
    condition = models.Q(**{f"{field}__gte": 0, f"{field}__lte": 1})
    return models.CheckConstraint(condition=condition, name=f"acquisition_policy_{field}")


class SelectedBy(StrEnum):
    """What decides when a photo comes: what it would teach, or the draw."""

    WORTH = "worth"
    RANDOM = "random"


class AcquisitionPolicy(models.Model):
    """One version of the rules that order what waits; the highest number is the one that holds.

    The database refuses to change one. A project without any has the defaults. The first three weights share
    the worth of a photo among them; see inference.acquisition.Weights.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="acquisition_policies")
    number = models.PositiveIntegerField(default=0)
    uncertainty = models.FloatField(default=0.5, help_text="How much doubt about the whole VIN counts.")
    disagreement = models.FloatField(default=0.25, help_text="How much it counts that two readers differ.")
    novelty = models.FloatField(default=0.25, help_text="How much it counts to be unlike what is labeled.")
    legibility = models.FloatField(default=0.8, help_text="How far behind comes what nobody may read.")
    random_share = models.FloatField(default=0.2, help_text="Of new photos, how many are drawn at random.")
    reason = models.TextField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="acquisition_policies"
    )
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="acquisition_policy_number_once"),
            *map(_between, _SHARES),
            models.CheckConstraint(
                condition=models.Q(uncertainty__gt=0)
                | models.Q(disagreement__gt=0)
                | models.Q(novelty__gt=0),
                name="acquisition_policy_weighs_something",
            ),
        ]

    def __str__(self) -> str:
        return f"acquisition policy {self.number}"

    @property
    def weights(self) -> Weights:
        return Weights(self.uncertainty, self.disagreement, self.novelty, self.legibility)


class Acquisition(models.Model):
    """Why the task of a photo comes when it comes: what its reading says of what it would teach.

    Kept as it was when somebody began the task. `novelty` is null until the order was worked out with it in;
    `details` are the other fields of inference.acquisition.Signals.
    """

    task = models.OneToOneField(Task, on_delete=models.CASCADE, primary_key=True, related_name="acquisition")
    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="+")
    selected_by = models.CharField(max_length=10, choices=choices_of(SelectedBy))
    uncertainty = models.FloatField()
    disagreement = models.FloatField()
    legibility = models.FloatField()
    novelty = models.FloatField(null=True)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [one_of("selected_by", SelectedBy, "acquisition_selected_by")]
        indexes = [
            # A fifth of all: what was drawn is looked for among what waits, and among what is labeled.
            models.Index(
                fields=["task"],
                name="acquisition_drawn",
                condition=models.Q(selected_by=SelectedBy.RANDOM.value),
            )
        ]

    def __str__(self) -> str:
        return f"{self.task_id} by {self.selected_by}"

    @property
    def signals(self) -> Signals:
        positions = {name: tuple(self.details.get(name, ())) for name in ("weak", "differing")}
        others: dict[str, Any] = {**self.details, **positions}
        return Signals(self.uncertainty, self.disagreement, self.legibility, **others)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What to tell people, two reasons at most."""
        is_random = self.selected_by == SelectedBy.RANDOM
        return explain(self.signals, novelty=self.novelty, is_random=is_random)


class AcquisitionOrder(models.Model):
    """The order of a project's tasks as it was last worked out, and when a worker is to do so again.

    `quantiles` are those of the worths at that time: a new photo that is drawn at random is placed by them.
    `tasks` and `labels` count what was ordered, and the labeled photos that it was compared with.
    """

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, primary_key=True, related_name="acquisition_order"
    )
    quantiles = models.JSONField(default=list)
    tasks = models.PositiveIntegerField(default=0)
    labels = models.PositiveIntegerField(default=0)
    ordered_at = models.DateTimeField(null=True)
    nudge_at = models.DateTimeField(null=True, help_text="When the sweep asks a worker; null: not needed.")

    class Meta:
        indexes = [
            models.Index(
                fields=["nudge_at"], name="acquisition_due", condition=models.Q(nudge_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"order of {self.project_id}"
