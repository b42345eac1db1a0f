"""What a person submitted for a photo."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.base import Effort, choices_of, one_of
from labeling.models.project import Project
from labeling.models.task import Lease, Task
from labeling.models.user import User


class Outcome(StrEnum):
    READ = "read"
    UNREADABLE = "unreadable"


class AnnotationSource(StrEnum):
    HUMAN = "human"
    IMPORTED = "imported"


class Annotation(Effort):
    """One revision of the human work on a task. The database refuses to change one.

    `source` says where the text comes from. Where it is imported, its author is the person who imported it; a
    placement (see is_placement) has the source of the revision before, as it has its text.

    `text` holds 17 symbols, '?' where a position cannot be read. `lease` is the right it was written under:
    as it is unique, a submit that is sent twice makes one annotation.

    `project`, `is_probe`, `model_text` and `is_correction` repeat what never changes elsewhere, so that
    figures are counted from this table alone. The database fills them in: an object that was just created
    does not have them.
    """

    Outcome: ClassVar = Outcome
    Source: ClassVar = AnnotationSource

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="annotations")
    revision = models.PositiveIntegerField()
    text = models.CharField(max_length=17, blank=True)
    region = models.JSONField(null=True)
    characters = models.JSONField(default=list)
    outcome = models.CharField(max_length=20, choices=choices_of(Outcome), default=Outcome.READ)
    unreadable_reason = models.TextField(blank=True)
    source = models.CharField(
        max_length=20, choices=choices_of(AnnotationSource), default=AnnotationSource.HUMAN
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="annotations")
    prediction = models.ForeignKey(
        "labeling.Prediction", on_delete=models.CASCADE, null=True, blank=True, related_name="annotations"
    )
    lease = models.OneToOneField(
        Lease, on_delete=models.CASCADE, null=True, blank=True, related_name="annotation"
    )
    base_revision = models.PositiveIntegerField()
    is_blind = models.BooleanField(
        default=False, help_text="A second reading: its author saw nothing of the revision before."
    )
    created_at = models.DateTimeField()
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    is_probe = models.BooleanField(default=False, editable=False)
    model_text = models.CharField(
        max_length=17, blank=True, editable=False, help_text="What the model had read; empty where nothing."
    )
    is_correction = models.BooleanField(
        default=False,
        editable=False,
        help_text="Whether it is no annotator's submit: it came with a verdict, or is a placement.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "revision"], name="annotation_revision_once"),
            models.CheckConstraint(
                condition=models.Q(revision=models.F("base_revision") + 1), name="annotation_follows_its_base"
            ),
            models.CheckConstraint(
                condition=models.Q(is_blind=False) | models.Q(base_revision__gte=1),
                name="annotation_blind_is_second",
            ),
            one_of("outcome", Outcome, "annotation_outcome"),
            one_of("source", AnnotationSource, "annotation_source"),
        ]
        indexes = [
            # What figures are counted of is read from the index alone: the rows are wide.
            models.Index(
                fields=["project", "created_at"],
                include=[
                    *("author", "is_probe", "outcome", "text", "model_text", "active_ms", "keystrokes"),
                ],
                condition=models.Q(is_correction=False),
                name="annotation_submitted",
            ),
            models.Index(
                fields=["project", "created_at"],
                include=["id", "task"],
                condition=models.Q(revision__gte=2, is_blind=False),
                name="annotation_later",
            ),
            models.Index(
                fields=["project", "created_at"], condition=models.Q(is_blind=True), name="annotation_second"
            ),
            # Newest first: what no run has seen is mostly new.
            models.Index(
                fields=["project", "-created_at"],
                include=["task", "revision"],
                condition=models.Q(outcome=Outcome.READ.value, is_probe=False)
                & ~models.Q(text=models.F("model_text")),
                name="annotation_correction",
            ),
            models.Index(fields=["author", "-created_at", "-id"], name="annotation_of_author"),
        ]

    def __str__(self) -> str:
        return f"{self.text or self.outcome} (revision {self.revision})"

    is_author_hidden = False
    """Set in memory, for the person whom it is shown to."""

    @property
    def shown_author(self) -> User | None:
        """Who wrote it, as far as the person may know to whom it is shown."""
        return None if self.is_author_hidden else self.author

    @property
    def is_placement(self) -> bool:
        """Whether an import told with it where the characters of an accepted label are: no reading."""
        return self.lease_id is None and self.base_revision > 0

    def says_the_same(self, other: Annotation) -> bool:
        """Whether both read the same VIN, or both say that nobody can."""
        return (self.outcome, self.text) == (other.outcome, other.text)

    @property
    def is_complete(self) -> bool:
        """Whether every position was read, so that it may teach a network."""
        return self.outcome == Outcome.READ and "?" not in self.text
