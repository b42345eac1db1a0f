"""Round trips through homographies, and overlaps with areas known beforehand."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inference import geometry
from inference.geometry import quad_from_box, quad_iou
from inference.rectifier import View, apply_view, crop_homography
from inference.types import Quad


@st.composite
def convex_quads(draw: st.DrawFn) -> Quad:
    """Rectangles in any rotation whose corners were pulled about a little."""
    x, y = draw(st.floats(-500, 5000)), draw(st.floats(-500, 5000))
    width, height = draw(st.floats(20, 3000)), draw(st.floats(10, 300))
    angle = draw(st.floats(0, 6.28))
    pulls = draw(st.lists(st.floats(-0.15, 0.15), min_size=8, max_size=8))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) + np.reshape(pulls, (4, 2))
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return geometry.quad_from_points((corners * [width / 2, height / 2]) @ turn + [x, y])


points = st.lists(st.tuples(st.floats(-0.2, 1.2), st.floats(-0.2, 1.2)), min_size=1, max_size=5)


@given(convex_quads(), points)
def test_crop_points_come_back_to_the_photo(quad: Quad, inside: list[tuple[float, float]]) -> None:
    matrix = crop_homography(quad)
    on_photo = geometry.map_points(np.linalg.inv(geometry.homography(quad, 1.0, 1.0)), inside)
    returned = geometry.map_points(np.linalg.inv(matrix), geometry.map_points(matrix, on_photo))
    assert np.allclose(returned, on_photo, atol=1e-3)


@given(convex_quads())
def test_a_homography_maps_corner_to_corner(quad: Quad) -> None:
    mapped = geometry.map_quad(geometry.homography(quad, 360.0, 30.0), quad)
    assert np.allclose(mapped, quad_from_box((0, 0, 360, 30)), atol=1e-5)


def test_corners_on_a_line_are_refused() -> None:
    with pytest.raises(geometry.DegenerateQuad):
        geometry.homography(((0, 0), (1, 0), (2, 0), (3, 0)), 10, 10)


def test_overlap_of_shifted_boxes() -> None:
    assert quad_iou(quad_from_box((0, 0, 2, 2)), quad_from_box((1, 0, 3, 2))) == pytest.approx(1 / 3)


def test_overlap_of_a_box_and_a_diamond() -> None:
    """The diamond that touches the middles of a square's sides has half of its area."""
    diamond = ((1.0, 0.0), (2.0, 1.0), (1.0, 2.0), (0.0, 1.0))
    assert quad_iou(quad_from_box((0, 0, 2, 2)), diamond) == pytest.approx(0.5)
    assert geometry.quad_coverage(diamond, quad_from_box((0, 0, 2, 2))) == pytest.approx(1.0)


@given(convex_quads(), convex_quads())
def test_overlap_is_a_symmetric_share(a: Quad, b: Quad) -> None:
    assert 0.0 <= quad_iou(a, b) <= 1.0 + 1e-9
    assert quad_iou(a, b) == pytest.approx(quad_iou(b, a), abs=1e-6)
    assert quad_iou(a, geometry.turn_quad(a)) == pytest.approx(1.0, abs=1e-6)


@given(convex_quads())
def test_boxes_far_apart_do_not_overlap(quad: Quad) -> None:
    assert quad_iou(quad, geometry.shift_quad(quad, 20_000, 0)) == 0.0


def test_a_point_has_no_overlap() -> None:
    assert quad_iou(quad_from_box((1, 1, 1, 1)), quad_from_box((1, 1, 1, 1))) == 0.0


def test_convexity() -> None:
    assert geometry.is_convex(quad_from_box((0, 0, 5, 2)))
    assert not geometry.is_convex(((0, 0), (5, 2), (5, 0), (0, 2)))


@given(convex_quads(), st.floats(0, 0.5), st.floats(0, 0.5))
def test_views_widen_the_quad_in_its_own_frame(quad: Quad, left: float, top: float) -> None:
    assume(geometry.is_convex(quad))
    widened = apply_view(quad, View(left=left, top=top))
    width, height = geometry.quad_size(quad)
    frame = geometry.homography(quad, 17.0, 1.0)
    assert np.allclose(geometry.map_points(frame, widened)[0], (-left, -top), atol=1e-4)
    assert np.allclose(geometry.map_points(frame, widened)[2], (17.0, 1.0), atol=1e-4)
    assert width > 0
    assert height > 0


def test_clipping_keeps_quads_inside_the_photo() -> None:
    clipped = geometry.clip_quad(((-5, -5), (120, 3), (90, 60), (-1, 40)), 100, 50)
    assert geometry.bounding_box(clipped) == (0, 0, 100, 50)


@given(convex_quads())
def test_what_encloses_the_parts_of_a_quad_is_the_quad(quad: Quad) -> None:
    back = np.linalg.inv(geometry.homography(quad, 4.0, 2.0))
    boxes = [(0, 0, 4, 0.9), (0.3, 1.1, 3, 2)]
    rows = [geometry.map_quad(back, quad_from_box(box)) for box in boxes]
    around = geometry.map_points(np.linalg.inv(back), geometry.enclose(rows))
    assert np.allclose(around, quad_from_box((0, 0, 4, 2)), atol=1e-4)
    assert geometry.enclose(rows[:1]) == rows[0]
