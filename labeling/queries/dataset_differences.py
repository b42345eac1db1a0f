"""How two snapshots differ, counted and listed by the database: a snapshot may have 100,000 photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    F,
    FilteredRelation,
    Func,
    Q,
    QuerySet,
    Value,
    When,
)

from labeling.models import DatasetSnapshot, SnapshotItem

SHOWN = 200
"""Rows of each part at once; the counts are of all."""


class Part(StrEnum):
    """What became of a photo; of several, the first counts."""

    ADDED = "added"
    REMOVED = "removed"
    RELABELED = "relabeled"
    MOVED = "moved"
    REVISED = "revised"
    REWEIGHED = "reweighed"
    SAME = "same"


_ASPECTS = (
    ("vin", Part.RELABELED),
    ("split", Part.MOVED),
    ("annotation_id", Part.REVISED),
    ("prediction_id", Part.REVISED),
    ("weight", Part.REWEIGHED),
)
"""What two rows of a photo may differ in, and what that is called."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one photo from one snapshot to another; where it is in one only, the other is None."""

    photo_id: UUID
    name: str
    before: SnapshotItem | None
    after: SnapshotItem | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How many photos came, went, got another VIN or split, another revision of the same VIN or another
    weight, or stayed; and some rows of each part but the last.
    """

    counts: Mapping[Part, int]
    rows: Mapping[Part, list[Change]]

    @property
    def same(self) -> int:
        return self.counts[Part.SAME]

    @property
    def most(self) -> int:
        """How many rows the longest part has."""
        return max(count for part, count in self.counts.items() if part != Part.SAME)


class _Differs(Func):
    """Whether two values are not the same, where either may be NULL."""

    template = "(%(expressions)s)"
    arg_joiner = " IS DISTINCT FROM "
    output_field = BooleanField()


def compare_snapshots(
    before: DatasetSnapshot, after: DatasetSnapshot, *, skip: int = 0, limit: int = SHOWN
) -> Difference:
    """What `after` has that `before` has not, photo by photo; `limit` rows of each part after the first
    `skip`, by name.

    Snapshots never change, so that nothing is skipped or told twice however long one pages.
    """
    counts = _count(before.pk, after.pk)
    rows: dict[Part, list[Change]] = {
        part: _list_rows(before, after, part, skip, limit) if counts[part] > skip else []
        for part in Part
        if part != Part.SAME
    }
    return Difference(counts, rows)


@lru_cache(maxsize=64)
def _count(before: UUID, after: UUID) -> Mapping[Part, int]:
    """Once in a process."""
    counted = dict(_name_parts(before, after).values_list("part").annotate(Count("pk")).order_by())
    removed = _name_parts(after, before).filter(part=Part.ADDED).count()
    return {**{part: counted.get(part.value, 0) for part in Part}, Part.REMOVED: removed}


def _list_rows(
    before: DatasetSnapshot, after: DatasetSnapshot, part: Part, skip: int, limit: int
) -> list[Change]:
    shown = slice(skip, skip + limit)
    if part == Part.REMOVED:
        return [_change(item, None) for item in _list_items(after.pk, before.pk, Part.ADDED)[shown]]
    items = list(_list_items(before.pk, after.pk, part)[shown])
    if part == Part.ADDED:
        return [_change(None, item) for item in items]
    earlier = SnapshotItem.objects.filter(snapshot=before, photo__in=[item.photo_id for item in items])
    old = {item.photo_id: item for item in earlier.select_related("photo")}
    return [_change(old[item.photo_id], item) for item in items]


def _list_items(before: UUID, after: UUID, part: Part) -> QuerySet[SnapshotItem]:
    rows = _name_parts(before, after).filter(part=part).select_related("photo")
    return rows.order_by("photo__name", "photo")


def _name_parts(before: UUID, after: UUID) -> QuerySet[Any]:
    """The items of `after`, each with the `part` that it belongs to; what was removed is not among them."""
    earlier = FilteredRelation("photo__snapshot_items", condition=Q(photo__snapshot_items__snapshot=before))
    changed = [When(_Differs(F(field), F(f"old__{field}")), then=Value(part)) for field, part in _ASPECTS]
    part = Case(
        When(old__isnull=True, then=Value(Part.ADDED)),
        *changed,
        default=Value(Part.SAME),
        output_field=CharField(),
    )
    return SnapshotItem.objects.filter(snapshot=after).annotate(old=earlier).annotate(part=part)


def _change(before: SnapshotItem | None, after: SnapshotItem | None) -> Change:
    known = after or before
    assert known is not None  # noqa: S101 - a change has two sides, and one of them is there
    return Change(known.photo_id, known.photo.name, before, after)
