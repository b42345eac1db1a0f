"""COCO object detection (https://cocodataset.org/#format-data), with the text as COCO-Text has it.

`annotations/instances_<split>.json` with images, annotations and categories. The VIN's region is an
annotation of the category `vin` whose text is in `utf8_string` (Veit et al. 2016, COCO-Text, arXiv
1601.07140); each character is one of the category of its symbol, in reading order. `bbox` is the upright box,
`segmentation` the quad. Kind, source and weight stand with the image under names of our own, which other
readers pass over, and so does a VIN whose place is not known. Nothing is lost but the revision it was taken
from.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from inference.geometry import bounding_box, polygon_area, quad_from_box
from inference.snapshot import SnapshotCharacter, Split
from inference.types import Quad
from inference.vin import ALPHABET
from labeling.formats.records import (
    MAX_LINES,
    BadRow,
    Files,
    LabeledPhoto,
    Parsed,
    SizeOf,
    as_list,
    as_number,
    as_object,
    as_text,
    as_weight,
    by_split,
    choose_vin,
    load_json,
    quad_of,
    show,
    split_of_path,
)

VIN = "vin"
_SHORT: dict[Split, str] = {"train": "train", "validation": "val", "test": "test"}
_VIN_ID = 1
_CATEGORIES = [{"id": _VIN_ID, "name": VIN, "supercategory": "text"}] + [
    {"id": number, "name": symbol, "supercategory": "character"} for number, symbol in enumerate(ALPHABET, 2)
]


def write(labels: Sequence[LabeledPhoto], name: str) -> dict[str, bytes]:
    return {
        f"annotations/instances_{_SHORT[split]}.json": _write_split(own, name)
        for split, own in by_split(labels).items()
    }


def read(files: Files, size_of: SizeOf) -> Parsed:
    parsed = Parsed()
    for path in sorted(path for path in files if path.endswith(".json")):
        _read_split(path, as_object(load_json(files, path), "The file"), parsed)
    return parsed


def _write_split(labels: Sequence[LabeledPhoto], name: str) -> bytes:
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, label in enumerate(labels, 1):
        images.append(_write_image(image_id, label))
        for category, text, quad in _list_quads(label):
            entry = _write_annotation(len(annotations) + 1, image_id, category, quad)
            annotations.append({**entry, "utf8_string": text})
    document = {
        "info": {"description": name},
        "licenses": [],
        "images": images,
        "annotations": annotations,
        "categories": _CATEGORIES,
    }
    return json.dumps(document, sort_keys=True, indent=1).encode()


def _write_image(image_id: int, label: LabeledPhoto) -> dict[str, Any]:
    return {
        "id": image_id,
        "file_name": label.file,
        "width": label.width,
        "height": label.height,
        "vin": label.vin,
        "kind": label.kind,
        "source": label.source,
        "weight": label.weight,
    }


def _list_quads(label: LabeledPhoto) -> list[tuple[int, str, Quad]]:
    region = [] if label.region is None else [(_VIN_ID, label.vin, label.region)]
    return region + [
        (ALPHABET.index(character.symbol) + 2, character.symbol, character.quad)
        for character in label.characters
    ]


def _write_annotation(number: int, image_id: int, category: int, quad: Quad) -> dict[str, Any]:
    left, top, right, bottom = bounding_box(quad)
    return {
        "id": number,
        "image_id": image_id,
        "category_id": category,
        "bbox": [left, top, right - left, bottom - top],
        "segmentation": [[value for corner in quad for value in corner]],
        "area": polygon_area(quad),
        "iscrowd": 0,
    }


def _read_split(path: str, document: Mapping[str, Any], parsed: Parsed) -> None:
    names = {
        _as_id(category.get("id")): as_text(category.get("name"), "The name of a category")
        for category in _list_objects(document, "categories")
    }
    of_image: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for annotation in _list_objects(document, "annotations"):
        of_image[_as_id(annotation.get("image_id"))].append(annotation)
    for image in _list_objects(document, "images"):
        own = of_image.get(_as_id(image.get("id")), [])
        place = f"{path}, image {show(image.get('file_name'))}"
        parsed.add(place, partial(_read_image, image, own, names, split_of_path(path)))


def _list_objects(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [as_object(entry, f"What “{name}” lists") for entry in as_list(document.get(name), f"“{name}”")]


def _as_id(value: Any) -> int | str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise BadRow(f"{show(value)} is no id: a whole number is needed.")
    return value


def _read_image(
    image: Mapping[str, Any], annotations: list[dict[str, Any]], names: Mapping[Any, str], split: Split
) -> LabeledPhoto:
    if len(annotations) > MAX_LINES:
        raise BadRow(f"The photo has {len(annotations)} annotations. Keep the VIN and its characters.")
    lines: list[tuple[str, Quad | None]] = []
    characters: list[SnapshotCharacter] = []
    for annotation in annotations:
        name = names.get(_as_id(annotation.get("category_id")), "")
        text = as_text(annotation.get("utf8_string", name), "“utf8_string”").strip()
        if len(name) == 1:
            characters.append(SnapshotCharacter(name, _read_quad(annotation)))
        else:
            lines.append((text, _read_quad(annotation)))
    vin, region = _find_vin(as_text(image.get("vin", ""), "“vin”"), lines, characters)
    return LabeledPhoto(
        file=as_text(image.get("file_name"), "“file_name”"),
        vin=vin,
        region=region,
        characters=tuple(characters),
        split=split,
        kind=as_text(image.get("kind", ""), "“kind”"),
        source=as_text(image.get("source", ""), "“source”"),
        weight=as_weight(image.get("weight", 1.0)),
    )


def _find_vin(
    written: str, lines: list[tuple[str, Quad | None]], characters: list[SnapshotCharacter]
) -> tuple[str, Quad | None]:
    """The line that is a VIN, else our own field, else what the characters spell."""
    if lines:
        return choose_vin(lines)
    if written or not characters:
        return written, None
    return choose_vin([("".join(character.symbol for character in characters), None)])


def _read_quad(annotation: Mapping[str, Any]) -> Quad:
    """The polygon where it has four corners, else the upright box."""
    polygons = annotation.get("segmentation")
    if isinstance(polygons, list) and len(polygons) == 1 and isinstance(polygons[0], list):
        numbers = polygons[0]
        if len(numbers) == 8:
            return quad_of([numbers[start : start + 2] for start in range(0, 8, 2)])
    box = as_list(annotation.get("bbox"), "“bbox”")
    if len(box) != 4:
        raise BadRow("“bbox” needs four numbers: x, y, width, height.")
    left, top, width, height = (as_number(value) for value in box)
    return quad_from_box((left, top, left + width, top + height))
