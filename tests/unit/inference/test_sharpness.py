"""Discs on a gray ground have edges in every direction; spoilt in one known way each."""

import cv2
import numpy as np
import pytest

from inference.sharpness import MEASURES, Gray, measure_edges


def draw_discs(low: int = 60, high: int = 190) -> Gray:
    rng = np.random.default_rng(0)
    image = np.full((288, 384), low, np.uint8)
    for x, y in rng.integers(0, (384, 288), (12, 2)):
        cv2.circle(image, (int(x), int(y)), 40, high, -1)
    return image


def shake(image: Gray, degrees: float, length: int = 21) -> Gray:
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0
    turn = cv2.getRotationMatrix2D((length // 2, length // 2), degrees, 1.0)
    turned = cv2.warpAffine(kernel, turn, (length, length))
    return np.asarray(cv2.filter2D(image, -1, turned / turned.sum()), np.uint8)


def test_every_measure_is_taken_of_any_size() -> None:
    for shape in ((1, 1), (3, 384), (384, 3), (288, 384)):
        found = measure_edges(np.full(shape, 90, np.uint8))
        assert tuple(found) == MEASURES
        assert np.isfinite(list(found.values())).all()


def test_sharp_edges_rise_at_once_in_every_direction_whatever_their_contrast() -> None:
    for image in (draw_discs(), draw_discs(100, 150)):
        found = measure_edges(image)
        assert found["edge_share_least"] > 0.9
        assert abs(found["edge_uneven"]) < 0.1


def test_out_of_focus_they_rise_slowly_in_every_direction() -> None:
    found = measure_edges(np.asarray(cv2.GaussianBlur(draw_discs(), (0, 0), 4), np.uint8))
    assert found["edge_share_most"] < 0.5
    assert abs(found["edge_uneven"]) < 0.4


@pytest.mark.parametrize("degrees", [0, 22.5, 45, 90, 112.5, 135])
def test_shaken_they_rise_slowly_in_one_direction_alone(degrees: float) -> None:
    found = measure_edges(shake(draw_discs(), degrees))
    assert found["edge_share_least"] < 0.4 < 0.7 < found["edge_share_most"]
    assert found["edge_uneven"] < -1.0
    assert found["edge_least"] < found["edge_most"] - 0.2


def test_where_nothing_is_seen_no_direction_is_worse_than_another() -> None:
    found = measure_edges(np.full((288, 384), 120, np.uint8))
    assert found["edge_share_least"] == found["edge_share_most"] == 1.0
    assert found["edge_uneven"] == found["edge_most"] == 0.0
