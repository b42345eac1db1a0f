"""Open tasks that the version in service may read again, and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from labeling.models import Draft, Lease, ModelVersion, Prediction, Project, Rereading, Task
from labeling.queries.access import get_visible
from labeling.states import PhotoState, RereadingState, TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User


def list_untouched(*, project: Project) -> QuerySet[Task]:
    """The tasks whose photo is read and on which no person has done anything, or does just now."""
    rows = Task.objects.filter(
        project=project, state=TaskState.NEW, revision=0, photo__state=PhotoState.READY
    )
    drafts = Draft.objects.filter(task=OuterRef("pk"))
    leases = Lease.objects.filter(task=OuterRef("pk"), ended_at=None)
    return rows.filter(~Exists(drafts), ~Exists(leases))


def count_untouched(*, project: Project, most: int) -> int:
    """How many there are; counting ends at `most`."""
    return list_untouched(project=project).order_by()[:most].count()


def list_not_read_by(*, version: ModelVersion) -> QuerySet[Task]:
    """The untouched tasks of the version's project that show what another version read."""
    newest = Prediction.objects.filter(photo=OuterRef("photo")).order_by("-created_at", "-id")
    rows = list_untouched(project=version.project)
    return rows.annotate(shown=Subquery(newest.values("model_version")[:1])).exclude(shown=version.pk)


def get_rereading(
    *, user: User | AnonymousUser, rereading_id: UUID | str, project: Project | None = None
) -> Rereading:
    """Raises NotFound."""
    rows = Rereading.objects.select_related("project", "model_version", "requested_by")
    return get_visible(rows, user=user, key=rereading_id, project=project)


def list_rereadings(*, project: Project) -> list[Rereading]:
    """The newest 50."""
    rows = Rereading.objects.filter(project=project).select_related("model_version", "requested_by")
    return list(rows.order_by("-requested_at")[:50])


def find_rereading(*, version: ModelVersion) -> Rereading | None:
    """The newest one by this version."""
    rows = Rereading.objects.filter(model_version=version).select_related("model_version", "requested_by")
    return rows.order_by("-requested_at").first()


def has_running() -> bool:
    """Whether any project's open tasks are being read again."""
    return Rereading.objects.filter(state=RereadingState.RUNNING).exists()
