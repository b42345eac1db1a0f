"""Fine-tuning runs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from labeling.models import FinetuningRun, Project
from labeling.queries.access import get_visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

_RELATED = ("project", "snapshot", "base_version", "requested_by", "model_version")


def get_run(
    *, user: User | AnonymousUser, run_id: UUID | str, project: Project | None = None
) -> FinetuningRun:
    """A run with its metrics. Raises NotFound."""
    rows = FinetuningRun.objects.select_related(*_RELATED).prefetch_related("metrics")
    return get_visible(rows, user=user, key=run_id, project=project)


def list_runs(*, project: Project) -> QuerySet[FinetuningRun]:
    """The runs of a project, newest first."""
    rows = FinetuningRun.objects.filter(project=project)
    return rows.select_related(*_RELATED).order_by("-number")
