"""The dataset-snapshot format: one JSON file that lists photos, their true VINs and boxes, and the split.

The file is canonical JSON (sorted keys, no spaces), so that equal contents have equal SHA-256. Photos are
named by their own SHA-256 and found through a `photo_path` function that the reader of the snapshot brings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from inference.types import Quad

FORMAT = 1
Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
PhotoPath = Callable[[str], Path]
"""Maps the SHA-256 of a photo to the file that holds it."""

_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False)


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


_FIELDS = tuple(field.name for field in fields(SnapshotItem))


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
    return b"".join(stream_snapshot(snapshot.name, snapshot.items))


def stream_snapshot(name: str, items: Iterable[SnapshotItem]) -> Iterator[bytes]:
    """The canonical bytes in pieces, so that neither all items nor the whole file need be in memory."""
    yield f'{{"format":{FORMAT},"items":['.encode()
    for number, item in enumerate(items):
        yield f"{',' if number else ''}{_JSON.encode(_encode_item(item))}".encode()
    yield f'],"name":{_JSON.encode(name)}}}'.encode()


def _encode_item(item: SnapshotItem) -> dict[str, Any]:
    """With every coordinate as a float: 9 and 9.0 are the same point and must give the same bytes."""
    data = {name: getattr(item, name) for name in _FIELDS}
    data["region"] = _decode_quad(item.region) if item.region is not None else None
    data["characters"] = [
        {"symbol": character.symbol, "quad": _decode_quad(character.quad)} for character in item.characters
    ]
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


def _decode_quad(points: Sequence[Sequence[float]]) -> Quad:
    (x1, y1), (x2, y2), (x3, y3), (x4, y4) = points
    return (
        (float(x1), float(y1)),
        (float(x2), float(y2)),
        (float(x3), float(y3)),
        (float(x4), float(y4)),
    )
