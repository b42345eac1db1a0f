"""What other tools write is understood, and what nobody should have written is refused row by row."""

from __future__ import annotations

import json
from typing import Any

import pytest

from inference.geometry import quad_from_box
from labeling.formats.records import BadRow, Parsed
from labeling.formats.registry import FORMATS, FormatName
from tests.unit.labeling.formats.examples import PHOTO, VIN

BOX = [[10, 10], [200, 10], [200, 40], [10, 40]]
QUAD = quad_from_box((10.0, 10.0, 200.0, 40.0))


def read(name: FormatName, files: dict[str, str | bytes]) -> Parsed:
    encoded = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    return FORMATS[name].read(encoded, lambda file: (1000, 500))


def test_ppocrlabel_writes_label_txt() -> None:
    """With other words beside the VIN, and "difficult" in each entry."""
    entries = [
        {"transcription": "MADE IN", "points": BOX, "difficult": False},
        {"transcription": VIN, "points": BOX, "difficult": False},
        {"transcription": "###", "points": BOX, "difficult": True},
    ]
    parsed = read(FormatName.PADDLEOCR_DETECTION, {"Label.txt": f"shots/a.jpg\t{json.dumps(entries)}\n"})
    (row,) = parsed.rows
    assert (row.label.file, row.label.vin, row.label.region) == ("shots/a.jpg", VIN, QUAD)


def test_icdar_files_begin_with_a_mark() -> None:
    content = b"\xef\xbb\xbf10,10,200,10,200,40,10,40,###\r\n10,10,200,10,200,40,10,40," + VIN.encode()
    (row,) = read(FormatName.ICDAR_2015, {"ch4_test_gt/gt_img_1.txt": content}).rows
    assert (row.label.file, row.label.vin, row.label.split) == ("img_1", VIN, "test")


def label_studio(result: list[dict[str, Any]], image: str = "/data/upload/3/0a1b2c3d-door.jpg") -> str:
    return json.dumps([{"id": 7, "data": {"image": image}, "annotations": [{"result": result}]}])


def shape(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    size = {"original_width": 1000, "original_height": 500, "image_rotation": 0}
    return {"id": "r1", "type": kind, "from_name": "f", "to_name": "image", "value": value, **size}


def test_label_studio_rectangles_turn_about_their_corner() -> None:
    value = {"x": 10.0, "y": 10.0, "width": 20.0, "height": 8.0, "rotation": 90}
    result = [shape("rectangle", value), shape("textarea", {**value, "text": [VIN]})]
    (row,) = read(FormatName.LABEL_STUDIO, {"export.json": label_studio(result)}).rows
    assert (row.label.file, row.label.vin) == ("door.jpg", VIN)
    assert row.label.region is not None
    rounded = [(round(x), round(y)) for x, y in row.label.region]
    assert rounded == [(100, 50), (100, 250), (60, 250), (60, 50)]


def test_label_studio_tasks_that_were_canceled_or_never_begun_have_no_vin() -> None:
    tasks = [
        {"data": {"ocr": "a.jpg"}, "annotations": [{"was_cancelled": True, "result": []}]},
        {"data": {"ocr": "https://host.example/b.jpg"}},
    ]
    parsed = read(FormatName.LABEL_STUDIO, {"t.json": json.dumps(tasks)})
    assert [(row.label.file, row.label.vin) for row in parsed.rows] == [("a.jpg", ""), ("b.jpg", "")]


@pytest.mark.parametrize(
    "names", ["names: ['A', 'B']", "names:\n- A\n- B", "names:\n  0: A\n  1: 'B'\nnc: 2"]
)
def test_yolo_names_in_every_form(names: str) -> None:
    boxes = "\n".join(f"{place % 2} {0.1 + place * 0.04:.3f} 0.5 0.03 0.1" for place in range(17))
    parsed = read(FormatName.YOLO, {"data.yaml": f"nc: 2\n{names}\n", "labels/val/a.txt": boxes})
    (row,) = parsed.rows
    assert (row.label.vin, row.label.split) == ("AB" * 8 + "A", "validation")


def test_coco_text_of_others() -> None:
    document = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 1000, "height": 500}],
        "categories": [{"id": 4, "name": "text"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 4, "bbox": [10, 10, 190, 30], "utf8_string": VIN},
            {"id": 2, "image_id": 1, "category_id": 4, "bbox": [0, 0, 5, 5], "utf8_string": "EXIT"},
        ],
    }
    (row,) = read(FormatName.COCO, {"a.json": json.dumps(document)}).rows
    assert (row.label.vin, row.label.region) == (VIN, QUAD)


