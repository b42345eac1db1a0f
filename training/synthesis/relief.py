"""Characters in metal: a height map under a light.

The ground and the marks are slopes of one surface. Light comes from a lamp (diffuse) and from what the metal
mirrors (lobes, after Blinn-Phong with small slopes): a flank turned to a lobe is bright, the one turned away
is dark, so that every stroke shows two edges; where the ground itself mirrors the lobe it glares and both
flanks are dark.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_LEAST_RATIO = 2.8
"""Of the deviation that a mark brings into its surroundings to the ground's own."""
_MIDDLE = 110.0
"""Brightness, of 255, at which contrasts are given."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Metal before it is marked: `color` 3 x H x W from 0 to 1, slopes H x W, `gloss` 0 (matt) to 1."""

    color: Floats
    slope_x: Floats
    slope_y: Floats
    gloss: float


@dataclass(frozen=True, slots=True)
class Mark:
    """What a tool left: slopes, and the `color` of the ground where `cover` (0 to 1) says so; all H x W."""

    slope_x: Floats
    slope_y: Floats
    cover: Floats
    color: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Lobe:
    """A mirrored light: seen where the slope is (x, y); `drift` is how that moves across the surface."""

    x: float
    y: float
    drift: tuple[float, float]
    width: float
    level: float


@dataclass(frozen=True, slots=True)
class Light:
    direction: tuple[float, float, float]
    ambient: float
    lobes: tuple[Lobe, ...]


def smooth_noise(rng: np.random.Generator, height: int, width: int, *, cell: float) -> Floats:
    """Smooth random values with deviation about 1, varying over `cell` pixels."""
    rows, columns = int(height / cell) + 3, int(width / cell) + 3
    coarse = rng.standard_normal((rows, columns), np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def white_noise(rng: np.random.Generator, height: int, width: int) -> Floats:
    """Independent random values with deviation 1: a part of a sheet that is drawn once, for speed."""
    sheet = _noise_sheet()
    rows, columns = sheet.shape
    y, x = int(rng.integers(rows)), int(rng.integers(columns))
    if height > rows or width > columns:
        return rng.standard_normal((height, width), np.float32)
    sign = np.float32(1 if rng.random() < 0.5 else -1)
    below = sheet[np.arange(y, y + height) % rows]
    return np.ascontiguousarray(below[:, np.arange(x, x + width) % columns]) * sign


@functools.cache
def _noise_sheet() -> Floats:
    return np.random.default_rng(0).standard_normal((719, 2039), np.float32)


def random_light(rng: np.random.Generator, gloss: float) -> Light:
    """One lamp or window, or several, the sky among them; glossier metal mirrors more narrowly."""
    angle, height = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.25, 1.2))
    direction = (np.cos(angle) * np.cos(height), np.sin(angle) * np.cos(height), np.sin(height))
    lobes: list[Lobe] = []
    for _ in range(int(rng.integers(1, 4))):
        away = float(rng.uniform(0.0, 0.9)) if rng.random() < 0.7 else float(rng.uniform(0.0, 0.25))
        turn = angle if not lobes else float(rng.uniform(0, 2 * np.pi))
        drift = rng.normal(0, 0.35, size=2)
        width = float(rng.uniform(0.12, 0.35)) * (1.6 - 0.6 * gloss)
        level = float(rng.uniform(0.25, 1.0)) * (0.3 + gloss)
        lobes.append(
            Lobe(-np.cos(turn) * away, -np.sin(turn) * away, (drift[0], drift[1] * 0.3), width, level)
        )
    return Light(direction, float(rng.uniform(0.25, 0.6)), tuple(lobes))


def press(
    rng: np.random.Generator, ink: Pixels, gains: Floats, *, dotted: bool, sag: float
) -> tuple[Floats, Floats, Floats]:
    """The height (below zero where the tool went), and how much of the tool's print covers each pixel.

    `gains` H or 1 x W scales the depth, as blows of different force do; `sag` in pixels is how far paint
    or wear rounds the edges. A die leaves a groove with leaning walls and pushes a burr up around it. Returns
    slopes along x and y and the cover, all H x W.
    """
    inside = cv2.distanceTransform((ink > 110).astype(np.uint8), cv2.DIST_L2, 3)
    wall = float(rng.uniform(1.5, 3.2) if dotted else rng.uniform(1.2, 4.0))
    profile = np.minimum(inside / wall, 1.0)
    edge = ink.astype(np.float32) / 255
    soft = max(float(rng.uniform(0.5, 1.1)), sag)
    profile = cv2.GaussianBlur(profile, (0, 0), soft) * gains
    depth = float(rng.uniform(1.6, 4.2)) * (0.8 if dotted else 1.0)
    height = -depth * profile
    if rng.random() < 0.6:
        reach = float(rng.uniform(1.2, 2.8)) + soft
        rim = cv2.GaussianBlur(edge, (0, 0), reach) * (1 - edge)
        height += depth * float(rng.uniform(0.2, 0.9)) * cv2.GaussianBlur(rim, (0, 0), soft) * gains
    slope_x, slope_y = slopes(height)
    return slope_x, slope_y, np.asarray(cv2.GaussianBlur(edge, (0, 0), max(soft * 0.7, 0.4)) * gains)


