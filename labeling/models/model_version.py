"""Registered bundles, how they were measured, and which of them is in service."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.base import choices_of, one_of
from labeling.models.dataset import DatasetSnapshot
from labeling.models.project import Project
from labeling.models.run import FinetuningRun
from labeling.states import ModelVersionState


class PromotionKind(StrEnum):
    INITIAL = "initial"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


class ModelVersion(models.Model):
    """One immutable bundle, found in the storage by `digest` (the SHA-256 of its manifest).

    The promoted one is the champion: the database allows one a project.
    """

    State: ClassVar = ModelVersionState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="model_versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    state = models.CharField(
        max_length=20, choices=choices_of(ModelVersionState), default=ModelVersionState.CANDIDATE
    )
    run = models.OneToOneField(
        FinetuningRun, on_delete=models.PROTECT, null=True, blank=True, related_name="model_version"
    )
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="derived")
    manifest = models.JSONField()
    created_at = models.DateTimeField()
    promoted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="model_version_number_once"),
            models.UniqueConstraint(fields=["project", "digest"], name="model_version_digest_once"),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(state=ModelVersionState.PROMOTED.value),
                name="model_version_one_promoted",
            ),
            one_of("state", ModelVersionState, "model_version_state"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"v{self.number}"

    @property
    def is_champion(self) -> bool:
        return self.state == ModelVersionState.PROMOTED


class Evaluation(models.Model):
    """A model version's scorecard on one split of one snapshot; never edited."""

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="evaluations")
    snapshot = models.ForeignKey(DatasetSnapshot, on_delete=models.PROTECT, related_name="evaluations")
    split = models.CharField(max_length=20)
    scorecard = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model_version", "snapshot", "split"], name="evaluation_once")
        ]

    def __str__(self) -> str:
        return f"{self.model_version.name} on {self.split} of {self.snapshot.name}"


class MeasuredPhoto(models.Model):
    """One photo of an evaluation that is under way: a worker that is killed loses the photo in hand.

    `figures` are those of inference.types.EvaluatedPhoto. The rows go when the scorecard is there.
    """

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="measured_photos")
    snapshot = models.ForeignKey(DatasetSnapshot, on_delete=models.PROTECT, related_name="measured_photos")
    photo = models.CharField(max_length=64, help_text="The SHA-256 of its original.")
    figures = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model_version", "snapshot", "photo"], name="measured_photo_once")
        ]

    def __str__(self) -> str:
        return f"{self.photo[:12]} by {self.model_version.name}"


class GatePolicy(models.Model):
    """The gate's rules of a project. Changing them makes another row; the newest one is in force.

    `rules` are those of labeling.gates.GateRules. Where there is a `reference`, the rules are applied to its
    test split too: a frozen set that does not grow, so that versions can be compared over months.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="gate_policies")
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    reference = models.ForeignKey(
        DatasetSnapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="gate_policies"
    )
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="gate_policies"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="gate_policy_number_once")]

    def __str__(self) -> str:
        return f"rules {self.number}"


class GateDecision(models.Model):
    """What the written rules said of a challenger beside the champion of that moment; never edited.

    `reasons` lists {"rule", "passed", "reason", "on"}. `policy` is null where the rules were the defaults.
    """

    challenger = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="gate_decisions")
    champion = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="defences")
    snapshot = models.ForeignKey(DatasetSnapshot, on_delete=models.PROTECT, related_name="gate_decisions")
    policy = models.ForeignKey(
        GatePolicy, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions"
    )
    passed = models.BooleanField()
    reasons = models.JSONField()
    rules = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenger", "champion", "snapshot", "policy"],
                name="gate_decision_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.challenger.name} {'passed' if self.passed else 'did not pass'}"


class Promotion(models.Model):
    """One change of champion; never edited. `reason` is there where a person overrode the gate."""

    Kind: ClassVar = PromotionKind

    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="promotions")
    previous = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    gate_decision = models.ForeignKey(
        GateDecision, on_delete=models.PROTECT, null=True, blank=True, related_name="promotions"
    )
    kind = models.CharField(max_length=20, choices=choices_of(PromotionKind))
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="promotions")
    at = models.DateTimeField()

    class Meta:
        constraints = [one_of("kind", PromotionKind, "promotion_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.model_version.name}"

    @property
    def is_override(self) -> bool:
        """Whether a person promoted it although the gate had not passed it."""
        passed = self.gate_decision is not None and self.gate_decision.passed
        return bool(self.reason) and not passed
