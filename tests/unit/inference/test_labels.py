"""CSV files of labeled photos."""

import json
from pathlib import Path

import pytest

from inference.geometry import quad_from_box
from inference.labels import InvalidLabels, load_labels, path_beside
from inference.splits import part_of

HEADER = "file,vin,box,kind,conf,source\n"
VIN = "1M8GDM9AXKP042788"


def write(folder: Path, text: str) -> Path:
    path = folder / "photos.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_with_a_vin(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f'{HEADER}a.jpg,{VIN},"1,2,30,8",windshield,high,mine\nb.jpg,,"1,2,3,4",,,x\n'
        f'c.jpg,{VIN},"0,0,9,1,9,3,0,2",paper,medium,\n',
    )
    first, second = load_labels(path).items
    assert first.region == ((1, 2), (30, 2), (30, 8), (1, 8))
    assert (first.kind, first.source, first.split) == ("windshield", "mine", "test")
    assert second.region == ((0, 0), (9, 1), (9, 3), (0, 2))
    assert second.source == "imported"
    assert [item.photo for item in load_labels(path, level="high").items] == ["a.jpg"]
    assert path_beside(path)("a.jpg") == tmp_path / "a.jpg"


def test_only_file_and_vin_are_needed(tmp_path: Path) -> None:
    (item,) = load_labels(write(tmp_path, f"\ufefffile,vin\na.jpg,{VIN}\n")).items
    assert item.region is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no rows"),
        (HEADER, "no rows"),
        ("name,text\na,b\n", "columns file and vin"),
        (f"{HEADER}a.jpg,IOQ,,,,\n", "no VIN"),
        (f'{HEADER}a.jpg,{VIN},"1,2,3",,,\n', "four or eight"),
        (f"{HEADER}a.jpg,{VIN},left,,,\n", "four or eight"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(InvalidLabels, match=word):
        load_labels(write(tmp_path, text))


def test_a_missing_or_binary_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidLabels, match="cannot be read"):
        load_labels(tmp_path / "none.csv")
    (tmp_path / "image.csv").write_bytes(b"\xff\xd8\xff\x00")
    with pytest.raises(InvalidLabels, match="cannot be read"):
        load_labels(tmp_path / "image.csv")


def test_the_parts_of_the_split(tmp_path: Path) -> None:
    vins = [f"1M8GD{letter}9AXKP042788" for letter in "ABCDEFGHJKLM"]
    path = write(tmp_path, "file,vin\n" + "".join(f"{vin}.jpg,{vin}\n" for vin in vins))
    train = [item.vin for item in load_labels(path, part="train").items]
    held_out = [item.vin for item in load_labels(path, part="held_out").items]
    assert train
    assert held_out
    assert sorted(train + held_out) == vins
    assert {part_of(vin) for vin in held_out} == {"held_out"}


def test_characters_beside_the_photos(tmp_path: Path) -> None:
    quads = [quad_from_box((x, 0.0, x + 8, 10)) for x in range(17)]
    characters = tmp_path / "characters.json"
    characters.write_text(json.dumps({"a.jpg": quads}))
    path = write(tmp_path, f"file,vin\na.jpg,{VIN}\nb.jpg,{VIN}\n")
    known, unknown = load_labels(path, characters=characters).items
    assert [character.symbol for character in known.characters] == list(VIN)
    assert known.characters[16].quad == quads[16]
    assert unknown.characters == ()


@pytest.mark.parametrize(
    "text", ["", "[]", '{"a.jpg": 3}', '{"a.jpg": [[[0, 0], [1, 0]]]}', '{"a.jpg": []', "{"]
)
def test_other_characters_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "characters.json").write_text(text)
    with pytest.raises(InvalidLabels, match="quads of characters"):
        load_labels(write(tmp_path, f"file,vin\na.jpg,{VIN}\n"), characters=tmp_path / "characters.json")


def test_sixteen_characters_are_refused(tmp_path: Path) -> None:
    quads = [quad_from_box((x, 0.0, x + 8, 10)) for x in range(16)]
    (tmp_path / "characters.json").write_text(json.dumps({"a.jpg": quads}))
    with pytest.raises(InvalidLabels, match="16 characters"):
        load_labels(write(tmp_path, f"file,vin\na.jpg,{VIN}\n"), characters=tmp_path / "characters.json")
