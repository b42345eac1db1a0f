"""Frozen lists of accepted work."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from labeling.models.annotation import Annotation
from labeling.models.photo import Photo
from labeling.models.project import Project


class DatasetSnapshot(models.Model):
    """A frozen, hashed list of photos with the annotation and the split of each; never edited.

    The file itself is in the storage under `sha256`. `counts` says how many items each split has.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="snapshots")
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    split_seed = models.IntegerField()
    counts = models.JSONField()
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
    """One photo of a snapshot, the annotation it was labelled by, and its split."""

    snapshot = models.ForeignKey(DatasetSnapshot, on_delete=models.PROTECT, related_name="items")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="snapshot_items")
    annotation = models.ForeignKey(Annotation, on_delete=models.PROTECT, related_name="snapshot_items")
    split = models.CharField(
        max_length=20, choices=[("train", "train"), ("validation", "validation"), ("test", "test")]
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "photo"], name="snapshot_photo_once")]

    def __str__(self) -> str:
        return f"{self.photo_id} in {self.split}"