def test_a_csv_with_semicolons_as_spreadsheets_save_it() -> None:
    text = f"﻿file;vin;box\r\na.jpg;{VIN};10,10,200,40\r\nb.jpg;;\r\n"
    first, second = read(FormatName.CSV, {"list.csv": text}).rows
    assert (first.label.vin, first.label.region) == (VIN, QUAD)
    assert (second.label.vin, second.place) == ("", "list.csv, line 3")


BAD_VINS = {
    "lower case": (VIN.lower(), "capitals"),
    "I": ("I" + VIN[1:], "without I, O and Q; this holds I"),
    "O": (VIN[:-1] + "O", "this holds O"),
    "Q": (VIN[:-1] + "Q", "this holds Q"),
    "Cyrillic": (VIN.replace("A", "А"), "U\\+0410"),
    "short": (VIN[:-1], "this has 16"),
    "long": (VIN + "1", "this has 18"),
}


@pytest.mark.parametrize(("text", "advice"), BAD_VINS.values(), ids=BAD_VINS)
def test_what_is_no_vin_is_refused_in_every_format_and_the_rest_is_read(text: str, advice: str) -> None:
    for name, files in _with_vins(text, VIN).items():
        parsed = read(name, files)
        assert [row.label.vin for row in parsed.rows] == [VIN], name
        (problem,) = parsed.problems
        assert problem.place
        with pytest.raises(AssertionError, match=advice):
            raise AssertionError(problem.message)


def _with_vins(*texts: str) -> dict[FormatName, dict[str, str | bytes]]:
    """The same photos in each format that names its VIN."""
    photos = [(f"{number:064x}", text) for number, text in enumerate(texts)]
    item = {"split": "train", "region": None, "characters": []}
    region = {"image_id": 0, "category_id": 1, "bbox": [10, 10, 190, 30]}
    polygon = shape("polygon", {"points": [[1, 1], [9, 1], [9, 5], [1, 5]]})
    return {
        FormatName.VINLOOP: {
            "snapshot.json": json.dumps(
                {
                    "format": 1,
                    "name": "n",
                    "items": [{**item, "photo": file, "vin": vin} for file, vin in photos],
                }
            )
        },
        FormatName.CSV: {"a.csv": "file,vin\n" + "".join(f"{file},{vin}\n" for file, vin in photos)},
        FormatName.PADDLEOCR_DETECTION: {
            "Label.txt": "".join(
                f"{file}\t{json.dumps([{'transcription': vin, 'points': BOX}])}\n" for file, vin in photos
            )
        },
        FormatName.PADDLEOCR_RECOGNITION: {"rec_gt.txt": "".join(f"{file}\t{vin}\n" for file, vin in photos)},
        FormatName.ICDAR_2015: {
            f"gt/gt_{file}.txt": f"10,10,200,10,200,40,10,40,{vin}\n" for file, vin in photos
        },
        FormatName.COCO: {
            "a.json": json.dumps(
                {
                    "images": [{"id": n, "file_name": file} for n, (file, _) in enumerate(photos)],
                    "categories": [{"id": 1, "name": "text"}],
                    "annotations": [
                        {**region, "image_id": n, "utf8_string": vin} for n, (_, vin) in enumerate(photos)
                    ],
                }
            )
        },
        FormatName.LABEL_STUDIO: {
            "a.json": json.dumps(
                [
                    {
                        "data": {"ocr": file},
                        "annotations": [{"result": [polygon, shape("textarea", {"text": [vin]})]}],
                    }
                    for file, vin in photos
                ]
            )
        },
    }


HOSTILE_JSON = [
    b"[" * 100_000,
    b'{"format": NaN}',
    b'{"format": 1e999}',
    b'{"format": ' + b"9" * 5000 + b"}",
    b'{"format": 1, "format": 1}',
    b'{"name": "\\ud800"}',
    b'{"name": "\\u0000"}',
    b"\xff\xfe",
    b"",
    b"null",
    b"7",
    b'"text"',
    b"{}",
    b"[]",
    b'[{"data": 5}]',
    b'{"images": {}, "annotations": [], "categories": []}',
    b'{"format": 1, "items": 5}',
    b'{"format": 1, "items": [5, null, [], {"photo": "../../etc/passwd"}]}',
]


