"""Flat, clean plates, labels, metal and papers that carry a VIN, before any camera has seen them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis import words
from training.synthesis.lines import Boxes, Lettering, TextLine, set_line
from training.synthesis.relief import engrave, metal_surface
from training.synthesis.typefaces import Mask, Typeface, list_typefaces

Pixels = npt.NDArray[np.uint8]
Kind = Literal["windshield", "label_sticker", "stamped_metal", "paper"]
KINDS: tuple[Kind, ...] = ("windshield", "label_sticker", "stamped_metal", "paper")
CAP = 32.0
"""Height of the VIN's capitals in plate pixels."""


@dataclass(frozen=True, slots=True)
class Plate:
    """`pixels` H x W x 3 and `alpha` H x W (255 where the plate is); `vin_boxes` 17 x 4 in plate pixels.

    `others` are the boxes of the characters of each other line that lies on the plate.
    """

    kind: Kind
    vin: str
    pixels: Pixels
    alpha: Mask
    vin_boxes: Boxes
    others: tuple[Boxes, ...] = ()


@dataclass(slots=True)
class _Sheet:
    """A plate while it is being written on."""

    pixels: Pixels
    ink: tuple[int, int, int]
    vin_boxes: Boxes | None = None
    others: list[Boxes] | None = None

    def write(self, line: TextLine, left: float, baseline: float, *, strength: float = 1.0) -> Boxes:
        x, y = round(left), round(baseline - line.boxes[:, 3].max())
        paint(self.pixels, line.mask, x, y, self.ink, strength)
        return line.moved(x, y)


def make_plate(rng: np.random.Generator, kind: Kind, vin: str, *, strip: bool = False) -> Plate:
    """A plate of that kind; with `strip` little more than the VIN's own line, which is quicker."""
    makers: dict[Kind, Callable[..., Plate]] = {
        "windshield": _windshield,
        "label_sticker": _label,
        "stamped_metal": _stamped,
        "paper": _paper,
    }
    return makers[kind](rng, vin, strip)


def paint(
    pixels: Pixels, mask: Mask, x: int, y: int, color: tuple[int, int, int], strength: float = 1.0
) -> None:
    """Blend `color` into the pixels where the mask lies, clipped to the sheet."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = (
        max(x, 0),
        max(y, 0),
        min(x + mask.shape[1], width),
        min(y + mask.shape[0], height),
    )
    if left >= right or top >= bottom:
        return
    part = mask[top - y : bottom - y, left - x : right - x]
    target = pixels[top:bottom, left:right]
    weight = (part.astype(np.float32) * (strength / 255))[..., None]
    target[:] = (target + (np.array(color, np.float32) - target) * weight).astype(np.uint8)


def _choose(rng: np.random.Generator, kind: str) -> Typeface:
    faces = list_typefaces(kind) or list_typefaces()
    return faces[int(rng.integers(len(faces)))]


def _colors(
    rng: np.random.Generator, *, dark_share: float
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Background and ink."""
    tint = rng.normal(0, 5, size=3)
    if rng.random() < dark_share:
        back, ink = rng.integers(4, 70) + tint, rng.integers(150, 256) + tint / 2
    else:
        back, ink = rng.integers(150, 250) + tint, rng.integers(5, 80) + tint / 2
    return _rgb(back), _rgb(ink)


def _rgb(values: npt.ArrayLike) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in np.clip(np.asarray(values), 0, 255))
    return (red, green, blue)


def _vin_lettering(rng: np.random.Generator, kind: str) -> Lettering:
    spaced = rng.random()
    return Lettering(
        typeface=_choose(rng, kind),
        height=CAP,
        stretch=float(np.exp(rng.normal(0.05, 0.22))),
        tracking=float(rng.uniform(-0.02, 0.08) if spaced < 0.5 else rng.uniform(0.05, 0.45)),
        weight=float(rng.choice([0, 0, 0, 0.05, 0.1, -0.05])),
        pitch=float(rng.uniform(0.7, 1.1)) if rng.random() < 0.15 else 0.0,
    )


