"""Photos that nobody can read, each for one known reason, and photos at the edge that can still be read.

A scene is photographed well and then spoilt. How much it takes follows from what is known of reading: letters
are identified by the spatial frequencies of 1.5 to 3 cycles per letter (Solomon and Pelli 1994), and a detail
is only seen where its contrast times the root of its area is several times the noise (Rose 1948 asks for 5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.types import Image, QualityCode
from training.synthesis import effects
from training.synthesis.backgrounds import cluttered_background
from training.synthesis.effects import Floats
from training.synthesis.photos import Difficulty, expose_photo, plain_background
from training.synthesis.scenes import Look, Quads, Scene, render_scene

CAUSES: tuple[QualityCode, ...] = (
    "too_small",
    "blurred",
    "glare",
    "too_dark",
    "too_bright",
    "low_contrast",
    "cut_off",
    "no_vin",
)

LEAST_READABLE = 9.0
"""Photo pixels of a character that a person reads without effort."""
LEAST_CONTRAST = 60.0
"""Gray levels between ink and ground of a photo that is taken well."""
MOST_UNREADABLE = 4.0
"""Photo pixels of a character that are too few to tell symbols apart: they hold 2 cycles, the middle of those
by which letters are identified, and only as pure black and white.
"""
BLURRED_BEYOND = (0.35, 0.8)
"""Standard deviation of the blur in character sizes: at 0.35 it leaves 0.5 % of 1.5 cycles per character."""
BLURRED_STILL = (0.03, 0.12)
SHAKEN_BEYOND = (1.2, 2.5)
"""Length of the motion in character sizes: neighbors are smeared over each other."""
DAZZLED_BEYOND = (4, 13)
"""How many neighboring characters are white through and through."""
ROSE_BEYOND = (0.5, 4.0)
"""Contrast of a stroke over the noise in its area, where it takes 5 to be seen at all times."""
CUT_BEYOND = (2.0, 9.0)
"""How many characters lie beyond the frame."""
LOST_HEIGHT = (0.45, 0.75)
"""The share of the characters' height beyond the frame."""
BARE_LEVELS = (25, 230)
"""Gray levels between which a surface without anything on it is exposed well."""

_STROKE = 0.15
"""Width of a stroke in character sizes."""
_HALO = 255 * float(np.e)


