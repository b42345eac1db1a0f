"""Metal that carries a VIN: bare, brushed, painted, rusty or anodised; stamped, peened, rolled or etched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis.lines import Boxes
from training.synthesis.relief import (
    Floats,
    Ground,
    Mark,
    Pixels,
    press,
    random_light,
    render,
    slopes,
    smooth_noise,
    white_noise,
)

Method = Literal["stamped", "peened", "embossed", "etched", "filled", "painted_over"]

_BODY_PAINTS = (
    (0.75, 0.76, 0.78),
    (0.05, 0.05, 0.06),
    (0.25, 0.27, 0.3),
    (0.08, 0.12, 0.3),
    (0.4, 0.05, 0.06),
)
_MORE_PAINTS = ((0.1, 0.2, 0.14), (0.55, 0.52, 0.45), (0.85, 0.84, 0.8), (0.16, 0.16, 0.17), (0.3, 0.3, 0.31))
_RUST = ((0.35, 0.17, 0.08), (0.22, 0.11, 0.06), (0.45, 0.25, 0.12))


@dataclass(frozen=True, slots=True)
class Marking:
    """`ink` H x W bytes where the tool went, the `boxes` of its characters, `dotted` for separate dots."""

    ink: Pixels
    boxes: Boxes
    dotted: bool


def mark_metal(rng: np.random.Generator, marking: Marking) -> Pixels:
    """H x W x 3 pixels of metal with the marking in it."""
    height, width = marking.ink.shape
    method = _method(rng, marking.dotted)
    ground = _ground(rng, height, width, method)
    mark = _mark(rng, marking, method, ground)
    contrast = float(np.exp(rng.uniform(np.log(20), np.log(50))))
    shown = render(ground, mark, random_light(rng, ground.gloss), contrast=contrast)
    wanted = float(np.exp(rng.uniform(np.log(38), np.log(185))))
    gain = wanted / max(float(np.median(shown[1, ::4, ::4])), 0.02)
    return np.asarray(cv2.merge([cv2.convertScaleAbs(plane, alpha=gain) for plane in shown]), np.uint8)


def _method(rng: np.random.Generator, dotted: bool) -> Method:
    methods: tuple[Method, ...] = ("stamped", "embossed", "etched", "filled", "painted_over")
    if dotted:
        methods = ("peened", "peened", "etched", "filled", "painted_over")
        return methods[int(rng.choice(5, p=(0.4, 0.3, 0.12, 0.06, 0.12)))]
    return methods[int(rng.choice(5, p=(0.53, 0.07, 0.1, 0.08, 0.22)))]


def _ground(rng: np.random.Generator, height: int, width: int, method: Method) -> Ground:
    painted = method == "painted_over" or rng.random() < 0.35
    if painted:
        paints = _BODY_PAINTS + _MORE_PAINTS
        base = np.array(paints[int(rng.integers(len(paints)))], np.float32) * float(rng.uniform(0.7, 1.2))
        gloss = float(rng.uniform(0.05, 0.5))
    else:
        shade = float(rng.choice([rng.uniform(0.08, 0.3), rng.uniform(0.2, 0.6)]))
        base = shade * (1 + rng.normal(0, 0.04, size=3)).astype(np.float32)
        gloss = float(rng.uniform(0.25, 0.9))
    tone = 1 + smooth_noise(rng, height, width, cell=float(rng.uniform(40, 200))) * float(
        rng.uniform(0.01, 0.12)
    )
    color = tone[None] * base.astype(np.float32)[:, None, None]
    slope_x, slope_y = _texture(rng, height, width, painted=painted)
    if rng.random() < (0.12 if painted else 0.3):
        _rust(rng, color, slope_x, slope_y)
    if rng.random() < 0.5:
        _scratch(rng, color, slope_y)
    return Ground(color, slope_x, slope_y, gloss)


def _texture(rng: np.random.Generator, height: int, width: int, *, painted: bool) -> tuple[Floats, Floats]:
    """Slopes of orange peel and overspray on paint; of rolling, grinding, casting on bare metal."""
    fine = white_noise(rng, height, width) * np.float32(rng.uniform(0.003, 0.05))
    slope_x, slope_y = fine, white_noise(rng, height, width) * np.float32(rng.uniform(0.003, 0.05))
    style = rng.random()
    if painted or style < 0.3:
        cell = float(rng.uniform(2.5, 14))
        bumps_x, bumps_y = slopes(smooth_noise(rng, height, width, cell=cell))
        amount = float(rng.uniform(0.05, 0.45) if painted else rng.uniform(0.1, 0.8))
        slope_x, slope_y = slope_x + bumps_x * amount, slope_y + bumps_y * amount
    elif style < 0.8:
        length = int(rng.integers(15, 120))
        along = rng.random() < 0.8
        grooves = cv2.blur(fine, (length, 1) if along else (1, length)) * np.float32(
            np.sqrt(length) * rng.uniform(0.7, 3)
        )
        if along:
            slope_y = slope_y * 0.5 + grooves
        else:
            slope_x = slope_x * 0.5 + grooves
    if rng.random() < 0.4:  # a sheet is never quite flat
        bend_x, bend_y = slopes(smooth_noise(rng, height, width, cell=float(rng.uniform(60, 300))) * 8)
        slope_x, slope_y = slope_x + bend_x, slope_y + bend_y
    return slope_x, slope_y


def _rust(rng: np.random.Generator, color: Floats, slope_x: Floats, slope_y: Floats) -> None:
    height, width = slope_x.shape
    spread = float(rng.uniform(-0.3, 0.9))
    amount = np.clip(smooth_noise(rng, height, width, cell=float(rng.uniform(8, 45))) - spread, 0, 1)
    amount += np.clip(smooth_noise(rng, height, width, cell=3) - 1.6, 0, 1)
    amount = np.clip(amount * float(rng.uniform(0.4, 1.0)), 0, 1)
    tone = np.array(_RUST[int(rng.integers(len(_RUST)))], np.float32)
    color += (tone[:, None, None] - color) * amount
    pits_x, pits_y = slopes(smooth_noise(rng, height, width, cell=2.5))
    slope_x += pits_x * amount * 0.4
    slope_y += pits_y * amount * 0.4


def _scratch(rng: np.random.Generator, color: Floats, slope: Floats) -> None:
    height, width = slope.shape
    lines = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 14))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        dx, dy = rng.normal(0, width / 6), rng.normal(0, height / 3)
        ends = ((int(x), int(y)), (int(x + dx), int(y + dy)))
        cv2.line(lines, *ends, float(rng.uniform(0.2, 1)), 1, cv2.LINE_AA)
    color += lines * np.float32(rng.uniform(-0.1, 0.25))
    slope += lines * float(rng.normal(0, 0.25))


def _mark(rng: np.random.Generator, marking: Marking, method: Method, ground: Ground) -> Mark:
    gains = _gains(rng, marking, uneven=method in {"stamped", "peened", "painted_over"})
    sag = float(rng.uniform(1.1, 2.2)) if method == "painted_over" else 0.0
    slope_x, slope_y, cover = press(rng, marking.ink, gains, dotted=marking.dotted, sag=sag)
    base = ground.color[:, ::8, ::8].mean((1, 2))
    if method == "embossed":
        return Mark(-slope_x, -slope_y, cover * np.float32(0), _tone(base))
    if method == "etched":
        dark = float(base.mean()) > 0.25 and rng.random() < 0.7
        tone = (
            base * float(rng.uniform(0.15, 0.5))
            if dark
            else base + (0.9 - base) * float(rng.uniform(0.3, 0.9))
        )
        faint = float(rng.uniform(0, 0.15))
        return Mark(slope_x * faint, slope_y * faint, np.clip(cover, 0, 1), _tone(tone))
    if method == "filled":
        tone = np.array([0.9, 0.9, 0.85]) if base.mean() < 0.4 else np.array([0.05, 0.05, 0.06])
        worn = np.clip(0.8 + 0.5 * smooth_noise(rng, *marking.ink.shape, cell=12), 0.1, 1)
        return Mark(slope_x * 0.6, slope_y * 0.6, np.clip(cover * worn, 0, 1), _tone(tone))
    if method == "painted_over":
        return Mark(slope_x * 0.8, slope_y * 0.8, cover * np.float32(rng.uniform(0, 0.15)), _tone(base * 0.5))
    return Mark(slope_x, slope_y, *_floor(rng, cover, base))


def _floor(
    rng: np.random.Generator, cover: Floats, base: Floats
) -> tuple[Floats, tuple[float, float, float]]:
    """What lies in the groove: dirt, rust, bright fresh metal, or nothing but less light."""
    style = rng.random()
    strength = float(rng.uniform(0.1, 0.75))
    if style < 0.35:
        tone = base * 0.3
    elif style < 0.5:
        tone = np.array(_RUST[0], np.float32)
    elif style < 0.7:
        tone = base + (0.8 - base) * 0.7
    else:
        tone, strength = base * 0.4, float(rng.uniform(0, 0.25))
    return np.clip(cover * np.float32(strength), 0, 1), _tone(tone)


def _tone(values: npt.ArrayLike) -> tuple[float, float, float]:
    red, green, blue = (float(v) for v in np.asarray(values))
    return (red, green, blue)


def _gains(rng: np.random.Generator, marking: Marking, *, uneven: bool) -> Floats:
    """1 x W (or H x W): the depth of every character, each struck by its own blow, and tilted dies."""
    height, width = marking.ink.shape
    if not uneven or rng.random() < 0.3:
        return np.ones((1, width), np.float32)
    spread = float(rng.uniform(0.05, 0.3))
    centers = np.sort(marking.boxes[:, [0, 2]].mean(1))
    levels = np.clip(rng.normal(1, spread, len(centers)), 0.45, 1.4)
    columns = np.interp(np.arange(width), centers, levels).astype(np.float32)[None]
    if rng.random() < 0.5:
        return columns
    tilt = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * float(rng.normal(0, 0.15))
    return columns * np.clip(1 + tilt * float(height / 40), 0.5, 1.4)