def _decorated(rng: np.random.Generator, vin: str, share: float) -> tuple[str, int]:
    """The VIN with stars or brackets about it in some, and how many characters precede it."""
    if rng.random() >= share:
        return vin, 0
    before, after = words.VIN_FRAMES[int(rng.integers(len(words.VIN_FRAMES)))]
    return before + vin + after, len(before.replace(" ", ""))


def _vin_line(
    rng: np.random.Generator, vin: str, lettering: Lettering, share: float
) -> tuple[TextLine, slice]:
    text, offset = _decorated(rng, vin, share)
    if rng.random() < 0.03:
        text = words.spread(rng, text, vin)
    return set_line(text, lettering, rng), slice(offset, offset + 17)


def _rounded_alpha(height: int, width: int, radius: int) -> Mask:
    alpha = np.zeros((height, width), np.uint8)
    radius = min(radius, height // 2 - 1, width // 2 - 1)
    if radius < 2:
        alpha[:] = 255
        return alpha
    cv2.rectangle(alpha, (radius, 0), (width - radius - 1, height - 1), 255, -1)
    cv2.rectangle(alpha, (0, radius), (width - 1, height - radius - 1), 255, -1)
    for x in (radius, width - radius - 1):
        for y in (radius, height - radius - 1):
            cv2.circle(alpha, (x, y), radius, 255, -1, cv2.LINE_AA)
    return alpha


def draw_bars(
    rng: np.random.Generator, sheet: Pixels, box: tuple[int, int, int, int], ink: tuple[int, int, int]
) -> None:
    """Stripes like those of Code 39 or Code 128 in the box left, top, right, bottom."""
    left, top, right, bottom = box
    module = float(rng.uniform(1.3, 3.0))
    widths = rng.choice([1, 1, 2, 3], size=int((right - left) / module) + 2) * module
    edges = left + np.cumsum(widths)
    for start, end in zip(edges[::2], edges[1::2], strict=False):
        if end >= right:
            break
        sheet[max(top, 0) : max(bottom, 0), round(start) : max(round(end), round(start) + 1)] = ink


def _windshield(rng: np.random.Generator, vin: str, strip: bool) -> Plate:
    line, span = _vin_line(rng, vin, _vin_lettering(rng, "dots" if rng.random() < 0.12 else "any"), 0.35)
    back, ink = _colors(rng, dark_share=0.8)
    pad_x, above, below = rng.uniform(8, 90), rng.uniform(4, 40), rng.uniform(4, 40)
    barred = rng.random() < 0.4
    bars = float(rng.uniform(10, 40)) if barred else 0.0
    height, width = int(CAP + above + below + bars), int(line.size[0] + 2 * pad_x)
    sheet = _Sheet(np.full((height, width, 3), back, np.uint8), ink)
    boxes = sheet.write(line, pad_x, above + CAP)
    others: list[Boxes] = []
    if barred:
        top = int(above + CAP + rng.uniform(0, 10))
        draw_bars(
            rng,
            sheet.pixels,
            (int(pad_x * 0.6), top, int(width - pad_x * 0.6), min(top + int(bars), height)),
            ink,
        )
    elif rng.random() < 0.15 and not strip:
        others.append(_small_line(rng, sheet, width, above + CAP + below * 0.8, below * 0.5))
    if rng.random() < 0.3:
        inset = int(rng.integers(1, 5))
        cv2.rectangle(
            sheet.pixels,
            (inset, inset),
            (width - 1 - inset, height - 1 - inset),
            ink,
            int(rng.integers(1, 4)),
        )
    if rng.random() < 0.25:
        _rivets(rng, sheet.pixels, ink)
    alpha = _rounded_alpha(height, width, int(rng.choice([0, 6, 14, height // 2])))
    if rng.random() < 0.25:
        alpha = (alpha * float(rng.uniform(0.5, 0.95))).astype(np.uint8)
    return Plate("windshield", vin, sheet.pixels, alpha, boxes[span], _others(others, boxes, span))


def _others(others: list[Boxes], boxes: Boxes, span: slice) -> tuple[Boxes, ...]:
    """Stars about the VIN count as text of their own."""
    ends = [part for part in (boxes[: span.start], boxes[span.stop :]) if len(part)]
    return tuple(part for part in (*others, *ends) if len(part))


def _rivets(rng: np.random.Generator, pixels: Pixels, ink: tuple[int, int, int]) -> None:
    height, width = pixels.shape[:2]
    radius = int(rng.integers(5, 10))
    for x in (radius + 3, width - radius - 4):
        cv2.circle(pixels, (x, height // 2), radius, ink, int(rng.choice([-1, 2])), cv2.LINE_AA)


def _small_line(
    rng: np.random.Generator, sheet: _Sheet, width: float, baseline: float, height: float
) -> Boxes:
    lettering = Lettering(_choose(rng, "any"), max(height, 7.0), stretch=float(rng.uniform(0.7, 1.3)))
    line = set_line(words.label_line(rng), lettering)
    return sheet.write(line, rng.uniform(0, max(width - line.size[0], 1)), baseline)


def _label(rng: np.random.Generator, vin: str, strip: bool) -> Plate:
    back, ink = _colors(rng, dark_share=0.55)
    lettering = _vin_lettering(rng, "any")
    lettering = replace(lettering, tracking=min(lettering.tracking, 0.15))
    line, span = _vin_line(rng, vin, lettering, 0.06)
    above, below = (1, 1) if strip else (int(rng.integers(0, 4)), int(rng.integers(0, 7)))
    pitch = CAP * float(rng.uniform(1.25, 1.9))
    pad = float(rng.uniform(10, 60))
    width = int(line.size[0] * rng.uniform(1.0, 1.5) + 2 * pad)
    height = int(
        (above + below + 1) * pitch + rng.uniform(0.3, 1.2) * CAP + (0 if strip else rng.uniform(0, 60))
    )
    sheet = _Sheet(np.full((height, width, 3), back, np.uint8), ink)
    left = pad + rng.uniform(0, max(width - 2 * pad - line.size[0], 1)) * float(rng.random() < 0.6)
    baseline = (above + 1) * pitch
    boxes = sheet.write(line, left, baseline)
    face = lettering.typeface if rng.random() < 0.7 else _choose(rng, "any")
    others = _label_rows(rng, sheet, face, pad, pitch, above, below)
    _label_furniture(rng, sheet, (pad, baseline, pitch), strip)
    alpha = _rounded_alpha(height, width, int(rng.choice([0, 4, 16])))
    return Plate("label_sticker", vin, sheet.pixels, alpha, boxes[span], _others(others, boxes, span))


def _label_rows(
    rng: np.random.Generator, sheet: _Sheet, face: Typeface, pad: float, pitch: float, above: int, below: int
) -> list[Boxes]:
    others = []
    width = sheet.pixels.shape[1]
    for row in (*range(above), *range(above + 1, above + 1 + below)):
        size = CAP * float(rng.uniform(0.55, 1.1))
        lettering = Lettering(face, min(size, pitch * 0.8), stretch=float(rng.uniform(0.6, 1.2)))
        line = set_line(words.label_line(rng), lettering)
        room = max(width - 2 * pad - line.size[0], 0)
        left = pad + room * float(rng.choice([0.0, 0.0, 0.5, rng.random()]))
        others.append(sheet.write(line, left, (row + 1) * pitch + rng.uniform(-2, 2)))
    return others


def _label_furniture(
    rng: np.random.Generator, sheet: _Sheet, layout: tuple[float, float, float], strip: bool
) -> None:
    """Rules, frames and bar codes; some touch the VIN."""
    pad, baseline, pitch = layout
    height, width = sheet.pixels.shape[:2]
    thickness = int(rng.integers(1, 4))
    if rng.random() < 0.3:
        for y in (baseline + pitch * 0.2, baseline - pitch * 0.85):
            cv2.line(
                sheet.pixels, (int(pad / 2), int(y)), (int(width - pad / 2), int(y)), sheet.ink, thickness
            )
    if rng.random() < 0.4:
        cv2.rectangle(sheet.pixels, (4, 4), (width - 5, height - 5), sheet.ink, thickness)
    if rng.random() < 0.3:
        bottom = height - 4 if strip or rng.random() < 0.5 else int(baseline + pitch)
        top = int(baseline + rng.uniform(1, 0.3 * pitch))
        draw_bars(rng, sheet.pixels, (int(pad), top, int(width - pad), max(bottom, top + 6)), sheet.ink)


def _stamped(rng: np.random.Generator, vin: str, strip: bool) -> Plate:
    dotted = rng.random() < 0.35
    lettering = replace(
        _vin_lettering(rng, "dots" if dotted else str(rng.choice(["any", "stroke", "stroke"]))),
        pitch=float(rng.uniform(0.75, 1.25)) if rng.random() < 0.6 else 0.0,
        wobble=float(rng.choice([0, 0, 0.03, 0.08])),
    )
    line, span = _vin_line(rng, vin, lettering, 0.6)
    pad_x, pad_y = (
        rng.uniform(10, 40, size=2) if strip else rng.uniform(15, float(rng.choice([120, 350])), size=2)
    )
    height, width = int(CAP + 2 * pad_y), int(line.size[0] + 2 * pad_x)
    x, y = round(pad_x), round(pad_y + CAP - line.boxes[:, 3].max())
    ink = np.zeros((height, width, 3), np.uint8)
    paint(ink, line.mask, x, y, (255, 255, 255))
    surface = metal_surface(rng, height, width)
    pixels = engrave(rng, surface, ink[..., 0], dotted=dotted)
    boxes = line.moved(x, y)
    alpha = np.full((height, width), 255, np.uint8)
    return Plate("stamped_metal", vin, pixels, alpha, boxes[span], _others([], boxes, span))


def _paper(rng: np.random.Generator, vin: str, strip: bool) -> Plate:
    shade = rng.integers(190, 256) + rng.integers(-12, 8, size=3)
    back, ink = _rgb(shade), _rgb(rng.integers(0, 90) + rng.integers(-10, 30, size=3))
    lettering = replace(_vin_lettering(rng, "paper"), weight=0.0, stretch=float(rng.uniform(0.85, 1.15)))
    line, span = _vin_line(rng, vin, lettering, 0.05)
    rows = 1 if strip else int(rng.integers(2, 6))
    pitch = CAP * float(rng.uniform(1.4, 2.4))
    pad = float(rng.uniform(10, 80))
    width = int(line.size[0] * rng.uniform(1.0, 1.9) + 2 * pad)
    sheet = _Sheet(np.full((int((2 * rows + 1.4) * pitch), width, 3), back, np.uint8), ink)
    _guilloche(rng, sheet.pixels)
    baseline = (rows + 1) * pitch
    boxes = sheet.write(line, pad + rng.uniform(0, max(width - 2 * pad - line.size[0], 1)), baseline)
    face = lettering.typeface if rng.random() < 0.5 else _choose(rng, "paper")
    others = _label_rows(rng, sheet, face, pad, pitch, rows, rows)
    if rng.random() < 0.6:
        for row in range(2 * rows + 1):
            y = int((row + 1.25) * pitch)
            cv2.line(sheet.pixels, (0, y), (width, y), _rgb(np.array(ink) + 60), int(rng.integers(1, 3)))
    alpha = np.full(sheet.pixels.shape[:2], 255, np.uint8)
    return Plate("paper", vin, sheet.pixels, alpha, boxes[span], _others(others, boxes, span))


def _guilloche(rng: np.random.Generator, pixels: Pixels) -> None:
    """The pale waves that printers of certificates put behind the text."""
    if rng.random() < 0.5:
        return
    height, width = pixels.shape[:2]
    x = np.arange(0, width + 8, 8)
    color = _rgb(np.array(pixels[0, 0], int) - rng.integers(8, 50, size=3))
    for offset in range(-20, height + 20, int(rng.integers(6, 14))):
        y = offset + 8 * np.sin(x / float(rng.uniform(15, 40)) + float(rng.uniform(0, 6)))
        cv2.polylines(pixels, [np.stack([x, y], 1).astype(np.int32)], False, color, 1, cv2.LINE_AA)
