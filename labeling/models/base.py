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
