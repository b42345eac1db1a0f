"""Papers that name a VIN: registration and title documents, insurance cards, invoices."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from training.synthesis import words
from training.synthesis.lines import ROW_BREAK, Lettering, TextLine, set_line, wear
from training.synthesis.relief import smooth_noise
from training.synthesis.sheets import (
    CAP,
    Pixels,
    Plate,
    Sheet,
    bend,
    blank,
    choose_typeface,
    split_others,
    to_color,
    vin_lettering,
    vin_line,
)
from training.synthesis.typefaces import Typeface


def make_paper(rng: np.random.Generator, vin: str, strip: bool) -> Plate:
    shade = rng.integers(185, 256) + rng.integers(-14, 8, size=3)
    back, ink = to_color(shade), to_color(rng.integers(0, 90) + rng.integers(-10, 30, size=3))
    line, span, face = _vin_row(rng, vin)
    broken = ROW_BREAK in vin
    form = rng.random() < 0.55 and not broken
    rows = 1 if strip else int(rng.integers(2, 7))
    pitch = CAP * float(rng.uniform(1.9, 2.7) if form else rng.uniform(1.3, 2.2))
    pad = float(rng.uniform(10, 40 if strip else 80))
    width = int(line.size[0] * rng.uniform(1.0, 1.1 if strip else 2.2) + 2 * pad)
    sheet = Sheet(blank(int((2 * rows + 1.4) * pitch), width, back), ink)
    _guilloche(rng, sheet.pixels)
    baseline = (rows + 1) * pitch
    left = pad + rng.uniform(0, max(width - 2 * pad - line.size[0], 1))
    boxes = sheet.write(line, left, baseline, strength=float(rng.uniform(0.6, 1)))
    other_face = face if rng.random() < 0.6 else choose_typeface(rng, "paper")
    every = (*range(rows - broken), *range(rows + 1, 2 * rows + 1))
    _write_values(rng, sheet, other_face, (pad, pitch), every)
    if form:
        _draw_form(rng, sheet, (left, pitch), 2 * rows + 1)
    elif rng.random() < 0.3 and not broken:
        _draw_lines(rng, sheet, pitch, 2 * rows + 1)
    if rng.random() < 0.4:
        _fold(rng, sheet.pixels)
    alpha = np.full(sheet.pixels.shape[:2], 255, np.uint8)
    plate = Plate("paper", vin, sheet.pixels, alpha, boxes[span], split_others(sheet.others, boxes, span))
    return bend(rng, plate) if rng.random() < 0.25 else plate


def _vin_row(rng: np.random.Generator, vin: str) -> tuple[TextLine, slice, Typeface]:
    """Laser or needle print; the VIN alone or amid a line."""
    needles = rng.random() < 0.2
    lettering = vin_lettering(rng, "dots" if needles else ("paper" if rng.random() < 0.6 else "any"))
    lettering = replace(
        lettering, weight=0.0, tracking=min(lettering.tracking, 0.25), stretch=float(rng.uniform(0.8, 1.15))
    )
    before = after = ""
    if rng.random() < 0.35:
        before = str(rng.choice(words.VIN_PREFIXES))
    if rng.random() < 0.2:
        after = str(rng.choice(words.VIN_SUFFIXES))
    elif rng.random() < 0.05:
        before, after = "*", "*"
    line, span = vin_line(rng, vin, lettering, before=before, after=after)
    return (wear(rng, line) if rng.random() < 0.25 else line), span, lettering.typeface


def _write_values(
    rng: np.random.Generator,
    sheet: Sheet,
    face: Typeface,
    layout: tuple[float, float],
    rows: tuple[int, ...],
) -> None:
    pad, pitch = layout
    width = sheet.pixels.shape[1]
    common = CAP * float(rng.uniform(0.8, 1.05))
    for row in rows:
        size = common if rng.random() < 0.7 else CAP * float(rng.uniform(0.55, 1.0))
        left = pad + float(rng.choice([0.0, 0.0, rng.uniform(0, 0.5)])) * width
        baseline = (row + 1) * pitch + rng.uniform(-2, 2)
        while left < width * 0.8:
            line = set_line(
                words.label_line(rng), Lettering(face, size, stretch=float(rng.uniform(0.8, 1.1)))
            )
            sheet.write_other(line, left, baseline)
            left += line.size[0] + float(rng.uniform(0.6, 4)) * CAP
            if len(rows) == 2 or rng.random() < 0.6:
                break


def _draw_form(rng: np.random.Generator, sheet: Sheet, layout: tuple[float, float], rows: int) -> None:
    """Cells with a small caption in the corner of each."""
    vin_left, pitch = layout
    width = sheet.pixels.shape[1]
    color = to_color(np.array(sheet.ink) + int(rng.integers(20, 110)))
    thickness = int(rng.integers(1, 3))
    small = CAP * float(rng.uniform(0.32, 0.48))
    face = choose_typeface(rng, "any")
    boxed = rng.random() < 0.7
    for row in range(rows + 1):
        y = int(row * pitch + 0.25 * CAP)
        if boxed:
            cv2.line(sheet.pixels, (0, y), (width, y), color, thickness)
        at = vin_left - 6 if row == rows // 2 else float(rng.uniform(0, 0.5)) * width
        if boxed and rng.random() < 0.6:
            cv2.line(sheet.pixels, (int(at), y), (int(at), int(y + pitch)), color, thickness)
        if row < rows and rng.random() < 0.8:
            line = set_line(words.caption(rng), Lettering(face, small))
            sheet.write_other(line, at + 5, y + small + 5)


def _draw_lines(rng: np.random.Generator, sheet: Sheet, pitch: float, rows: int) -> None:
    width = sheet.pixels.shape[1]
    color, thickness = to_color(np.array(sheet.ink) + 60), int(rng.integers(1, 3))
    for row in range(rows):
        y = int((row + 1.2) * pitch)
        cv2.line(sheet.pixels, (0, y), (width, y), color, thickness)


def _fold(rng: np.random.Generator, pixels: Pixels) -> None:
    """Creases, and the paper a little darker on one side of each; or a crumpled sheet."""
    height, width = pixels.shape[:2]
    light = np.ones((height, width), np.float32)
    if rng.random() < 0.25:
        light += smooth_noise(rng, height, width, cell=float(rng.uniform(30, 90))) * float(
            rng.uniform(0.02, 0.08)
        )
    for _ in range(int(rng.integers(1, 3))):
        upright = rng.random() < 0.6
        along = np.arange(width if upright else height, dtype=np.float32)
        at = float(rng.uniform(0.1, 0.9)) * len(along)
        side = np.where(along < at, 1.0, 1 - float(rng.uniform(0.02, 0.15)))
        crease = float(rng.uniform(-0.25, 0.15)) * np.exp(-(((along - at) / float(rng.uniform(1, 4))) ** 2))
        profile = (side + crease).astype(np.float32)
        light *= profile[None] if upright else profile[:, None]
    pixels[:] = cv2.merge([cv2.multiply(plane, light, dtype=cv2.CV_8U) for plane in cv2.split(pixels)])


def _guilloche(rng: np.random.Generator, pixels: Pixels) -> None:
    """The pale waves that printers of certificates put behind the text."""
    if rng.random() < 0.5:
        return
    height, width = pixels.shape[:2]
    x = np.arange(0, width + 8, 8)
    for _ in range(int(rng.integers(1, 3))):
        color = to_color(np.array(pixels[0, 0], int) - rng.integers(5, 60, size=3))
        for offset in range(-20, height + 20, int(rng.integers(6, 20))):
            y = offset + 8 * np.sin(x / float(rng.uniform(15, 40)) + float(rng.uniform(0, 6)))
            cv2.polylines(pixels, [np.stack([x, y], 1).astype(np.int32)], False, color, 1, cv2.LINE_AA)
