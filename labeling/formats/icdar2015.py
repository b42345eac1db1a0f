"""ICDAR 2015, Robust Reading challenge 4, task 4.1 "Text Localization" (Karatzas et al., ICDAR 2015).

A text file for each image, `gt_<image>.txt`, one line of text a line: the corners clockwise from the top left
as whole numbers, then the text, `x1,y1,x2,y2,x3,y3,x4,y4,text`; "###" marks what nobody can read. Not held:
fractions of a pixel, characters, kind, source, weight, and a VIN whose place is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath

from inference.types import Quad
from labeling.formats.records import (
    BadRow,
    Files,
    LabeledPhoto,
    Parsed,
    SizeOf,
    choose_vin,
    dump_lines,
    list_lines,
    parse_number,
    quad_of,
    split_of_path,
    stem_of,
)

ILLEGIBLE = "###"
_PREFIX = "gt_"


def write(labels: Sequence[LabeledPhoto], name: str) -> dict[str, bytes]:
    return {f"{label.split}/gt/{_PREFIX}{stem_of(label.file)}.txt": _write_photo(label) for label in labels}


def read(files: Files, size_of: SizeOf) -> Parsed:
    parsed = Parsed()
    for path in sorted(path for path in files if path.endswith(".txt")):
        if PurePosixPath(path).name.startswith(_PREFIX):
            parsed.add(path, partial(_read_photo, path, files[path]))
    return parsed


def _write_photo(label: LabeledPhoto) -> bytes:
    if label.region is None:
        return b""
    numbers = ",".join(str(round(value)) for corner in label.region for value in corner)
    return dump_lines([f"{numbers},{label.vin}"])


def _read_photo(path: str, content: bytes) -> LabeledPhoto:
    lines = [_read_line(number, line) for number, line in list_lines(content)]
    vin, region = choose_vin([line for line in lines if line[0] != ILLEGIBLE])
    return LabeledPhoto(
        file=stem_of(path).removeprefix(_PREFIX), vin=vin, region=region, split=split_of_path(path)
    )


def _read_line(number: int, line: str) -> tuple[str, Quad]:
    parts = line.split(",", 8)
    if len(parts) < 9:
        raise BadRow(f"Line {number} has fewer than eight numbers and a text.")
    numbers = [parse_number(part) for part in parts[:8]]
    return parts[8].strip(), quad_of([numbers[start : start + 2] for start in range(0, 8, 2)])
