"""Fine-tuning runs."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from labeling.models import Annotation, FinetuningRun, Outcome, Project, RunSchedule, SnapshotItem
from labeling.queries.access import get_visible
from labeling.run_settings import value_of
from labeling.states import RunState, TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

OPEN = (RunState.QUEUED, RunState.RUNNING)
_RELATED = ("project", "snapshot", "base_version", "requested_by", "model_version", "cloned_from")


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


def list_queue() -> QuerySet[FinetuningRun]:
    """The runs that wait for a worker, of every project, in the order in which they start."""
    return FinetuningRun.objects.filter(state=RunState.QUEUED).order_by("-priority", "requested_at", "number")


def count_ahead(*, run: FinetuningRun) -> int:
    """How many queued runs start before this one."""
    waiting = list(list_queue().values_list("pk", flat=True))
    return waiting.index(run.pk) if run.pk in waiting else 0


def find_pace(*, project: Project) -> float | None:
    """Seconds for one crop, by the project's last run that went all the way; None where there was none."""
    done = FinetuningRun.objects.filter(
        project=project, state=RunState.SUCCEEDED, started_at__isnull=False, step__gt=0
    )
    last = done.order_by("-finished_at").first()
    if last is None or last.finished_at is None or last.started_at is None:
        return None
    crops = last.step * value_of(last.config, "batch_size")
    return (last.finished_at - last.started_at).total_seconds() / crops


def has_open_run(*, project: Project) -> bool:
    """Whether a run of the project waits or is under way."""
    return FinetuningRun.objects.filter(project=project, state__in=OPEN).exists()


def count_corrections(*, project: Project, most: int | None = None) -> int:
    """Accepted photos that no run has seen and that the model had read otherwise, or not at all.

    Counting ends at `most`: all of a large project is a lot to go through.
    """
    taught = list(FinetuningRun.objects.filter(project=project).values_list("snapshot", flat=True).distinct())
    seen = SnapshotItem.objects.filter(photo=OuterRef("task__photo"), snapshot__in=taught)
    changed = Annotation.objects.filter(
        ~Q(text=F("model_text")), project=project, is_probe=False, outcome=Outcome.READ
    )
    accepted = changed.filter(task__state=TaskState.ACCEPTED, task__revision=F("revision"))
    return accepted.exclude(Exists(seen)).order_by("-created_at")[:most].count()


def find_schedule(*, project: Project) -> RunSchedule | None:
    """When the project's runs start by themselves; None where nobody has said."""
    return RunSchedule.objects.filter(project=project).select_related("set_by").first()
