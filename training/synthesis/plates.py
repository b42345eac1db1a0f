"""Flat, clean plates, labels, metal and papers that carry a VIN, before any camera has seen them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from training.synthesis import words
from training.synthesis.labels import make_label
from training.synthesis.lines import ROW_BREAK, Lettering, TextLine, set_line
from training.synthesis.metal import Marking, mark_metal
from training.synthesis.papers import make_paper
from training.synthesis.sheets import (
    CAP,
    KINDS,
    Color,
    Kind,
    Pixels,
    Plate,
    Sheet,
    bend,
    blank,
    choose_typeface,
    draw_bars,
    frame_vin,
    paint,
    random_colors,
    rounded_alpha,
    split_others,
    to_color,
    vin_lettering,
    vin_line,
)

__all__ = ["CAP", "KINDS", "Kind", "Pixels", "Plate", "make_plate", "paint"]


def make_plate(rng: np.random.Generator, kind: Kind, vin: str, *, strip: bool = False) -> Plate:
    """A plate of that kind; with `strip` little more than the VIN's own line, which is quicker.

    A VIN with a lines.ROW_BREAK in it is written in two rows.
    """
    makers: dict[Kind, Callable[[np.random.Generator, str, bool], Plate]] = {
        "windshield": _windshield,
        "label_sticker": make_label,
        "stamped_metal": _stamped,
        "paper": make_paper,
    }
    return replace(makers[kind](rng, vin, strip), vin=vin.replace(ROW_BREAK, ""))


def _windshield(rng: np.random.Generator, vin: str, strip: bool) -> Plate:
    lettering = vin_lettering(rng, "dots" if rng.random() < 0.18 else "any")
    before, after = frame_vin(rng) if rng.random() < 0.4 else ("", "")
    line, span = vin_line(rng, vin, lettering, before=before, after=after, leading=(1.15, 1.8))
    back, ink = random_colors(rng, dark_share=0.75)
    pad_x, above, below = rng.uniform(8, 110), rng.uniform(5, 50), rng.uniform(5, 50)
    barred = rng.random() < 0.35
    bars = float(rng.uniform(12, 60)) if barred else 0.0
    above += _further_rows(line)
    height, width = int(CAP + above + below + bars), int(line.size[0] + 2 * pad_x)
    sheet = Sheet(blank(height, width, back), ink)
    if rng.random() < 0.15:
        _emboss(rng, sheet.pixels)
    boxes = sheet.write(line, pad_x, above + CAP, strength=float(rng.choice([1, 1, rng.uniform(0.45, 1)])))
    if barred:
        top = int(above + CAP + rng.uniform(0, 12))
        inset = int(pad_x * 0.6)
        draw_bars(rng, sheet.pixels, (inset, top, width - inset, min(top + int(bars), height)), ink)
    elif rng.random() < 0.15 and not strip:
        _small_line(rng, sheet, above + CAP + below * 0.8, below * 0.5)
    if rng.random() < 0.3:
        inset = int(rng.integers(1, 5))
        opposite = (width - 1 - inset, height - 1 - inset)
        cv2.rectangle(sheet.pixels, (inset, inset), opposite, ink, int(rng.integers(1, 4)))
    if rng.random() < 0.25:
        _rivets(rng, sheet.pixels, ink)
    radius = int(rng.choice([0, 6, 14, height // 2]))
    alpha = rounded_alpha(height, width, radius)
    if rng.random() < 0.2:
        _outline(rng, sheet.pixels, radius)
    if rng.random() < 0.25:
        alpha = (alpha * float(rng.uniform(0.5, 0.95))).astype(np.uint8)
    plate = Plate(
        "windshield", vin, sheet.pixels, alpha, boxes[span], split_others(sheet.others, boxes, span)
    )
    return bend(rng, plate) if rng.random() < 0.15 else plate


def _emboss(rng: np.random.Generator, pixels: Pixels) -> None:
    """Foil with a fine pattern all over, against forgery."""
    height, width = pixels.shape[:2]
    period, amount = float(rng.uniform(5, 16)), float(rng.uniform(4, 16))
    x, y = np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    waves = np.sin((x + y) * 2 * np.pi / period) + np.sin((x - y) * 2 * np.pi / period)
    pixels[:] = np.clip(pixels + (waves * amount / 2)[..., None], 0, 255).astype(np.uint8)


def _outline(rng: np.random.Generator, pixels: Pixels, radius: int) -> None:
    """The bright rim of the window that the black print on the glass leaves open."""
    height, width = pixels.shape[:2]
    rim = rounded_alpha(height, width, radius)
    inner = cv2.erode(cv2.copyMakeBorder(rim, 1, 1, 1, 1, cv2.BORDER_CONSTANT), np.ones((3, 3), np.uint8))
    level = int(rng.integers(110, 230))
    paint(pixels, np.asarray(cv2.subtract(rim, inner[1:-1, 1:-1]), np.uint8), 0, 0, (level, level, level))


def _rivets(rng: np.random.Generator, pixels: Pixels, ink: Color) -> None:
    height, width = pixels.shape[:2]
    radius = int(rng.integers(6, 13))
    for x in (radius + 3, width - radius - 4):
        cv2.circle(pixels, (x, height // 2), radius, ink, int(rng.choice([-1, 2])), cv2.LINE_AA)


def _small_line(rng: np.random.Generator, sheet: Sheet, baseline: float, height: float) -> None:
    stretch = float(rng.uniform(0.7, 1.3))
    line = set_line(
        words.label_line(rng), Lettering(choose_typeface(rng, "any"), max(height, 7.0), stretch=stretch)
    )
    sheet.write_other(line, rng.uniform(0, max(sheet.pixels.shape[1] - line.size[0], 1)), baseline)


def _stamped(rng: np.random.Generator, vin: str, strip: bool) -> Plate:
    dotted = rng.random() < 0.3
    by_hand = rng.random() < 0.45
    lettering = replace(
        vin_lettering(rng, "dots" if dotted else str(rng.choice(["any", "stroke", "stroke", "stroke"]))),
        stretch=float(np.exp(rng.normal(-0.12, 0.2))),
        pitch=float(rng.uniform(0.72, 1.2)) if rng.random() < 0.6 else 0.0,
        wobble=float(rng.uniform(0.01, 0.09)) if by_hand else 0.0,
        turn=float(rng.uniform(0.3, 3)) if by_hand and not dotted else 0.0,
    )
    before, after = frame_vin(rng) if rng.random() < 0.6 else ("", "")
    line, span = vin_line(rng, vin, lettering, before=before, after=after, leading=(1.15, 1.9))
    framed = rng.uniform(10, 45, size=2) if strip else rng.uniform(15, float(rng.choice([120, 450])), size=2)
    pad_x, pad_y = float(framed[0]), float(framed[1])
    tall = CAP + _further_rows(line)
    height, width = int(tall + 2 * pad_y), int(line.size[0] + 2 * pad_x)
    x, y = round(pad_x), round(pad_y + tall - line.boxes[:, 3].max())
    ink = np.zeros((height + line.size[1], width), np.uint8)
    ink[max(y, 0) : y + line.size[1], x : x + line.size[0]] = line.mask[max(-y, 0) :]
    boxes = line.moved(x, y)
    pixels = mark_metal(rng, Marking(ink[:height], boxes, dotted))
    alpha, ground = np.full((height, width), 255, np.uint8), None
    if not strip and rng.random() < 0.65:
        ground = to_color(np.median(pixels[:: max(height // 40, 1), :: max(width // 40, 1)], axis=(0, 1)))
        alpha = _fading(height, width, min(pad_x, pad_y))
    others = split_others([], boxes, span)
    return Plate("stamped_metal", vin, pixels, alpha, boxes[span], others, ground)


def _further_rows(line: TextLine) -> float:
    """How far the rows of a line reach above its last one; nothing where there is one."""
    return float(line.boxes[:, 3].max() - line.boxes[0, 3]) if ROW_BREAK in line.text else 0.0


def _fading(height: int, width: int, reach: float) -> Pixels:
    """255 inside, falling to 0 at the edges, so that the plate passes over into the body."""
    x, y = np.arange(width)[None] + 0.5, np.arange(height)[:, None] + 0.5
    near = np.minimum(np.minimum(x, width - x), np.minimum(y, height - y))
    return np.asarray(np.clip(near / max(0.7 * reach, 1), 0, 1) * 255, np.uint8)
