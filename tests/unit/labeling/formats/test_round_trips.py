"""What is written is read again, within what each format can hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.geometry import bounding_box, quad_from_box
from inference.labels import load_labels
from inference.snapshot import decode_snapshot
from inference.types import Quad
from labeling.formats.records import LabeledPhoto, SizeOf, stem_of
from labeling.formats.registry import FORMATS, FormatName
from tests.unit.labeling.formats.examples import HEIGHT, PHOTO, VIN, WIDTH, any_labels, few, make_label


def size_of(name: str) -> tuple[int, int] | None:
    return WIDTH, HEIGHT


def carry(name: FormatName, labels: list[LabeledPhoto], sizes: SizeOf = size_of) -> list[LabeledPhoto]:
    """Write and read; the labels in the order of their files."""
    parsed = FORMATS[name].read(FORMATS[name].write(labels, "June"), sizes)
    assert parsed.problems == []
    return sorted((row.label for row in parsed.rows), key=lambda label: stem_of(label.file))


def points(quad: Quad | None) -> list[float]:
    return [value for corner in quad or () for value in corner]


@few
@given(any_labels())
def test_vinloop_holds_all(labels: list[LabeledPhoto]) -> None:
    expected = [replace(label, file=stem_of(label.file), width=0, height=0) for label in labels]
    assert carry(FormatName.VINLOOP, labels) == expected


def test_vinloop_is_the_snapshot_itself() -> None:
    files = FORMATS[FormatName.VINLOOP].write([make_label()], "June")
    (item,) = decode_snapshot(files["snapshot.json"]).items
    assert (item.photo, item.vin, item.annotation) == (PHOTO, VIN, make_label().annotation)


@few
@given(any_labels())
def test_coco_holds_all_but_the_revision(labels: list[LabeledPhoto]) -> None:
    expected = [replace(label, annotation="", width=0, height=0) for label in labels]
    assert carry(FormatName.COCO, labels) == expected


@few
@given(any_labels())
def test_label_studio_holds_all_but_the_last_digits(labels: list[LabeledPhoto]) -> None:
    for before, after in zip(labels, carry(FormatName.LABEL_STUDIO, labels), strict=True):
        assert (after.file, after.vin, after.split) == (before.file, before.vin, before.split)
        assert (after.kind, after.source, after.weight) == (before.kind, before.source, before.weight)
        assert points(after.region) == pytest.approx(points(before.region), abs=1e-6)
        assert [c.symbol for c in after.characters] == list(before.vin)
        for old, new in zip(before.characters, after.characters, strict=True):
            assert points(new.quad) == pytest.approx(points(old.quad), abs=1e-6)


@few
@given(any_labels())
def test_csv_holds_the_region_exactly(labels: list[LabeledPhoto]) -> None:
    expected = [replace(label, annotation="", characters=(), width=0, height=0) for label in labels]
    assert carry(FormatName.CSV, labels) == expected


@few
@given(any_labels())
def test_paddleocr_detection_holds_text_and_region(labels: list[LabeledPhoto]) -> None:
    expected = [
        LabeledPhoto(file=label.file, vin=label.vin, region=label.region, split=label.split)
        for label in labels
    ]
    assert carry(FormatName.PADDLEOCR_DETECTION, labels) == expected


@few
@given(any_labels())
def test_paddleocr_recognition_holds_the_text_of_a_line(labels: list[LabeledPhoto]) -> None:
    whole = quad_from_box((0.0, 0.0, WIDTH, HEIGHT))
    expected = [LabeledPhoto(label.file, label.vin, region=whole, split=label.split) for label in labels]
    assert carry(FormatName.PADDLEOCR_RECOGNITION, labels) == expected


@few
@given(any_labels())
def test_icdar_holds_whole_pixels(labels: list[LabeledPhoto]) -> None:
    for before, after in zip(labels, carry(FormatName.ICDAR_2015, labels), strict=True):
        assert (after.file, after.vin, after.split) == (stem_of(before.file), before.vin, before.split)
        assert points(after.region) == pytest.approx(points(before.region), abs=0.5)
        assert after.characters == ()


@few
@given(any_labels())
def test_yolo_holds_upright_boxes_in_reading_order(labels: list[LabeledPhoto]) -> None:
    for before, after in zip(labels, carry(FormatName.YOLO, labels), strict=True):
        assert (after.file, after.vin, after.split) == (stem_of(before.file), before.vin, before.split)
        assert after.region is None
        for old, new in zip(before.characters, after.characters, strict=True):
            # Six decimals of center and size: half of the last one of each, on a side of 1600 pixels.
            assert bounding_box(new.quad) == pytest.approx(bounding_box(old.quad), abs=2 * 0.5e-6 * WIDTH)


@few
@given(any_labels(st.floats(-30, 30)))
def test_yolo_of_others_is_read_from_left_to_right(labels: list[LabeledPhoto]) -> None:
    files = FORMATS[FormatName.YOLO].write(labels, "June")
    files["data.yaml"] = files["data.yaml"].replace(b"vinloop_order: reading\n", b"")
    backwards = {
        path: b"\n".join(reversed(content.splitlines())) if path.endswith(".txt") else content
        for path, content in files.items()
    }
    parsed = FORMATS[FormatName.YOLO].read(backwards, size_of)
    assert [row.label.vin for row in parsed.rows] != []
    assert sorted(row.label.vin for row in parsed.rows) == sorted(label.vin for label in labels)


@pytest.mark.parametrize("name", FORMATS)
def test_a_photo_without_a_place_is_written_all_the_same(name: FormatName) -> None:
    bare = make_label(region=None, characters=())
    (after,) = carry(name, [bare])
    held = {FormatName.VINLOOP, FormatName.COCO, FormatName.LABEL_STUDIO, FormatName.CSV}
    held |= {FormatName.PADDLEOCR_RECOGNITION}
    assert after.vin == (VIN if name in held else "")


def test_a_character_without_a_box_is_held_where_characters_are() -> None:
    label = make_label()
    partial = replace(label, characters=label.characters[:3] + label.characters[9:])
    for name in (FormatName.VINLOOP, FormatName.COCO, FormatName.LABEL_STUDIO):
        (after,) = carry(name, [partial])
        assert [c.symbol for c in after.characters] == [c.symbol for c in partial.characters]


def test_the_csv_is_one_that_the_engine_evaluates(tmp_path: Path) -> None:
    path = tmp_path / "photos.csv"
    path.write_bytes(FORMATS[FormatName.CSV].write([make_label(degrees=20)], "June")["photos.csv"])
    (item,) = load_labels(path).items
    assert (item.vin, item.region, item.kind) == (VIN, make_label(degrees=20).region, "windshield")


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_labels_give_the_same_bytes(name: FormatName) -> None:
    labels = [make_label(split="test"), make_label(file=f"photos/{'cd' * 32}.png")]
    assert FORMATS[name].write(labels, "June") == FORMATS[name].write(labels, "June")


def test_golden_coco() -> None:
    """As https://cocodataset.org/#format-data has it, so that other readers find what they look for."""
    files = FORMATS[FormatName.COCO].write([make_label()], "June")
    document = json.loads(files["annotations/instances_train.json"])
    assert set(document) == {"info", "licenses", "images", "annotations", "categories"}
    region, first, *_ = document["annotations"]
    assert region["bbox"] == [400.0, 570.0, 799.0, 60.0]
    assert region["segmentation"] == [[400.0, 570.0, 1199.0, 570.0, 1199.0, 630.0, 400.0, 630.0]]
    assert (region["area"], region["iscrowd"], region["utf8_string"]) == (799.0 * 60.0, 0, VIN)
    assert {c["id"]: c["name"] for c in document["categories"]}[first["category_id"]] == VIN[0]


