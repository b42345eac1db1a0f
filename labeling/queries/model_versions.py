"""Model versions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from labeling.models import GateDecision, ModelVersion, Project
from labeling.queries.access import get_visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User


def get_model_version(
    *, user: User | AnonymousUser, version_id: UUID | str, project: Project | None = None
) -> ModelVersion:
    """A version with its scorecards and what the gate said of it. Raises NotFound."""
    decisions = GateDecision.objects.select_related("champion", "snapshot", "policy").order_by("-created_at")
    rows = ModelVersion.objects.select_related("project", "run", "base").prefetch_related(
        "evaluations__snapshot", Prefetch("gate_decisions", queryset=decisions)
    )
    return get_visible(rows, user=user, key=version_id, project=project)


def list_model_versions(*, project: Project) -> QuerySet[ModelVersion]:
    """The versions of a project, newest first."""
    rows = ModelVersion.objects.filter(project=project)
    return rows.select_related("run", "base", "project").order_by("-number")
