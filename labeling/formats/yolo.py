"""YOLO detection data as Ultralytics documents it ("Object Detection Datasets Overview"): character boxes.

`data.yaml` names the 33 symbols; beside `images/<split>/x.jpg` lies `labels/<split>/x.txt` with one box a
line, `class x_center y_center width height`, in shares of the image's width and height. The VIN is what the
boxes spell. Our files list them in reading order and say so in `data.yaml`, which other readers pass over;
files that do not say so are read from left to right.

Not held: corners (a turned character becomes the upright box around it), the region, kind, source, weight,
and a VIN of which a character has no box. Shares have six decimals: a thousandth of a pixel or so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import PurePosixPath

from inference.geometry import bounding_box, quad_from_box
from inference.snapshot import SnapshotCharacter, Split
from inference.vin import ALPHABET
from labeling.formats.records import (
    MAX_CHARACTERS,
    BadRow,
    Files,
    LabeledPhoto,
    Parsed,
    SizeOf,
    check_vin,
    dump_lines,
    list_lines,
    parse_number,
    show,
    split_of_path,
    stem_of,
)

CONFIG = "data.yaml"
_ORDERED = "vinloop_order: reading"
_FOLDERS: dict[Split, str] = {"train": "train", "validation": "val", "test": "test"}


def place_image(split: Split, name: str) -> str:
    return f"images/{_FOLDERS[split]}/{name}"


def write(labels: Sequence[LabeledPhoto], name: str) -> dict[str, bytes]:
    files = {CONFIG: _write_config()}
    for label in labels:
        path = f"labels/{_FOLDERS[label.split]}/{stem_of(label.file)}.txt"
        files[path] = dump_lines(_write_box(character, label) for character in label.characters)
    return files


def read(files: Files, size_of: SizeOf) -> Parsed:
    config = next((path for path in sorted(files) if path.endswith((".yaml", ".yml"))), "")
    if not config:
        raise BadRow(f"There is no {CONFIG}, so nobody knows which class is which symbol. Add it.")
    text = "\n".join(line for _, line in list_lines(files[config], config))
    names, ordered = _read_names(text), _ORDERED in text
    parsed = Parsed()
    for path in sorted(path for path in files if path.endswith(".txt")):
        if "labels" in PurePosixPath(path).parts:
            parsed.add(path, partial(_read_photo, path, files[path], names, ordered, size_of))
    return parsed


def _write_config() -> bytes:
    lines = ["path: .", "train: images/train", "val: images/val", "test: images/test", _ORDERED, "names:"]
    return dump_lines(lines + [f"  {number}: '{symbol}'" for number, symbol in enumerate(ALPHABET)])


def _write_box(character: SnapshotCharacter, label: LabeledPhoto) -> str:
    left, top, right, bottom = bounding_box(character.quad)
    x, y = (left + right) / 2 / label.width, (top + bottom) / 2 / label.height
    width, height = (right - left) / label.width, (bottom - top) / label.height
    return f"{ALPHABET.index(character.symbol)} {x:.6f} {y:.6f} {width:.6f} {height:.6f}"


def _read_names(text: str) -> dict[int, str]:
    """The part of YAML that such files use: `names: [A, B]`, `- A`, or `0: A`, in quotes or without."""
    _, _, listed = text.partition("names:")
    inline = re.match(r"\s*\[([^\]]*)\]", listed)
    if inline:
        return {number: _unquote(name) for number, name in enumerate(inline.group(1).split(","))}
    names: dict[int, str] = {}
    for line in listed.splitlines()[1:]:
        numbered = re.fullmatch(r"\s+(\d{1,4}):\s*(\S+)\s*", line)
        dashed = re.fullmatch(r"\s*-\s*(\S+)\s*", line)
        if numbered:
            names[int(numbered.group(1))] = _unquote(numbered.group(2))
        elif dashed:
            names[len(names)] = _unquote(dashed.group(1))
        else:
            break
    if not names:
        raise BadRow(f"{CONFIG} lists no names. Write them as `names:` with a line `0: A` for each class.")
    return names


def _unquote(name: str) -> str:
    return name.strip().strip("'\"")


def _read_photo(
    path: str, content: bytes, names: dict[int, str], ordered: bool, size_of: SizeOf
) -> LabeledPhoto:
    file = stem_of(path)
    lines = list(list_lines(content))
    if len(lines) > MAX_CHARACTERS:
        raise BadRow(f"There are {len(lines)} boxes: a VIN has 17 characters. Remove the others.")
    size = size_of(file)
    if lines and size is None:
        raise BadRow(
            "The image of these boxes is missing, and shares mean nothing without its size. Add the image to "
            "the package, or upload it to the project first."
        )
    characters = [_read_box(number, line, names, size or (1, 1)) for number, line in lines]
    if not ordered:
        characters = _sort_by_x(characters)
    vin = "".join(character.symbol for character in characters)
    if vin:
        check_vin(vin)
    return LabeledPhoto(file=file, vin=vin, characters=tuple(characters), split=split_of_path(path))


def _read_box(number: int, line: str, names: dict[int, str], size: tuple[int, int]) -> SnapshotCharacter:
    parts = line.split()
    if len(parts) != 5 or not parts[0].isdecimal() or len(parts[0]) > 4:
        raise BadRow(f"Line {number} is not `class x y width height`.")
    symbol = names.get(int(parts[0]))
    if symbol is None:
        raise BadRow(f"Line {number} has the class {parts[0]}, which {CONFIG} does not name.")
    x, y, width, height = (parse_number(part) for part in parts[1:])
    if not all(0 <= share <= 1 for share in (x, y, width, height)):
        raise BadRow(f"Line {number} holds {show(line)}: shares lie between 0 and 1, pixels do not.")
    left, top = (x - width / 2) * size[0], (y - height / 2) * size[1]
    box = (left, top, left + width * size[0], top + height * size[1])
    return SnapshotCharacter(symbol, quad_from_box(box))


def _sort_by_x(characters: list[SnapshotCharacter]) -> list[SnapshotCharacter]:
    """From left to right. Raises BadRow where the text runs downwards: nothing says which end is first."""
    if not characters:
        return characters
    boxes = [bounding_box(character.quad) for character in characters]
    across = max(box[2] for box in boxes) - min(box[0] for box in boxes)
    down = max(box[3] for box in boxes) - min(box[1] for box in boxes)
    if down > across:
        raise BadRow(
            "The characters stand one above the other, and this format does not say which is the first. Use "
            "a format that names the VIN."
        )
    return sorted(characters, key=lambda character: bounding_box(character.quad)[0])
