"""What the detector's network is shown, and how its answers come back to the photo."""

import numpy as np
import pytest

from inference.detector import (
    DETECTOR_SIDE,
    PATCH_HEIGHT,
    PATCH_TEXT_HEIGHT,
    PATCH_TEXT_WIDTH,
    PATCH_WIDTH,
    patch_homography,
    prepare_image,
)
from inference.geometry import map_points, map_quad, quad_size
from tests.unit.inference.drawing import line_quads, outline


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (256, 256, (512, 512)),
        (1472, 736, (736, 384)),
        (4000, 3000, (736, 576)),
        (1, 1, (32, 32)),
        (9000, 1, (736, 32)),
    ],
)
def test_photos_are_scaled_and_padded(width: int, height: int, expected: tuple[int, int]) -> None:
    tensor, scale = prepare_image(np.full((height, width, 3), 200, np.uint8))
    assert tensor.shape == (1, 3, expected[1], expected[0])
    assert tensor.dtype == np.float32
    assert scale == pytest.approx(min(DETECTOR_SIDE / max(width, height), 2.0))
    assert tensor[0, 0, 0, 0] == pytest.approx((200 - 127.5) / 64)
    if height * scale < expected[1] - 1:
        assert abs(tensor[0, 0, -1, 0]) < 0.02  # the padding is mid-gray, which is zero


@pytest.mark.parametrize("degrees", [0, 25, 90, 200, 315])
@pytest.mark.parametrize("height", [5.0, 40.0])
def test_a_patch_holds_the_line_upright_in_its_middle(degrees: float, height: float) -> None:
    quad = outline(line_quads((1000, 700), degrees, height, 0.7 * height))
    matrix = patch_homography(quad)
    in_patch = map_quad(matrix, quad)
    assert np.allclose(np.mean(in_patch, axis=0), (PATCH_WIDTH / 2, PATCH_HEIGHT / 2))
    width, text_height = quad_size(in_patch)
    assert width <= PATCH_TEXT_WIDTH + 1e-6
    assert text_height <= PATCH_TEXT_HEIGHT + 1e-6
    assert in_patch[0][1] == pytest.approx(in_patch[1][1])
    assert in_patch[0][0] < in_patch[1][0]


def test_a_patch_keeps_shapes() -> None:
    """A square on the photo is a square in the patch: only turned, moved and scaled."""
    matrix = patch_homography(outline(line_quads((300, 300), 40, 12, 8)))
    square = map_points(matrix, [(0, 0), (10, 0), (10, 10), (0, 10)])
    sides = np.linalg.norm(square - np.roll(square, -1, axis=0), axis=1)
    assert np.allclose(sides, sides[0])
