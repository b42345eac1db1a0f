"""The acquisition policy: which photos people see first, set by the ML team as a new version each time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from labeling import policies
from labeling.errors import DomainError
from labeling.models import AcquisitionPolicy, Project, User
from labeling.operations import audit
from labeling.operations.ordering import ask_for_order
from labeling.operations.policy_versions import set_next
from labeling.operations.transitions import Conflict
from labeling.queries.acquisition import get_policy

SHARES = ("uncertainty", "disagreement", "novelty", "legibility", "random_share")
"""What a policy says, each from 0 to 1."""

_WEIGHING = SHARES[:3]


class InvalidAcquisition(DomainError):
    """A figure of the policy is out of its limits; `fields` says which, and what they are."""

    code = "invalid_order"


class AcquisitionChanged(Conflict):
    """Somebody else set the policy since it was looked at."""

    code = "order_changed"
    default_message = "Somebody else has set the policy in the meantime. Load it again before you change it."


def set_acquisition_policy(
    *, project: Project, by: User, now: datetime, rules: Mapping[str, Any], reason: str, replaces: int
) -> AcquisitionPolicy:
    """Set which photos come first. `rules` holds a value for each of SHARES; a job puts what waits in order.

    `replaces` is the number of the policy that `by` has seen. Where nothing differs from it, it stays.
    Raises InvalidAcquisition, InvalidReason, AcquisitionChanged, Forbidden, NotFound.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    cleaned = clean_acquisition(rules)
    return set_next(
        get_policy(project=project),
        cleaned,
        reason=reason,
        replaces=replaces,
        changed=AcquisitionChanged,
        insert=lambda number, why: _insert(project, number, cleaned, why, by, now),
    )


def clean_acquisition(rules: Mapping[str, Any]) -> dict[str, float]:
    """Every figure within its limits. Raises InvalidAcquisition."""
    cleaned = {name: float(rules[name]) for name in SHARES}
    outside = [name for name, value in cleaned.items() if not (math.isfinite(value) and 0 <= value <= 1)]
    if outside:
        problems = dict.fromkeys(outside, "This must be from 0 % to 100 %.")
        raise InvalidAcquisition("A figure is out of its limits.", fields=problems)
    if not any(cleaned[name] for name in _WEIGHING):
        said = "Doubt, disagreement or novelty must count for something."
        raise InvalidAcquisition(said, fields={"uncertainty": said})
    return cleaned


@transaction.atomic
def _insert(
    project: Project, number: int, rules: dict[str, float], reason: str, by: User, now: datetime
) -> AcquisitionPolicy:
    policy = AcquisitionPolicy.objects.create(
        project=project, number=number, reason=reason, made_by=by, made_at=now, **rules
    )
    facts = {"number": number, "reason": reason, **rules}
    audit.record(project=project, actor=by, verb="acquisition.set", on=policy, now=now, data=facts)
    ask_for_order(project=project, now=now)
    return policy
