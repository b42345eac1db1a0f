from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.appearance import SIZE, describe_crop, pack, unpack
from inference.types import Crop


def make_crop(
    *, dark: int = 30, bright: int = 220, blur: float = 0.0, text: str = "5YJSA1E26JF271234"
) -> Crop:
    pixels = np.full((48, 384, 3), bright, np.uint8)
    cv2.putText(pixels, text, (12, 36), cv2.FONT_HERSHEY_SIMPLEX, 0.95, (dark, dark, dark), 2)
    if blur:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), blur), np.uint8)
    return Crop(pixels, np.eye(3))


def distance(first: Crop, second: Crop) -> float:
    return float(np.linalg.norm(np.subtract(describe_crop(first), describe_crop(second))))


def test_a_crop_has_so_many_finite_numbers() -> None:
    for crop in (make_crop(), Crop(np.zeros((48, 384, 3), np.uint8), np.eye(3))):
        vector = describe_crop(crop)
        assert len(vector) == SIZE
        assert np.isfinite(vector).all()
        assert np.abs(vector).max() < 10


def test_what_is_written_matters_less_than_how_it_looks() -> None:
    plain = make_crop()
    same_look = distance(plain, make_crop(text="WVWZZZ1JZXW000001"))
    for other in (make_crop(dark=220, bright=30), make_crop(blur=3), make_crop(dark=120, bright=150)):
        assert distance(plain, other) > 2 * same_look


def test_color_is_seen() -> None:
    red = make_crop()
    red.pixels[..., 1:] //= 3
    assert distance(make_crop(), red) > 1


def test_packing_keeps_three_digits() -> None:
    vectors = [describe_crop(make_crop()), describe_crop(make_crop(blur=2))]
    packed = [pack(vector) for vector in vectors]
    assert [len(each) for each in packed] == [2 * SIZE, 2 * SIZE]
    assert unpack(packed) == pytest.approx(np.array(vectors), abs=2e-3)
    assert pack(()) == b""
    assert unpack([]).shape == (0, SIZE)


def test_half_a_vector_is_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        unpack([pack([1.0, 2.0])])
