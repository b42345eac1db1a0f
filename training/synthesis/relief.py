"""Characters stamped, engraved or dot-peened into metal: a height map under a light."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


def metal_surface(rng: np.random.Generator, height: int, width: int) -> Floats:
    """H x W x 3 brightness 0 to 255 of bare, brushed, painted or rusty metal."""
    base = float(rng.uniform(25, 205))
    gray = np.full((height, width), base, np.float32)
    gray += smooth_noise(rng, height, width, cell=float(rng.uniform(30, 150))) * float(rng.uniform(2, 22))
    if rng.random() < 0.5:
        gray += _brushed(rng, height, width) * float(rng.uniform(2, 12))
    gray += rng.standard_normal((height, width), np.float32) * float(rng.uniform(1, 6))
    surface = np.repeat(gray[..., None], 3, axis=2)
    surface *= 1 + rng.normal(0, 0.04, size=3).astype(np.float32)
    if rng.random() < 0.25:
        _rust(rng, surface)
    if rng.random() < 0.5:
        _scratches(rng, surface, base)
    return surface


def smooth_noise(rng: np.random.Generator, height: int, width: int, *, cell: float) -> Floats:
    """Smooth random values with deviation about 1, varying over `cell` pixels."""
    rows, columns = int(height / cell) + 3, int(width / cell) + 3
    coarse = rng.standard_normal((rows, columns), np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def engrave(rng: np.random.Generator, surface: Floats, ink: Pixels, *, dotted: bool) -> Pixels:
    """The surface with `ink` (255 where the tool went) pressed into it and lit from one side.

    Edges toward the light turn bright and those away from it dark, so that every stroke shows two edges.
    """
    soft = float(rng.uniform(0.6, 1.6) if dotted else rng.uniform(0.8, 2.6))
    depth = cv2.GaussianBlur(ink.astype(np.float32) / 255, (0, 0), soft)
    if rng.random() < 0.25:
        depth *= np.clip(0.75 + 0.35 * smooth_noise(rng, *ink.shape, cell=60), 0.1, 1.2)
    angle, strength = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.4, 1.0))
    slope_x = cv2.Sobel(depth, cv2.CV_32F, 1, 0, scale=0.25)
    slope_y = cv2.Sobel(depth, cv2.CV_32F, 0, 1, scale=0.25)
    sign = 1.0 if rng.random() < 0.85 else -1.0  # raised, as embossed plates are
    lit = sign * (slope_x * np.cos(angle) + slope_y * np.sin(angle))
    relief = lit * soft * strength * float(rng.uniform(160, 420))
    relief += np.clip(lit * soft - 0.12, 0, None) * float(rng.uniform(0, 600))  # glints
    floor = depth * float(rng.normal(-28, 30)) * (1.0 if rng.random() < 0.75 else 2.5)
    return np.clip(surface + (relief + floor)[..., None], 0, 255).astype(np.uint8)


def _brushed(rng: np.random.Generator, height: int, width: int) -> Floats:
    noise = rng.standard_normal((height, width), np.float32)
    length = int(rng.integers(15, 80))
    kernel = (length, 1) if rng.random() < 0.8 else (1, length)
    return np.asarray(cv2.blur(noise, kernel), dtype=np.float32) * float(np.sqrt(length))


def _rust(rng: np.random.Generator, surface: Floats) -> None:
    height, width = surface.shape[:2]
    amount = np.clip(smooth_noise(rng, height, width, cell=25) - 0.4, 0, 1)
    amount *= np.clip(rng.normal(0.7, 0.3, size=(height, width)), 0, 1).astype(np.float32)
    rust = np.array([110, 62, 35], np.float32)
    surface += (rust - surface) * (amount * float(rng.uniform(0.3, 0.9)))[..., None]


def _scratches(rng: np.random.Generator, surface: Floats, base: float) -> None:
    height, width = surface.shape[:2]
    for _ in range(int(rng.integers(1, 10))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        dx, dy = rng.normal(0, width / 5), rng.normal(0, height / 3)
        value = float(np.clip(base + rng.normal(0, 60), 0, 255))
        ends = ((int(x), int(y)), (int(x + dx), int(y + dy)))
        cv2.line(surface, *ends, (value, value, value), 1, cv2.LINE_AA)
