"""python -m inference, with the bundle that ships."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from inference.__main__ import main
from inference.commands import read
from inference.geometry import quad_from_points
from inference.labels import load_labels
from inference.pipeline import VinReader
from inference.splits import part_of
from inference.types import Quad, Reading

PHOTOS = Path(__file__).parents[2] / "data" / "photos"
PLATE = PHOTOS / "windshield.jpg"


def save_blank(path: Path, size: tuple[int, int] = (300, 200)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    PillowImage.new("RGB", size, (90, 120, 90)).save(buffer, "JPEG")
    path.write_bytes(buffer.getvalue())
    return path


def test_a_photo_without_a_vin(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save_blank(tmp_path / "blank.jpg")
    assert main(["read", str(path), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["file"] == str(path)
    assert answer["vin"] is None
    assert (answer["confidence"], answer["region"], answer["characters"]) == (0.0, None, [])
    assert answer["image_size"] == [300, 200]
    assert answer["milliseconds"] > 0
    assert answer["accepted"] is False
    assert main(["read", str(path)]) == 1
    assert "no VIN found" in capsys.readouterr().out


@pytest.mark.parametrize("size", [(1, 1), (5000, 1), (1, 3000), (31, 33)])
def test_odd_sizes(tmp_path: Path, capsys: pytest.CaptureFixture[str], size: tuple[int, int]) -> None:
    assert main(["read", str(save_blank(tmp_path / "odd.jpg", size)), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["vin"] is None


def test_bad_files_stop_only_themselves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_blank(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_text("no photo")
    (tmp_path / "c.png").touch()
    save_blank(tmp_path / "d" / "e.JPG")
    (tmp_path / "notes.txt").write_text("not asked for")
    missing = tmp_path / "missing.jpg"
    assert main(["read", str(tmp_path), str(missing), "--json"]) == 2
    captured = capsys.readouterr()
    answers = [json.loads(line) for line in captured.out.splitlines()]
    names = [Path(answer["file"]).name for answer in answers]
    assert names == ["a.jpg", "b.jpg", "c.png", "e.JPG", "missing.jpg"]
    assert ["error" in answer for answer in answers] == [False, True, True, False, True]
    assert [line.split(": error: ")[0] for line in captured.err.splitlines()] == [
        answer["file"] for answer in answers if "error" in answer
    ]
    assert main(["read", str(tmp_path / "b.jpg")]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "error: This is not a photo" in captured.err


def test_folders_and_patterns_are_expanded_in_order(tmp_path: Path) -> None:
    for name in ("z.jpg", "a.HEIC", "sub/m.png", "[1].jpg"):
        save_blank(tmp_path / name)
    (tmp_path / "notes.txt").touch()

    def expand(*names: str) -> list[str]:
        found = read.expand_paths([str(tmp_path / name) for name in names])
        return [Path(path).relative_to(tmp_path).as_posix() for path in found]

    assert expand(".") == ["[1].jpg", "a.HEIC", "sub/m.png", "z.jpg"]
    assert expand("z.jpg", "*.HEIC") == ["z.jpg", "a.HEIC"]
    assert expand("**/*.[jp][pn]g") == ["[1].jpg", "sub/m.png", "z.jpg"]
    assert expand("[1].jpg") == ["[1].jpg"]  # a file of that name, not a pattern
    assert expand("*.gif", "none.jpg") == ["*.gif", "none.jpg"]  # told as missing when they are opened
    assert list(read.expand_paths(["-"])) == ["-"]


def test_a_folder_without_photos(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(tmp_path)]) == 2
    assert "no photo" in capsys.readouterr().err


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PLATE.read_bytes())))
    assert main(["read", "-", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["file"] == "-"
    assert len(answer["characters"]) == 17
    assert answer["accepted"] is True
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
    assert main(["read", "-"]) == 2


def test_less_sure_than_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", str(PLATE), "--json"]) == 0
    sure = json.loads(capsys.readouterr().out)
    assert main(["read", str(PLATE), "--json", "--min-confidence", "1"]) == 1
    unsure = json.loads(capsys.readouterr().out)
    assert (unsure["vin"], unsure["accepted"]) == (sure["vin"], False)
    assert main(["read", str(PLATE), "--min-confidence", "1"]) == 1
    assert "not accepted" in capsys.readouterr().out


def test_a_crash_is_an_error_and_stops_only_its_photo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong inside the reader must not look like a photo without a VIN."""
    small, other = save_blank(tmp_path / "a.jpg", (50, 40)), save_blank(tmp_path / "b.jpg")
    whole = VinReader.read_bytes

    def crash_on_small(self: VinReader, content: bytes) -> Reading:
        if content == small.read_bytes():
            raise FloatingPointError("overflow")
        return whole(self, content)

    monkeypatch.setattr(VinReader, "read_bytes", crash_on_small)
    assert main(["read", str(small), str(other), "--json"]) == 2
    captured = capsys.readouterr()
    crashed, unread = [json.loads(line) for line in captured.out.splitlines()]
    assert "vin" not in crashed
    assert "FloatingPointError: overflow" in crashed["error"]
    assert unread["vin"] is None
    assert captured.err.startswith(f"{small}: error: ")