@pytest.mark.parametrize("content", HOSTILE_JSON, ids=[repr(content[:30]) for content in HOSTILE_JSON])
@pytest.mark.parametrize("name", [FormatName.VINLOOP, FormatName.COCO, FormatName.LABEL_STUDIO])
def test_hostile_json_loads_nothing(name: FormatName, content: bytes) -> None:
    try:
        rows = read(name, {"snapshot.json": content}).rows
    except BadRow:
        rows = []
    assert rows == []


@pytest.mark.parametrize(
    "points",
    [
        [],
        [[1, 1]] * 3,
        [[1, 1]] * 5,
        "BOX",
        [["a", 1]] * 4,
        [[True, 1]] * 4,
        [[1e300, 1]] * 4,
        [[1, 2, 3]] * 4,
    ],
    ids=str,
)
def test_boxes_that_are_none(points: Any) -> None:
    line = json.dumps([{"transcription": VIN, "points": points}])
    parsed = read(FormatName.PADDLEOCR_DETECTION, {"Label.txt": f"a.jpg\t{line}"})
    assert (parsed.rows, len(parsed.problems)) == ([], 1)


def test_ten_thousand_boxes() -> None:
    entries = [{"transcription": "1", "points": BOX}] * 10_000
    parsed = read(FormatName.PADDLEOCR_DETECTION, {"Label.txt": f"a.jpg\t{json.dumps(entries)}"})
    assert "10000 lines" in parsed.problems[0].message
    boxes = "0 0.5 0.5 0.1 0.1\n" * 10_000
    parsed = read(FormatName.YOLO, {"data.yaml": "names: [A]", "labels/a.txt": boxes})
    assert "10000 boxes" in parsed.problems[0].message


@pytest.mark.parametrize(
    ("boxes", "advice"),
    [
        ("0 0.5 0.5 0.1", "not `class x y width height`"),
        ("9 0.5 0.5 0.1 0.1", "does not name"),
        ("-1 0.5 0.5 0.1 0.1", "not `class"),
        ("0 512 300 20 30", "pixels do not"),
        ("0 nan 0.5 0.1 0.1", "no coordinate"),
        ("\n".join(f"0 0.5 {0.1 + 0.04 * place} 0.03 0.03" for place in range(17)), "one above the other"),
    ],
)
def test_yolo_boxes_that_cannot_be_read(boxes: str, advice: str) -> None:
    parsed = read(FormatName.YOLO, {"data.yaml": "names: [A]", "labels/a.txt": boxes})
    assert parsed.rows == []
    assert advice in parsed.problems[0].message


def test_yolo_needs_the_size_of_the_image() -> None:
    files = {"data.yaml": b"names: [A]", "labels/a.txt": b"0 0.5 0.5 0.1 0.1"}
    parsed = FORMATS[FormatName.YOLO].read(files, lambda file: None)
    assert "image of these boxes is missing" in parsed.problems[0].message


def test_two_different_vins_in_one_photo_are_left_to_a_person() -> None:
    other = "5YJSA1E26JF271234"
    entries = [{"transcription": vin, "points": BOX} for vin in (VIN, other)]
    parsed = read(FormatName.PADDLEOCR_DETECTION, {"Label.txt": f"a.jpg\t{json.dumps(entries)}"})
    assert "different VINs" in parsed.problems[0].message


def test_characters_that_spell_something_else() -> None:
    corners = [list(corner) for corner in BOX]
    item = {
        "photo": PHOTO,
        "vin": VIN,
        "split": "train",
        "region": None,
        "characters": [{"symbol": symbol, "quad": corners} for symbol in VIN[1:] + VIN[0]],
    }
    parsed = read(FormatName.VINLOOP, {"s.json": json.dumps({"format": 1, "items": [item]})})
    assert "Correct one of them" in parsed.problems[0].message


@pytest.mark.parametrize("text", ["", "a,b\n1,2", "file\nx.jpg", "\0\0\0"])
def test_what_is_no_table(text: str) -> None:
    with pytest.raises(BadRow):
        read(FormatName.CSV, {"a.csv": text})


def test_a_set_without_an_end_is_refused() -> None:
    with pytest.raises(BadRow, match="smaller"):
        read(FormatName.CSV, {"a.csv": "file,vin\n" + "a.jpg,\n" * 20_001})