@dataclass(frozen=True, slots=True)
class JudgedPhoto:
    """`cause` is why nobody can read it; None where a person can. `vin` is what it shows, or would, and
    `quad` where: 4 x 2, in its pixels, in part perhaps beyond the frame; None where there is no VIN.
    """

    image: Image
    cause: QualityCode | None
    vin: str
    quad: Quads | None


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A scene photographed badly: H x W x 3, not rounded and cut to bytes yet, and where the VIN is now."""

    image: Floats
    quad: Quads


def render_judged(rng: np.random.Generator, cause: QualityCode | None) -> JudgedPhoto:
    """A photo that is unreadable for this cause; with None a readable one, every second barely so."""
    if cause == "no_vin":
        return JudgedPhoto(_record(rng, _show_something_else(rng)), cause, "", None)
    if cause == "too_small" and rng.random() < 0.7:
        scene = _from_afar(rng)
        return JudgedPhoto(scene.image, cause, scene.vin, scene.quad)
    scene = _readable_scene(rng)
    spoilt = Spoilt(scene.image.astype(np.float32), scene.quad)
    if cause is not None:
        spoilt = spoil(rng, scene, cause, beyond=True)
    elif rng.random() < 0.6:
        spoilt = spoil(rng, scene, CAUSES[int(rng.integers(len(_SPOILERS)))], beyond=False)
    return JudgedPhoto(_record(rng, spoilt.image), cause, scene.vin, spoilt.quad)


def spoil(rng: np.random.Generator, scene: Scene, cause: QualityCode, *, beyond: bool) -> Spoilt:
    """The scene photographed badly in that way: beyond reading, or so that it still can be read."""
    spoilt = _SPOILERS[cause](rng, scene, beyond)
    return spoilt if isinstance(spoilt, Spoilt) else Spoilt(spoilt, scene.quad)


def character_size(scene: Scene) -> float:
    """Photo pixels of a character of normal proportions: its height, or less where it is squeezed."""
    sides = np.linalg.norm(np.roll(scene.quad, -1, axis=0) - scene.quad, axis=1)
    return float(min((sides[1] + sides[3]) / 2, 1.5 * (sides[0] + sides[2]) / 2 / 17))


def _readable_scene(rng: np.random.Generator) -> Scene:
    """The VIN large enough and whole, little else in the way."""
    side = int(np.exp(rng.uniform(np.log(480), np.log(1280))))
    look: Look = "stretched" if rng.random() < 0.25 else "normal"
    while True:
        difficulty = Difficulty(float(rng.uniform(0, 0.35)))
        scene = render_scene(
            rng, look=look, side=side, difficulty=difficulty, any_roll_share=0.1, vin_shares=(0.3, 0.93)
        )
        height, width = scene.image.shape[:2]
        inside = (scene.quad >= 0).all() and (scene.quad <= (width, height)).all()
        if inside and character_size(scene) >= LEAST_READABLE and _contrast(scene) > LEAST_CONTRAST:
            return scene


def _from_afar(rng: np.random.Generator) -> Scene:
    side = int(np.exp(rng.uniform(np.log(480), np.log(1280))))
    size = float(rng.uniform(2, MOST_UNREADABLE))
    while True:
        share = 17 / 1.5 * size / side
        scene = render_scene(
            rng, look="normal", side=side, difficulty=Difficulty(0.3), vin_shares=(share, 1.2 * share)
        )
        found = character_size(scene)
        if 1.5 < found < MOST_UNREADABLE:
            return scene
        size = float(np.clip(size * 3.0 / found, 1.0, 8.0))


def _record(rng: np.random.Generator, image: Floats | Image) -> Image:
    """To a file, with a little of the sensor's noise."""
    noisy = effects.add_noise(rng, np.asarray(image, np.float32), float(rng.uniform(0.3, 1.5)))
    return effects.compress(noisy, int(rng.integers(60, 97)))


def _levels(scene: Scene) -> npt.NDArray[np.float32]:
    """The gray levels of the VIN's own pixels."""
    mask = np.zeros(scene.image.shape[:2], np.uint8)
    cv2.fillConvexPoly(mask, np.round(scene.quad).astype(np.int32), 1)
    gray = cv2.cvtColor(scene.image, cv2.COLOR_RGB2GRAY)
    return gray[mask > 0].astype(np.float32)


def _contrast(scene: Scene) -> float:
    levels = _levels(scene)
    return float(np.percentile(levels, 95) - np.percentile(levels, 5))


def _invisible_contrast(rng: np.random.Generator, scene: Scene, noise: float) -> float:
    """Gray levels of a stroke that drown in noise of that deviation."""
    area = _STROKE * character_size(scene) ** 2
    return float(np.exp(rng.uniform(*np.log(ROSE_BEYOND)))) * noise / max(float(np.sqrt(area)), 1.0)


