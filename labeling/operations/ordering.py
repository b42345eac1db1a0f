"""Works out the order of what waits: a job of a few seconds, again whenever something has changed.

The stored worths are the truth for the queue. The job may run twice, or die at any point: what it has written
is right, and the next one writes the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery

from inference.acquisition import split_worth
from inference.appearance import unpack
from inference.coverage import (
    choose_centers,
    nearest_distances,
    rank_by_worth,
    standardize,
    typical_distance,
)
from labeling import queue
from labeling.interleaving import place_all, trace_quantiles
from labeling.models import (
    Acquisition,
    AcquisitionOrder,
    AcquisitionPolicy,
    Photo,
    Prediction,
    Project,
    SelectedBy,
    Task,
)
from labeling.operations.acquisitions import UNKNOWN_NOVELTY, choose_by, describe, draw_place, signals_of
from labeling.queries.acquisition import get_policy
from labeling.states import TaskState

Array = npt.NDArray[np.float64]

SOON = timedelta(minutes=1)
"""Photos come in numbers: the order is worked out once for all that were read in the meantime."""
AGAIN_AFTER = timedelta(minutes=10)
"""A worker is not on it for so long: it was killed."""
ENOUGH_LABELS = 20
"""So many new labels are worth a new order: some of what waits may be nothing new any more."""

MOST_RANKED = 2000
"""Of the photos that teach most, how many are told apart by each other's nearness as well."""
MOST_LABELS, MOST_CENTERS = 5000, 512
"""The newest labels that novelty is measured by, and how many points are enough to stand for them."""

STEP = 1000
MEASURED_AT_ONCE = 2000
_NOTICEABLE = 0.005
"""A priority that would move by less stays as it is: most rows need not be written each time."""


def ask_for_order(*, project: Project, now: datetime, after: timedelta = timedelta(0)) -> None:
    """Have the order worked out, at once or by the sweep after a while; an earlier date stays."""
    due = now + after
    order, is_new = AcquisitionOrder.objects.get_or_create(project=project, defaults={"nudge_at": due})
    if not is_new:
        later = Q(nudge_at=None) | Q(nudge_at__gt=due)
        AcquisitionOrder.objects.filter(later, pk=order.pk).update(nudge_at=due)
    if not after:
        queue.enqueue_on_commit(queue.ORDER_TASKS, project_id=str(project.pk))


def sweep_orders(*, now: datetime) -> int:
    """Ask a worker for the orders that are due; returns how many."""
    _ask_where_labels_came(now)
    due = AcquisitionOrder.objects.filter(nudge_at__lte=now).order_by("nudge_at")
    sent = [
        key
        for key in due.values_list("pk", flat=True)[:20]
        if queue.send(queue.ORDER_TASKS, {"project_id": str(key)})
    ]
    AcquisitionOrder.objects.filter(pk__in=sent, nudge_at__lte=now).update(nudge_at=now + AGAIN_AFTER)
    return len(sent)


def _ask_where_labels_came(now: datetime) -> None:
    rested = AcquisitionOrder.objects.filter(nudge_at=None, ordered_at__lte=now - SOON)
    for order in rested.select_related("project"):
        labeled = Task.objects.filter(
            project=order.project, state=TaskState.ACCEPTED, updated_at__gt=order.ordered_at
        )
        if len(labeled.values_list("pk")[:ENOUGH_LABELS]) == ENOUGH_LABELS:
            ask_for_order(project=order.project, now=now, after=SOON)


