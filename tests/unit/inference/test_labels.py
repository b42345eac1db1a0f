"""CSV files of labeled photos."""

from pathlib import Path

import pytest

from inference.labels import InvalidLabels, load_labels, path_beside

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
