"""Exports and imports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from labeling import storage
from labeling.models import Project, Transfer
from labeling.policies import Capability, NotFound, check_can
from labeling.queries.access import get_visible

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

LISTED = 100


def get_transfer(
    *, user: User | AnonymousUser, transfer_id: UUID | str, project: Project | None = None
) -> Transfer:
    """Raises NotFound."""
    rows = Transfer.objects.select_related("project", "snapshot", "requested_by")
    return get_visible(rows, user=user, key=transfer_id, project=project)


def list_transfers(*, project: Project) -> QuerySet[Transfer]:
    """The newest transfers of a project, newest first."""
    rows = Transfer.objects.filter(project=project).select_related("snapshot", "requested_by")
    return rows.order_by("-requested_at", "-id")[:LISTED]


def get_result_file(*, user: User | AnonymousUser, transfer: Transfer) -> Path:
    """The file that an export made, for those who may export. Raises NotFound, Forbidden."""
    check_can(user, Capability.TRAIN, transfer.project)
    if not transfer.has_file:
        raise NotFound
    return storage.transfer_path(transfer.result_sha256)