def slopes(height: Floats) -> tuple[Floats, Floats]:
    """Central differences along x and y."""
    kernel = np.array([[-0.5, 0, 0.5]], np.float32)
    return np.asarray(cv2.filter2D(height, -1, kernel)), np.asarray(cv2.filter2D(height, -1, kernel.T))


def render(ground: Ground, mark: Mark, light: Light, *, contrast: float) -> Floats:
    """3 x H x W light from the surface, 0 to about 1 and more where it glares.

    Marks that the ground's own roughness would drown, or that bring less than `contrast` (a deviation, of
    255) under this light, are made plainer: nobody could read them.
    """
    rough, deep = _balance(ground, mark, light, contrast)
    slope_x = ground.slope_x * rough + mark.slope_x * deep
    slope_y = ground.slope_y * rough + mark.slope_y * deep
    diffuse, mirrored = _lighting(slope_x, slope_y, light)
    color = ground.color
    if mark.cover.any():
        color = color + (np.array(mark.color, np.float32)[:, None, None] - color) * mark.cover
    base = ground.color[:, ::8, ::8].mean((1, 2))
    tint = (0.6 + 0.4 * base / max(float(base.mean()), 1e-3)) * ground.gloss
    return np.asarray(color * diffuse + mirrored * tint.astype(np.float32)[:, None, None])


def _balance(ground: Ground, mark: Mark, light: Light, contrast: float) -> tuple[float, float]:
    """Factors for the slopes of ground and mark, found on every second pixel."""
    step = 2
    near = np.abs(mark.slope_x[::step, ::step]) + np.abs(mark.slope_y[::step, ::step])
    near = (near > 0.05) | (mark.cover[::step, ::step] > 0.3)
    if near.sum() < 30:
        return 1.0, 1.0
    bare = np.ascontiguousarray(ground.color[1, ::step, ::step])
    covered = bare + (float(np.mean(mark.color)) - bare) * mark.cover[::step, ::step]
    base_x, base_y = ground.slope_x[::step, ::step], ground.slope_y[::step, ::step]
    mark_x, mark_y = mark.slope_x[::step, ::step], mark.slope_y[::step, ::step]
    plain = _gray(base_x, base_y, bare, light, ground.gloss)
    flat = _gray(np.zeros_like(base_x), np.zeros_like(base_y), bare, light, ground.gloss)
    noise = float((plain - flat)[near].std())
    level = max(float(plain.mean()), 0.05)
    deep = 1.0
    for _ in range(5):
        marked = _gray(mark_x * deep, mark_y * deep, covered, light, ground.gloss)
        signal = float((marked - flat)[near].std())
        if signal / level * _MIDDLE >= contrast:
            break
        deep *= 1.7
    return min(1.0, signal / _LEAST_RATIO / max(noise, 1e-6)), deep


def _gray(slope_x: Floats, slope_y: Floats, color: Floats, light: Light, gloss: float) -> Floats:
    diffuse, mirrored = _lighting(slope_x, slope_y, light)
    return color * diffuse + mirrored * gloss


def _lighting(slope_x: Floats, slope_y: Floats, light: Light) -> tuple[Floats, Floats]:
    height, width = slope_x.shape
    lamp_x, lamp_y, lamp_z = (np.float32(v) for v in light.direction)
    steep = slope_x * slope_x + slope_y * slope_y
    facing = (lamp_z - slope_x * lamp_x - slope_y * lamp_y) / np.sqrt(1 + steep)
    diffuse = np.float32(light.ambient) + np.maximum(facing, 0) * np.float32(1 - light.ambient)
    across = np.linspace(-1, 1, width, dtype=np.float32)[None]
    down = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    mirrored = np.zeros_like(slope_x)
    for lobe in light.lobes:
        off_x = slope_x - (np.float32(lobe.x) + np.float32(lobe.drift[0]) * across)
        off_y = slope_y - (np.float32(lobe.y) + np.float32(lobe.drift[1]) * down)
        apart = (off_x * off_x + off_y * off_y) * np.float32(-0.5 / lobe.width**2)
        mirrored += np.float32(lobe.level) * cv2.exp(apart)
    return diffuse, mirrored
