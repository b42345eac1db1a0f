import cv2
import numpy as np
import pytest

from inference.geometry import homography, map_points, quad_from_points
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH
from training.synthesis.camera import map_boxes, place, random_pose, split_rows, vin_quad
from training.synthesis.crops import render_crop
from training.synthesis.demo import write_demo_photos
from training.synthesis.lines import ROW_BREAK, Lettering, set_line, stack_lines
from training.synthesis.photos import composite
from training.synthesis.plates import CAP, KINDS, Kind, Plate, make_plate
from training.synthesis.scenes import render_scene
from training.synthesis.typefaces import list_typefaces

VIN = "WVWZZZ1JZ3P281237"


@pytest.mark.parametrize("kind", KINDS)
def test_a_scene_repeats_with_its_seed(kind: Kind) -> None:
    first = render_scene(np.random.default_rng(11), kind=kind, side=320)
    again = render_scene(np.random.default_rng(11), kind=kind, side=320)
    other = render_scene(np.random.default_rng(12), kind=kind, side=320)
    assert first.vin == again.vin
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.character_quads, again.character_quads)
    assert other.vin != first.vin


@pytest.mark.parametrize("kind", KINDS)
def test_a_scene_has_a_quad_for_each_character_in_reading_order(kind: Kind) -> None:
    scene = render_scene(np.random.default_rng(2), kind=kind, side=320, any_roll_share=0)
    assert scene.character_quads.shape == (17, 4, 2)
    assert (np.diff(scene.character_quads.mean(1)[:, 0]) > 0).all()
    np.testing.assert_allclose(scene.quad[[0, 3]], scene.character_quads[0][[0, 3]])
    np.testing.assert_allclose(scene.quad[[1, 2]], scene.character_quads[-1][[1, 2]])


def test_a_crop_repeats_with_its_seed_and_has_the_size_of_the_rectifier() -> None:
    first = render_crop(np.random.default_rng(4))
    again = render_crop(np.random.default_rng(4))
    assert first.pixels.shape == (CROP_HEIGHT, CROP_WIDTH, 3)
    assert first.vin == again.vin
    np.testing.assert_array_equal(first.pixels, again.pixels)


@pytest.mark.parametrize("index", range(0, 8))
def test_all_ink_of_a_line_lies_in_the_boxes_of_its_characters(index: int) -> None:
    faces = list_typefaces()
    line = set_line(VIN, Lettering(faces[index % len(faces)], 30.0, tracking=0.2))
    uncovered = line.mask.copy()
    for left, top, right, bottom in line.boxes:
        columns = slice(int(np.floor(left)), int(np.ceil(right)))
        assert line.mask[:, columns].max() > 200
        uncovered[int(top) - 2 : int(np.ceil(bottom)) + 3, columns] = 0
    assert len(line.boxes) == 17
    assert uncovered.max() < 100


def test_spaces_have_no_box() -> None:
    line = set_line("WVW ZZZ 1", Lettering(list_typefaces()[0], 20.0))
    assert len(line.boxes) == 7


@pytest.mark.parametrize("seed", range(6))
def test_quads_follow_the_plate_through_the_camera(seed: int) -> None:
    """Character boxes painted white must be where the quads say, to the pixel."""
    rng = np.random.default_rng(seed)
    plate = make_plate(rng, "windshield", VIN)
    boxed = np.zeros_like(plate.pixels)
    for left, top, right, bottom in np.round(plate.vin_boxes).astype(int):
        boxed[top:bottom, left:right] = 255
    painted = Plate("windshield", VIN, boxed, np.full_like(plate.alpha, 255), plate.vin_boxes)
    matrix = place(
        painted,
        random_pose(rng, "windshield", any_roll_share=0.5, squeeze=1.1),
        vin_width=420,
        center=(300, 250),
    )
    photo = composite(np.zeros((500, 600, 3), np.uint8), painted, matrix)[..., 0] > 127
    expected = np.zeros((500, 600), np.uint8)
    for quad in map_boxes(matrix, plate.vin_boxes):
        cv2.fillPoly(expected, [np.round(quad * 16).astype(np.int32)], 1, shift=4)
    shared = (photo & (expected > 0)).sum() / (photo | (expected > 0)).sum()
    assert shared > 0.75
    assert cv2.contourArea(vin_quad(map_boxes(matrix, plate.vin_boxes)).astype(np.float32)) > 0


def test_characters_can_be_told_from_their_plate() -> None:
    """Ink differs from the ground in the box of every character of a clean plate."""
    plate = make_plate(np.random.default_rng(9), "windshield", VIN)
    gray = cv2.cvtColor(plate.pixels, cv2.COLOR_RGB2GRAY)
    for left, top, right, bottom in plate.vin_boxes.astype(int):
        assert np.ptp(gray[top:bottom, left:right].astype(int)) > 50


def test_demo_photos_repeat_with_their_seed(tmp_path) -> None:
    first = write_demo_photos(tmp_path / "a", 3, 7)
    again = write_demo_photos(tmp_path / "b", 3, 7)
    assert [path.name for path in first] == [path.name for path in again]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert sorted((tmp_path / "a").iterdir()) == sorted(first)
    sides = [max(cv2.imread(str(path)).shape[:2]) for path in first]
    assert all(640 <= side <= 1600 for side in sides)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_a_vin_in_two_rows_has_its_boxes_in_both(kind: Kind, seed: int) -> None:
    plate = make_plate(np.random.default_rng(seed), kind, VIN[:9] + ROW_BREAK + VIN[9:])
    first, second = split_rows(map_boxes(np.eye(3), plate.vin_boxes))
    assert (plate.vin, len(first), len(second)) == (VIN, 9, 8)
    assert (second.mean(1)[:, 1] - first.mean(1)[:8, 1] > 0.8 * CAP).all()
    assert plate.vin_boxes.min() >= -3
    assert plate.vin_boxes[:, 3].max() <= plate.alpha.shape[0] + 3
    gray = cv2.cvtColor(plate.pixels, cv2.COLOR_RGB2GRAY).astype(int)
    spreads = [
        np.ptp(gray[max(int(top), 0) : int(bottom) + 1, int(left) : int(right) + 1])
        for left, top, right, bottom in plate.vin_boxes
    ]
    assert min(spreads) > 5
    assert np.median(spreads) > 15


def test_the_quad_of_two_rows_is_around_both() -> None:
    scene = render_scene(np.random.default_rng(5), kind="stamped_metal", side=480, two_rows_share=1.0)
    assert len(split_rows(scene.character_quads)) == 2
    inside = homography(quad_from_points(scene.quad), 1.0, 1.0)
    corners = map_points(inside, scene.character_quads)
    assert corners.min() > -1e-6
    assert corners.max() < 1 + 1e-6


def test_rows_are_stacked_from_baseline_to_baseline() -> None:
    lettering = Lettering(list_typefaces()[0], 20.0)
    rows = stack_lines(set_line("WVWZZZ", lettering), set_line("1JZ", lettering), leading=30.0, share=0.5)
    assert rows.boxes[6:, 3].max() - rows.boxes[:6, 3].max() == pytest.approx(30, abs=1)
    middles = [(boxes[0, 0] + boxes[-1, 2]) / 2 for boxes in (rows.boxes[:6], rows.boxes[6:])]
    assert middles[0] == pytest.approx(middles[1], abs=3)
