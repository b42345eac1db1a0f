"""Fine-tuning runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet

from labeling.models import (
    Annotation,
    DatasetSnapshot,
    FinetuningRun,
    Outcome,
    Place,
    Project,
    RunMetric,
    RunSchedule,
    SnapshotItem,
)
from labeling.queries.access import get_visible
from labeling.run_settings import networks_of, paces_of, weight_of
from labeling.states import RunState, TaskState

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

OPEN = (RunState.QUEUED, RunState.RUNNING)
_LOOKED_BACK = 20
_RELATED = ("project", "snapshot", "base_version", "requested_by", "model_version", "cloned_from")


def get_run(
    *, user: User | AnonymousUser, run_id: UUID | str, project: Project | None = None
) -> FinetuningRun:
    """A run with its metrics and its log. Raises NotFound."""
    rows = FinetuningRun.objects.select_related(*_RELATED).prefetch_related("metrics", "log")
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


def find_pace(*, project: Project, config: Mapping[str, Any]) -> float | None:
    """Seconds for one crop or window, by the project's last run of the same networks that made a version;
    None where there was none.
    """
    done = FinetuningRun.objects.filter(
        project=project,
        state=RunState.SUCCEEDED,
        model_version__isnull=False,
        started_at__isnull=False,
        finished_at__isnull=False,
    )
    newest = done.order_by("-finished_at")[:_LOOKED_BACK]
    last = next((run for run in newest if networks_of(run.config) == networks_of(config)), None)
    if last is None or last.finished_at is None or last.started_at is None:
        return None
    samples = sum(pace.samples for pace in paces_of(last.config))
    return (last.finished_at - last.started_at).total_seconds() / samples


def guess_time_left(*, run: FinetuningRun, metrics: Sequence[RunMetric]) -> timedelta | None:
    """From the pace of the network that learns now; None where nothing can be said."""
    points = [point for point in metrics if point.network == run.network][-_LOOKED_BACK:]
    if run.state != RunState.RUNNING or len(points) < 2 or points[-1].step == points[0].step:
        return None
    pace = (points[-1].created_at - points[0].created_at) / (points[-1].step - points[0].step)
    return pace * max(0, run.steps - run.step)


@dataclass(frozen=True, slots=True)
class TaughtSource:
    """Labels of one source in the train split of a snapshot; `weight` is theirs on average, in the run."""

    source: str
    photos: int
    weight: float


def list_sources(*, snapshot: DatasetSnapshot, config: Mapping[str, Any]) -> list[TaughtSource]:
    """Where the labels come from that teach, and how much each counts with what the run says of it.

    A label of which nobody knows where its VIN is teaches nothing.
    """
    return [
        TaughtSource(source, photos, mean * weight_of(config, source))
        for source, photos, mean in _count_sources(snapshot.pk)
    ]


def count_placeless(*, snapshot: DatasetSnapshot) -> int:
    """Labels of the train split of which nobody knows where their VIN is."""
    return _count_placeless(snapshot.pk)


@lru_cache(maxsize=128)
def _count_sources(snapshot: UUID) -> list[tuple[str, int, float]]:
    """Once in a process: no snapshot and no label ever changes, and a page asks again and again."""
    placed = SnapshotItem.objects.filter(snapshot=snapshot, split="train").exclude(place=Place.UNKNOWN)
    counted = placed.values_list("source").annotate(photos=Count("*"), mean=Avg("weight"))
    return list(counted.order_by("-photos"))


@lru_cache(maxsize=128)
def _count_placeless(snapshot: UUID) -> int:
    return SnapshotItem.objects.filter(snapshot=snapshot, split="train", place=Place.UNKNOWN).count()


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
    # Counted by a column that the index of corrections has.
    return accepted.exclude(Exists(seen)).order_by("-created_at").values("task")[:most].count()


def find_schedule(*, project: Project) -> RunSchedule | None:
    """When the project's runs start by themselves; None where nobody has said."""
    return RunSchedule.objects.filter(project=project).select_related("set_by").first()
