"""What is said about crops with one known fault each."""

import cv2
import numpy as np
import pytest

from inference.geometry import quad_from_box
from inference.quality import ADVICE, assess, judge_quality
from inference.rectifier import rectify
from inference.types import QualityCode, Region

BOX = (100, 200, 500, 230)


def plate(ink: int = 20, ground: int = 150) -> np.ndarray:
    """Upright strokes, five pixels wide, on a ground."""
    image = np.full((480, 640, 3), ground, np.uint8)
    for x in range(BOX[0], BOX[2], 12):
        image[BOX[1] : BOX[3], x : x + 5] = ink
    return image


def codes(image: np.ndarray, box: tuple[int, int, int, int] = BOX) -> list[QualityCode]:
    region = Region(quad_from_box(box), 1.0)
    return [issue.code for issue in assess(image, region, rectify(image, region)).issues]


def test_a_good_photo_has_no_issues() -> None:
    assert codes(plate()) == []
    assert codes(plate(ink=230, ground=60)) == []
    assert codes(plate(ink=10, ground=250)) == []


def test_blur() -> None:
    assert "blurred" in codes(cv2.GaussianBlur(plate(), (0, 0), 5))


def test_low_contrast() -> None:
    assert "low_contrast" in codes(plate(ink=120, ground=135))


def test_darkness_and_overexposure() -> None:
    assert "too_dark" in codes(plate(ink=2, ground=38))
    assert "too_bright" in codes(plate(ink=235, ground=255))


def test_glare() -> None:
    image = plate()
    cv2.ellipse(image, (300, 215), (60, 40), 0, 0, 360, (255, 255, 255), -1)
    assert codes(image) == ["glare"]


def test_small_characters() -> None:
    small = cv2.resize(plate(), None, fx=0.15, fy=0.15, interpolation=cv2.INTER_AREA)
    assert "too_small" in codes(small, (15, 30, 75, 34))


@pytest.mark.parametrize("box", [(-40, 200, 400, 230), (300, 200, 700, 230)])
def test_cut_off(box: tuple[int, int, int, int]) -> None:
    assert codes(plate(), box)[0] == "cut_off"


def test_a_hair_over_the_edge_is_no_cut() -> None:
    assert "cut_off" not in codes(plate(), (-3, 200, 400, 230))


def test_what_was_read_surely_was_good_enough() -> None:
    box = Region(quad_from_box(BOX), 1.0)
    blurred = cv2.GaussianBlur(plate(), (0, 0), 5)
    report = assess(blurred, box, rectify(blurred, box))
    sure = judge_quality(report, credible=True, confidence=0.95)
    assert (sure.readable, sure.issues) == (True, ())
    doubtful = judge_quality(report, credible=True, confidence=0.4)
    assert (doubtful.readable, doubtful.issues) == (True, report.issues)
    assert not judge_quality(report, credible=False, confidence=0.0).readable


def test_every_issue_has_advice_for_the_person() -> None:
    assert all(text.endswith(".") and ":" in text for text in ADVICE.values())