def test_golden_lines() -> None:
    label = make_label()
    corners = "[[400.0, 570.0], [1199.0, 570.0], [1199.0, 630.0], [400.0, 630.0]]"
    line = f'photos/{PHOTO}.jpg\t[{{"transcription": "{VIN}", "points": {corners}}}]\n'
    detection = FORMATS[FormatName.PADDLEOCR_DETECTION].write([label], "June")
    assert detection == {"det_gt_train.txt": line.encode()}
    icdar = FORMATS[FormatName.ICDAR_2015].write([label], "June")
    assert icdar == {f"train/gt/gt_{PHOTO}.txt": f"400,570,1199,570,1199,630,400,630,{VIN}\n".encode()}
    yolo = FORMATS[FormatName.YOLO].write([label], "June")
    assert yolo[f"labels/train/{PHOTO}.txt"].splitlines()[0] == b"1 0.264688 0.500000 0.029375 0.050000"
    recognition = FORMATS[FormatName.PADDLEOCR_RECOGNITION].write([label], "June")
    assert recognition == {"rec_gt_train.txt": f"photos/{PHOTO}.jpg\t{VIN}\n".encode()}
    table = FORMATS[FormatName.CSV].write([label], "June")
    head, row = b"file,vin,box,kind,split,source,weight\r\n", f"photos/{PHOTO}.jpg,{VIN},"
    box = '"400.0,570.0,1199.0,570.0,1199.0,630.0,400.0,630.0"'
    assert table == {"photos.csv": head + f"{row}{box},windshield,train,human,0.5\r\n".encode()}


def test_golden_snapshot() -> None:
    """The frozen file itself: what is written today is read by whoever comes later."""
    label = make_label(characters=make_label().characters[:1])
    region = "[[400.0,570.0],[1199.0,570.0],[1199.0,630.0],[400.0,630.0]]"
    first = '{"quad":[[400.0,570.0],[447.0,570.0],[447.0,630.0],[400.0,630.0]],"symbol":"1"}'
    item = (
        f'{{"annotation":"{label.annotation}","characters":[{first}],"kind":"windshield","photo":"{PHOTO}",'
        f'"region":{region},"source":"human","split":"train","vin":"{VIN}","weight":0.5}}'
    )
    files = FORMATS[FormatName.VINLOOP].write([label], "June")
    assert files["snapshot.json"].decode() == f'{{"format":1,"items":[{item}],"name":"June"}}'


def test_golden_label_studio() -> None:
    """As https://labelstud.io/guide/task_format has it: percents of the image, a result for each control."""
    (task,) = json.loads(FORMATS[FormatName.LABEL_STUDIO].write([make_label()], "June")["tasks.json"])
    (annotation,) = task["annotations"]
    shape, label, text, *characters = annotation["result"]
    points = [[25.0, 47.5], [74.9375, 47.5], [74.9375, 52.5], [25.0, 52.5]]
    assert shape["value"] == {"closed": True, "points": points}
    assert [each["from_name"] for each in (shape, label, text)] == ["poly", "label", "transcription"]
    assert {(each["id"], each["to_name"]) for each in (shape, label, text)} == {("vin", "image")}
    assert (shape["original_width"], shape["original_height"], shape["image_rotation"]) == (1600, 1200, 0)
    assert label["value"]["labels"] == ["VIN"]
    assert text["value"]["text"] == [VIN]
    assert [each["value"]["text"] for each in characters if each["type"] == "textarea"] == [[c] for c in VIN]
