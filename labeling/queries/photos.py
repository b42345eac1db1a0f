"""Photos: one, and the list with its filters."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value

from labeling.models import Photo, Project
from labeling.models.photo import CERTAINTY
from labeling.models.search import LEAST, Grams
from labeling.queries.access import get_visible
from labeling.queries.annotations import list_annotations
from labeling.queries.paging import InvalidCursor, Page, clamp_limit, decode_cursor, encode_cursor
from labeling.queries.predictions import list_predictions
from labeling.queries.work import WorkFilter, filter_by_work

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from labeling.models import User

__all__ = ["ORDERS", "get_photo", "list_annotations", "list_photos", "list_predictions"]


@dataclass(frozen=True, slots=True)
class _Order:
    """An order that a person may ask for: the column (then the id), and which way it goes."""

    column: str
    descending: bool
    parse: Any


def _parse_number(value: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


ORDERS = {
    "newest": _Order("uploaded_at", True, datetime.fromisoformat),
    "least_certain": _Order("certainty", False, _parse_number),
    "vin": _Order("vin", False, str),
}


def get_photo(*, user: User | AnonymousUser, photo_id: UUID | str, project: Project | None = None) -> Photo:
    """Raises NotFound, also for a probe that is somebody else's."""
    rows = Photo.with_probes.filter(Q(is_probe=False) | Q(task__assignee_id=user.pk)).select_related(
        "project", "task", "uploaded_by", "near_duplicate_of"
    )
    return get_visible(rows, user=user, key=photo_id, project=project)


def list_photos(
    *,
    project: Project,
    state: str = "",
    states: Collection[str] = (),
    task_state: str = "",
    source: str = "",
    text: str = "",
    min_confidence: float | None = None,
    max_confidence: float | None = None,
    near_duplicates: bool = False,
    work: WorkFilter | None = None,
    order: str = "newest",
    after: str = "",
    limit: int = 50,
) -> Page[Photo]:
    """Photos with what a card shows, each with its task where it has one.

    `text` is part of a VIN or of a file's name; a confidence is from `min_confidence` up to, and without,
    `max_confidence`; `work` is what somebody did on them; `order` is one of ORDERS. Raises InvalidCursor.
    """
    # To whoever annotated a probe it is a photo like any other, and would be missed in their own list.
    photos = Photo.with_probes if work is not None and work.is_own else Photo.objects
    rows = photos.filter(project=project).select_related("task", "uploaded_by")
    wanted = set(states) | ({state} if state else set())
    if wanted:
        rows = rows.filter(state__in=wanted)
    if task_state:
        rows = rows.filter(task__state=task_state)
    if source:
        rows = rows.filter(vin_source=source)
    if text:
        rows = _search(rows, text)
    if near_duplicates:
        rows = rows.filter(near_duplicate_of__isnull=False)
    if work is not None:
        rows = filter_by_work(rows, project=project, work=work)
    rows = _filter_confidence(rows, min_confidence, max_confidence)
    return _page(rows, ORDERS[order], after, clamp_limit(limit))


def _search(rows: QuerySet[Photo], text: str) -> QuerySet[Photo]:
    """The index finds what holds every part of the text, the comparison what holds it whole."""
    if len(text) >= LEAST:
        parts = Grams(Value(text), Value(""), Value(min(len(text), 3)))
        rows = rows.alias(grams=Grams(F("vin"), F("name"), Value(LEAST))).filter(grams__contains=parts)
    return rows.filter(Q(vin__icontains=text) | Q(name__icontains=text))


def _filter_confidence(rows: QuerySet[Photo], low: float | None, high: float | None) -> QuerySet[Photo]:
    """By the expression that lists are ordered by, so that one index serves both."""
    if low is None and high is None:
        return rows
    rows = rows.alias(sureness=CERTAINTY)
    if low is not None:
        rows = rows.filter(sureness__gte=low)
    # A confidence of 1 belongs to the uppermost band; no confidence belongs to none.
    if high is not None and high < 1:
        return rows.filter(sureness__lt=high)
    return rows.filter(sureness__lte=1.0)


def _page(rows: QuerySet[Photo], order: _Order, after: str, limit: int) -> Page[Photo]:
    if order.column == "certainty":
        rows = rows.annotate(certainty=CERTAINTY)
    if after:
        rows = rows.filter(_build_keyset(order, after))
    sign = "-" if order.descending else ""
    found = list(rows.order_by(f"{sign}{order.column}", f"{sign}id")[: limit + 1])
    items = found[:limit]
    if len(found) <= limit:
        return Page(items)
    last = items[-1]
    return Page(items, encode_cursor([getattr(last, order.column), last.pk]))


def _build_keyset(order: _Order, after: str) -> Q:
    """Rows after the cursor's: a further value, or the same one and a further id."""
    value, key = decode_cursor(after, length=2)
    try:
        parsed, photo_id = order.parse(value), UUID(key)
    except (TypeError, ValueError, AttributeError) as error:
        raise InvalidCursor from error
    step = "lt" if order.descending else "gt"
    further = Q(**{f"{order.column}__{step}": parsed}) | Q(**{f"id__{step}": photo_id})
    # The value alone as the first condition: it tells the database where in the index to begin.
    return Q(**{f"{order.column}__{step}e": parsed}) & further
