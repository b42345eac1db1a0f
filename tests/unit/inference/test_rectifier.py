"""Crops of photos with marks at known places."""

import numpy as np
import pytest

from inference.geometry import map_points, quad_from_points
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH, MARGIN_X, MARGIN_Y, STRAIGHT, View, rectify
from inference.types import Quad, Region


def slanted_quad(degrees: float, width: float = 240, height: float = 24) -> Quad:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, height / 2]
    return quad_from_points(corners @ turn + [200, 200])


def half_and_half(quad: Quad, size: int = 400) -> np.ndarray:
    """Red where the left half of the quad is, blue where the right half is, green outside of it."""
    rows, columns = np.mgrid[:size, :size] + 0.5
    corners = np.asarray(quad)
    across, down = corners[1] - corners[0], corners[3] - corners[0]
    offsets = np.stack([columns, rows], axis=-1) - corners[0]
    u, v = offsets @ across / (across @ across), offsets @ down / (down @ down)
    image = np.full((size, size, 3), (0, 255, 0), np.uint8)
    inside = (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
    image[inside & (u < 0.5)] = (255, 0, 0)
    image[inside & (u >= 0.5)] = (0, 0, 255)
    return image


@pytest.mark.parametrize("degrees", [0, 17, 90, 180, 200, 271])
@pytest.mark.parametrize("scale", [1, 4])
def test_the_text_fills_all_but_the_margin(degrees: float, scale: int) -> None:
    """Also where the photo is much larger than the crop, so that it is sampled finer and averaged."""
    quad = slanted_quad(degrees)
    image = half_and_half(quad).repeat(scale, axis=0).repeat(scale, axis=1)
    larger = quad_from_points(np.asarray(quad) * scale)
    pixels = rectify(image, Region(larger, 1.0)).pixels.astype(int)
    assert pixels.shape == (CROP_HEIGHT, CROP_WIDTH, 3)
    middle = CROP_WIDTH // 2
    assert (pixels[MARGIN_Y + 2 : -MARGIN_Y - 2, MARGIN_X + 3 : middle - 3, 0] > 200).all()
    assert (pixels[MARGIN_Y + 2 : -MARGIN_Y - 2, middle + 3 : -MARGIN_X - 3, 2] > 200).all()
    assert (pixels[:, : MARGIN_X - 3, 1] > 200).all()
    assert (pixels[: MARGIN_Y - 3, :, 1] > 200).all()


def test_the_homography_leads_back() -> None:
    quad = slanted_quad(33)
    crop = rectify(half_and_half(quad), Region(quad, 1.0))
    corners = [(MARGIN_X, MARGIN_Y), (CROP_WIDTH - MARGIN_X, MARGIN_Y)]
    assert np.allclose(map_points(np.linalg.inv(crop.homography), corners), quad[:2])


def test_pixels_are_not_shifted() -> None:
    """A region of exactly the crop's inner size copies the pixels as they are."""
    image = np.random.default_rng(0).integers(0, 255, (CROP_HEIGHT, CROP_WIDTH, 3), dtype=np.uint8)
    right, bottom = CROP_WIDTH - MARGIN_X, CROP_HEIGHT - MARGIN_Y
    inner = ((MARGIN_X, MARGIN_Y), (right, MARGIN_Y), (right, bottom), (MARGIN_X, bottom))
    assert np.array_equal(rectify(image, Region(inner, 1.0)).pixels, image)


def test_a_slanted_view_straightens_leaning_text() -> None:
    """Strokes that lean by half a height to the right stand upright in the view that leans as much."""
    image = np.full((60, 400, 3), 255, np.uint8)
    for row in range(60):
        image[row, 200 + (30 - row) // 2] = 0
    quad = quad_from_points([(100, 10), (300, 10), (300, 50), (100, 50)])

    def lean(view: View) -> float:
        crop = rectify(image, Region(quad, 1.0), view=view).pixels[:, :, 0]
        return float(crop[MARGIN_Y + 2].argmin()) - float(crop[-MARGIN_Y - 3].argmin())

    assert lean(STRAIGHT) > 15
    assert abs(lean(View(slant=0.5))) < 4


def test_regions_over_the_frame_repeat_the_edge() -> None:
    image = np.full((50, 50, 3), 77, np.uint8)
    quad = quad_from_points([(-40, -20), (90, -20), (90, 10), (-40, 10)])
    assert (rectify(image, Region(quad, 1.0)).pixels == 77).all()