def order_tasks(*, project_id: int, now: Callable[[], datetime]) -> int:
    """Give each task that nobody has begun the priority of its worth or its draw; returns how many changed.

    Photos that were read before worths were kept are measured first.
    """
    order = AcquisitionOrder.objects.select_related("project").filter(pk=project_id).first()
    if order is None:
        return 0
    claim = _claim(order, now())
    is_rest_left = _measure_missing(order.project)
    policy = get_policy(project=order.project)
    pool, labels = _load_pool(order.project, policy), _load_labels(order.project)
    _rank(pool, labels, policy)
    changed = sum(_write(pool, start) for start in range(0, len(pool.rows), STEP))
    order.quantiles = trace_quantiles(pool.worths[~pool.is_random])
    order.tasks, order.labels, order.ordered_at = len(pool.rows), len(labels), now()
    order.save(update_fields=["quantiles", "tasks", "labels", "ordered_at"])
    # Whoever asked since the job began has moved the date, and is not answered yet.
    same = AcquisitionOrder.objects.filter(pk=order.pk, nudge_at=claim)
    same.update(nudge_at=order.ordered_at if is_rest_left else None)
    return changed


def _claim(order: AcquisitionOrder, now: datetime) -> datetime:
    """Until when the sweep takes it that this job is on it."""
    claim = now + AGAIN_AFTER
    AcquisitionOrder.objects.filter(pk=order.pk).update(nudge_at=claim)
    return claim


def _measure_missing(project: Project) -> bool:
    """Describe tasks that have no acquisition yet; returns whether there are more."""
    newest = Prediction.objects.filter(photo=OuterRef("photo")).order_by("-created_at", "-id")
    waiting = Task.objects.filter(project=project, state=TaskState.NEW, revision=0, acquisition=None)
    found = waiting.annotate(newest=Subquery(newest.values("pk")[:1])).exclude(newest=None)
    tasks = list(found.select_related("photo__project")[:MEASURED_AT_ONCE])
    readings = Prediction.objects.in_bulk([task.newest for task in tasks])
    policy = get_policy(project=project)
    made = [
        Acquisition(
            task=task,
            **describe(
                readings[task.newest],
                signals_of(readings[task.newest]),
                choose_by(policy, task.photo, None),
            ),
        )
        for task in tasks
    ]
    Acquisition.objects.bulk_create(made, ignore_conflicts=True)
    return len(tasks) == MEASURED_AT_ONCE


@dataclass(slots=True)
class _Pool:
    """What waits, as columns. `points` are the rows that are `known` to look like something."""

    rows: list[tuple[Any, ...]]
    base: Array
    per_novelty: Array
    is_random: npt.NDArray[np.bool_]
    known: npt.NDArray[np.int64]
    points: Array
    novelties: Array
    worths: Array


_COLUMNS = (
    *("pk", "task__photo", "task__priority", "selected_by", "novelty"),
    *("uncertainty", "disagreement", "legibility", "prediction__descriptor"),
)


def _load_pool(project: Project, policy: AcquisitionPolicy) -> _Pool:
    waiting = Acquisition.objects.filter(
        task__project=project, task__state=TaskState.NEW, task__revision=0, task__is_probe=False
    )
    rows = list(waiting.order_by("-task__priority", "pk").values_list(*_COLUMNS))
    signals = np.array([row[5:8] for row in rows], np.float64).reshape(-1, 3)
    base, per_novelty = split_worth(signals[:, 0], signals[:, 1], signals[:, 2], policy.weights)
    known = np.array([index for index, row in enumerate(rows) if row[8]], np.int64)
    novelties = np.full(len(rows), UNKNOWN_NOVELTY)
    return _Pool(
        rows=rows,
        base=base,
        per_novelty=per_novelty,
        is_random=_choose_random(project, policy, rows),
        known=known,
        points=unpack([bytes(rows[index][8]) for index in known]),
        novelties=novelties,
        worths=base + per_novelty * novelties,
    )


def _choose_random(
    project: Project, policy: AcquisitionPolicy, rows: list[tuple[Any, ...]]
) -> npt.NDArray[np.bool_]:
    chosen = [choose_by(policy, Photo(pk=row[1], project=project), row[3]) for row in rows]
    return np.array([each == SelectedBy.RANDOM for each in chosen], bool)


def _load_labels(project: Project) -> Array:
    """What the newest labeled photos look like."""
    rows = Prediction.objects.filter(photo__task__project=project, photo__task__state=TaskState.ACCEPTED)
    newest = rows.exclude(descriptor=b"").order_by("-photo__task__updated_at")
    return unpack([bytes(each) for each in newest.values_list("descriptor", flat=True)[:MOST_LABELS]])


