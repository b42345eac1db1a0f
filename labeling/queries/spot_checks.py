"""Readings that were accepted without a person's eyes: those to look at, and how many were right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from inference.metrics import wilson_interval
from labeling.models import Prediction, Project, SpotCheck
from labeling.policies import Capability, check_can
from labeling.states import TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

SHEET = 24
"""Strips on one sheet: as many as a letter each from A to X."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How many of the readings that were looked at were right, with the 95 % interval of Wilson (1927)."""

    right: int
    checked: int

    @property
    def share(self) -> float | None:
        return self.right / self.checked if self.checked else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson_interval(self.right, self.checked)


def list_unseen(*, project: Project) -> QuerySet[Prediction]:
    """Readings accepted without a person's eyes that nobody has looked at, with their tasks, in random order.

    This is the one place that says what such a reading is. A task's key is random, so that its order is, too:
    a sheet is a fair sample of all of them, and what is found in it holds for all.
    """
    newer = Prediction.objects.filter(photo=OuterRef("photo"), created_at__gt=OuterRef("created_at"))
    rows = Prediction.objects.filter(photo__task__project=project, spot_check=None)
    rows = rows.filter(photo__task__state=TaskState.AUTO_ACCEPTED, photo__rendered_at__isnull=False)
    rows = rows.exclude(Exists(newer))
    return rows.select_related("photo__task__project", "model_version").order_by("photo__task")


def list_sheet(*, project: Project, viewer: User | AnonymousUser, limit: int = SHEET) -> list[Prediction]:
    """The readings of the next sheet. Raises Forbidden, NotFound."""
    check_can(viewer, Capability.REVIEW, project)
    return list(list_unseen(project=project)[:limit])


def count_unseen(*, project: Project) -> int:
    return list_unseen(project=project).count()


def get_precision(*, project: Project) -> Precision:
    """Of all readings of the project that were looked at."""
    checks = SpotCheck.objects.filter(task__project=project)
    return Precision(checks.filter(is_right=True).count(), checks.count())
