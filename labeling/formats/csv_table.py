"""A table with one photo a line, for spreadsheets and scripts (RFC 4180, UTF-8, with a header).

Columns: file, vin, box, kind, split, source, weight; only the first two are needed. `box` is where the VIN is
in pixels: eight numbers for a quad from the top-left corner of the upright text, or four for x1,y1,x2,y2.
It is also what `python -m inference evaluate --photos` reads. Character boxes are not held.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from functools import partial

from inference.geometry import quad_from_box
from inference.types import Quad
from labeling.formats.records import (
    BadRow,
    Files,
    LabeledPhoto,
    Parsed,
    SizeOf,
    as_split,
    as_weight,
    decode_text,
    parse_number,
    quad_of,
    show,
)

FILE = "photos.csv"
COLUMNS = ("file", "vin", "box", "kind", "split", "source", "weight")


def write(labels: Sequence[LabeledPhoto], name: str) -> dict[str, bytes]:
    target = io.StringIO(newline="")
    table = csv.writer(target)
    table.writerow(COLUMNS)
    for label in labels:
        box = ",".join(repr(value) for point in label.region or () for value in point)
        table.writerow([label.file, label.vin, box, label.kind, label.split, label.source, label.weight])
    return {FILE: target.getvalue().encode()}


def read(files: Files, size_of: SizeOf) -> Parsed:
    parsed = Parsed()
    for path in sorted(path for path in files if path.lower().endswith(".csv")):
        for number, row in _list_rows(path, files[path]):
            parsed.add(f"{path}, line {number}", partial(_read_row, row))
    return parsed


def _list_rows(path: str, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and columns. Raises BadRow where this is no table."""
    text = decode_text(content, path)
    first = text.split("\n", 1)[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    if not {"file", "vin"} <= set(rows.fieldnames or ()):
        raise BadRow(f"The first line of {path} does not name the columns file and vin. Add a header.")
    try:
        for row in rows:
            known = {name: value or "" for name, value in row.items() if isinstance(name, str)}
            yield rows.line_num, known
    except csv.Error as error:
        raise BadRow(f"{path} is no CSV after line {rows.line_num}: {error}.") from error


def _read_row(row: dict[str, str]) -> LabeledPhoto:
    weight = row.get("weight", "").strip()
    return LabeledPhoto(
        file=row["file"].strip(),
        vin=row["vin"].strip(),
        region=_read_box(row.get("box", "").strip()),
        kind=row.get("kind", "").strip(),
        split=as_split(row.get("split", "").strip()),
        source=row.get("source", "").strip(),
        weight=as_weight(parse_number(weight)) if weight else 1.0,
    )


def _read_box(text: str) -> Quad | None:
    if not text:
        return None
    numbers = [parse_number(part) for part in text.replace(";", ",").split(",")]
    if len(numbers) == 4:
        left, top, right, bottom = numbers
        return quad_from_box((left, top, right, bottom))
    if len(numbers) == 8:
        return quad_of([numbers[start : start + 2] for start in range(0, 8, 2)])
    raise BadRow(f"The box {show(text)} has {len(numbers)} numbers: 4 or 8 are needed.")
