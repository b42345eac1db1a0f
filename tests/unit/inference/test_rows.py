"""VINs in two rows: which lines may be their halves, and how both become one crop."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference import load_reader
from inference.decoding import decode_image
from inference.geometry import (
    Array,
    homography,
    map_points,
    map_quad,
    quad_coverage,
    quad_from_box,
    quad_from_points,
    quad_iou,
    turn_quad,
)
from inference.labels import load_labels
from inference.rectifier import CROP_WIDTH, MARGIN_X, map_back, rectify_rows
from inference.rows import RowPair, pair_rows
from inference.types import Image, Quad, Region

PHOTOS = Path(__file__).parents[2] / "data" / "photos"
ITEMS = load_labels(PHOTOS / "photos.csv").items

UPPER, LOWER = (100.0, 100.0, 280.0, 120.0), (100.0, 128.0, 260.0, 148.0)


def region(box: tuple[float, float, float, float], degrees: float = 0.0, confidence: float = 0.5) -> Region:
    """The box turned about a point far from it."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return Region(quad_from_points(np.array(quad_from_box(box)) @ turn.T + 900), confidence)


@pytest.mark.parametrize("degrees", [0, 30, 90, 200])
def test_lines_one_below_the_other_are_rows(degrees: float) -> None:
    upper, lower = region(UPPER, degrees), region(LOWER, degrees)
    for lines in ([upper, lower], [lower, upper]):
        assert pair_rows(lines, limit=4) == [RowPair(upper, lower)]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param((290.0, 100.0, 450.0, 120.0), id="beside it"),
        pytest.param((100.0, 190.0, 260.0, 210.0), id="far below"),
        pytest.param((100.0, 108.0, 260.0, 128.0), id="over it"),
        pytest.param((100.0, 128.0, 260.0, 138.0), id="much lower letters"),
        pytest.param((100.0, 128.0, 130.0, 148.0), id="much shorter"),
        pytest.param((100.0, 128.0, 700.0, 148.0), id="much longer"),
        pytest.param((240.0, 128.0, 400.0, 148.0), id="hardly below each other"),
    ],
)
def test_other_lines_are_no_second_row(other: tuple[float, float, float, float]) -> None:
    assert pair_rows([region(UPPER), region(other)], limit=4) == []


def test_the_surest_rows_come_first() -> None:
    lines = [
        region((100.0, 100.0 + 28 * row, 280.0, 120.0 + 28 * row), confidence=confidence)
        for row, confidence in enumerate((0.1, 0.6, 0.5))
    ]
    assert pair_rows(lines, limit=9) == [RowPair(lines[1], lines[2]), RowPair(lines[0], lines[1])]
    assert len(pair_rows(lines, limit=1)) == 1


def test_rows_upside_down_change_places() -> None:
    turned = RowPair(region(UPPER), region(LOWER)).turned()
    assert turned.first.quad == turn_quad(region(LOWER).quad)
    assert turned.second.quad == turn_quad(region(UPPER).quad)
    assert turned.region.quad[0] == pytest.approx((900 + 280, 900 + 148))


def test_the_region_of_rows_is_around_both() -> None:
    around = RowPair(region(UPPER, 20), region(LOWER, 20)).region.quad
    assert quad_coverage(region(UPPER, 20).quad, around) == pytest.approx(1)
    assert quad_iou(around, region((100.0, 100.0, 280.0, 148.0), 20).quad) == pytest.approx(1)


def two_rows(item_at: int, first: int) -> tuple[Image, str, list[Quad]]:
    """A test photo whose line is cut after `first` characters, the rest set below it; and where both are."""
    item = ITEMS[item_at]
    photo = decode_image((PHOTOS / item.photo).read_bytes())
    width, height, cut = 680.0, 44.0, 680.0 * first / 17
    flat = homography(item.region, width, height)
    margin = np.array([[1, 0, 20], [0, 1, 12], [0, 0, 1.0]])
    line = cv2.warpPerspective(photo, margin @ flat, (720, 68), borderMode=cv2.BORDER_REPLICATE)
    ground = np.median(line.reshape(-1, 3), axis=0)
    sheet = np.full((420, 640, 3), ground, np.uint8)
    x = round(20 + cut)
    sheet[100:168, 100 : 100 + x] = line[:, :x]
    sheet[160:228, 120 : 120 + 720 - x] = line[:, x:]
    rows = [(120.0, 112.0, 100.0 + x, 156.0), (120.0, 172.0, 120 + 700.0 - x, 216.0)]
    return sheet, item.vin, [quad_from_box(row) for row in rows]


def test_a_crop_of_two_rows_maps_back_into_each() -> None:
    image, _, (first, second) = two_rows(0, 9)
    crop = rectify_rows(image, first, second)
    assert crop.pixels.shape[1] == CROP_WIDTH
    assert crop.second is not None
    boxes = [
        (MARGIN_X, 6.0, crop.second.left - 2, 42.0),
        (crop.second.left + 2, 6.0, CROP_WIDTH - MARGIN_X, 42.0),
    ]
    for box, row in zip(boxes, (first, second), strict=True):
        assert quad_iou(map_back(crop, box), row) > 0.98


@pytest.mark.parametrize("quarters", [0, 2])
def test_a_vin_in_two_rows_is_read(quarters: int) -> None:
    image, vin, rows = two_rows(2, 9)
    height, width = image.shape[:2]
    reading = load_reader().read(np.ascontiguousarray(np.rot90(image, quarters)))
    assert reading.vin == vin
    back: Array = np.diag([-1.0, -1.0, 1.0]) if quarters else np.eye(3)
    back[:2, 2] = (width, height) if quarters else (0, 0)
    centers = [map_points(back, np.mean(box.quad, axis=0)[None])[0] for box in reading.characters]
    assert len(centers) == 17
    for index, center in enumerate(centers):
        (left, top), _, (right, bottom), _ = rows[index >= 9]
        assert left - 4 < center[0] < right + 4
        assert top < center[1] < bottom
    assert reading.region is not None
    assert all(quad_coverage(row, map_quad(back, reading.region.quad)) > 0.8 for row in rows)
