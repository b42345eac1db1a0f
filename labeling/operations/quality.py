"""The quality policy: set by admins, as a new version each time."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django.db import transaction

from labeling import policies
from labeling.errors import DomainError
from labeling.models import Project, QualityPolicy, User
from labeling.operations import audit
from labeling.operations.policy_versions import set_next
from labeling.operations.transitions import Conflict
from labeling.queries.quality import get_policy

LIMITS = {
    "review_share": (0.0, 1.0),
    "target_error": (0.001, 0.5),
    "double_share": (0.0, 1.0),
    "honeypot_share": (0.0, 0.3),
    "seeded_share": (0.0, 1.0),
}
"""The least and the most that each figure may be."""

SWITCHES = ("is_adaptive", "blind_review")


class InvalidPolicy(DomainError):
    """A figure of the policy is out of its limits; `fields` says which, and what they are."""

    code = "invalid_policy"


class PolicyChanged(Conflict):
    """Somebody else set the policy since it was looked at."""

    code = "policy_changed"
    default_message = "Somebody else has set the policy in the meantime. Load it again before you change it."


def set_policy(
    *, project: Project, by: User, now: datetime, rules: dict[str, Any], reason: str, replaces: int
) -> QualityPolicy:
    """Set how work is checked from now on. `rules` holds a value for each of LIMITS and SWITCHES.

    `replaces` is the number of the policy that `by` has seen. Where nothing differs from it, it stays.
    Raises InvalidPolicy, InvalidReason, PolicyChanged, Forbidden, NotFound.
    """
    policies.check_can(by, policies.Capability.MANAGE_POLICY, project)
    cleaned = clean_rules(rules)
    return set_next(
        get_policy(project=project),
        cleaned,
        reason=reason,
        replaces=replaces,
        changed=PolicyChanged,
        insert=lambda number, why: _insert(project, number, cleaned, why, by, now),
    )


def clean_rules(rules: dict[str, Any]) -> dict[str, Any]:
    """Every figure within its limits. Raises InvalidPolicy."""
    cleaned: dict[str, Any] = {name: rules[name] is True for name in SWITCHES}
    problems = {}
    for name, (least, most) in LIMITS.items():
        value = float(rules[name])
        if not (math.isfinite(value) and least <= value <= most):
            problems[name] = f"This must be from {least * 100:g} % to {most * 100:g} %."
        cleaned[name] = value
    if problems:
        raise InvalidPolicy("A figure is out of its limits.", fields=problems)
    return cleaned


@transaction.atomic
def _insert(
    project: Project, number: int, rules: dict[str, Any], reason: str, by: User, now: datetime
) -> QualityPolicy:
    policy = QualityPolicy.objects.create(
        project=project, number=number, reason=reason, made_by=by, made_at=now, **rules
    )
    facts = {"number": number, "reason": reason, **rules}
    audit.record(project=project, actor=by, verb="policy.set", on=policy, now=now, data=facts)
    return policy
