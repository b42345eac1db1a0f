"""What every plate, label and paper is written on, and how a VIN is lettered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis import words
from training.synthesis.lines import ROW_BREAK, Boxes, Lettering, TextLine, set_line, stack_lines
from training.synthesis.typefaces import Mask, Typeface, list_typefaces

Pixels = npt.NDArray[np.uint8]
Color = tuple[int, int, int]
Kind = Literal["windshield", "label_sticker", "stamped_metal", "paper"]
KINDS: tuple[Kind, ...] = ("windshield", "label_sticker", "stamped_metal", "paper")
CAP = 36.0
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
    ground: Color | None = None
    """Where it is no plate but a part of the body: the colour of the metal that goes on around it."""


@dataclass(slots=True)
class Sheet:
    """A plate while it is being written on; `others` gathers the boxes of all text but the VIN's own line."""

    pixels: Pixels
    ink: Color
    others: list[Boxes] = field(default_factory=list)

    def write(self, line: TextLine, left: float, baseline: float, *, strength: float = 1.0) -> Boxes:
        x, y = round(left), round(baseline - line.boxes[:, 3].max())
        paint(self.pixels, line.mask, x, y, self.ink, strength)
        return line.moved(x, y)

    def write_other(self, line: TextLine, left: float, baseline: float) -> None:
        self.others.append(self.write(line, left, baseline))


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
    if (target == target[0, 0]).all():
        target[:] = _blend_plain(part, target[0, 0], color, strength)
        return
    weight = (part.astype(np.float32) * (strength / 255))[..., None]
    target[:] = (target + (np.array(color, np.float32) - target) * weight).astype(np.uint8)


def _blend_plain(mask: Mask, ground: Pixels, color: Color, strength: float) -> Pixels:
    """On one colour a table of 256 does."""
    share = np.arange(256)[:, None] * (strength / 255)
    table = ground + (np.array(color, float) - ground) * share
    return np.asarray(cv2.applyColorMap(mask, table.astype(np.uint8)[:, None]), np.uint8)


def blank(height: int, width: int, color: Color) -> Pixels:
    """H x W x 3 of one colour."""
    return np.asarray(cv2.merge([np.full((height, width), part, np.uint8) for part in color]), np.uint8)


def choose_typeface(rng: np.random.Generator, kind: str) -> Typeface:
    faces = list_typefaces(kind) or list_typefaces()
    return faces[int(rng.integers(len(faces)))]


def random_colors(
    rng: np.random.Generator, *, dark_share: float
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Background and ink."""
    tint = rng.normal(0, 5, size=3)
    if rng.random() < dark_share:
        back, ink = rng.integers(4, 70) + tint, rng.integers(150, 256) + tint / 2
    else:
        back, ink = rng.integers(150, 250) + tint, rng.integers(5, 80) + tint / 2
    return to_color(back), to_color(ink)


def to_color(values: npt.ArrayLike) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in np.clip(np.asarray(values), 0, 255))
    return (red, green, blue)


def vin_lettering(rng: np.random.Generator, kind: str) -> Lettering:
    spaced = rng.random()
    return Lettering(
        typeface=choose_typeface(rng, kind),
        height=CAP,
        stretch=float(np.exp(rng.normal(0.05, 0.22))),
        tracking=float(rng.uniform(-0.02, 0.08) if spaced < 0.5 else rng.uniform(0.05, 0.45)),
        weight=float(rng.choice([0, 0, 0, 0.05, 0.1, -0.05])),
        pitch=float(rng.uniform(0.7, 1.1)) if rng.random() < 0.15 else 0.0,
    )


def frame_vin(rng: np.random.Generator) -> tuple[str, str]:
    """Stars, brackets or a logo before and after the VIN."""
    before, after = words.VIN_FRAMES[int(rng.integers(len(words.VIN_FRAMES)))]
    return before, after


def vin_line(
    rng: np.random.Generator,
    vin: str,
    lettering: Lettering,
    *,
    before: str = "",
    after: str = "",
    leading: tuple[float, float] = (1.15, 1.36),
) -> tuple[TextLine, slice]:
    """The VIN between other text, and which of the line's boxes are its own.

    A VIN with a ROW_BREAK in it is set in two rows; `leading` is from what to what, in heights of capitals.
    """
    offset = sum(not symbol.isspace() for symbol in before)
    span = slice(offset, offset + 17)
    if ROW_BREAK in vin:
        rows = [set_line(row, lettering, rng) for row in (before + vin + after).split(ROW_BREAK)]
        share = float(rng.choice([0, 0.5], p=(0.6, 0.4)))
        return stack_lines(*rows, leading=CAP * float(rng.uniform(*leading)), share=share), span
    text = before + vin + after
    if rng.random() < 0.03:
        text = words.spread(rng, text, vin)
    return set_line(text, lettering, rng), span


def bend(rng: np.random.Generator, plate: Plate) -> Plate:
    """The plate on a curved surface: rows sag, and so do the boxes on them."""
    height, width = plate.alpha.shape
    sag, middle = float(rng.normal(0, 0.35)) * CAP, float(rng.uniform(0.2, 0.8)) * width
    reach = float(plate.vin_boxes[:, 2].max() - plate.vin_boxes[:, 0].min())

    def drop(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return sag * ((x - middle) / reach) ** 2

    x = np.arange(width, dtype=float)
    rows = np.arange(height, dtype=np.float32)[:, None] - drop(x).astype(np.float32)[None]
    columns = np.repeat(x.astype(np.float32)[None], height, axis=0)
    pixels = cv2.remap(plate.pixels, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.remap(plate.alpha, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)

    def lower(boxes: Boxes) -> Boxes:
        moved = drop(boxes[:, [0, 2]].mean(1))
        return boxes + np.stack([np.zeros_like(moved), moved, np.zeros_like(moved), moved], axis=1)

    return replace(
        plate,
        pixels=np.asarray(pixels, np.uint8),
        alpha=np.asarray(alpha, np.uint8),
        vin_boxes=lower(plate.vin_boxes),
        others=tuple(lower(boxes) for boxes in plate.others),
    )


def rounded_alpha(height: int, width: int, radius: int) -> Mask:
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


def split_others(others: list[Boxes], boxes: Boxes, span: slice) -> tuple[Boxes, ...]:
    """Stars about the VIN count as text of their own."""
    ends = [part for part in (boxes[: span.start], boxes[span.stop :]) if len(part)]
    return tuple(part for part in (*others, *ends) if len(part))
