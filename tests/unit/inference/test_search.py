"""Where a VIN is looked for, and when the search ends."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference import load_reader
from inference.decoding import decode_image
from inference.detector import DETECTOR_SIDE, Detector
from inference.geometry import quad_coverage, quad_from_box, shift_quad
from inference.labels import load_labels
from inference.recognizers.characters import CharacterLine
from inference.search import ENOUGH_DETAIL, LARGE_SIDE, SMALL_SIDE, Look, further_sides, span_text
from inference.types import Crop, Image, LineEvidence, Region
from tests.unit.inference.tables import EUROPEAN, KNOWN, sure_table

PHOTOS = Path(__file__).parents[2] / "data" / "photos"
ITEMS = load_labels(PHOTOS / "photos.csv").items
CODE = "DAYMLERCHRYSLERAG"
"""Symbols that are no VIN."""


def evidence(text: str, probability: float, *, windows: int = 0) -> LineEvidence:
    scores = np.log(sure_table(text, probability))
    return LineEvidence(scores, np.linspace(20.0, 360.0, 17), ((0.0, 300.0),) * windows)


def look(text: str, probability: float, *, windows: int = 0, alone: str | None = None) -> Look:
    """`alone` is what the character recognizer reads."""
    quad = quad_from_box((0, 0, 170, 10))
    crop = Crop(np.zeros((48, 384, 3), np.uint8), np.eye(3))
    own = CharacterLine(evidence(alone or text, 0.9), np.zeros((17, 4)), np.ones(17, bool))
    line = evidence(text, probability, windows=windows)
    return Look(Region(quad, 0.9), crop, line, own, line)


def test_a_clear_vin_ends_the_search() -> None:
    assert look(KNOWN, 0.99).is_sure
    assert not look(KNOWN, 0.98).is_sure
    assert look(KNOWN, 0.98).is_worth_views


def test_what_shows_more_than_17_symbols_ends_nothing() -> None:
    assert not look(KNOWN, 0.999, windows=2).is_sure


def test_what_is_no_vin_ends_the_search_only_where_both_recognizers_read_it_clearly() -> None:
    assert look(CODE, 0.999).is_sure
    assert not look(CODE, 0.999, alone=KNOWN).is_sure
    assert not look(CODE, 0.99).is_sure
    assert not look(CODE, 0.99).is_found
    assert not look(CODE, 0.99).is_worth_views


def test_the_words_of_a_label_end_nothing() -> None:
    """However clearly they are read: the VIN is another line."""
    assert not look("F1721KGGAWRR2004K", 0.9999).is_sure
    assert not look("F1721KGGAWRR2004K", 0.9999).is_found


def test_a_line_is_found_before_every_character_is_sure() -> None:
    assert look(EUROPEAN, 0.9).is_found
    assert not look(EUROPEAN, 0.8).is_found
    unknown = "X" + EUROPEAN[1:]
    assert look(unknown, 0.96).is_found
    assert not look(unknown, 0.9).is_found


def test_hopeless_lines_get_no_other_views() -> None:
    assert look(EUROPEAN, 0.7).is_worth_views
    assert not look(EUROPEAN, 0.6).is_worth_views


def test_the_part_with_text_is_around_all_lines() -> None:
    image = np.zeros((1000, 1600, 3), np.uint8)
    lines = [
        Region(quad_from_box((100, 200, 300, 220)), 0.5),
        Region(quad_from_box((50, 300, 250, 320)), 0.1),
    ]
    box = span_text(lines, image)
    assert box is not None
    left, top, right, bottom = box
    assert (left, right) == pytest.approx((30, 320))
    assert (top, bottom) == pytest.approx((180, 340))


def test_text_all_over_the_photo_is_not_searched_again() -> None:
    image = np.zeros((1000, 1600, 3), np.uint8)
    assert span_text([Region(quad_from_box((10, 200, 1500, 220)), 0.5)], image) is None
    assert span_text([], image) is None


def test_large_photos_are_searched_in_more_detail() -> None:
    assert further_sides(np.zeros((256, 256, 3), np.uint8)) == (SMALL_SIDE,)
    assert LARGE_SIDE in further_sides(np.zeros((100, ENOUGH_DETAIL + 1, 3), np.uint8))


def test_tiny_text_in_a_huge_photo_is_found_by_a_closer_search() -> None:
    (item,) = [item for item in ITEMS if item.kind == "label_sticker"]
    label = decode_image((PHOTOS / item.photo).read_bytes())
    photo = np.full((2800, 7000, 3), 70, np.uint8)
    photo[1800 : 1800 + label.shape[0], 2600 : 2600 + label.shape[1]] = label
    reading = load_reader().read(photo)
    assert reading.vin == item.vin
    assert reading.region is not None
    assert quad_coverage(shift_quad(item.region, 2600, 1800), reading.region.quad) > 0.6


def test_an_illegible_photo_still_shows_where_a_vin_was_looked_for() -> None:
    label = decode_image(
        (PHOTOS / next(item.photo for item in ITEMS if item.kind == "label_sticker")).read_bytes()
    )
    reading = load_reader().read(np.asarray(cv2.GaussianBlur(label, (0, 0), 9), np.uint8))
    assert reading.vin is None
    assert reading.region is not None
    assert reading.stages.looks == 1


def test_a_line_that_the_second_look_loses_is_read_as_it_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a search in further sizes."""
    detect, sides = Detector.detect, []

    def detect_one(
        detector: Detector, image: Image, *, side: int = 736, limit: int = 3
    ) -> tuple[Region, ...]:
        sides.append(side)
        return detect(detector, image, side=side, limit=limit)[:1]

    def lose(_detector: Detector, _image: Image, region: Region) -> Region:
        return replace(region, quad=shift_quad(region.quad, 150, 150))

    monkeypatch.setattr(Detector, "detect", detect_one)
    monkeypatch.setattr(Detector, "detect_within", lambda *_, **__: ())
    monkeypatch.setattr(Detector, "refine", lose)
    for item in ITEMS:
        assert load_reader().read_file(PHOTOS / item.photo).vin == item.vin
    assert sides == [DETECTOR_SIDE] * len(ITEMS)
