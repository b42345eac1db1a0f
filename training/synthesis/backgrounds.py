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
from training.synthesis.relief import smooth_noise
from training.synthesis.sheets import Color, Kind, Pixels, paint, to_color
from training.synthesis.typefaces import list_typefaces

Quads = npt.NDArray[np.float64]


def draw_background(
    rng: np.random.Generator, kind: Kind, size: tuple[int, int], ground: Color | None
) -> tuple[Pixels, list[Quads]]:
    """What lies around a plate of that kind in a photo of `size` (width, height), or the metal of the body
    where `ground` names its colour; and the quads of foreign text, as `cluttered_background` gives them.
    """
    if ground is not None:
        return _body(rng, *size, ground), []
    if rng.random() < 0.35:
        return cluttered_background(rng, *size)
    places = {
        "windshield": _dashboard,
        "label_sticker": _door_frame,
        "stamped_metal": _engine_bay,
        "paper": _desk,
    }
    return places[kind](rng, *size), []


def _body(rng: np.random.Generator, width: int, height: int, color: Color) -> Pixels:
    """Sheet metal that goes on: seams, holes, bolts, edges."""
    pixels = _surface(rng, width, height, color)
    for _ in range(int(rng.integers(0, 4))):
        _draw_seam(rng, pixels, float(rng.uniform(0.5, 1.5)))
    for _ in range(int(rng.integers(0, 4))):
        _draw_bolt(rng, pixels)
    return pixels


def _surface(rng: np.random.Generator, width: int, height: int, color: Color) -> Pixels:
    """One material in uneven light, with some grain."""
    light = 1 + smooth_noise(
        rng, height, width, cell=max(width, height) / float(rng.uniform(1.5, 6))
    ) * float(rng.uniform(0.03, 0.2))
    pixels = np.array(color, np.float32) * light[..., None]
    if rng.random() < 0.7:
        grain = smooth_noise(rng, height, width, cell=float(rng.uniform(1.2, 6)))
        pixels += (grain * float(rng.uniform(0.5, 9)))[..., None]
    return np.clip(pixels, 0, 255).astype(np.uint8)


def _draw_seam(rng: np.random.Generator, pixels: Pixels, gain: float) -> None:
    """The edge between two sheets: another brightness beyond it, a dark gap or a bright rim along it."""
    height, width = pixels.shape[:2]
    angle = float(rng.choice([0.0, np.pi / 2])) + float(rng.normal(0, 0.2))
    at = rng.uniform(0, 1, size=2) * (width, height)
    reach = 2.0 * max(width, height)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    side = np.array(
        [at - along * reach, at + along * reach, at + (along + across) * reach, at + (across - along) * reach]
    )
    beyond = np.zeros((height, width), np.uint8)
    cv2.fillPoly(beyond, [side.astype(np.int32)], 255, cv2.LINE_AA)
    share = (beyond / 255 * float(rng.uniform(0.2, 0.8)) * gain).clip(0, 1)[..., None]
    pixels[:] = (pixels + (np.array(_color(rng)) - pixels) * share).astype(np.uint8)
    level = int(rng.choice([rng.integers(0, 40), rng.integers(150, 255)]))
    ends = ((at - along * reach).astype(int), (at + along * reach).astype(int))
    thickness = int(rng.uniform(0.001, 0.012) * max(width, height)) + 1
    cv2.line(
        pixels,
        (int(ends[0][0]), int(ends[0][1])),
        (int(ends[1][0]), int(ends[1][1])),
        (level, level, level),
        thickness,
        cv2.LINE_AA,
    )


def _draw_bolt(rng: np.random.Generator, pixels: Pixels) -> None:
    height, width = pixels.shape[:2]
    radius = int(rng.uniform(0.01, 0.06) * max(width, height)) + 2
    center = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
    cv2.circle(pixels, center, int(radius * 1.25), _color(rng), -1, cv2.LINE_AA)
    turn = float(rng.uniform(0, np.pi))
    corners = np.arange(6) * np.pi / 3 + turn
    points = np.array(center) + np.stack([np.cos(corners), np.sin(corners)], 1) * radius
    cv2.fillPoly(pixels, [points.astype(np.int32)], _color(rng), cv2.LINE_AA)
    if rng.random() < 0.5:
        cv2.circle(pixels, center, radius // 2, _color(rng), -1, cv2.LINE_AA)


def _dashboard(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """Grained plastic, the black rim of the windshield with its dots, a wiper, the bonnet."""
    base = float(rng.choice([rng.uniform(8, 60), rng.uniform(40, 150)]))
    pixels = _surface(rng, width, height, to_color(base + rng.normal(0, 5, size=3)))
    for _ in range(int(rng.integers(1, 4))):
        _draw_seam(rng, pixels, 1.0)
    if rng.random() < 0.4:
        _draw_frit(rng, pixels)
    if rng.random() < 0.3:
        _draw_shape(rng, pixels)
    return pixels


def _draw_frit(rng: np.random.Generator, pixels: Pixels) -> None:
    """The black print along the edge of the glass, running out in dots."""
    height, width = pixels.shape[:2]
    edge, pitch = float(rng.uniform(0.1, 0.9)) * height, float(rng.uniform(0.008, 0.03)) * width
    cv2.rectangle(pixels, (0, int(edge)), (width, height), (8, 8, 9), -1)
    for row in range(1, 5):
        for x in np.arange(pitch * (row % 2) / 2, width, pitch):
            center = (int(x), int(edge - row * pitch * 0.8))
            cv2.circle(pixels, center, max(int(pitch * 0.35 * (1 - row / 6)), 1), (8, 8, 9), -1, cv2.LINE_AA)


def _door_frame(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """Painted metal with bent edges, a lock, screws, a strip of rubber."""
    base = float(rng.choice([rng.uniform(10, 60), rng.uniform(120, 230), rng.uniform(20, 200)]))
    pixels = _surface(rng, width, height, to_color(base + rng.normal(0, 12, size=3)))
    for _ in range(int(rng.integers(1, 5))):
        _draw_seam(rng, pixels, 1.0)
    for _ in range(int(rng.integers(0, 4))):
        _draw_bolt(rng, pixels)
    return pixels


def _engine_bay(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """Metal, hoses and bolts."""
    pixels = _body(rng, width, height, to_color(float(rng.uniform(15, 150)) + rng.normal(0, 8, size=3)))
    for _ in range(int(rng.integers(1, 6))):
        _draw_shape(rng, pixels)
    return pixels


def _desk(rng: np.random.Generator, width: int, height: int) -> Pixels:
    """Wood with its grain, cloth or a plain table; the edge of another sheet."""
    base = (
        np.array([150, 110, 75]) * float(rng.uniform(0.3, 1.3))
        if rng.random() < 0.5
        else rng.uniform(20, 220)
    )
    pixels = _surface(rng, width, height, to_color(base + rng.normal(0, 8, size=3)))
    if rng.random() < 0.5:
        grain = cv2.resize(
            smooth_noise(rng, height, 8, cell=3), (width, height), interpolation=cv2.INTER_CUBIC
        )
        pixels[:] = np.clip(pixels + (grain * float(rng.uniform(4, 18)))[..., None], 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        _draw_seam(rng, pixels, 1.2)
    return pixels


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
