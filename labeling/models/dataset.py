"""Frozen lists of accepted work."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.conf import settings
from django.db import models

from labeling.models.annotation import Annotation
from labeling.models.base import choices_of, one_of
from labeling.models.photo import Photo
from labeling.models.project import Project


class LabelSource(StrEnum):
    """Where the label of a frozen photo comes from."""

    HUMAN = "human"
    CONSENSUS = "consensus"
    BARCODE = "barcode"
    PSEUDO = "pseudo"
    IMPORTED = "imported"


class Place(StrEnum):
    """How it is known where the VIN of a frozen photo is: by its label, by a reading of the same VIN, or not
    at all.
    """

    LABEL = "label"
    READING = "reading"
    UNKNOWN = "unknown"


class DatasetSnapshot(models.Model):
    """A frozen, hashed list of photos with the annotation and the split of each; never edited.

    The file itself is in the storage under `sha256`. `counts` says how many items each split has, `criteria`
    what was asked for, and `left_out` how many photos were not taken for which reason.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="snapshots")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    split_seed = models.IntegerField()
    counts = models.JSONField()
    criteria = models.JSONField(default=dict)
    left_out = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="snapshots"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="snapshot_name_once"),
            models.UniqueConstraint(fields=["project", "sha256"], name="snapshot_content_once"),
        ]

    def __str__(self) -> str:
        return self.name


class SnapshotItem(models.Model):
    """One photo of a snapshot, what it was labelled by, and its split.

    The label is an annotation or a prediction, never both; `pseudo_label` says in which round a prediction
    was trusted. Such a photo teaches, and nothing is measured on it. `vin`, `kind`, `source` and `weight` are
    as the file has them; `place` says how its region came about, without which it teaches nothing. A trigger
    holds the split to the vehicles in VehicleInTest.
    """

    snapshot = models.ForeignKey(DatasetSnapshot, on_delete=models.PROTECT, related_name="items")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="snapshot_items")
    annotation = models.ForeignKey(
        Annotation, on_delete=models.PROTECT, null=True, blank=True, related_name="snapshot_items"
    )
    prediction = models.ForeignKey(
        "labeling.Prediction", on_delete=models.PROTECT, null=True, blank=True, related_name="snapshot_items"
    )
    pseudo_label = models.ForeignKey(
        "labeling.PseudoLabel", on_delete=models.PROTECT, null=True, blank=True, related_name="snapshot_items"
    )
    vin = models.CharField(max_length=17)
    source = models.CharField(max_length=20, choices=choices_of(LabelSource), default=LabelSource.HUMAN)
    kind = models.CharField(max_length=20, blank=True)
    weight = models.FloatField(default=1.0)
    place = models.CharField(max_length=20, choices=choices_of(Place), default=Place.UNKNOWN)
    split = models.CharField(
        max_length=20, choices=[("train", "train"), ("validation", "validation"), ("test", "test")]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "photo"], name="snapshot_photo_once"),
            models.CheckConstraint(
                condition=models.Q(annotation__isnull=False, prediction__isnull=True)
                | models.Q(annotation__isnull=True, prediction__isnull=False),
                name="snapshot_item_has_one_label",
            ),
            one_of("source", LabelSource, "snapshot_item_source"),
            one_of("place", Place, "snapshot_item_place"),
            models.CheckConstraint(
                condition=models.Q(source=LabelSource.PSEUDO.value, pseudo_label__isnull=False, split="train")
                | (~models.Q(source=LabelSource.PSEUDO.value) & models.Q(pseudo_label=None)),
                name="snapshot_item_pseudo_label_teaches",
            ),
        ]
        indexes = [models.Index(fields=["vin"], name="snapshot_item_by_vin")]

    def __str__(self) -> str:
        return f"{self.photo_id} in {self.split}"


class VehicleInTest(models.Model):
    """A vehicle that was once in a test split of the project, and stays there for ever.

    The database refuses to change or delete a row, to freeze such a vehicle into another split, and to make a
    test vehicle of one that has taught.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="vehicles_in_test")
    vin = models.CharField(max_length=17)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "vin"], name="vehicle_in_test_once")]

    def __str__(self) -> str:
        return self.vin