def _shrink(rng: np.random.Generator, scene: Scene, beyond: bool) -> Spoilt:
    limits = (2.0, MOST_UNREADABLE) if beyond else (LEAST_READABLE, 1.5 * LEAST_READABLE)
    factor = min(float(rng.uniform(*limits)) / character_size(scene), 1.0)
    small = cv2.resize(scene.image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return Spoilt(np.asarray(small, np.float32), scene.quad * factor)


def _blur(rng: np.random.Generator, scene: Scene, beyond: bool) -> Floats:
    image, size = scene.image.astype(np.float32), character_size(scene)
    if beyond and rng.random() < 0.3:
        return effects.shake(rng, image, float(rng.uniform(*SHAKEN_BEYOND)) * size)
    return effects.defocus(image, float(rng.uniform(*(BLURRED_BEYOND if beyond else BLURRED_STILL))) * size)


def _dazzle(rng: np.random.Generator, scene: Scene, beyond: bool) -> Floats:
    """A lamp mirrored on the VIN, which is white wherever the distance from it is below 1; or beside it."""
    centers = scene.character_quads.mean(axis=1)
    along = scene.quad[1] - scene.quad[0]
    pitch, direction = float(np.linalg.norm(along)) / 17, along / np.linalg.norm(along)
    height = float(np.linalg.norm(scene.quad[3] - scene.quad[0]))
    count = int(rng.integers(*DAZZLED_BEYOND))
    radii = np.array([count / 2 * pitch * 1.1, height * float(rng.uniform(0.9, 2.5))])
    first = int(rng.integers(0, 18 - count))
    middle = centers[first : first + count].mean(axis=0)
    if not beyond:
        side = float(rng.choice([-1.0, 1.0]))
        middle = middle + side * (height / 2 + 2.4 * radii[1]) * np.array([-direction[1], direction[0]])
    spot = _distance(scene.image.shape, middle, direction, radii)
    light = np.asarray(_HALO * np.exp(-(spot**2)), np.float32)
    return scene.image.astype(np.float32) + light[..., None]


def _distance(
    shape: tuple[int, ...], middle: npt.NDArray[np.float64], direction: npt.NDArray[np.float64], radii: object
) -> Floats:
    """From an ellipse's center, 1 on its edge; H x W."""
    x = np.arange(shape[1], dtype=np.float32)[None] - np.float32(middle[0])
    y = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(middle[1])
    along, across = np.asarray(radii, np.float32)
    dx, dy = np.asarray(direction, np.float32)
    return np.asarray(np.hypot((x * dx + y * dy) / along, (y * dx - x * dy) / across), np.float32)


def _darken(rng: np.random.Generator, scene: Scene, beyond: bool) -> Floats:
    image = scene.image.astype(np.float32)
    if not beyond:
        gain = float(rng.uniform(60, 110)) / max(float(np.percentile(_levels(scene), 95)), 1.0)
        return effects.add_noise(rng, image * min(gain, 1.0), float(rng.uniform(0.3, 1.5)))
    noise = float(rng.uniform(1.5, 4))
    gain = _invisible_contrast(rng, scene, noise) / _contrast(scene)
    return effects.add_noise(rng, image * gain + float(rng.uniform(0, 8)), noise)


def _overexpose(rng: np.random.Generator, scene: Scene, beyond: bool) -> Floats:
    image, levels = scene.image.astype(np.float32), _levels(scene)
    if beyond:
        gain = float(rng.uniform(1, 1.8))
        return image * gain + (255 + float(rng.uniform(0, 60)) - gain * float(np.percentile(levels, 1)))
    return image + (float(rng.uniform(225, 250)) - float(np.percentile(levels, 95)))


def _fade(rng: np.random.Generator, scene: Scene, beyond: bool) -> Floats:
    """Haze over the whole photo, or, where it still can be read, a plate that is worn or dirty at its VIN.

    Where wear has taken a VIN altogether, nobody can say whether there ever was one.
    """
    image, middle = scene.image.astype(np.float32), float(_levels(scene).mean())
    noise = float(rng.uniform(1.0, 4.0) if beyond else rng.uniform(0.3, 1.5))
    contrast = _invisible_contrast(rng, scene, noise) if beyond else float(rng.uniform(40, 70))
    gain = min(contrast / _contrast(scene), 1.0)
    level = float(rng.uniform(70, 190))
    if not beyond and rng.random() < 0.2:
        weight = _around(scene, 5.0)
        faded = middle + (image - middle) * gain
        return effects.add_noise(rng, image + (faded - image) * weight[..., None], noise)
    return effects.add_noise(rng, level + (image - middle) * gain, noise)


def _around(scene: Scene, margin: float) -> Floats:
    """1 on the VIN and `margin` character heights about it, fading to 0; H x W."""
    height = float(np.linalg.norm(scene.quad[3] - scene.quad[0]))
    mask = np.zeros(scene.image.shape[:2], np.float32)
    points = np.round(scene.quad).astype(np.int32)
    cv2.fillConvexPoly(mask, points, 1.0)
    cv2.polylines(mask, [points], True, 1.0, max(int(2 * margin * height), 1))
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(0.3 * height, 0.5)), np.float32)


