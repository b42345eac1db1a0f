"""VINloop's own format: a dataset snapshot as `inference.snapshot` defines it, beside the originals.

`snapshot.json` is the very file that was frozen, so its hash stays what it was. Photos are named by the
SHA-256 of the uploaded file: `photos/<sha256>.<suffix>`. Everything that a snapshot knows is held; the names
that the photos were uploaded with are beside it (`photo_names`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any

from inference.snapshot import FORMAT, Snapshot, SnapshotCharacter, SnapshotItem, encode_snapshot
from labeling.formats.records import (
    BadRow,
    Files,
    LabeledPhoto,
    Parsed,
    SizeOf,
    as_list,
    as_object,
    as_split,
    as_text,
    as_weight,
    load_json,
    quad_of,
    show,
    stem_of,
)

FILE = "snapshot.json"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def write(labels: Sequence[LabeledPhoto], name: str) -> dict[str, bytes]:
    items = tuple(_make_item(label) for label in labels)
    return {FILE: encode_snapshot(Snapshot(name=name, items=items))}


def read(files: Files, size_of: SizeOf) -> Parsed:
    parsed = Parsed()
    for path in sorted(path for path in files if path.endswith(".json")):
        document = as_object(load_json(files, path), "A snapshot")
        if document.get("format") != FORMAT:
            raise BadRow(
                f"{path} is no VINloop snapshot of format {FORMAT}. Choose the format that it has, or export "
                "it again."
            )
        for number, item in enumerate(as_list(document.get("items"), "“items”"), 1):
            parsed.add(f"{path}, item {number}", partial(_read_item, item))
    return parsed


def _make_item(label: LabeledPhoto) -> SnapshotItem:
    return SnapshotItem(
        photo=stem_of(label.file),
        vin=label.vin,
        split=label.split,
        region=label.region,
        characters=label.characters,
        annotation=label.annotation,
        source=label.source,
        weight=label.weight,
        kind=label.kind,
    )


def _read_item(value: Any) -> LabeledPhoto:
    item = as_object(value, "An item")
    photo = as_text(item.get("photo"), "“photo”")
    if not _SHA256.fullmatch(photo):
        raise BadRow(f"{show(photo)} is no SHA-256: here photos are named by the hash of their file.")
    region = item.get("region")
    return LabeledPhoto(
        file=photo,
        vin=as_text(item.get("vin"), "“vin”"),
        split=as_split(item.get("split")),
        region=None if region is None else quad_of(region),
        characters=tuple(_read_character(entry) for entry in as_list(item.get("characters"), "“characters”")),
        annotation=as_text(item.get("annotation", ""), "“annotation”"),
        source=as_text(item.get("source", ""), "“source”"),
        weight=as_weight(item.get("weight", 1.0)),
        kind=as_text(item.get("kind", ""), "“kind”"),
    )


def _read_character(value: Any) -> SnapshotCharacter:
    entry = as_object(value, "A character")
    return SnapshotCharacter(as_text(entry.get("symbol"), "“symbol”"), quad_of(entry.get("quad")))
