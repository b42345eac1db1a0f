"""What is drawn on an annotated photo."""

import cv2
import numpy as np
import pytest

from inference.annotate import LEAST_WIDTH, REGION, SURE, UNSURE, annotate, encode_jpeg
from inference.geometry import quad_from_box
from inference.types import CharacterBox, Image, QualityIssue, QualityReport, Reading, Region

VIN = "1M8GDM9AXKP042788"


def make_reading(image: Image, vin: str | None, doubtful: int = 3) -> Reading:
    boxes = tuple(
        CharacterBox(
            index,
            symbol,
            0.5 if index == doubtful else 0.99,
            quad_from_box((60 + 40 * index, 100, 90 + 40 * index, 150)),
        )
        for index, symbol in enumerate(vin or "")
    )
    region = Region(quad_from_box((50, 90, 750, 160)), 0.9)
    advice = QualityReport(True, (QualityIssue("blurred", "Hold still."),))
    size = (image.shape[1], image.shape[0])
    return Reading(vin, 0.97 if vin else 0.0, region, boxes, advice, size, 12.0)


def count(image: Image, color: tuple[int, int, int]) -> int:
    return int((np.abs(image.astype(int) - color).max(axis=2) < 3).sum())


@pytest.fixture
def photo() -> Image:
    return np.full((300, 800, 3), 120, np.uint8)


def test_region_characters_and_doubt(photo: Image) -> None:
    drawn = annotate(photo, make_reading(photo, VIN))
    on_photo = drawn[:300]
    assert drawn.shape[0] > 300
    assert count(on_photo, REGION) > 1000
    assert count(on_photo, SURE) > 1000
    assert 50 < count(on_photo, UNSURE) < count(on_photo, SURE) / 5
    assert count(drawn[300:], UNSURE) > 5  # the doubtful letter of the caption
    assert (photo == 120).all()


def test_a_photo_without_a_vin_says_so(photo: Image) -> None:
    drawn = annotate(photo, make_reading(photo, None))
    assert count(drawn[:300], SURE) == 0
    assert len(np.unique(drawn[300:].reshape(-1, 3), axis=0)) > 2


def test_small_photos_are_enlarged() -> None:
    small = np.full((100, 160, 3), 90, np.uint8)
    drawn = annotate(small, make_reading(small, None))
    assert drawn.shape[1] == LEAST_WIDTH
    decoded = cv2.imdecode(np.frombuffer(encode_jpeg(drawn), np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == drawn.shape
