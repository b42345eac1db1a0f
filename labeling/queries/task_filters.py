"""Which tasks a person means, as a list shows them and a bulk action takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from labeling.models import Lease, Project, Task, VinSource
from labeling.queries.paging import InvalidCursor, Page, clamp_limit, decode_cursor, encode_cursor
from labeling.states import SHOWS_WORK, TaskState

_FINISHED = (TaskState.ACCEPTED, TaskState.UNREADABLE, TaskState.AUTO_ACCEPTED)
OPEN_STATES = tuple(state for state in TaskState if state not in _FINISHED)
"""Where the work of a person is still to come."""

NOBODY = "-"
"""Stands for the assignee of what is for whoever is free; no name of a person can be this."""

Key = tuple[float, datetime, UUID]


class Level(StrEnum):
    RAISED = "raised"
    NORMAL = "normal"
    LOWERED = "lowered"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Everything that is empty means any. A confidence is from `min_confidence` up to, and without,
    `max_confidence`; `min_age` is in days since the task was opened; `reason` is the whole reason of a skip.
    """

    states: tuple[str, ...] = ()
    assignee: str = ""
    level: str = ""
    min_confidence: float | None = None
    max_confidence: float | None = None
    min_age: int | None = None
    source: str = ""
    reason: str = ""
    ids: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What is not empty."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "", ())}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TaskFilter:
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {name: value for name, value in data.items() if name in known}
        for name in {"states", "ids"} & values.keys():
            values[name] = tuple(values[name])
        return cls(**values)


def find_tasks(*, project: Project, wanted: TaskFilter, now: datetime) -> QuerySet[Task]:
    """The tasks that the filter means, in no order."""
    rows = Task.objects.filter(project=project)
    if wanted.ids:
        rows = rows.filter(pk__in=wanted.ids)
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.assignee:
        name = wanted.assignee
        rows = rows.filter(assignee=None) if name == NOBODY else rows.filter(assignee__username=name)
    if wanted.level:
        rows = rows.filter(_LEVELS[Level(wanted.level)])
    if wanted.min_age is not None:
        rows = rows.filter(created_at__lte=now - timedelta(days=wanted.min_age))
    if wanted.reason:
        rows = rows.filter(skip_reason=wanted.reason)
    return _filter_reading(rows, wanted)


_HALF = Task.LEVEL / 2
_LEVELS = {
    Level.RAISED: Q(priority__gte=_HALF),
    Level.NORMAL: Q(priority__gt=-_HALF, priority__lt=_HALF),
    Level.LOWERED: Q(priority__lte=-_HALF),
}


def _filter_reading(rows: QuerySet[Task], wanted: TaskFilter) -> QuerySet[Task]:
    if wanted.source:
        rows = rows.filter(photo__vin_source=wanted.source)
    if wanted.min_confidence is not None:
        rows = rows.filter(confidence__gte=wanted.min_confidence)
    if wanted.max_confidence is not None:
        high = wanted.max_confidence
        # A confidence of 1 belongs to the uppermost band.
        rows = rows.filter(confidence__lte=high) if high >= 1 else rows.filter(confidence__lt=high)
    return rows


def _list_states(wanted: TaskFilter) -> list[str]:
    """The states to walk: without those in which no photo can show such a reading."""
    states = [str(state) for state in wanted.states or TaskState]
    if wanted.source and wanted.source != VinSource.PREDICTION:
        return [state for state in states if state in SHOWS_WORK or state == TaskState.UNREADABLE]
    if wanted.source or wanted.min_confidence is not None or wanted.max_confidence is not None:
        return [state for state in states if state not in (TaskState.ACCEPTED, TaskState.UNREADABLE)]
    return states


def list_tasks(
    *, project: Project, wanted: TaskFilter, now: datetime, after: str = "", limit: int = 50
) -> Page[Task]:
    """Tasks in the order in which they are handed out, with photo, assignee and open lease.

    Raises InvalidCursor.
    """
    rows = find_tasks(project=project, wanted=wanted, now=now)
    if after:
        rows = rows.filter(_build_keyset(after))
    size = clamp_limit(limit)
    keys = _merge(rows, _list_states(wanted), size + 1)
    items = _load(keys[:size])
    return Page(items, encode_cursor(_write_key(keys[size - 1])) if len(keys) > size else None)


def _merge(rows: QuerySet[Task], states: Iterable[str], most: int) -> list[Key]:
    """The first keys of all states. Each state is walked by itself along an index that is in this order; one
    condition for all of them would have to sort everything that waits.
    """
    ordered = rows.order_by("-priority", "created_at", "id").values_list("priority", "created_at", "id")
    lines = [ordered.filter(state=state)[:most] for state in states]
    found = list(lines[0].union(*lines[1:], all=True)) if lines else []
    return sorted(found, key=lambda key: (-key[0], key[1], key[2]))[:most]


def _load(keys: list[Key]) -> list[Task]:
    before = Lease.objects.filter(
        holder=OuterRef("holder"), kind=OuterRef("kind"), ended_at=None, created_at__lt=OuterRef("created_at")
    )
    held = Lease.objects.filter(ended_at=None).select_related("holder")
    # A person has one photo at hand and one ahead: that was claimed later.
    held = held.annotate(is_ahead=Exists(before.filter(task__project=OuterRef("task__project"))))
    rows = Task.objects.select_related("photo", "assignee", "acquisition").prefetch_related(
        Prefetch("leases", queryset=held, to_attr="open_leases")
    )
    found = rows.in_bulk([key for _, _, key in keys])
    return [found[key] for _, _, key in keys if key in found]


def _write_key(key: Key) -> list[str]:
    return [repr(key[0]), key[1].isoformat(), str(key[2])]


def _build_keyset(after: str) -> Q:
    """Tasks after the cursor's: a lower priority, or the same and opened later, or at that very moment."""
    try:
        priority, opened, key = decode_cursor(after, length=3)
        point = (float(priority or "nan"), datetime.fromisoformat(opened or ""), UUID(key))
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidCursor from error
    later = Q(created_at__gt=point[1]) | Q(created_at=point[1], id__gt=point[2])
    # The first condition follows from the others: it tells the database where in the index to begin.
    return Q(priority__lte=point[0]) & (Q(priority__lt=point[0]) | later)
