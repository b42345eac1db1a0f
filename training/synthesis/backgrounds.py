"""What is around a plate: dashboards, door jambs, engine bays, desks - as shapes, textures and foreign
text.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis import words
from training.synthesis.lines import Lettering, set_line
from training.synthesis.photos import plain_background
from training.synthesis.plates import Pixels, paint
from training.synthesis.relief import smooth_noise
from training.synthesis.typefaces import list_typefaces

Quads = npt.NDArray[np.float64]


def cluttered_background(rng: np.random.Generator, width: int, height: int) -> tuple[Pixels, list[Quads]]:
    """The background and, for each line of foreign text on it, the N x 4 x 2 quads of its characters."""
    pixels = plain_background(rng, width, height)
    for _ in range(int(rng.integers(2, 14))):
        _draw_shape(rng, pixels)
    if rng.random() < 0.3:
        _draw_grating(rng, pixels)
    if rng.random() < 0.5:
        _roughen(rng, pixels)
    texts = [_draw_text(rng, pixels) for _ in range(int(rng.choice([0, 0, 1, 2])))]
    return pixels, texts


def _color(rng: np.random.Generator) -> tuple[int, int, int]:
    base = float(rng.choice([rng.uniform(0, 90), rng.uniform(0, 255)]))
    red, green, blue = (int(v) for v in np.clip(base + rng.normal(0, 10, size=3), 0, 255))
    return (red, green, blue)


def _draw_shape(rng: np.random.Generator, pixels: Pixels) -> None:
    height, width = pixels.shape[:2]
    style = rng.random()
    points = (rng.uniform(-0.2, 1.2, size=(4, 2)) * (width, height)).astype(np.int32)
    if style < 0.35:
        cv2.fillPoly(pixels, [cv2.convexHull(points)], _color(rng), cv2.LINE_AA)
    elif style < 0.6:
        ends = ((int(points[0, 0]), int(points[0, 1])), (int(points[1, 0]), int(points[1, 1])))
        cv2.line(pixels, *ends, _color(rng), int(rng.integers(1, 30)), cv2.LINE_AA)
    elif style < 0.8:
        axes = (int(rng.uniform(0.02, 0.4) * width), int(rng.uniform(0.02, 0.4) * height))
        center = (int(points[0, 0]), int(points[0, 1]))
        thickness = int(rng.choice([-1, 2, 5]))
        cv2.ellipse(
            pixels, center, axes, float(rng.uniform(0, 180)), 0, 360, _color(rng), thickness, cv2.LINE_AA
        )
    else:
        corner = (int(points[0, 0]), int(points[0, 1]))
        size = (int(rng.uniform(0.05, 0.6) * width), int(rng.uniform(0.03, 0.3) * height))
        opposite = (corner[0] + size[0], corner[1] + size[1])
        cv2.rectangle(pixels, corner, opposite, _color(rng), int(rng.choice([-1, -1, 3])))


def _draw_grating(rng: np.random.Generator, pixels: Pixels) -> None:
    """Grilles, vents, bar codes and seams: parallel stripes that are no text."""
    height, width = pixels.shape[:2]
    box = rng.uniform(0, 1, size=2) * (width, height)
    size = rng.uniform(0.08, 0.5, size=2) * (width, height * 0.6)
    color, period = _color(rng), float(rng.uniform(3, 18))
    upright = rng.random() < 0.5
    for offset in np.arange(0, size[0] if upright else size[1], period):
        thickness = max(int(rng.uniform(0.2, 0.6) * period), 1)
        start = box + ((offset, 0) if upright else (0, offset))
        end = start + ((0, size[1]) if upright else (size[0], 0))
        cv2.line(pixels, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), color, thickness)


def _roughen(rng: np.random.Generator, pixels: Pixels) -> None:
    """Leather, plastic grain, tarmac, frost."""
    height, width = pixels.shape[:2]
    grain = smooth_noise(rng, height, width, cell=float(rng.uniform(1.2, 8))) * float(rng.uniform(2, 25))
    where = np.clip(smooth_noise(rng, height, width, cell=width / 3) + 0.3, 0, 1)
    pixels[:] = np.clip(pixels + (grain * where)[..., None], 0, 255).astype(np.uint8)


def _draw_text(rng: np.random.Generator, pixels: Pixels) -> Quads:
    height, width = pixels.shape[:2]
    faces = list_typefaces()
    size = float(rng.uniform(0.015, 0.08)) * max(width, height)
    lettering = Lettering(
        faces[int(rng.integers(len(faces)))], max(size, 8.0), stretch=float(rng.uniform(0.7, 1.4))
    )
    line = set_line(words.label_line(rng), lettering)
    x = int(rng.uniform(0, max(width - line.size[0], 1)))
    y = int(rng.uniform(0, max(height - line.size[1], 1)))
    paint(pixels, line.mask, x, y, _color(rng), float(rng.uniform(0.6, 1)))
    boxes = line.moved(x, y)
    return boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
