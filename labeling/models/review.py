"""One reviewer's judgement of an annotation."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models

from labeling.models.annotation import Annotation
from labeling.models.base import Effort, choices_of, one_of
from labeling.models.project import Project
from labeling.models.task import Lease, Task


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    FIXED_AND_ACCEPTED = "fixed_and_accepted"


class Review(Effort):
    """A verdict. The database refuses to change one, and refuses a review of one's own annotation.

    `author` repeats the annotation's author for the sake of that check; a trigger holds it to the truth.
    `project`, `task`, `annotated_at`, `typed`, `meant` and `is_first` are filled in by the database, as those
    of an annotation.
    """

    Verdict: ClassVar = Verdict

    annotation = models.ForeignKey(Annotation, on_delete=models.CASCADE, related_name="reviews")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_received"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_given"
    )
    verdict = models.CharField(max_length=20, choices=choices_of(Verdict))
    reason = models.TextField(blank=True)
    corrected = models.ForeignKey(
        Annotation, on_delete=models.CASCADE, null=True, blank=True, related_name="corrects"
    )
    lease = models.OneToOneField(
        Lease, on_delete=models.CASCADE, null=True, blank=True, related_name="review"
    )
    created_at = models.DateTimeField()
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="reviews", editable=False)
    annotated_at = models.DateTimeField(editable=False)
    typed = models.CharField(
        max_length=17, blank=True, editable=False, help_text="The text of the annotation."
    )
    meant = models.CharField(
        max_length=17, blank=True, editable=False, help_text="The text of the correction; empty without one."
    )
    is_first = models.BooleanField(
        default=True, editable=False, help_text="Whether nobody had reviewed the task before."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reviewer=models.F("author")), name="review_never_ones_own"
            ),
            models.CheckConstraint(
                condition=~models.Q(verdict=Verdict.REJECTED.value) | ~models.Q(reason=""),
                name="review_rejection_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict=Verdict.FIXED_AND_ACCEPTED.value, corrected__isnull=False)
                | (~models.Q(verdict=Verdict.FIXED_AND_ACCEPTED.value) & models.Q(corrected__isnull=True)),
                name="review_fix_has_its_correction",
            ),
            one_of("verdict", Verdict, "review_verdict"),
        ]
        indexes = [
            # What figures are counted of is read from these indexes alone.
            models.Index(
                fields=["project", "created_at"],
                include=["id", "reviewer", "verdict", "active_ms", "task"],
                name="review_by_time",
            ),
            models.Index(
                fields=["project", "annotated_at"],
                include=["author", "verdict"],
                name="review_by_annotation",
            ),
            models.Index(
                fields=["project", "annotated_at"],
                include=["author", "task", "typed", "meant"],
                condition=models.Q(verdict=Verdict.FIXED_AND_ACCEPTED.value)
                & ~models.Q(typed=models.F("meant")),
                name="review_text_fixed",
            ),
            models.Index(
                fields=["project", "author", "-created_at"], include=["verdict"], name="review_of_author"
            ),
            models.Index(
                fields=["corrected"],
                condition=models.Q(is_first=True, corrected__isnull=False),
                name="review_first_correction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.reviewer_id}"
