"""Honeypots: known photos that are slipped in among new ones, to measure who annotates."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from labeling.models.annotation import Annotation
from labeling.models.photo import Photo
from labeling.models.task import Task


class Probe(models.Model):
    """One known photo in disguise, for one person.

    `photo` is a row of its own that shares the file of the known one; it and its task are marked `is_probe`
    and belong to no list. `seeded_index` says where its prediction was made wrong, and `seeded_symbol` how.
    The result is that of the person's newest submit; a probe never goes to a reviewer.
    """

    photo = models.OneToOneField(Photo, on_delete=models.CASCADE, related_name="probe")
    known = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="probes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="probes")
    stand_in = models.ForeignKey(
        Task, on_delete=models.SET_NULL, null=True, related_name="probes", help_text="What it came before."
    )
    expected = models.CharField(max_length=17)
    seeded_index = models.PositiveSmallIntegerField(null=True, blank=True)
    seeded_symbol = models.CharField(max_length=1, blank=True)
    made_at = models.DateTimeField()
    annotation = models.OneToOneField(
        Annotation, on_delete=models.CASCADE, null=True, blank=True, related_name="probe"
    )
    is_right = models.BooleanField(null=True, blank=True)
    wrong_characters = models.PositiveSmallIntegerField(null=True, blank=True)
    has_noticed = models.BooleanField(
        null=True, blank=True, help_text="Whether the seeded error was corrected; null where none was seeded."
    )
    scored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["known", "person"], name="probe_once_a_person"),
            models.UniqueConstraint(fields=["stand_in", "person"], name="probe_once_a_stand_in"),
            models.CheckConstraint(
                condition=models.Q(scored_at=None, annotation=None, is_right=None)
                | models.Q(scored_at__isnull=False, annotation__isnull=False, is_right__isnull=False),
                name="probe_scored_as_a_whole",
            ),
        ]
        indexes = [models.Index(fields=["person", "-scored_at"], name="probe_of_person")]

    def __str__(self) -> str:
        return f"{self.expected} for {self.person_id}"