def _cut(rng: np.random.Generator, scene: Scene, beyond: bool) -> Spoilt:
    """The frame runs through the line: across it, or along it where the text is level."""
    along = scene.quad[1] - scene.quad[0]
    axis = int(abs(along[1]) > abs(along[0]))
    level = float(np.min(np.abs(along)) / np.max(np.abs(along))) < 0.05
    ends = np.sort(scene.quad[:, axis])
    start, stop = float(ends[:2].mean()), float(ends[2:].mean())
    depth = float(rng.uniform(*CUT_BEYOND)) / 17 if beyond else -float(rng.uniform(0.3, 1.2)) / 17
    if beyond and level and rng.random() < 0.25:
        axis = 1 - axis
        ends = np.sort(scene.quad[:, axis])
        start, stop = float(ends[:2].mean()), float(ends[2:].mean())
        depth = float(rng.uniform(*LOST_HEIGHT))
    lost = depth * (stop - start)
    first, last = max(round(start + lost), 0), max(round(stop - lost), 1)
    image, quad = scene.image, scene.quad.copy()
    if rng.random() < 0.5:
        kept = image[:, first:] if axis == 0 else image[first:]
        quad[:, axis] -= first
    else:
        kept = image[:, :last] if axis == 0 else image[:last]
    return Spoilt(np.ascontiguousarray(kept).astype(np.float32), quad)


def _show_something_else(rng: np.random.Generator) -> Floats | Image:
    """What surrounds VINs, other lines of a plate, or nothing at all."""
    choice = rng.random()
    side = int(np.exp(rng.uniform(np.log(480), np.log(1280))))
    height = round(side * float(rng.choice([0.5625, 0.75, 1.0, 1.333])))
    if choice < 0.1:
        return _bare_surface(rng, side, height)
    if choice < 0.55:
        pixels, _ = cluttered_background(rng, side, height)
        difficulty = Difficulty(float(rng.uniform(0, 0.35)))
        return expose_photo(rng, pixels, glass=rng.random() < 0.3, text_height=25.0, difficulty=difficulty)
    return _beside(_readable_scene(rng))


def _bare_surface(rng: np.random.Generator, width: int, height: int) -> Image:
    """Well exposed: of a white or a black frame nobody can say that there is no VIN in it."""
    while True:
        surface = plain_background(rng, width, height)
        if BARE_LEVELS[0] < np.median(surface) < BARE_LEVELS[1]:
            return surface


def _beside(scene: Scene) -> Image:
    """The largest part of the photo without any of the VIN."""
    (left, top), (right, bottom) = scene.quad.min(axis=0), scene.quad.max(axis=0)
    gap = 0.3 * character_size(scene)
    left, top = max(round(left - gap), 0), max(round(top - gap), 0)
    right, bottom = round(right + gap), round(bottom + gap)
    image = scene.image
    parts = (image[:top], image[bottom:], image[:, :left], image[:, right:])
    return max(parts, key=lambda part: part.shape[0] * part.shape[1] * min(part.shape[:2]))


_SPOILERS: dict[QualityCode, Callable[[np.random.Generator, Scene, bool], Floats | Spoilt]] = {
    "too_small": _shrink,
    "blurred": _blur,
    "glare": _dazzle,
    "too_dark": _darken,
    "too_bright": _overexpose,
    "low_contrast": _fade,
    "cut_off": _cut,
}
