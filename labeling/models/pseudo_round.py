"""Rounds of pseudo-labels: what a teacher read, which of it was trusted, and what became of that."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.base import choices_of, one_of
from labeling.models.dataset import DatasetSnapshot
from labeling.models.model_version import ModelVersion
from labeling.models.photo import Photo
from labeling.models.prediction import Prediction
from labeling.models.project import Project
from labeling.models.task import Task
from labeling.pseudo_labels import LEAST_TARGET, MOST_TARGET, Objection
from labeling.states import PseudoRoundState


class RoundPart(StrEnum):
    """What a photo is read for: to choose the threshold, or to be labeled."""

    VALIDATION = "validation"
    UNLABELED = "unlabeled"


class LabelEnd(StrEnum):
    """Why a pseudo-label holds no more; empty while it does."""

    STANDS = ""
    WRONG = "wrong"
    TAKEN_BACK = "taken_back"
    REVOKED = "revoked"


class PseudoRound(models.Model):
    """A teacher that reads what nobody has labeled, and how far its readings are trusted.

    The `threshold` is chosen on the people's labels in the validation split of `validation`, so that at least
    the share `target` of the accepted readings is right. `audit_size` is how many people were to look at, 0
    for as few as can show the target. `heartbeat_at` is written while a worker is on it; `settled_at` is when
    the audit ended or the round was revoked, by a person or, where there is none, by the rule.
    """

    State: ClassVar = PseudoRoundState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="pseudo_rounds")
    number = models.PositiveIntegerField()
    state = models.CharField(
        max_length=20, choices=choices_of(PseudoRoundState), default=PseudoRoundState.QUEUED
    )
    teacher = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="pseudo_rounds")
    validation = models.ForeignKey(DatasetSnapshot, on_delete=models.PROTECT, related_name="pseudo_rounds")
    target = models.FloatField()
    audit_size = models.PositiveIntegerField(default=0)
    revokes_itself = models.BooleanField(
        default=True, help_text="Whether an audit that misses the target revokes it without a person."
    )
    threshold = models.FloatField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pseudo_rounds"
    )
    requested_at = models.DateTimeField()
    nudge_at = models.DateTimeField(null=True, blank=True, help_text="When the sweep asks a worker again.")
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When reading ended.")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="settled_pseudo_rounds",
    )
    reason = models.TextField(blank=True, help_text="Why it was revoked.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="pseudo_round_number_once"),
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(state__in=["queued", "running"]),
                name="pseudo_round_one_under_way",
            ),
            one_of("state", PseudoRoundState, "pseudo_round_state"),
            models.CheckConstraint(
                condition=models.Q(target__gte=LEAST_TARGET, target__lte=MOST_TARGET),
                name="pseudo_round_target",
            ),
            models.CheckConstraint(
                condition=models.Q(threshold__isnull=False, threshold__gte=0, threshold__lte=1)
                | models.Q(threshold=None, state__in=["queued", "running", "failed", "canceled"]),
                name="pseudo_round_threshold",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"round {self.number}"

    @property
    def is_under_way(self) -> bool:
        return self.state in (PseudoRoundState.QUEUED, PseudoRoundState.RUNNING)

    @property
    def has_labels(self) -> bool:
        """Whether its labels are trusted at this moment."""
        return self.state in (PseudoRoundState.AUDITING, PseudoRoundState.UPHELD)


class RoundReading(models.Model):
    """What the teacher read in one photo of a round, and what speaks against it. Never changed.

    `expected` is what people read, in a photo of validation. `prediction` is the stored reading where it may
    become a label.
    """

    pseudo_round = models.ForeignKey(PseudoRound, on_delete=models.PROTECT, related_name="readings")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="round_readings")
    part = models.CharField(max_length=20, choices=choices_of(RoundPart))
    expected = models.CharField(max_length=17, blank=True)
    vin = models.CharField(max_length=17, blank=True)
    confidence = models.FloatField()
    objection = models.CharField(max_length=20, blank=True, choices=choices_of(Objection))
    prediction = models.ForeignKey(
        Prediction, on_delete=models.CASCADE, null=True, blank=True, related_name="round_readings"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pseudo_round", "photo"], name="round_reading_once"),
            one_of("part", RoundPart, "round_reading_part"),
            one_of("objection", Objection, "round_reading_objection"),
            models.CheckConstraint(
                condition=models.Q(confidence__gte=0, confidence__lte=1), name="round_reading_confidence"
            ),
            models.CheckConstraint(
                condition=models.Q(part=RoundPart.VALIDATION.value, expected__gt="", prediction=None)
                | models.Q(part=RoundPart.UNLABELED.value, expected=""),
                name="round_reading_is_compared_or_used",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vin or 'no VIN'} in round {self.pseudo_round_id}"


class PseudoLabel(models.Model):
    """A reading that a round trusted, as the label of its task; the task has one at a time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pseudo_round = models.ForeignKey(PseudoRound, on_delete=models.PROTECT, related_name="labels")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="pseudo_labels")
    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="pseudo_labels")
    is_audited = models.BooleanField(default=False, help_text="Drawn into the sample that people look at.")
    end = models.CharField(max_length=20, blank=True, choices=choices_of(LabelEnd))
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pseudo_round", "task"], name="pseudo_label_once_a_round"),
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(end=""), name="pseudo_label_one_that_stands"
            ),
            one_of("end", LabelEnd, "pseudo_label_end"),
            models.CheckConstraint(
                condition=models.Q(end="", ended_at=None) | models.Q(end__gt="", ended_at__isnull=False),
                name="pseudo_label_ended_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["pseudo_round", "task"],
                name="pseudo_label_to_audit",
                condition=models.Q(is_audited=True, end=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prediction_id} in round {self.pseudo_round_id}"
