"""The dataset-snapshot format: one JSON file that lists photos, their true VINs and boxes, and the split.

The file is canonical JSON (sorted keys, no spaces), so that equal contents have equal SHA-256. Photos are
named by their own SHA-256 and found through a `photo_path` function that the reader of the snapshot brings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from inference.types import Quad

FORMAT = 1
Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
PhotoPath = Callable[[str], Path]
"""Maps the SHA-256 of a photo to the file that holds it."""


class InvalidSnapshot(ValueError):
    """The file is not a snapshot, or its content does not have the hash that was promised."""


@dataclass(frozen=True, slots=True)
class SnapshotCharacter:
    """A character's symbol and its quad in photo pixels."""

    symbol: str
    quad: Quad


@dataclass(frozen=True, slots=True)
class SnapshotItem:
    """One labelled photo. `annotation` names what the label was taken from: a person's revision, or the round
    and the prediction of a pseudo-label."""

    photo: str
    vin: str
    split: Split
    region: Quad | None
    characters: tuple[SnapshotCharacter, ...] = ()
    annotation: str = ""
    source: str = "human"
    weight: float = 1.0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen list of labelled photos."""

    name: str
    items: tuple[SnapshotItem, ...]

    def split(self, name: Split) -> tuple[SnapshotItem, ...]:
        return tuple(item for item in self.items if item.split == name)


def split_for_vehicle(vin: str, *, seed: int, validation: float = 0.15, test: float = 0.25) -> Split:
    """The split of a vehicle, from a hash of its VIN, so that all its photos stay together for ever."""
    digest = hashlib.sha256(f"{seed}:{vin}".encode()).digest()
    position = int.from_bytes(digest[:8], "big") / 2**64
    if position < test:
        return "test"
    return "validation" if position < test + validation else "train"


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Canonical bytes; their SHA-256 is the snapshot's content hash."""
    items = [_encode_item(item) for item in snapshot.items]
    document = {"format": FORMAT, "name": snapshot.name, "items": items}
    return json.dumps(
        document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()


def _encode_item(item: SnapshotItem) -> dict[str, Any]:
    """With every coordinate as a float: 9 and 9.0 are the same point and must give the same bytes."""
    data = asdict(item)
    data["region"] = _decode_quad(data["region"]) if data["region"] is not None else None
    data["characters"] = [{**entry, "quad": _decode_quad(entry["quad"])} for entry in data["characters"]]
    return data


def decode_snapshot(content: bytes, *, sha256: str | None = None) -> Snapshot:
    """Raises InvalidSnapshot where the content is not a snapshot or has another hash than `sha256`."""
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise InvalidSnapshot(f"The snapshot's content does not have the hash {sha256}.")
    try:
        document = json.loads(content)
        if document["format"] != FORMAT:
            raise InvalidSnapshot(f"Snapshot format {document['format']} is not {FORMAT}.")
        return Snapshot(name=document["name"], items=tuple(_decode_item(item) for item in document["items"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidSnapshot(f"Not a dataset snapshot: {error}") from error


def _decode_item(data: dict[str, Any]) -> SnapshotItem:
    characters = tuple(SnapshotCharacter(c["symbol"], _decode_quad(c["quad"])) for c in data["characters"])
    region = _decode_quad(data["region"]) if data["region"] is not None else None
    return SnapshotItem(**{**data, "characters": characters, "region": region})


def _decode_quad(points: list[list[float]]) -> Quad:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return (first, second, third, fourth)
