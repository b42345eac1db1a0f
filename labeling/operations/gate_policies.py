"""The gate's rules: written by people, versioned, never edited."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from labeling import gates, policies
from labeling.models import DatasetSnapshot, GatePolicy, Project, User
from labeling.operations import audit
from labeling.operations.inputs import clean_line, clean_reason
from labeling.queries.gate_policies import find_gate_policy


class NoTestPhotos(gates.InvalidRules):
    """A reference set is read for its test split, and this snapshot's is empty."""

    code = "no_test_photos"


def set_gate_policy(
    *,
    project: Project,
    rules: Mapping[str, Any],
    by: User,
    now: datetime,
    reference: DatasetSnapshot | None = None,
    reason: str = "",
) -> GatePolicy:
    """Put rules into force for the comparisons to come; what was decided stays as it was decided.

    The same rules again are no new version. Raises InvalidRules, InvalidReason, NotFound, Forbidden.
    """
    policies.check_can(by, policies.Capability.TRAIN, project)
    cleaned = gates.read_rules(rules).to_json()
    if reference is not None:
        _check_reference(reference, project)
    spoken = clean_reason(reason) if clean_line(reason) else ""
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        current = find_gate_policy(project=project)
        if current and (current.rules, current.reference) == (cleaned, reference):
            return current
        policy = GatePolicy.objects.create(
            project=project,
            number=current.number + 1 if current else 1,
            rules=cleaned,
            reference=reference,
            reason=spoken,
            created_by=by,
            created_at=now,
        )
        facts = {"number": policy.number, "rules": cleaned, "reason": spoken}
        audit.record(project=project, actor=by, verb="gate.changed", on=policy, now=now, data=facts)
    return policy


def _check_reference(reference: DatasetSnapshot, project: Project) -> None:
    if reference.project_id != project.pk:
        raise policies.NotFound
    if not reference.counts.get("test"):
        said = "This snapshot has no test photos, so it cannot be a reference set. Choose another one."
        raise NoTestPhotos(said, fields={"reference": said})