def _rank(pool: _Pool, labels: Array, policy: AcquisitionPolicy) -> None:
    """Novelties and worths; those that teach most by nearness to each other as well."""
    if len(pool.known) and policy.novelty > 0:
        _measure_novelty(pool, labels)
    pool.worths = pool.base + pool.per_novelty * pool.novelties
    photos = (Photo(pk=pool.rows[i][1], project=policy.project) for i in np.flatnonzero(pool.is_random))
    draws = np.array([draw_place(photo) for photo in photos])
    pool.worths[pool.is_random] = place_all(draws, pool.worths[~pool.is_random])


def _measure_novelty(pool: _Pool, labels: Array) -> None:
    points = standardize(pool.points, pool.points)
    centers = standardize(labels, pool.points)
    typical = typical_distance(points)
    distances = nearest_distances(points, centers[choose_centers(centers, MOST_CENTERS)])
    pool.novelties[pool.known] = np.minimum(distances / typical, 1.0)
    by_worth = np.flatnonzero(~pool.is_random[pool.known])
    worths = (pool.base + pool.per_novelty * pool.novelties)[pool.known[by_worth]]
    best = by_worth[np.argsort(-worths, kind="stable")[:MOST_RANKED]]
    chosen = pool.known[best]
    ranked, _, novelties = rank_by_worth(
        pool.base[chosen], pool.per_novelty[chosen], points[best], distances[best], typical=typical
    )
    pool.novelties[chosen[ranked]] = novelties


_PLACE = """
WITH placed AS (
    SELECT unnest(%(tasks)s::uuid[]) AS task, unnest(%(worths)s::float8[]) AS worth,
        unnest(%(novelties)s::float8[]) AS novelty, unnest(%(selected)s::text[]) AS selected_by
), free AS (
    SELECT labeling_task.id FROM labeling_task JOIN placed ON labeling_task.id = task
    WHERE state = %(new)s AND revision = 0 FOR NO KEY UPDATE OF labeling_task SKIP LOCKED
), moved AS (
    UPDATE labeling_task SET priority = round(priority / %(level)s) * %(level)s + worth
    FROM placed JOIN free ON free.id = task WHERE labeling_task.id = task RETURNING task
)
UPDATE labeling_acquisition SET novelty = placed.novelty, selected_by = placed.selected_by
FROM placed JOIN moved USING (task) WHERE task_id = placed.task
"""
"""Tasks that somebody has begun in the meantime, or has in hand just now, stay, and so does what a manager
raised or lowered: nobody waits for this job, and it for nobody.
"""


def _write(pool: _Pool, start: int) -> int:
    """Store what differs noticeably in one part of the pool; returns how many rows."""
    chosen = [index for index in range(start, min(start + STEP, len(pool.rows))) if _differs(pool, index)]
    if not chosen:
        return 0
    known = set(pool.known.tolist())
    values: dict[str, Any] = {
        "tasks": [pool.rows[index][0] for index in chosen],
        "worths": [float(pool.worths[index]) for index in chosen],
        "novelties": [float(pool.novelties[index]) if index in known else None for index in chosen],
        "selected": [_selected(pool, index).value for index in chosen],
        "level": Task.LEVEL,
        "new": TaskState.NEW.value,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_PLACE, values)
        return cursor.rowcount


def _differs(pool: _Pool, index: int) -> bool:
    _, _, priority, selected_by, novelty, *_ = pool.rows[index]
    worth = priority - round(priority / Task.LEVEL) * Task.LEVEL
    is_moved = abs(worth - pool.worths[index]) >= _NOTICEABLE
    is_first = novelty is None and bool(pool.rows[index][8])
    return is_moved or is_first or selected_by != _selected(pool, index)


def _selected(pool: _Pool, index: int) -> SelectedBy:
    return SelectedBy.RANDOM if pool.is_random[index] else SelectedBy.WORTH
