"""Whole photos of one VIN each, with the exact quad of every character."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from inference.types import Image
from training.synthesis import words
from training.synthesis.backgrounds import draw_background
from training.synthesis.camera import Matrix, Pose, map_boxes, place, random_pose, vin_quad
from training.synthesis.crops import KIND_SHARES, random_kind
from training.synthesis.photos import Difficulty, composite, expose_legibly
from training.synthesis.plates import Kind, Plate, make_plate
from training.synthesis.vins import random_vin

Quads = npt.NDArray[np.float64]
Look = Literal["stretched", "normal"]

STRETCHED_SIDE = 256
_OFTEN_SIDEWAYS = ("label_sticker", "stamped_metal")
_ASPECTS = (4 / 3, 3 / 4, 16 / 9, 9 / 16, 1.0)


@dataclass(frozen=True, slots=True)
class Scene:
    """`quad` 4 x 2 of the VIN, `character_quads` 17 x 4 x 2, `other_lines` the characters of all other text.

    Coordinates are pixels of `image`; parts may lie outside of it.
    """

    image: Image
    vin: str
    kind: Kind
    quad: Quads
    character_quads: Quads
    other_lines: tuple[Quads, ...]


def render_scene(
    rng: np.random.Generator,
    *,
    look: Look | None = None,
    kind: Kind | None = None,
    side: int = 736,
    difficulty: Difficulty | None = None,
    any_roll_share: float = 0.2,
    quarter_turn_share: float = 0.0,
    vin_shares: tuple[float, float] = (0.2, 0.93),
    shares: Sequence[float] = KIND_SHARES,
    two_rows_share: float = 0.0,
) -> Scene:
    """A photo as people send them; `shares` are those of KINDS where no `kind` is given.

    The look `stretched` is 256 x 256 pixels, its aspect ratio lost; `normal` has `side` pixels on its longer
    edge, and the VIN spans a share of the shorter one from `vin_shares`. Of labels and metal, which are often
    photographed sideways, `quarter_turn_share` is turned by 90, 180 or 270 degrees, and `two_rows_share`
    of all VINs are in two rows.
    """
    look = look or ("stretched" if rng.random() < 0.45 else "normal")
    kind = kind or random_kind(rng, shares)
    difficulty = difficulty or Difficulty(float(rng.uniform(0.35, 1.0)))
    vin = random_vin(rng)
    if two_rows_share and rng.random() < two_rows_share:
        vin = words.break_rows(rng, vin)
    plate = make_plate(rng, kind, vin)
    width, height, squeeze, vin_share = _frame(rng, look, side, vin_shares)
    pose = random_pose(rng, kind, any_roll_share=any_roll_share, squeeze=squeeze)
    if kind in _OFTEN_SIDEWAYS and rng.random() < quarter_turn_share:
        pose = replace(pose, roll=pose.roll + float(rng.integers(1, 4)) * np.pi / 2)
    matrix = _aim(rng, plate, pose, (width, height), vin_share)
    return _photograph(rng, plate, matrix, (width, height), difficulty)


def _frame(
    rng: np.random.Generator, look: Look, side: int, vin_shares: tuple[float, float]
) -> tuple[int, int, float, float]:
    """Width, height, squeeze of the aspect ratio, and how much of the photo the VIN spans."""
    aspect = float(rng.choice(_ASPECTS))
    if look == "stretched":
        share = float(rng.triangular(0.42, 0.68, 0.97))
        return STRETCHED_SIDE, STRETCHED_SIDE, 1 / np.sqrt(aspect) * float(rng.uniform(0.95, 1.05)), share
    width, height = (side, round(side / aspect)) if aspect >= 1 else (round(side * aspect), side)
    return width, height, 1.0, float(np.exp(rng.uniform(*np.log(vin_shares))))


def _aim(
    rng: np.random.Generator, plate: Plate, pose: Pose, size: tuple[int, int], vin_share: float
) -> Matrix:
    """Place the plate so that the VIN lies in the photo; a few are cut off by the frame."""
    width, height = size
    matrix = place(plate, pose, vin_width=vin_share * min(size), center=(0.0, 0.0))
    quad = vin_quad(map_boxes(matrix, plate.vin_boxes))
    low, high = quad.min(0), quad.max(0)
    grow = float(np.clip(vin_share * width / (high[0] - low[0]), 1, 3)) if width > height else 1.0
    grow = min(grow, 0.97 * width / (high[0] - low[0]), 0.97 * height / (high[1] - low[1]))
    low, high = low * grow, high * grow
    room_low, room_high = -low + 2, np.array([width, height]) - high - 2
    center = rng.beta(2, 2, size=2) * np.maximum(room_high - room_low, 0) + room_low
    if rng.random() < 0.04:
        center += rng.normal(0, 0.1, size=2) * (width, height)
    return np.array([[grow, 0, center[0]], [0, grow, center[1]], [0, 0, 1.0]]) @ matrix


def _photograph(
    rng: np.random.Generator, plate: Plate, matrix: Matrix, size: tuple[int, int], difficulty: Difficulty
) -> Scene:
    background, foreign = draw_background(rng, plate.kind, size, plate.ground)
    characters = map_boxes(matrix, plate.vin_boxes)
    quad = vin_quad(characters)
    first, last = characters[0], characters[-1]
    text_height = float(np.linalg.norm(first[3] - first[0]) + np.linalg.norm(last[2] - last[1])) / 2
    photo = composite(background, plate, matrix)
    glass = plate.kind == "windshield"
    image = expose_legibly(
        rng, photo, characters, glass=glass, text_height=max(text_height, 4.0), difficulty=difficulty
    )
    lines = (*(map_boxes(matrix, boxes) for boxes in plate.others), *_visible(foreign, plate, matrix))
    return Scene(image, plate.vin, plate.kind, quad, characters, tuple(lines))


def _visible(foreign: list[Quads], plate: Plate, matrix: Matrix) -> list[Quads]:
    """Foreign text that the plate does not hide."""
    inverse = np.linalg.inv(matrix)
    height, width = plate.alpha.shape
    shown = []
    for quads in foreign:
        centers = np.c_[quads.mean(1), np.ones(len(quads))] @ inverse.T
        x, y = centers[:, 0] / centers[:, 2], centers[:, 1] / centers[:, 2]
        hidden = (x > 0) & (x < width) & (y > 0) & (y < height)
        if (~hidden).any():
            shown.append(quads[~hidden])
    return shown
