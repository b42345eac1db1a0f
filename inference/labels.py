"""Reads a CSV of labeled photos: columns file, vin, box, kind, conf, source; the first two must be there.

`box` is where the VIN is, in pixels: four numbers x1,y1,x2,y2, or eight for a quad from the top-left
corner of the upright text. Where the characters are may be told by a JSON file beside it:
`{"file": [[[x, y], [x, y], [x, y], [x, y]], ...]}`, with one quad for each of the 17 characters.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from inference.geometry import quad_from_box, quad_from_points
from inference.snapshot import PhotoPath, Snapshot, SnapshotCharacter, SnapshotItem, Split
from inference.splits import Part, part_of
from inference.types import Quad
from inference.vin import LENGTH, is_vin

ConfidenceLevel = Literal["high", "all"]
PartOrAll = Part | Literal["all"]
Quads = tuple[Quad, ...]


class InvalidLabels(ValueError):
    """The file is no such CSV, or the characters beside it are none."""


def load_labels(
    path: str | Path,
    *,
    level: ConfidenceLevel = "all",
    part: PartOrAll = "all",
    characters: str | Path | None = None,
    split: Split = "test",
) -> Snapshot:
    """The photos with a VIN, as one split; the photos are named by their path beside the CSV.

    `level` high leaves out labels that are not sure, `part` the photos of the other part (inference.splits);
    `characters` is the JSON file with their quads. Raises InvalidLabels.
    """
    quads = _read_characters(Path(characters)) if characters else {}
    rows = [row for row in _read_rows(Path(path)) if _is_wanted(row, level)]
    items = [_decode_row(row, split, quads) for row in rows]
    return Snapshot(
        name=Path(path).name, items=tuple(item for item in items if part in ("all", part_of(item.vin)))
    )


def path_beside(csv_path: str | Path) -> PhotoPath:
    """Finds the photos of a CSV in its folder."""
    folder = Path(csv_path).parent
    return lambda photo: folder / photo


def _read_rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidLabels(f"{path} cannot be read as CSV: {error}") from error
    if not rows or not {"file", "vin"} <= rows[0].keys():
        raise InvalidLabels(f"{path} has no rows with the columns file and vin.")
    return rows


def _read_characters(path: Path) -> dict[str, Quads]:
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {file: tuple(map(quad_from_points, quads)) for file, quads in document.items()}
    except (OSError, AttributeError, TypeError, ValueError) as error:
        raise InvalidLabels(f"{path} cannot be read as quads of characters: {error}") from error


def _is_wanted(row: dict[str, str], level: ConfidenceLevel) -> bool:
    return bool(row["vin"]) and (level == "all" or row.get("conf", "high") == "high")


def _decode_row(row: dict[str, str], split: Split, quads: Mapping[str, Quads]) -> SnapshotItem:
    file, vin = row["file"], row["vin"]
    if not is_vin(vin):
        raise InvalidLabels(f"{vin!r}, given for {file}, is no VIN.")
    return SnapshotItem(
        photo=file,
        vin=vin,
        split=split,
        region=_decode_box(row.get("box") or ""),
        characters=_name_characters(file, vin, quads.get(file, ())),
        source=row.get("source") or "imported",
        kind=row.get("kind") or "",
    )


def _name_characters(file: str, vin: str, quads: Quads) -> tuple[SnapshotCharacter, ...]:
    if quads and len(quads) != LENGTH:
        raise InvalidLabels(f"{file} has quads for {len(quads)} characters instead of {LENGTH}.")
    return tuple(map(SnapshotCharacter, vin, quads))


def _decode_box(text: str) -> Quad | None:
    if not text:
        return None
    try:
        numbers = [float(number) for number in text.split(",")]
        if len(numbers) == 4:
            left, top, right, bottom = numbers
            return quad_from_box((left, top, right, bottom))
        return quad_from_points([numbers[start : start + 2] for start in range(0, 8, 2)])
    except ValueError as error:
        raise InvalidLabels(f"{text!r} is not a box of four or eight numbers.") from error
