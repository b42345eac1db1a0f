"""The rules of a project's gate."""

from __future__ import annotations

from django.db.models import QuerySet

from labeling import gates
from labeling.models import GatePolicy, Project


def list_gate_policies(*, project: Project) -> QuerySet[GatePolicy]:
    """Every version of the rules, newest first."""
    rows = GatePolicy.objects.filter(project=project)
    return rows.select_related("reference", "created_by").order_by("-number")


def find_gate_policy(*, project: Project) -> GatePolicy | None:
    """The rules in force; None where nobody has changed the defaults."""
    return list_gate_policies(project=project).first()


def rules_of(policy: GatePolicy | None) -> gates.GateRules:
    """The rules as the gate takes them; a rule that is newer than the row has its default."""
    return gates.read_rules(policy.rules) if policy else gates.DEFAULT_RULES
