"""Reads a CSV of labeled photos: columns file, vin, box, kind, conf, source; the first two must be there.

`box` is where the VIN is, in pixels: four numbers x1,y1,x2,y2, or eight for a quad from the top-left
corner of the upright text.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Literal

from inference.geometry import quad_from_box, quad_from_points
from inference.snapshot import PhotoPath, Snapshot, SnapshotItem, Split
from inference.types import Quad
from inference.vin import is_vin

ConfidenceLevel = Literal["high", "all"]


class InvalidLabels(ValueError):
    """The file is no such CSV."""


def load_labels(path: str | Path, *, level: ConfidenceLevel = "all", split: Split = "test") -> Snapshot:
    """The photos with a VIN, as one split; the photos are named by their path beside the CSV.

    `level` high leaves out labels that are not sure. Raises InvalidLabels.
    """
    items = [_decode_row(row, split) for row in _read_rows(Path(path)) if _is_wanted(row, level)]
    return Snapshot(name=Path(path).name, items=tuple(items))


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


def _is_wanted(row: dict[str, str], level: ConfidenceLevel) -> bool:
    return bool(row["vin"]) and (level == "all" or row.get("conf", "high") == "high")


def _decode_row(row: dict[str, str], split: Split) -> SnapshotItem:
    if not is_vin(row["vin"]):
        raise InvalidLabels(f"{row['vin']!r}, given for {row['file']}, is no VIN.")
    return SnapshotItem(
        photo=row["file"],
        vin=row["vin"],
        split=split,
        region=_decode_box(row.get("box") or ""),
        source=row.get("source") or "imported",
        kind=row.get("kind") or "",
    )


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
