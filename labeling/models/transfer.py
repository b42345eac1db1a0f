"""Sets of labeled photos on their way out of a project, or into it."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.formats.registry import FormatName
from labeling.models.base import choices_of, one_of
from labeling.models.dataset import DatasetSnapshot
from labeling.models.project import Project
from labeling.states import TransferState


class TransferKind(StrEnum):
    EXPORT = "export"
    IMPORT = "import"


class Transfer(models.Model):
    """One export or import, and what became of it.

    An export writes the file `result_sha256`; an import reads the file `upload_sha256` twice: to check every
    row, and, once a person has confirmed, to load them all. `options` is what was asked for and `report` what
    was found. `heartbeat_at` is written while a worker is on it.
    """

    Kind: ClassVar = TransferKind
    State: ClassVar = TransferState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="transfers")
    kind = models.CharField(max_length=20, choices=choices_of(TransferKind))
    format = models.CharField(max_length=30, choices=choices_of(FormatName))
    state = models.CharField(max_length=20, choices=choices_of(TransferState), default=TransferState.QUEUED)
    options = models.JSONField(default=dict)
    snapshot = models.ForeignKey(
        DatasetSnapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="exports"
    )
    upload_sha256 = models.CharField(max_length=64, blank=True)
    upload_name = models.CharField(max_length=200, blank=True)
    result_sha256 = models.CharField(max_length=64, blank=True)
    byte_size = models.PositiveBigIntegerField(default=0, help_text="Of the file that came or was made.")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    report = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="transfers"
    )
    requested_at = models.DateTimeField()
    nudge_at = models.DateTimeField(null=True, blank=True, help_text="When the sweep asks a worker again.")
    started_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    file_deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of("kind", TransferKind, "transfer_kind"),
            one_of("format", FormatName, "transfer_format"),
            one_of("state", TransferState, "transfer_state"),
            models.CheckConstraint(
                condition=models.Q(kind=TransferKind.EXPORT.value, snapshot__isnull=False, upload_sha256="")
                | models.Q(kind=TransferKind.IMPORT.value, snapshot__isnull=True, upload_sha256__gt=""),
                name="transfer_has_what_it_reads",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-requested_at"], name="transfer_newest"),
            models.Index(
                fields=["state", "nudge_at"],
                name="transfer_open",
                condition=models.Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} as {self.format}"

    @property
    def is_over(self) -> bool:
        return self.state in (TransferState.SUCCEEDED, TransferState.FAILED, TransferState.CANCELED)

    @property
    def has_file(self) -> bool:
        """Whether there is a result to download."""
        return bool(self.result_sha256) and self.file_deleted_at is None