def test_one_annotated_photo(tmp_path: Path) -> None:
    out = tmp_path / "new" / "drawn.jpg"
    assert main(["read", str(PLATE), "--annotated", str(out)]) == 0
    with PillowImage.open(PLATE) as photo, PillowImage.open(out) as drawn:
        assert drawn.height > photo.height * drawn.width / photo.width


def test_annotated_photos_of_one_name_from_two_folders(tmp_path: Path) -> None:
    for name in ("in/a/1.jpg", "in/b/1.png", "in/b/2.jpg"):
        save_blank(tmp_path / name)
    (tmp_path / "in" / "c.jpg").write_text("no photo")
    assert main(["read", str(tmp_path / "in"), "--annotated", str(tmp_path / "out")]) == 2
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["1-2.jpg", "1.jpg", "2.jpg"]


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
    assert [photo["error"] != "" for photo in card["photos"]] == [False, True]
    assert card["kinds"]["paper"]["n"] == 2
    assert main(["evaluate", "--csv", str(tmp_path / "photos.csv"), "--level", "high"]) == 0
    table = capsys.readouterr().out
    assert "kind paper" in table
    assert "source y" not in table


def test_an_evaluation_with_a_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the photos of the tests, all of which the bundle reads; their boxes are found where they are."""
    boxes = tmp_path / "characters.json"
    csv_path = PHOTOS / "photos.csv"
    boxes.write_text(json.dumps(whole_characters(csv_path)))
    report = tmp_path / "report.html"
    named = ["--csv", str(csv_path), "--characters", str(boxes), "--report", str(report)]
    assert main(["evaluate", *named, "--choose-threshold", "0.4", "--threshold", "0.25", "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert card["with_17_boxes"] == card["exact"] == card["n"]
    assert card["character_iou"] > 0.5
    assert card["chosen_threshold"] == min(photo["confidence"] for photo in card["photos"])
    assert [each["threshold"] for each in card["acceptance"]] == [0.25, card["chosen_threshold"]]
    assert card["photos"][0]["photo"] in report.read_text()
    assert main(["evaluate", *named, "--choose-threshold", "0.4"]) == 0
    assert "3 of 3); 100.0% of the photos are accepted" in capsys.readouterr().out
    assert main(["evaluate", *named, "--choose-threshold", "0.995"]) == 0
    assert "at least 765 of them, all right" in capsys.readouterr().out


def whole_characters(csv_path: Path) -> dict[str, list[Quad]]:
    """The region of each photo cut into 17 equal parts, which is near where plates have their characters."""
    parts = np.arange(18) / 17
    cut: dict[str, list[Quad]] = {}
    for item in load_labels(csv_path).items:
        left_top, right_top, right_bottom, left_bottom = np.asarray(item.region)
        upper = left_top + parts[:, None] * (right_top - left_top)
        lower = left_bottom + parts[:, None] * (right_bottom - left_bottom)
        corners = np.stack([upper[:-1], upper[1:], lower[1:], lower[:-1]], axis=1)
        cut[item.photo] = [quad_from_points(quad) for quad in corners]
    return cut


def test_photos_that_only_measure_choose_no_threshold_and_are_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    held_out = next(
        vin for vin in (f"1M8GD{letter}9AXKP042788" for letter in "ABCDEFGHJKL") if part_of(vin) != "train"
    )
    save_blank(tmp_path / "secret.jpg")
    (tmp_path / "photos.csv").write_text(f"file,vin\nsecret.jpg,{held_out}\n")
    command = ["evaluate", "--csv", str(tmp_path / "photos.csv"), "--part", "held_out"]
    assert main([*command, "--report", str(tmp_path / "report.html")]) == 0
    assert "secret.jpg" not in (tmp_path / "report.html").read_text()
    with pytest.raises(SystemExit, match="2"):
        main([*command, "--choose-threshold", "0.995"])
    assert "--part train" in capsys.readouterr().err
    assert main([*command[:-1], "train"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["read"],
        ["read", "a.jpg", "--threads", "0"],
        ["read", "a.jpg", "--min-confidence", "95"],
        ["evaluate"],
    ],
)
def test_usage_errors(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
