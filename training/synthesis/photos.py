"""A plate in front of a background, photographed: compositing and the chain of effects."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis import effects
from training.synthesis.camera import Matrix
from training.synthesis.plates import Pixels, Plate
from training.synthesis.relief import smooth_noise

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Scales how often and how strongly effects act: 0 is a clean photo, 1 the full range."""

    amount: float = 1.0


def composite(background: Pixels, plate: Plate, matrix: Matrix) -> Pixels:
    """The plate laid over the background by `matrix` (plate to background pixels)."""
    height, width = background.shape[:2]
    pixels, alpha, matrix = _shrink(plate, matrix)
    flags = cv2.INTER_LINEAR
    over = cv2.warpPerspective(pixels, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    weight = cv2.warpPerspective(alpha, matrix, (width, height), flags=flags)
    share = (weight.astype(np.float32) / 255)[..., None]
    return (background + (over.astype(np.float32) - background) * share).astype(np.uint8)


def _shrink(plate: Plate, matrix: Matrix) -> tuple[Pixels, Pixels, Matrix]:
    """The plate averaged down first where the photo shows it smaller, so that strokes do not break up."""
    boxes = plate.vin_boxes
    corners = np.array([[boxes[0, 0], boxes[0, 1]], [boxes[-1, 2], boxes[0, 1]], [boxes[0, 0], boxes[0, 3]]])
    mapped = np.c_[corners, np.ones(3)] @ matrix.T
    mapped = mapped[:, :2] / mapped[:, 2:]
    lengths = [np.linalg.norm(points[1:] - points[0], axis=1) for points in (corners, mapped)]
    shrink = np.clip(1.2 * lengths[1] / np.maximum(lengths[0], 1e-6), 0.1, 1.0)
    if (shrink > 0.85).all():
        return plate.pixels, plate.alpha, matrix
    height, width = plate.alpha.shape
    size = (max(round(width * shrink[0]), 2), max(round(height * shrink[1]), 2))
    back = np.diag([width / size[0], height / size[1], 1.0])
    return _average(plate.pixels, size), _average(plate.alpha, size), matrix @ back


def _average(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def plain_background(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """A smooth surface of one colour."""
    tint = rng.normal(0, 7, size=3)
    noise = smooth_noise(rng, height, width, cell=max(width, height) / float(rng.uniform(1.5, 8)))
    base = float(rng.choice([rng.uniform(5, 80), rng.uniform(5, 255)]))
    pixels = (base + noise * float(rng.uniform(2, 30)))[..., None] + tint
    return np.clip(pixels, 0, 255).astype(np.uint8)


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
    image = effects.expose(rng, image)
    if rng.random() < 0.6 * amount:
        image = effects.add_noise(rng, image, float(rng.gamma(1.5, 3.5)) * amount)
    if rng.random() < 0.3 * amount:
        image = effects.sharpen(image, float(rng.uniform(0.3, 1.6)))
    quality = int(rng.integers(30, 97)) if rng.random() < 0.75 else 97
    return effects.compress(image, quality)
