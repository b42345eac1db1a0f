"""Policies that are set as a new version each time, by a person who has seen the one before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.db import IntegrityError

from labeling.models import AcquisitionPolicy, QualityPolicy
from labeling.operations.inputs import clean_reason
from labeling.operations.transitions import Conflict

Policy = TypeVar("Policy", AcquisitionPolicy, QualityPolicy)


def set_next(
    current: Policy,
    rules: Mapping[str, Any],
    *,
    reason: str,
    replaces: int,
    changed: type[Conflict],
    insert: Callable[[int, str], Policy],
) -> Policy:
    """The version after `current` with these rules, which `insert` makes from its number and the reason.

    Where nothing differs, `current` stays. Raises InvalidReason, and `changed` where another version than
    `replaces` is in force.
    """
    if current.number != replaces:
        raise changed(fields={"replaces": f"The policy in force has the number {current.number}."})
    if current.number and all(getattr(current, name) == value for name, value in rules.items()):
        return current
    why = clean_reason(reason, what="the reason for the change")
    try:
        return insert(current.number + 1, why)
    except IntegrityError as error:
        raise changed from error
