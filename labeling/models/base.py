"""What several tables share."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

Choices = list[tuple[str, str]]


def choices_of(states: type[StrEnum]) -> Choices:
    """Pairs of value and label, as Django's `choices` wants them."""
    return [(state.value, state.value.replace("_", " ")) for state in states]


def one_of(field: str, states: type[StrEnum], name: str) -> models.CheckConstraint:
    """A check in the database that the field holds one of the values."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": [s.value for s in states]}), name=name
    )


class Effort(models.Model):
    """What one submit cost its author, as their browser counted it; null where a program submitted."""

    keystrokes = models.PositiveIntegerField(null=True, blank=True, help_text="Keys, clicks and drags.")
    active_ms = models.PositiveIntegerField(
        null=True, blank=True, help_text="Milliseconds with the photo in view and the person at work."
    )

    class Meta:
        abstract = True
