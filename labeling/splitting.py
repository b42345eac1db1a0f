"""Which split a vehicle is in, for ever, and how much each photo counts in training. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from inference.snapshot import Split, split_for_vehicle

VALIDATION_OF_TAUGHT = 0.2
"""15 of the 75 hundredths that are no test: a vehicle that has taught goes to one of these two."""


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier snapshots did: the vehicles in test, those that taught, and the photos likewise.

    A photo stays what it was when its label is corrected, though it belongs to another vehicle from then on.
    """

    tested: Collection[str] = frozenset()
    taught: Collection[str] = frozenset()
    photos_tested: Collection[UUID] = frozenset()
    photos_taught: Collection[UUID] = frozenset()


def plan_splits(labels: Iterable[tuple[UUID, str]], past: Past, *, seed: int) -> dict[UUID, Split | None]:
    """The split of each photo with its VIN; None where the past leaves it none without a leak.

    A vehicle once in test stays there. One that has taught never gets there. For all others a hash of the VIN
    decides, so that the test split grows with new vehicles and all photos of a vehicle stay together.
    """
    vehicles: dict[str, list[UUID]] = defaultdict(list)
    for photo, vin in labels:
        vehicles[vin].append(photo)
    return {
        photo: split
        for vin, photos in vehicles.items()
        for photo, split in _split_vehicle(vin, photos, past, seed).items()
    }


def plan_taught(
    labels: Iterable[tuple[UUID, str]],
    past: Past,
    *,
    seed: int,
    people: Mapping[str, Split],
    resembling: Collection[UUID] = frozenset(),
) -> dict[UUID, Split | None]:
    """The split of photos with pseudo-labels: they teach or are left out, as nothing is measured on them.

    `people` are the splits of the vehicles that people have labeled, `resembling` the photos that look like a
    test photo, whatever was read in them. Of other vehicles, those that the hash puts into validation are
    left out too, so that they have taught nothing when people label them.
    """
    banned = {*past.photos_tested, *resembling}
    splits: dict[UUID, Split | None] = {}
    for photo, vin in labels:
        teaches = vin not in past.tested and photo not in banned
        split = people[vin] if vin in people else _choose(vin, taught=True, seed=seed)
        splits[photo] = "train" if teaches and split == "train" else None
    return splits


def _split_vehicle(vin: str, photos: list[UUID], past: Past, seed: int) -> dict[UUID, Split | None]:
    taught = vin in past.taught or any(photo in past.photos_taught for photo in photos)
    tests = vin in past.tested
    if not tests and not taught:
        tests = any(photo in past.photos_tested for photo in photos)
    split: Split = "test" if tests else _choose(vin, taught=taught, seed=seed)
    # Under its other VIN the photo was on the other side: it can neither teach nor test any more.
    banned = past.photos_taught if split == "test" else past.photos_tested
    return {photo: None if photo in banned else split for photo in photos}


def _choose(vin: str, *, taught: bool, seed: int) -> Split:
    split = split_for_vehicle(vin, seed=seed)
    if split != "test" or not taught:
        return split
    return split_for_vehicle(f"taught:{vin}", seed=seed, validation=VALIDATION_OF_TAUGHT, test=0.0)


def balance_kinds(kinds: Sequence[str]) -> list[float]:
    """A factor for the weight of each photo, so that all kinds weigh the same together and the sum stays."""
    counted = Counter(kinds)
    return [len(kinds) / (len(counted) * counted[kind]) for kind in kinds]
