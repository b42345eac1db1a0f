"""Crops for the recognizer, as the detector and the rectifier would hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from inference.geometry import quad_from_points
from inference.rectifier import rectify
from inference.types import Image, Region
from training.synthesis.camera import Matrix, map_boxes, map_quads, place, random_pose, vin_quad
from training.synthesis.photos import Difficulty, composite, expose_legibly, plain_background
from training.synthesis.plates import KINDS, Kind, Plate, make_plate
from training.synthesis.vins import random_vin

Points = npt.NDArray[np.float64]

KIND_SHARES = (0.24, 0.28, 0.36, 0.12)
"""Shares of KINDS in training."""
STRETCHED_SHARE = 0.35


@dataclass(frozen=True, slots=True)
class SyntheticCrop:
    """`pixels` are CROP_HEIGHT x CROP_WIDTH x 3; `boxes` 17 x 4: x1, y1, x2, y2 of the characters in them."""

    pixels: Image
    vin: str
    kind: Kind
    boxes: Points


def render_crop(
    rng: np.random.Generator,
    *,
    kind: Kind | None = None,
    difficulty: Difficulty | None = None,
    shares: Sequence[float] = KIND_SHARES,
) -> SyntheticCrop:
    """What the recognizer would be handed of one photo; `shares` are those of KINDS where none is given."""
    difficulty = difficulty or Difficulty(float(rng.uniform(0.35, 1.0)))
    chosen = kind if kind is not None else random_kind(rng, shares)
    vin = random_vin(rng)
    plate = make_plate(rng, chosen, vin, strip=True)
    matrix, size, text_height = _frame(rng, plate)
    background = plain_background(rng, *size)
    photo = composite(background, plate, matrix)
    quads = map_boxes(matrix, plate.vin_boxes)
    glass = chosen == "windshield"
    image = expose_legibly(rng, photo, quads, glass=glass, text_height=text_height, difficulty=difficulty)
    crop = rectify(image, Region(quad_from_points(jitter_quad(rng, vin_quad(quads))), 1.0))
    return SyntheticCrop(crop.pixels, vin, chosen, upright_boxes(map_quads(crop.homography, quads)))


def upright_boxes(quads: Points) -> Points:
    """N x 4 boxes from N x 4 x 2 quads: each side in the middle of the quad's, as slant widens nothing."""
    left, right = quads[:, [0, 3], 0].mean(1), quads[:, [1, 2], 0].mean(1)
    top, bottom = quads[:, [0, 1], 1].mean(1), quads[:, [2, 3], 1].mean(1)
    return np.stack([left, top, right, bottom], axis=1)


def random_kind(rng: np.random.Generator, shares: Sequence[float] = KIND_SHARES) -> Kind:
    """`shares` are those of KINDS, and add up to 1."""
    return KINDS[int(rng.choice(len(KINDS), p=shares))]


def jitter_quad(rng: np.random.Generator, quad: Points) -> Points:
    """The quad as a detector might have found it: shifted, wider or narrower, leaning, uneven."""
    along, down = (quad[1] - quad[0]), (quad[3] - quad[0])
    height = float(np.linalg.norm(down))
    unit_x, unit_y = along / max(np.linalg.norm(along), 1e-6), down / max(height, 1e-6)
    amount = float(rng.choice([0.5, 1.0, 1.0, 1.6]))
    left, right = rng.normal(0.12, 0.28, size=2) * amount
    top, bottom = rng.normal(0.02, 0.09, size=2) * amount
    # a detector's quads know nothing of the slant that perspective and italics give to the strokes
    lean = float(rng.normal(0, 0.12)) * amount if rng.random() < 0.75 else float(rng.uniform(-0.5, 0.5))
    moves = np.array(
        [(-left + lean, -top), (right + lean, -top), (right - lean, bottom), (-left - lean, bottom)]
    )
    moves += rng.normal(0, 0.035 * amount, size=(4, 2))
    return np.asarray(quad + (moves[:, :1] * unit_x + moves[:, 1:] * unit_y) * height)


def _frame(rng: np.random.Generator, plate: Plate) -> tuple[Matrix, tuple[int, int], float]:
    """The homography into a frame just larger than the VIN, the frame's size, and the text's height."""
    if rng.random() < STRETCHED_SHARE:
        width, squeeze = float(rng.uniform(125, 245)), float(np.exp(rng.uniform(-0.35, 0.3)))
    else:
        width, squeeze = float(np.exp(rng.uniform(np.log(190), np.log(620)))), 1.0
    pose = random_pose(rng, plate.kind, any_roll_share=0.05, squeeze=squeeze)
    matrix = place(plate, pose, vin_width=width, center=(0.0, 0.0))
    corners = vin_quad(map_boxes(matrix, plate.vin_boxes))
    text_height = float(np.linalg.norm(corners[3] - corners[0]) + np.linalg.norm(corners[2] - corners[1])) / 2
    margin = 0.7 * text_height + 3
    low, high = corners.min(0) - margin, corners.max(0) + margin
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]])
    size = np.ceil(high - low).astype(int)
    return shift @ matrix, (int(size[0]), int(size[1])), text_height
