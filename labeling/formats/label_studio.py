"""Label Studio's JSON (its documentation: "Label Studio JSON format of annotated tasks", "OCR" template).

`tasks.json` is a list of tasks; a task's `data.ocr` names the image, an annotation's `result` lists regions.
What belongs to one region shares an id: its shape (`polygon` or `rectangle`, in percent of the image) and its
text (`textarea`). The label `VIN` marks the line and `Character` each character, in reading order;
`labels.xml` is the interface that shows them. Kind, source, weight and split are fields of the task's `data`.
Not held: nothing but rounding, about a millionth of a pixel.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from inference.snapshot import SnapshotCharacter
from inference.types import Quad
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
    as_split,
    as_text,
    as_weight,
    choose_vin,
    load_json,
    quad_of,
)

FILE = "tasks.json"
CONFIG = b"""<View>
  <Image name="image" value="$ocr"/>
  <Labels name="label" toName="image">
    <Label value="VIN"/>
    <Label value="Character"/>
  </Labels>
  <Polygon name="poly" toName="image"/>
  <Rectangle name="bbox" toName="image"/>
  <TextArea name="transcription" toName="image" editable="true" perRegion="true" required="true"/>
</View>
"""
_LOCAL = "/data/local-files/?d="
_UPLOADED = re.compile(r"^[0-9a-f]{8}-")
_IMAGE_FIELDS = ("ocr", "image", "img", "photo")


def write(labels: Sequence[LabeledPhoto], name: str) -> dict[str, bytes]:
    tasks = [_write_task(number, label) for number, label in enumerate(labels, 1)]
    return {FILE: json.dumps(tasks, sort_keys=True, indent=1).encode(), "labels.xml": CONFIG}


def read(files: Files, size_of: SizeOf) -> Parsed:
    parsed = Parsed()
    for path in sorted(path for path in files if path.endswith(".json")):
        for number, task in enumerate(as_list(load_json(files, path), "The file"), 1):
            parsed.add(f"{path}, task {number}", partial(_read_task, task))
    return parsed


def _write_task(number: int, label: LabeledPhoto) -> dict[str, Any]:
    data = {
        "ocr": _LOCAL + label.file,
        "vin": label.vin,
        "kind": label.kind,
        "source": label.source,
        "weight": label.weight,
        "split": label.split,
    }
    shapes = [] if label.region is None else [("vin", "VIN", label.vin, label.region)]
    shapes += [
        (f"character{index}", "Character", character.symbol, character.quad)
        for index, character in enumerate(label.characters)
    ]
    result = [part for shape in shapes for part in _write_region(*shape, label)]
    return {"id": number, "data": data, "annotations": [{"id": number, "result": result}]}


def _write_region(region: str, kind: str, text: str, quad: Quad, label: LabeledPhoto) -> list[dict[str, Any]]:
    points = [[100 * x / label.width, 100 * y / label.height] for x, y in quad]
    common = {
        "id": region,
        "to_name": "image",
        "original_width": label.width,
        "original_height": label.height,
        "image_rotation": 0,
    }
    shape = {"points": points, "closed": True}
    return [
        {**common, "type": "polygon", "from_name": "poly", "value": shape},
        {**common, "type": "labels", "from_name": "label", "value": {**shape, "labels": [kind]}},
        {**common, "type": "textarea", "from_name": "transcription", "value": {**shape, "text": [text]}},
    ]


def _read_task(value: Any) -> LabeledPhoto:
    task = as_object(value, "A task")
    data = as_object(task.get("data"), "“data”")
    lines: list[tuple[str, Quad | None]] = []
    characters: list[SnapshotCharacter] = []
    for kind, text, quad in _list_regions(_find_result(task)):
        if kind == "Character":
            characters.append(SnapshotCharacter(text, quad))
        else:
            lines.append((text, quad))
    vin, region = as_text(data.get("vin", ""), "“vin”"), None
    if lines or not vin:
        vin, region = choose_vin(lines)
    return LabeledPhoto(
        file=_find_file(data),
        vin=vin,
        region=region,
        characters=tuple(characters),
        split=as_split(data.get("split")),
        kind=as_text(data.get("kind", ""), "“kind”"),
        source=as_text(data.get("source", ""), "“source”"),
        weight=as_weight(data.get("weight", 1.0)),
    )


def _find_file(data: Mapping[str, Any]) -> str:
    """The image's name: a local file's, an upload's without the eight digits before it, or an address's."""
    address = next((data[name] for name in _IMAGE_FIELDS if isinstance(data.get(name), str)), "")
    if not address:
        raise BadRow(f"“data” names no image: one of {', '.join(_IMAGE_FIELDS)} is needed.")
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise BadRow("The address of the image is none.") from error
    if "d" in (asked := parse_qs(parts.query)):
        return asked["d"][0]
    path = unquote(parts.path)
    if "/data/upload/" in path:
        return _UPLOADED.sub("", PurePosixPath(path).name)
    return path.lstrip("/")


def _find_result(task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The newest annotation that was not canceled; predictions are nobody's work."""
    annotations = [
        as_object(entry, "An annotation") for entry in as_list(task.get("annotations", []), "“annotations”")
    ]
    kept = [entry for entry in annotations if entry.get("was_cancelled") is not True]
    if not kept:
        return []
    result = as_list(kept[-1].get("result"), "“result”")
    if len(result) > 3 * MAX_LINES:
        raise BadRow(f"The task has {len(result)} regions. Keep the VIN and its characters.")
    return [as_object(part, "A region") for part in result]


