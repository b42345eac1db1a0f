"""Whole photos through the bundle that ships: synthetic ones with known VINs, and what cameras do to them."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from inference import load_reader
from inference.decoding import decode_image
from inference.evaluation import evaluate, evaluate_photo
from inference.geometry import bounding_box, quad_coverage, quad_from_points, quad_iou, quad_size
from inference.labels import load_labels, path_beside
from inference.pipeline import VinReader
from inference.quality import ADVICE, QualityJudge
from inference.types import EvaluatedPhoto, Image, Quad, QualityIssue, QualityReport, Reading, Scorecard
from inference.vin import is_vin

PHOTOS = Path(__file__).parents[2] / "data" / "photos"
LABELS = load_labels(PHOTOS / "photos.csv")


@pytest.fixture(scope="module")
def reader() -> VinReader:
    return load_reader()


def load(name: str) -> Image:
    return decode_image((PHOTOS / name).read_bytes())


def test_every_photo_is_read_and_located(reader: VinReader) -> None:
    seen: list[tuple[int, int]] = []
    card = evaluate(
        reader, LABELS, "test", path_beside(PHOTOS / "photos.csv"), lambda *step: seen.append(step)
    )
    assert card.exact == card.n == len(LABELS.items) >= 3
    assert card.cer == 0.0
    assert all(photo.region_iou is not None and photo.region_iou > 0.6 for photo in card.photos)
    assert all(photo.confidence > 0.5 for photo in card.photos)
    assert seen[-1] == (card.n, card.n)
    assert card.refused == 0


class _Killed(BaseException):
    pass


def test_an_evaluation_that_was_killed_goes_on_to_the_same_figures(reader: VinReader) -> None:
    """The second photo is measured and cannot be kept any more; the first comes back from its JSON."""
    kept: list[EvaluatedPhoto] = []
    told: list[tuple[int, int]] = []

    def keep(photo: EvaluatedPhoto) -> None:
        if len(kept) == 1:
            raise _Killed
        kept.append(photo)

    def measure(keep: Callable[[EvaluatedPhoto], None], **known: EvaluatedPhoto) -> Scorecard:
        photo_path = path_beside(PHOTOS / "photos.csv")
        return evaluate(
            reader, LABELS, "test", photo_path, lambda *step: told.append(step), known=known, keep=keep
        )

    with pytest.raises(_Killed):
        measure(keep)
    known = EvaluatedPhoto.from_json(json.loads(json.dumps(asdict(kept[0]))))
    rest: list[EvaluatedPhoto] = []
    card = measure(rest.append, **{known.photo: known})
    assert card.photos == (kept[0], *rest)
    assert len(rest) == card.n - 1 >= 2
    assert told == [(1, card.n), *((done, card.n) for done in range(1, card.n + 1))]
    undisturbed = measure(lambda photo: None)
    assert list(map(_without_times, card.photos)) == list(map(_without_times, undisturbed.photos))


def _without_times(photo: EvaluatedPhoto) -> EvaluatedPhoto:
    return replace(photo, milliseconds=0.0, stage_milliseconds={})


@pytest.mark.parametrize("item", LABELS.items, ids=lambda item: item.kind)
def test_characters_lie_on_the_text_in_order(reader: VinReader, item) -> None:  # type: ignore[no-untyped-def]
    reading = reader.read_file(PHOTOS / item.photo)
    assert "".join(box.symbol for box in reading.characters) == item.vin
    assert [box.index for box in reading.characters] == list(range(17))
    assert all(quad_coverage(box.quad, item.region) > 0.5 for box in reading.characters)
    left, right = np.array(item.region[0]), np.array(item.region[1])
    along = [float((np.mean(box.quad, axis=0) - left) @ (right - left)) for box in reading.characters]
    assert along == sorted(along)
    assert json.loads(json.dumps(reading.to_json()))["vin"] == item.vin


def test_a_refused_photo_keeps_what_was_made_out(reader: VinReader, monkeypatch: pytest.MonkeyPatch) -> None:
    glare = QualityReport(False, (QualityIssue("glare", ADVICE["glare"]),))
    monkeypatch.setattr(QualityJudge, "judge", lambda *_: glare)
    item = LABELS.items[0]
    reading = reader.read_file(PHOTOS / item.photo)
    assert (reading.vin, reading.confidence) == (None, 0.0)
    assert "".join(box.symbol for box in reading.characters) == item.vin
    assert reading.stages.candidates[0].vin == item.vin
    assert evaluate_photo(reader, item, path_beside(PHOTOS / "photos.csv")).refused
    monkeypatch.setattr("inference.pipeline.plausibility", lambda _: -6.0)  # another line than the VIN's
    assert reader.read_file(PHOTOS / item.photo).characters == ()


def turned(quad: Quad, width: int, height: int, quarters: int) -> Quad:
    """Where a quad is after the photo was turned clockwise that many times."""
    points = np.array(quad)
    for _ in range(quarters):
        points = np.stack([height - points[:, 1], points[:, 0]], axis=1)
        width, height = height, width
    return quad_from_points(points)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_turned_photos(reader: VinReader, quarters: int) -> None:
    item = LABELS.items[0]
    image = load(item.photo)
    reading = reader.read(np.ascontiguousarray(np.rot90(image, -quarters)))
    assert reading.vin == item.vin
    assert reading.region is not None
    expected = turned(item.region, image.shape[1], image.shape[0], quarters)
    assert quad_iou(reading.region.quad, expected) > 0.5
    assert np.argmin([np.hypot(*np.subtract(reading.region.quad[0], corner)) for corner in expected]) == 0


def enlarge(image: Image) -> Image:
    return np.asarray(cv2.resize(image, None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC), np.uint8)


def frame_in_gray(image: Image) -> Image:
    return np.pad(image, ((300, 300), (300, 300), (0, 0)), constant_values=128)


def darken(image: Image) -> Image:
    return (image * 0.35).astype(np.uint8)


def compress(image: Image) -> Image:
    return decode_image(cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 55])[1].tobytes())


@pytest.mark.parametrize("change", [enlarge, frame_in_gray, darken, compress])
def test_what_cameras_do(reader: VinReader, change: Callable[[Image], Image]) -> None:
    item = LABELS.items[0]
    assert reader.read(change(load(item.photo))).vin == item.vin


def check(reading: Reading, image: Image) -> None:
    assert reading.vin is None or is_vin(reading.vin)
    assert 0.0 <= reading.confidence <= 1.0
    assert reading.image_size == (image.shape[1], image.shape[0])
    if reading.region is not None:
        assert np.isfinite(bounding_box(reading.region.quad)).all()
        assert min(quad_size(reading.region.quad)) > 0


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_no_vin(reader: VinReader, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 255, (240, 360, 3), dtype=np.uint8)
    reading = reader.read(image)
    check(reading, image)
    assert reading.confidence < 0.5


@pytest.mark.parametrize("shape", [(1, 1), (2, 900), (700, 3), (33, 31)])
def test_tiny_images(reader: VinReader, shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 90, np.uint8)
    reading = reader.read(image)
    check(reading, image)
    assert reading.vin is None
    assert reading.region is None
    assert reading.quality.readable is False


def test_a_vin_that_is_cut_off_is_not_trusted(reader: VinReader) -> None:
    """Without its last three characters, what is left has no 17 characters to read."""
    item = LABELS.items[0]
    left, _, right, _ = bounding_box(item.region)
    image = load(item.photo)[:, : round(right - 0.2 * (right - left))]
    reading = reader.read(np.ascontiguousarray(image))
    check(reading, image)
    assert reading.confidence < 0.5


def test_reading_twice_gives_the_same(reader: VinReader) -> None:
    image = load(LABELS.items[0].photo)
    first, second = reader.read(image), reader.read(image)
    assert (first.vin, first.confidence, first.characters) == (
        second.vin,
        second.confidence,
        second.characters,
    )


def test_the_command_line_as_people_use_it() -> None:
    command = [sys.executable, "-m", "inference", "read", str(PHOTOS), "--json", "--threads", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PHOTOS.parents[2])
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert {Path(a["file"]).name: a["vin"] for a in answers} == {i.photo: i.vin for i in LABELS.items}
    assert {"file", "vin", "confidence", "region", "characters", "quality", "milliseconds"} <= answers[
        0
    ].keys()


def test_a_bar_code_beside_it_makes_sure_what_was_read_alike(reader: VinReader) -> None:
    """One character is painted over: the code tells which it is, and a person is still to look at it."""
    item, hidden = LABELS.items[0], 12
    photo = load(item.photo)
    corners = np.round(reader.read(photo).characters[hidden].quad).astype(np.int32)
    cv2.fillConvexPoly(
        photo, cv2.convexHull(corners), [float(value) for value in np.median(photo, axis=(0, 1))]
    )
    alone = np.pad(cv2.GaussianBlur(photo, (0, 0), 5.0), ((0, 400), (0, 0), (0, 0)), constant_values=255)
    code = np.array(zxingcpp.create_barcode(item.vin, zxingcpp.BarcodeFormat.QRCode).to_image(scale=8))
    beside = alone.copy()
    beside[-20 - code.shape[0] : -20, 100 : 100 + code.shape[1]] = code[:, :, None]
    unsure, sure = reader.read(alone), reader.read(beside)
    assert sure.vin == item.vin
    assert sure.stages.barcode_verdict is not None
    assert [each.index for each in sure.characters if each.confidence < 0.97] == [hidden]
    assert any(each.confidence < 0.97 for each in unsure.characters if each.index != hidden)
