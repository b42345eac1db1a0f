"""Where the camera stands: the homography from a plate to the photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.geometry import enclose, map_points, quad_from_points
from training.synthesis.plates import Kind, Plate

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles in radians, `distance` in widths of the VIN; `squeeze` multiplies x and divides y."""

    roll: float
    tilt: float
    yaw: float
    distance: float
    squeeze: float


def random_pose(rng: np.random.Generator, kind: Kind, *, any_roll_share: float, squeeze: float) -> Pose:
    """Mostly nearly level; windshield plates are seen at a flatter angle than others."""
    if rng.random() < any_roll_share:
        roll = float(rng.uniform(-np.pi, np.pi))
    else:
        roll = float(rng.normal(0, np.radians(5)))
    steepest = 62 if kind == "windshield" else 40
    tilt = float(np.radians(rng.triangular(-steepest, 0, steepest)))
    yaw = float(np.radians(rng.triangular(-40, 0, 40)))
    return Pose(roll, tilt, yaw, float(rng.uniform(1.5, 5)), squeeze)


def place(plate: Plate, pose: Pose, *, vin_width: float, center: tuple[float, float]) -> Matrix:
    """The homography that centers the VIN at `center` and makes it `vin_width` photo pixels long."""
    left, top = plate.vin_boxes[:, :2].min(axis=0)
    right, bottom = plate.vin_boxes[:, 2:].max(axis=0)
    middle, length = np.array([(left + right) / 2, (top + bottom) / 2]), right - left
    to_unit = np.array(
        [[1 / length, 0, -middle[0] / length], [0, 1 / length, -middle[1] / length], [0, 0, 1.0]]
    )
    projection = _project(pose) @ to_unit
    ends = map_points(projection, [(left, middle[1]), (right, middle[1])])
    scale = vin_width / max(float(np.linalg.norm(ends[1] - ends[0])), 1e-6)
    shift = np.array([[scale, 0, center[0]], [0, scale, center[1]], [0, 0, 1.0]])
    return shift @ projection


def _project(pose: Pose) -> Matrix:
    """A plane through the origin, turned, seen by a pinhole camera at the given distance."""
    about_x = _turn(pose.tilt, 1, 2)
    about_y = _turn(pose.yaw, 0, 2)
    turned = about_x @ about_y
    plane = turned[:, :2]
    matrix = np.array([[*plane[0], 0.0], [*plane[1], 0.0], [*plane[2] / pose.distance, 1.0]])
    return np.diag([pose.squeeze, 1 / pose.squeeze, 1.0]) @ _turn(pose.roll, 0, 1) @ matrix


def _turn(angle: float, first: int, second: int) -> Matrix:
    matrix = np.eye(3)
    matrix[first, first] = matrix[second, second] = np.cos(angle)
    matrix[first, second], matrix[second, first] = -np.sin(angle), np.sin(angle)
    return matrix


def map_boxes(matrix: Matrix, boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """N x 4 boxes through a homography, as N x 4 x 2 quads in reading order."""
    return map_quads(matrix, boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2))


def map_quads(matrix: Matrix, quads: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """N x 4 x 2 quads through a homography."""
    return map_points(matrix, quads.reshape(-1, 2)).reshape(-1, 4, 2)


def vin_quad(character_quads: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The quad of a whole line: the outer corners of its first and last character; or around two rows."""
    return np.asarray(enclose([quad_from_points(_line_quad(row)) for row in split_rows(character_quads)]))


def split_rows(character_quads: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """The characters of each row: where one starts, the step from the last one goes back."""
    along = character_quads[:-1, 1] - character_quads[:-1, 0]
    steps = np.diff(character_quads.mean(axis=1), axis=0)
    return np.split(character_quads, np.flatnonzero((along * steps).sum(axis=1) < 0) + 1)


def _line_quad(row: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    first, last = row[0], row[-1]
    return np.array([first[0], last[1], last[2], first[3]])
