"""python -m inference, with the bundle that ships."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image as PillowImage

from inference.__main__ import SUFFIXES, expand_folders, main


def save_blank(path: Path, size: tuple[int, int] = (300, 200)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    PillowImage.new("RGB", size, (90, 120, 90)).save(buffer, "JPEG")
    path.write_bytes(buffer.getvalue())
    return path


def test_a_photo_without_a_vin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save_blank(tmp_path / "blank.jpg")
    assert main(["read", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["file"] == str(path)
    assert answer["vin"] is None
    assert (answer["confidence"], answer["region"], answer["characters"]) == (0.0, None, [])
    assert answer["image_size"] == [300, 200]
    assert answer["milliseconds"] > 0
    assert main(["read", str(path)]) == 0
    assert "no VIN found" in capsys.readouterr().out


@pytest.mark.parametrize("size", [(1, 1), (5000, 1), (1, 3000), (31, 33)])
def test_odd_sizes(tmp_path: Path, capsys: pytest.CaptureFixture[str], size: tuple[int, int]) -> None:
    assert main(["read", str(save_blank(tmp_path / "odd.jpg", size)), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["vin"] is None


def test_bad_files_stop_only_themselves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_blank(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_text("no photo")
    (tmp_path / "c.png").touch()
    save_blank(tmp_path / "d" / "e.JPG")
    (tmp_path / "notes.txt").write_text("not asked for")
    missing = tmp_path / "missing.jpg"
    assert main(["read", str(tmp_path), str(missing), "--json"]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [Path(answer["file"]).name for answer in answers]
    assert names == ["a.jpg", "b.jpg", "c.png", "e.JPG", "missing.jpg"]
    assert ["error" in answer for answer in answers] == [False, True, True, False, True]
    assert main(["read", str(tmp_path / "b.jpg")]) == 1
    assert "error: This is not a photo" in capsys.readouterr().out


def test_folders_are_expanded_in_order(tmp_path: Path) -> None:
    for name in ("z.jpg", "a.HEIC", "sub/m.png"):
        save_blank(tmp_path / name)
    found = [path.relative_to(tmp_path).as_posix() for path in expand_folders([tmp_path])]
    assert found == ["a.HEIC", "sub/m.png", "z.jpg"]
    assert ".txt" not in SUFFIXES


def test_a_missing_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = save_blank(tmp_path / "a.jpg")
    assert main(["read", str(photo), "--bundle", str(tmp_path / "none")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert "no bundle" in captured.err


def test_a_missing_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--csv", str(tmp_path / "none.csv")]) == 2
    assert "error: " in capsys.readouterr().err


def test_a_csv_of_missing_photos(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "photos.csv").write_text("file,vin\nnone.jpg,1M8GDM9AXKP042788\n")
    assert main(["evaluate", "--csv", str(tmp_path / "photos.csv")]) == 2
    assert "none.jpg" in capsys.readouterr().err


def test_an_evaluation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a blank photo and of a file that is none: neither is read, both count."""
    save_blank(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_text("no photo")
    rows = 'a.jpg,1M8GDM9AXKP042788,"9,9,99,29",paper,high,x\nb.jpg,11111111111111111,,paper,low,y\n'
    (tmp_path / "photos.csv").write_text(f"file,vin,box,kind,conf,source\n{rows}")
    assert main(["evaluate", "--csv", str(tmp_path / "photos.csv"), "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert (card["n"], card["exact"], card["cer"], card["located"]) == (2, 0, 1.0, 0)
    assert main(["evaluate", "--csv", str(tmp_path / "photos.csv"), "--confidence-level", "high"]) == 0
    table = capsys.readouterr().out
    assert "kind paper" in table
    assert "source y" not in table


@pytest.mark.parametrize("arguments", [[], ["read"], ["read", "a.jpg", "--threads", "0"], ["evaluate"]])
def test_usage_errors(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
