"""Photos: the uploaded original, which never changes, and what is known of it."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from labeling.models.base import choices_of, one_of
from labeling.models.project import Project
from labeling.models.search import LEAST, Grams
from labeling.states import PhotoState

CERTAINTY = Coalesce(F("confidence"), Value(2.0))
"""The confidence as lists are ordered by it: photos without one come after those with one."""


class VinSource(StrEnum):
    NONE = ""
    PREDICTION = "prediction"
    HUMAN = "human"
    CONSENSUS = "consensus"
    IMPORTED = "imported"


OF_PEOPLE = (VinSource.HUMAN, VinSource.CONSENSUS, VinSource.IMPORTED)
"""What somebody answers for, here or where it was imported from."""


class PhotoKind(StrEnum):
    """What the VIN is written on. Nobody need say it."""

    UNKNOWN = ""
    WINDSHIELD = "windshield"
    LABEL_STICKER = "label_sticker"
    STAMPED_METAL = "stamped_metal"
    PAPER = "paper"


class RealPhotos(models.Manager["Photo"]):
    """Without probes, which are photos to their one annotator and to nobody and nothing else."""

    def get_queryset(self) -> models.QuerySet[Photo]:
        return super().get_queryset().filter(is_probe=False)


class Photo(models.Model):
    """One photo of a project. Its original is found in the storage by `sha256`.

    `objects` leaves out probes (see labeling/models/probe.py), so that no list, count, training or comparison
    can forget to. `with_probes` has every row, for what may concern the photo in an annotator's hands.

    `width` and `height` are in pixels with the EXIF orientation applied. `vin`, `confidence` and `vin_source`
    repeat the best value that is known, so that a list needs no other table.
    """

    State: ClassVar = PhotoState
    Kind: ClassVar = PhotoKind

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="photos")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=50)
    byte_size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    difference_hash = models.BigIntegerField(help_text="64 bits as a signed number.")
    near_duplicate_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="near_duplicates"
    )
    state = models.CharField(max_length=20, choices=choices_of(PhotoState), default=PhotoState.UPLOADED)
    failure = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploaded_photos"
    )
    uploaded_at = models.DateTimeField()
    nudge_at = models.DateTimeField(null=True, blank=True, help_text="When the sweep asks a worker again.")
    claimed_at = models.DateTimeField(null=True, blank=True)
    rendered_at = models.DateTimeField(null=True, blank=True)
    render_attempts = models.PositiveSmallIntegerField(default=0)
    render_nudge_at = models.DateTimeField(null=True, blank=True)
    is_probe = models.BooleanField(default=False)
    is_known = models.BooleanField(
        default=False, help_text="Chosen by an admin to measure people by: its VIN is beyond doubt."
    )
    kind = models.CharField(max_length=20, blank=True, choices=choices_of(PhotoKind))
    vin = models.CharField(max_length=17, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    vin_source = models.CharField(max_length=20, blank=True, choices=choices_of(VinSource))

    objects = RealPhotos()
    with_probes: ClassVar[models.Manager[Photo]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "sha256"],
                condition=models.Q(is_probe=False),
                name="photo_once_a_project",
            ),
            one_of("state", PhotoState, "photo_state"),
            one_of("vin_source", VinSource, "photo_vin_source"),
            one_of("kind", PhotoKind, "photo_kind"),
        ]
        indexes = [
            models.Index(fields=["project", "-uploaded_at", "-id"], name="photo_newest"),
            models.Index(F("project"), CERTAINTY, F("id"), name="photo_by_certainty"),
            models.Index(fields=["project", "vin", "id"], name="photo_by_vin"),
            # Counted from the index alone, which holds each state once with all its rows.
            models.Index(
                fields=["project", "state"], condition=models.Q(is_probe=False), name="photo_by_state"
            ),
            models.Index(fields=["project"], name="photo_known", condition=models.Q(is_known=True)),
            GinIndex(Grams(F("vin"), F("name"), Value(LEAST)), name="photo_search"),
            models.Index(
                fields=["state", "nudge_at"],
                name="photo_unread",
                condition=models.Q(state__in=["uploaded", "queued", "processing"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_read(self) -> bool:
        return self.state == PhotoState.READY