def _list_regions(result: list[dict[str, Any]]) -> list[tuple[str, str, Quad]]:
    """Label, text and quad of each region with a text, in the order in which they were drawn."""
    texts: dict[str, str] = {}
    kinds: dict[str, str] = {}
    quads: dict[str, Quad] = {}
    for part in result:
        region = as_text(part.get("id", ""), "The id of a region")
        value = as_object(part.get("value"), "“value”")
        if "text" in value:
            texts[region] = _read_text(value["text"])
        for name in ("labels", "rectanglelabels", "polygonlabels"):
            if value.get(name):
                kinds[region] = as_text(as_list(value[name], f"“{name}”")[0], "A label")
        if "points" in value or "width" in value:
            quads.setdefault(region, _read_shape(part, value))
    return [(kinds.get(region, ""), text, quads[region]) for region, text in texts.items() if region in quads]


def _read_text(value: Any) -> str:
    """A text area holds one text, or a list of the lines that were typed into it."""
    if isinstance(value, list):
        value = value[0] if len(value) == 1 else None
    return as_text(value, "The text of a region").strip()


def _read_shape(part: Mapping[str, Any], value: Mapping[str, Any]) -> Quad:
    width, height = as_number(part.get("original_width")), as_number(part.get("original_height"))
    if "points" in value:
        corners = [as_list(point, "A point") for point in as_list(value["points"], "“points”")]
        if any(len(corner) != 2 for corner in corners):
            raise BadRow("A point needs x and y.")
        return quad_of([[as_number(x) * width / 100, as_number(y) * height / 100] for x, y in corners])
    x, y = as_number(value.get("x")) * width / 100, as_number(value.get("y")) * height / 100
    across, down = as_number(value.get("width")) * width / 100, as_number(value.get("height")) * height / 100
    return _turn((x, y), across, down, as_number(value.get("rotation", 0)))


def _turn(corner: tuple[float, float], across: float, down: float, degrees: float) -> Quad:
    """A rectangle turned clockwise about its top-left corner, as Label Studio turns them."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = corner
    right, below = (across * cos, across * sin), (-down * sin, down * cos)
    return (
        (x, y),
        (x + right[0], y + right[1]),
        (x + right[0] + below[0], y + right[1] + below[1]),
        (x + below[0], y + below[1]),
    )
