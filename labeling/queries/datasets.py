"""Dataset snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from labeling.models import DatasetSnapshot, Project
from labeling.queries.access import get_visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User


def get_snapshot(
    *, user: User | AnonymousUser, snapshot_id: UUID | str, project: Project | None = None
) -> DatasetSnapshot:
    """Raises NotFound."""
    rows = DatasetSnapshot.objects.select_related("project", "created_by")
    return get_visible(rows, user=user, key=snapshot_id, project=project)


def list_snapshots(*, project: Project) -> QuerySet[DatasetSnapshot]:
    """The snapshots of a project, newest first."""
    rows = DatasetSnapshot.objects.filter(project=project)
    return rows.select_related("created_by").order_by("-created_at", "-id")
