import cv2
import numpy as np
import pytest

from training.synthesis.camera import map_boxes
from training.synthesis.legibility import is_legible
from training.synthesis.plates import make_plate

VIN = "WVWZZZ1JZ3P281237"


@pytest.fixture
def plate_view():
    plate = make_plate(np.random.default_rng(9), "windshield", VIN)
    return plate.pixels, map_boxes(np.eye(3), plate.vin_boxes)


def test_a_photo_like_the_plate_is_legible(plate_view) -> None:
    pixels, quads = plate_view
    faded = (90 + pixels * 0.3).astype(np.uint8)
    assert is_legible(pixels, pixels, quads)
    assert is_legible(pixels, faded, quads)
    assert not is_legible(pixels, 255 - faded, quads)


def test_what_blur_noise_or_fading_has_taken_is_not_legible(plate_view) -> None:
    pixels, quads = plate_view
    noise = np.random.default_rng(1).normal(0, 60, pixels.shape)
    drowned = np.clip(128 + (pixels - 128.0) * 0.02 + noise, 0, 255).astype(np.uint8)
    assert not is_legible(pixels, cv2.GaussianBlur(pixels, (0, 0), 14), quads)
    assert not is_legible(pixels, drowned, quads)
    assert not is_legible(pixels, (120 + pixels * 0.01).astype(np.uint8), quads)


def test_a_drop_over_one_character_is_no_loss_but_half_a_line_is(plate_view) -> None:
    pixels, quads = plate_view
    middles = quads.mean(1)[:, 0].astype(int)
    one, half = pixels.copy(), pixels.copy()
    one[:, middles[5] - 12 : middles[5] + 12] = 200
    half[:, : middles[8]] = 200
    assert is_legible(pixels, one, quads)
    assert not is_legible(pixels, half, quads)


@pytest.mark.parametrize("shift", [(-5000, 0), (5000, 0), (0, -5000), (0, 5000)])
def test_a_line_beyond_the_frame_is_not_legible(plate_view, shift: tuple[int, int]) -> None:
    pixels, quads = plate_view
    assert not is_legible(pixels, pixels, quads + np.array(shift))
