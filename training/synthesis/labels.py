"""Stickers and riveted plates of the door frame: certification labels, makers' plates, tyre placards."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from training.synthesis import words
from training.synthesis.lines import ROW_BREAK, Lettering, TextLine, set_line, wear
from training.synthesis.sheets import (
    CAP,
    Plate,
    Sheet,
    bend,
    blank,
    choose_typeface,
    draw_bars,
    frame_vin,
    random_colors,
    rounded_alpha,
    split_others,
    vin_lettering,
    vin_line,
)
from training.synthesis.typefaces import Typeface

_DENSE_SHARE = 0.5


def make_label(rng: np.random.Generator, vin: str, strip: bool) -> Plate:
    dense = rng.random() < _DENSE_SHARE
    back, ink = random_colors(rng, dark_share=0.45)
    line, span, face = _vin_row(rng, vin, dense)
    above, below = _row_counts(rng, dense, strip)
    broken = ROW_BREAK in vin
    above += broken
    pitch = CAP * float(rng.uniform(1.18, 1.5) if dense else rng.uniform(1.25, 1.9))
    pad = float(rng.uniform(6, 40))
    width = int(line.size[0] * (1.0 if dense or strip else rng.uniform(1.0, 1.5)) + 2 * pad)
    foot = rng.uniform(0.3, 1.2) * CAP + (0 if strip else rng.uniform(0, 70))
    height = int((above + below + 1) * pitch + foot)
    sheet = Sheet(blank(height, width, back), ink)
    left = pad + rng.uniform(0, max(width - 2 * pad - line.size[0], 1)) * float(rng.random() < 0.6)
    baseline = (above + 1) * pitch
    boxes = sheet.write(line, left, baseline, strength=float(rng.choice([1, 1, rng.uniform(0.5, 1)])))
    barred = _Barred((-1,)) if broken else _bar_code(rng, sheet, (pad, baseline, pitch), strip)
    other_face = face if rng.random() < 0.75 else choose_typeface(rng, "any")
    rows = [row for row in (*range(above), *range(above + 1, above + 1 + below)) if row not in barred(above)]
    _write_rows(rng, sheet, other_face, (pad, pitch), rows, dense)
    if not broken:
        _draw_rules(rng, sheet, (pad, baseline, pitch))
    alpha = rounded_alpha(height, width, int(rng.choice([0, 4, 16])))
    plate = Plate(
        "label_sticker", vin, sheet.pixels, alpha, boxes[span], split_others(sheet.others, boxes, span)
    )
    return bend(rng, plate) if rng.random() < 0.25 else plate


def _vin_row(rng: np.random.Generator, vin: str, dense: bool) -> tuple[TextLine, slice, Typeface]:
    """The line of the VIN, in some with a caption before it or the type of vehicle after it."""
    lettering = vin_lettering(rng, "dots" if rng.random() < 0.05 else "any")
    lettering = replace(lettering, tracking=min(lettering.tracking, 0.15))
    before = after = ""
    if rng.random() < (0.6 if dense else 0.3):
        before = str(rng.choice(words.VIN_PREFIXES))
        after = str(rng.choice(words.VIN_SUFFIXES)) if rng.random() < 0.5 else ""
    elif rng.random() < 0.08:
        before, after = frame_vin(rng)
    line, span = vin_line(rng, vin, lettering, before=before, after=after)
    return (wear(rng, line) if rng.random() < 0.2 else line), span, lettering.typeface


def _row_counts(rng: np.random.Generator, dense: bool, strip: bool) -> tuple[int, int]:
    if strip:
        return 1, 1
    if dense:
        return int(rng.integers(2, 8)), int(rng.integers(0, 6))
    return int(rng.integers(0, 4)), int(rng.integers(0, 7))


def _write_rows(
    rng: np.random.Generator,
    sheet: Sheet,
    face: Typeface,
    layout: tuple[float, float],
    rows: list[int],
    dense: bool,
) -> None:
    pad, pitch = layout
    width = sheet.pixels.shape[1]
    common = CAP * float(rng.uniform(0.75, 1.02))
    for row in rows:
        baseline = (row + 1) * pitch + rng.uniform(-2, 2)
        if dense and rng.random() < 0.12:
            _write_cells(rng, sheet, face, (pad, baseline, min(common, pitch * 0.75)))
            continue
        size = common if dense else CAP * float(rng.uniform(0.55, 1.1))
        lettering = Lettering(face, min(size, pitch * 0.82), stretch=float(rng.uniform(0.6, 1.2)))
        text = words.statement(rng) if dense and rng.random() < 0.75 else words.label_line(rng)
        line = set_line(text, lettering)
        room = width - 2 * pad - line.size[0]
        if room < 0:
            stretch = max(lettering.stretch * (width - 2 * pad) / line.size[0], 0.35)
            line = set_line(text, replace(lettering, stretch=stretch))
            room = width - 2 * pad - line.size[0]
        sheet.write_other(
            line, pad + max(room, 0) * float(rng.choice([0.0, 0.0, 0.5, rng.random()])), baseline
        )


def _write_cells(
    rng: np.random.Generator, sheet: Sheet, face: Typeface, layout: tuple[float, float, float]
) -> None:
    """A row of a table, with rules between the cells."""
    pad, baseline, size = layout
    width = sheet.pixels.shape[1]
    room = (width - 2 * pad) / 3
    for column, text in enumerate(words.tyre_cells(rng)):
        line = set_line(text, Lettering(face, size, stretch=0.8))
        if line.size[0] > room:
            line = set_line(text, Lettering(face, size, stretch=max(0.8 * room / line.size[0], 0.3)))
        left = pad + column * room
        sheet.write_other(line, left + 4, baseline)
        cv2.line(
            sheet.pixels,
            (int(left), int(baseline - size * 1.15)),
            (int(left), int(baseline + 5)),
            sheet.ink,
            2,
        )


class _Barred:
    """Rows that a bar code or the first half of the VIN takes: those right above or below the VIN."""

    def __init__(self, offsets: tuple[int, ...] = ()) -> None:
        self._offsets = offsets

    def __call__(self, vin_row: int) -> set[int]:
        return {vin_row + offset for offset in self._offsets}


def _bar_code(
    rng: np.random.Generator, sheet: Sheet, layout: tuple[float, float, float], strip: bool
) -> _Barred:
    """Above or below the VIN, in some touching it."""
    if rng.random() > 0.42:
        return _Barred()
    pad, baseline, pitch = layout
    height, width = sheet.pixels.shape[:2]
    gap = float(rng.choice([rng.uniform(0, 0.1), rng.uniform(0.05, 0.4)])) * CAP
    left, right = int(pad + rng.uniform(0, 0.15) * width), int(width - pad - rng.uniform(0, 0.25) * width)
    if rng.random() < 0.7:
        rows = 1 if strip else int(rng.integers(1, 3))
        top = int(baseline + gap)
        bottom = min(int(baseline + rows * pitch - (0 if rows > 1 else 0.1 * CAP)), height - 3)
        draw_bars(rng, sheet.pixels, (left, top, right, max(bottom, top + 6)), sheet.ink)
        return _Barred(tuple(range(1, rows + 1)))
    bottom = int(baseline - CAP - gap)
    draw_bars(rng, sheet.pixels, (left, int(baseline - CAP - pitch * 0.9), right, bottom), sheet.ink)
    return _Barred((-1,))


def _draw_rules(rng: np.random.Generator, sheet: Sheet, layout: tuple[float, float, float]) -> None:
    """Rules and frames; some touch the VIN."""
    pad, baseline, pitch = layout
    height, width = sheet.pixels.shape[:2]
    thickness = int(rng.integers(1, 4))
    if rng.random() < 0.3:
        for y in (baseline + pitch * 0.16, baseline - pitch * 0.85):
            ends = ((int(pad / 2), int(y)), (int(width - pad / 2), int(y)))
            cv2.line(sheet.pixels, *ends, sheet.ink, thickness)
    if rng.random() < 0.4:
        cv2.rectangle(sheet.pixels, (4, 4), (width - 5, height - 5), sheet.ink, thickness)
