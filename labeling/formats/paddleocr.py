"""PaddleOCR's lists for text detection and for text recognition.

Detection, PaddleOCR's documentation "Text Detection", section "Dataset preparation": a text file a split,
each line `image path <tab> JSON`, the JSON a list of `{"transcription": ..., "points": [[x, y], ...]}` with
the corners clockwise from the top left. PPOCRLabel writes the same into `Label.txt`. "###" marks text that
nobody can read, which is passed over. Not held: characters, kind, source, weight.

Recognition, "Text Recognition", section "Custom dataset": each line `image path <tab> text`, where the image
is the straightened line alone. Not held: the photo around it, and with it region, characters and the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial

from inference.geometry import quad_from_box
from inference.snapshot import Split
from inference.types import Quad
from labeling import strict_json
from labeling.formats.records import (
    BadRow,
    Files,
    LabeledPhoto,
    Parsed,
    SizeOf,
    as_list,
    as_object,
    as_text,
    by_split,
    choose_vin,
    dump_lines,
    list_lines,
    quad_of,
    split_of_path,
)

ILLEGIBLE = "###"
_SHORT: dict[Split, str] = {"train": "train", "validation": "val", "test": "test"}


def write_detection(labels: Sequence[LabeledPhoto], name: str) -> dict[str, bytes]:
    return {
        f"det_gt_{_SHORT[split]}.txt": dump_lines(map(_write_detection_line, own))
        for split, own in by_split(labels).items()
    }


def read_detection(files: Files, size_of: SizeOf) -> Parsed:
    parsed = Parsed()
    for place, split, file, text in _list_pairs(files):
        parsed.add(place, partial(_read_detection_line, file, text, split))
    return parsed


def write_recognition(labels: Sequence[LabeledPhoto], name: str) -> dict[str, bytes]:
    return {
        f"rec_gt_{_SHORT[split]}.txt": dump_lines(f"{label.file}\t{label.vin}" for label in own)
        for split, own in by_split(labels).items()
    }


def read_recognition(files: Files, size_of: SizeOf) -> Parsed:
    """Each image is a line of text: where its size is known, its region is all of it."""
    parsed = Parsed()
    for place, split, file, text in _list_pairs(files):
        parsed.add(place, partial(_read_recognition_line, file, text, split, size_of))
    return parsed


def _write_detection_line(label: LabeledPhoto) -> str:
    lines = []
    if label.region is not None:
        lines = [{"transcription": label.vin, "points": [list(corner) for corner in label.region]}]
    return f"{label.file}\t{json.dumps(lines)}"


def _list_pairs(files: Files) -> Iterator[tuple[str, Split, str, str]]:
    """Place, split, image and the rest of each line."""
    for path in sorted(path for path in files if path.endswith(".txt")):
        split = split_of_path(path)
        for number, line in list_lines(files[path], path):
            file, _, rest = line.partition("\t")
            yield f"{path}, line {number}", split, file.strip(), rest.strip()


def _read_detection_line(file: str, text: str, split: Split) -> LabeledPhoto:
    _check_tab(text)
    try:
        entries = as_list(strict_json.parse_strictly(text.encode(), what="What follows the tab"), "The list")
    except (strict_json.InvalidJson, UnicodeEncodeError) as error:
        raise BadRow(f"{error} Export the list again.") from error
    lines = [_read_entry(entry) for entry in entries]
    vin, region = choose_vin([line for line in lines if line[0] != ILLEGIBLE])
    return LabeledPhoto(file=file, vin=vin, region=region, split=split)


def _read_entry(value: object) -> tuple[str, Quad]:
    entry = as_object(value, "A line of text")
    text = as_text(entry.get("transcription"), "“transcription”")
    return text.strip(), quad_of(entry.get("points"))


def _read_recognition_line(file: str, text: str, split: Split, size_of: SizeOf) -> LabeledPhoto:
    _check_tab(text)
    vin, _ = choose_vin([] if text == ILLEGIBLE else [(text, None)])
    size = size_of(file)
    region = quad_from_box((0.0, 0.0, float(size[0]), float(size[1]))) if size and vin else None
    return LabeledPhoto(file=file, vin=vin, region=region, split=split)


def _check_tab(text: str) -> None:
    if not text:
        raise BadRow("Nothing follows the path: a tab and the label belong behind it.")
