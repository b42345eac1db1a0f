"""What is in a snapshot, and which labels look wrong.

What is in a snapshot never changes: each process counts it once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Q, QuerySet

from inference.snapshot import SPLITS
from inference.vin import ALPHABET, LENGTH
from labeling.models import DatasetSnapshot, Place, Prediction, SnapshotItem
from labeling.queries.champions import get_champion

SHOWN = 200
"""Rows of a list on a page; the counts are of all."""


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many photos and vehicles of one kind or source each split has."""

    name: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two photos of a snapshot that look alike."""

    item: SnapshotItem
    other: SnapshotItem

    @property
    def is_odd(self) -> bool:
        """Whether their labels differ: most likely one of them is wrong."""
        return self.item.vin != self.other.vin


@dataclass(frozen=True, slots=True)
class Suspect:
    """A label with which the model in service disagrees although it is sure; `places` are where."""

    item: SnapshotItem
    prediction: Prediction
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Suspects:
    """`threshold` is how sure the model must be, `read` how many photos of the snapshot it has read."""

    threshold: float | None
    read: int
    total: int
    rows: list[Suspect]


def count_by(snapshot: DatasetSnapshot, field: str) -> list[GroupCount]:
    """The photos of each `kind` or `source` by split, most first."""
    groups: dict[str, Counter[str]] = {}
    for name, split, count in _count_by(snapshot.pk, field):
        groups.setdefault(name, Counter())[split] += count
    listed = [GroupCount(name, {split: counts[split] for split in SPLITS}) for name, counts in groups.items()]
    return sorted(listed, key=lambda group: (-group.total, group.name))


def count_vehicles(snapshot: DatasetSnapshot) -> dict[str, int]:
    """How many vehicles each split has."""
    counted = dict(_count_vehicles(snapshot.pk))
    return {split: counted.get(split, 0) for split in SPLITS}


def count_symbols(snapshot: DatasetSnapshot) -> dict[str, int]:
    """How often each of the 33 symbols is in the VINs that teach."""
    return dict(_count_symbols(snapshot.pk))


@lru_cache(maxsize=256)
def _count_by(snapshot: UUID, field: str) -> list[tuple[str, str, int]]:
    rows = SnapshotItem.objects.filter(snapshot=snapshot).values_list(field, "split")
    return list(rows.annotate(count=Count("id")).order_by())


@lru_cache(maxsize=128)
def _count_vehicles(snapshot: UUID) -> list[tuple[str, int]]:
    rows = SnapshotItem.objects.filter(snapshot=snapshot).values_list("split")
    return list(rows.annotate(count=Count("vin", distinct=True)).order_by())


@lru_cache(maxsize=128)
def _count_symbols(snapshot: UUID) -> list[tuple[str, int]]:
    vins = SnapshotItem.objects.filter(snapshot=snapshot, split="train").values_list("vin", flat=True)
    together = "".join(vins)
    return [(symbol, together.count(symbol)) for symbol in ALPHABET]


def list_placeless(snapshot: DatasetSnapshot) -> QuerySet[SnapshotItem]:
    """What should teach or watch, and does not, since nobody knows where in the photo the VIN is."""
    return _list_items(snapshot).filter(place=Place.UNKNOWN).exclude(split="test")


def list_near_duplicates(snapshot: DatasetSnapshot) -> list[NearDuplicate]:
    """Pairs of photos that look alike, those with different labels first."""
    items = {item.photo_id: item for item in _list_items(snapshot).exclude(photo__near_duplicate_of=None)}
    wanted = [item.photo.near_duplicate_of_id for item in items.values()]
    others = {item.photo_id: item for item in _list_items(snapshot).filter(photo__in=wanted)}
    pairs = [
        NearDuplicate(item, others[item.photo.near_duplicate_of_id])
        for item in items.values()
        if item.photo.near_duplicate_of_id in others
    ]
    return sorted(pairs, key=lambda pair: not pair.is_odd)


def find_suspects(snapshot: DatasetSnapshot, most: int | None = None) -> Suspects:
    """Labels with which the model in service disagrees while it is as sure as it is where it agrees.

    Confident learning (Northcutt, Jiang, Chuang 2021, arXiv 1911.00068): the threshold is the mean confidence
    of the readings that agree with their label; a reading that disagrees and reaches it speaks against the
    label. Surest first, and no more than `most`.
    """
    total = SnapshotItem.objects.filter(snapshot=snapshot).count()
    champion = get_champion(snapshot.project)
    if champion is None:
        return Suspects(None, 0, total, [])
    readings = Prediction.objects.filter(
        model_version=champion, repeats=None, photo__snapshot_items__snapshot=snapshot
    )
    readings = readings.annotate(item=F("photo__snapshot_items__id"), label=F("photo__snapshot_items__vin"))
    agrees = Q(vin=F("label"))
    counted = readings.aggregate(read=Count("pk"), threshold=Avg("confidence", filter=agrees))
    threshold = counted["threshold"]
    rows = []
    if threshold is not None:
        doubtful = readings.filter(~agrees, confidence__gte=threshold, vin__regex=f"^.{{{LENGTH}}}$")
        rows = _build_suspects(doubtful.order_by("-confidence", "pk")[:most])
    return Suspects(threshold, counted["read"], total, rows)


def _build_suspects(doubtful: QuerySet[Prediction]) -> list[Suspect]:
    found: list[Any] = list(doubtful.only("photo_id", "vin", "confidence"))
    items = SnapshotItem.objects.select_related("photo").in_bulk([reading.item for reading in found])
    return [
        Suspect(items[reading.item], reading, find_places(reading.label, reading.vin)) for reading in found
    ]


def find_places(label: str, reading: str) -> tuple[int, ...]:
    """The positions, from 0, at which two VINs differ."""
    return tuple(index for index in range(LENGTH) if label[index : index + 1] != reading[index : index + 1])


def _list_items(snapshot: DatasetSnapshot) -> QuerySet[SnapshotItem]:
    return SnapshotItem.objects.filter(snapshot=snapshot).select_related("photo").order_by(F("photo__name"))
