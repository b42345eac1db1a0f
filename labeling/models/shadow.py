"""A version that reads live photos beside the champion, and whose readings nobody works with."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.background import BackgroundRow, BackgroundState
from labeling.models.base import choices_of, one_of
from labeling.models.model_version import ModelVersion
from labeling.models.photo import Photo
from labeling.models.prediction import Prediction
from labeling.models.project import Project
from labeling.states import ShadowState


class ShadowEnd(StrEnum):
    """Why a shadow has ended."""

    NOT_YET = ""
    STOPPED = "stopped"
    PROMOTED = "promoted"
    REPLACED = "replaced"
    NOT_PASSED = "not_passed"
    ENOUGH = "enough"
    TIME = "time"


class Shadow(models.Model):
    """One stretch of time in which a version was the shadow of a champion; a project has one at most.

    Of the photos that the champion reads, it reads `share`, until it has read `most_photos` or the time is
    `until`.
    """

    State: ClassVar = ShadowState
    End: ClassVar = ShadowEnd

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="shadows")
    model_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="shadows")
    champion = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="shadowed_by")
    state = models.CharField(max_length=20, choices=choices_of(ShadowState), default=ShadowState.RUNNING)
    share = models.FloatField()
    most_photos = models.PositiveIntegerField()
    until = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shadows")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True, choices=choices_of(ShadowEnd))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project"],
                condition=models.Q(state=ShadowState.RUNNING.value),
                name="shadow_one_running",
            ),
            models.CheckConstraint(condition=models.Q(share__gt=0, share__lte=1), name="shadow_share"),
            models.CheckConstraint(condition=models.Q(most_photos__gte=1), name="shadow_most_photos"),
            models.CheckConstraint(
                condition=~models.Q(model_version=models.F("champion")), name="shadow_of_another"
            ),
            models.CheckConstraint(
                condition=models.Q(state=ShadowState.RUNNING.value, ended_at__isnull=True, end_reason="")
                | (
                    models.Q(state=ShadowState.ENDED.value, ended_at__isnull=False) & ~models.Q(end_reason="")
                ),
                name="shadow_end_has_a_reason",
            ),
            one_of("state", ShadowState, "shadow_state"),
            one_of("end_reason", ShadowEnd, "shadow_end_reason"),
        ]
        indexes = [models.Index(fields=["model_version", "-started_at"], name="shadow_newest")]

    def __str__(self) -> str:
        return f"{self.model_version.name} beside {self.champion.name}"

    @property
    def is_running(self) -> bool:
        return self.state == ShadowState.RUNNING


class ShadowReading(BackgroundRow):
    """What a shadow read in one photo, beside the champion's `prediction` of that moment.

    It is a table of its own so that whatever takes "the newest prediction of a photo" cannot take this one.
    """

    shadow = models.ForeignKey(Shadow, on_delete=models.CASCADE, related_name="readings")
    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="+")
    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="+")
    vin = models.CharField(max_length=17, blank=True, help_text="Empty where none was found.")
    confidence = models.FloatField(null=True, blank=True)
    milliseconds = models.FloatField(null=True, blank=True)
    listed_at = models.DateTimeField(help_text="When the champion read the photo.")
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shadow", "photo"], name="shadow_reading_once"),
            models.CheckConstraint(
                condition=~models.Q(state=BackgroundState.READ.value)
                | models.Q(
                    confidence__gte=0, confidence__lte=1, milliseconds__isnull=False, read_at__isnull=False
                ),
                name="shadow_reading_is_whole",
            ),
            one_of("state", BackgroundState, "shadow_reading_state"),
        ]
        indexes = [models.Index(fields=["shadow", "state", "id"], name="shadow_reading_next")]

    def __str__(self) -> str:
        return f"{self.vin or self.state} by {self.shadow.model_version.name}"
