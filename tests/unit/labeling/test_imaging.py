"""Difference hashes and copies for the screen."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from labeling import imaging

RAMP = np.repeat(np.tile(np.linspace(0, 255, 180, dtype=np.uint8), (80, 1))[..., None], 3, axis=2)


def test_brighter_to_the_right_sets_every_bit() -> None:
    assert imaging.difference_hash(RAMP) == -1  # 64 ones


def test_darker_to_the_right_sets_none() -> None:
    assert imaging.difference_hash(RAMP[:, ::-1].copy()) == 0


def test_the_first_cell_is_the_highest_bit() -> None:
    image = RAMP[:, ::-1].copy()
    image[:10, 20:40] = 255  # brighter than its left neighbour, in the first row alone
    assert imaging.difference_hash(image) == -(2**63)


def test_a_hash_fits_into_a_signed_bigint() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        value = imaging.difference_hash(rng.integers(0, 255, (40, 40, 3), dtype=np.uint8))
        assert -(2**63) <= value < 2**63


@pytest.mark.parametrize(("quality", "factor"), [(30, 1.0), (90, 0.4), (60, 0.9)])
def test_saving_anew_moves_a_hash_little(quality: int, factor: float) -> None:
    rng = np.random.default_rng(1)
    blocks = rng.integers(0, 255, (6, 8), dtype=np.uint8)
    image = np.repeat(np.kron(blocks, np.ones((40, 40), np.uint8))[..., None], 3, axis=2)
    target = io.BytesIO()
    picture = Image.fromarray(image)
    picture.resize((int(320 * factor), int(240 * factor))).save(target, "JPEG", quality=quality)
    again = np.asarray(Image.open(target).convert("RGB"))
    difference = imaging.difference_hash(image) ^ imaging.difference_hash(again)
    assert (difference & (2**64 - 1)).bit_count() <= imaging.NEAR_DISTANCE


KINDS = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_type_is_told_by_the_content(kind: str) -> None:
    target = io.BytesIO()
    Image.fromarray(RAMP).save(target, kind)
    checked = imaging.check_photo(target.getvalue())
    assert (checked.content_type, checked.width, checked.height) == (KINDS[kind], 180, 80)


def test_a_small_photo_is_not_blown_up() -> None:
    target = io.BytesIO()
    Image.fromarray(RAMP).save(target, "PNG")
    rendered = imaging.render_photo(target.getvalue())
    assert Image.open(io.BytesIO(rendered.display)).size == (180, 80)
    assert Image.open(io.BytesIO(rendered.thumbnail)).size == (180, 80)


def test_a_strip_is_the_region_upright_with_a_margin() -> None:
    canvas = np.full((400, 1000, 3), 255, dtype=np.uint8)
    canvas[100:300, 200:500] = (200, 0, 0)
    canvas[100:300, 500:800] = (0, 0, 200)
    display = imaging._encode(Image.fromarray(canvas), 500, quality=95)  # half the size of the photo
    upside_down = ((800.0, 300.0), (200.0, 300.0), (200.0, 100.0), (800.0, 100.0))
    strip = Image.open(io.BytesIO(imaging.render_strip(display, upside_down, width=1000)))
    width, height = strip.size
    assert height == pytest.approx(64 * 1.6, abs=1)
    assert width == pytest.approx(64 * 3 * 1.06, abs=2)
    left, right = strip.getpixel((width // 4, height // 2)), strip.getpixel((3 * width // 4, height // 2))
    assert left[2] > 150 > left[0]  # the text begins where the photo is blue
    assert right[0] > 150 > right[2]
