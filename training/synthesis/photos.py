"""A plate in front of a background, photographed: compositing and the chain of effects."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis import effects
from training.synthesis.camera import Matrix
from training.synthesis.legibility import is_legible
from training.synthesis.plates import Pixels, Plate
from training.synthesis.relief import smooth_noise

Floats = npt.NDArray[np.float32]

_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Scales how often and how strongly effects act: 0 is a clean photo, 1 the full range."""

    amount: float = 1.0


def composite(background: Pixels, plate: Plate, matrix: Matrix) -> Pixels:
    """The plate laid over the background by `matrix` (plate to background pixels)."""
    height, width = background.shape[:2]
    pixels, alpha = _soften(plate, matrix)
    over = cv2.warpPerspective(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    weight = cv2.warpPerspective(alpha, matrix, (width, height)).astype(np.float32) / np.float32(255)
    return np.asarray(cv2.blendLinear(over, background, weight, 1 - weight), np.uint8)


def _soften(plate: Plate, matrix: Matrix) -> tuple[Pixels, Pixels]:
    """The plate blurred first where the photo shows it smaller, so that strokes do not break up."""
    left, top, _, bottom = plate.vin_boxes[0]
    corners = np.array([[left, top], [plate.vin_boxes[:, 2].max(), top], [left, bottom]])
    mapped = np.c_[corners, np.ones(3)] @ matrix.T
    mapped = mapped[:, :2] / mapped[:, 2:]
    lengths = [np.linalg.norm(points[1:] - points[0], axis=1) for points in (corners, mapped)]
    reduction = np.clip(lengths[0] / np.maximum(lengths[1], 1e-6), 1.0, 10.0)
    if (reduction < 1.15).all():
        return plate.pixels, plate.alpha
    across, down = np.maximum(0.5 * np.sqrt(reduction**2 - 1), 0.1)
    blurred = (cv2.GaussianBlur(m, (0, 0), across, None, down) for m in (plate.pixels, plate.alpha))
    pixels, alpha = (np.asarray(m, np.uint8) for m in blurred)
    return pixels, alpha


def plain_background(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """A smooth surface of one colour."""
    tint = rng.normal(0, 7, size=3)
    noise = smooth_noise(rng, height, width, cell=max(width, height) / float(rng.uniform(1.5, 8)))
    base = float(rng.choice([rng.uniform(5, 80), rng.uniform(5, 255)]))
    shade = noise * np.float32(rng.uniform(2, 30))
    planes = [cv2.convertScaleAbs(np.maximum(shade + np.float32(base + t), 0)) for t in tint]
    return np.asarray(cv2.merge(planes), np.uint8)


def expose_photo(
    rng: np.random.Generator,
    image: Pixels,
    *,
    glass: bool,
    text_height: float,
    difficulty: Difficulty = Difficulty(),
) -> Pixels:
    """The chain from light to file; `text_height` in pixels sets the size of blur and dirt."""
    light = _light(rng, image.astype(np.float32), glass, text_height, difficulty.amount)
    return _record(rng, light, text_height, difficulty.amount)


def expose_legibly(
    rng: np.random.Generator,
    image: Pixels,
    character_quads: npt.NDArray[np.float64],
    *,
    glass: bool,
    text_height: float,
    difficulty: Difficulty,
) -> Pixels:
    """Like `expose_photo`, with ever weaker effects until a person could read the N x 4 x 2 characters: what
    is beyond reading teaches nothing but guessing. A few remain that never become legible.
    """
    for _ in range(_ATTEMPTS):
        photo = expose_photo(rng, image, glass=glass, text_height=text_height, difficulty=difficulty)
        if is_legible(image, photo, character_quads):
            break
        difficulty = Difficulty(difficulty.amount * 0.5)
    return photo


def _light(rng: np.random.Generator, image: Floats, glass: bool, text_height: float, amount: float) -> Floats:
    if rng.random() < 0.5 * amount:
        image = effects.illuminate(rng, image)
    if rng.random() < 0.35 * amount:
        image = effects.shade(rng, image)
    if rng.random() < (0.8 if glass else 0.15) * amount:
        image = effects.reflect(rng, image, float(rng.beta(1.6, 2.2)) * 0.85 * amount)
    if rng.random() < (0.35 if glass else 0.12) * amount:
        image = effects.soil(rng, image, text_height)
    if rng.random() < 0.2 * amount:
        image = effects.glare(rng, image, float(rng.uniform(0.2, 1.0)))
    return image


def _record(rng: np.random.Generator, image: Floats, text_height: float, amount: float) -> Pixels:
    if rng.random() < 0.55 * amount:
        image = effects.defocus(image, float(abs(rng.normal(0, 0.05))) * text_height * amount)
    if rng.random() < 0.15 * amount:
        image = effects.shake(rng, image, float(rng.uniform(0.08, 0.3)) * text_height)
    image = effects.expose(rng, image, amount)
    if rng.random() < 0.6 * amount:
        image = effects.add_noise(rng, image, float(rng.gamma(1.5, 3.5)) * amount)
    if rng.random() < 0.3 * amount:
        image = effects.sharpen(image, float(rng.uniform(0.3, 1.6)))
    quality = int(rng.integers(30, 97)) if rng.random() < 0.75 else 97
    return effects.compress(image, quality)
