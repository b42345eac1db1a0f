"""Draws a reading on its photo: the region, the character boxes, and below the VIN with its confidence."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from inference.types import CharacterBox, Image, Quad, Reading

Color = tuple[int, int, int]

REGION: Color = (255, 209, 102)
SURE: Color = (106, 208, 218)
UNSURE: Color = (255, 157, 114)
MAT: Color = (26, 28, 30)
INK: Color = (230, 232, 234)
SOFT_INK: Color = (170, 178, 185)

SURE_FROM = 0.95
"""Characters and VINs below this confidence are drawn as doubtful."""
LEAST_WIDTH = 640
"""Smaller photos are enlarged, so that the lines hide nothing."""
_FRACTION_BITS = 4


def annotate(image: Image, reading: Reading) -> Image:
    """The photo with what was read drawn on it, and a caption below. Narrow photos are enlarged."""
    factor = max(LEAST_WIDTH / image.shape[1], 1.0)
    canvas = np.ascontiguousarray(_enlarge(image, factor))
    thickness = max(round(max(canvas.shape[:2]) / 600), 2)
    if reading.region is not None:
        _outline(canvas, reading.region.quad, factor, REGION, thickness + 1)
    for box in reading.characters:
        _outline(canvas, box.quad, factor, _tone(box.confidence), thickness)
    return np.concatenate([canvas, _write_caption(reading, canvas.shape[1])])


def encode_jpeg(image: Image) -> bytes:
    written, content = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not written:
        raise ValueError(f"OpenCV cannot write a picture of {image.shape} as JPEG.")
    return content.tobytes()


def _enlarge(image: Image, factor: float) -> Image:
    if factor == 1.0:
        return image.copy()
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC), np.uint8)


def _tone(confidence: float) -> Color:
    return SURE if confidence >= SURE_FROM else UNSURE


def _outline(canvas: Image, quad: Quad, factor: float, color: Color, thickness: int) -> None:
    """On a dark rim, so that it is seen on any ground."""
    corners = np.round(np.asarray(quad) * factor * 2**_FRACTION_BITS).astype(np.int32)
    for tone, width in ((MAT, thickness + 2), (color, thickness)):
        cv2.polylines(canvas, [corners], True, tone, width, cv2.LINE_AA, _FRACTION_BITS)


def _write_caption(reading: Reading, width: int) -> Image:
    """The VIN as large as it fits, doubtful symbols in another colour and underlined, and a line of words."""
    large = max(round(width / 22), 14)
    small = max(round(large * 0.5), 12)
    height = large * 2 + small * 2
    caption = PillowImage.new("RGB", (width, height), MAT)
    pen = ImageDraw.Draw(caption)
    left, top = round(width * 0.03), round(large * 0.55)
    if reading.vin is None:
        pen.text((left, top), "No VIN read", fill=INK, font=ImageFont.load_default(large))
    else:
        _write_vin(pen, reading.characters, left, top, size=large, step=(width - 2 * left) / len(reading.vin))
    words = _describe(reading)
    pen.text((left, top + large * 1.55), words, fill=SOFT_INK, font=ImageFont.load_default(small))
    return np.asarray(caption, np.uint8)


def _write_vin(
    pen: ImageDraw.ImageDraw,
    characters: tuple[CharacterBox, ...],
    left: float,
    top: float,
    *,
    size: int,
    step: float,
) -> None:
    font = ImageFont.load_default(size)
    for box in characters:
        x = left + box.index * step
        is_sure = box.confidence >= SURE_FROM
        pen.text((x, top), box.symbol, fill=INK if is_sure else UNSURE, font=font)
        if not is_sure:
            end = x + pen.textlength(box.symbol, font=font)
            pen.line((x, top + size * 1.25, end, top + size * 1.25), fill=UNSURE, width=max(size // 12, 1))


def _describe(reading: Reading) -> str:
    advice = " ".join(issue.advice for issue in reading.quality.issues)
    sure = f"{reading.confidence:.1%} sure, {reading.milliseconds:.0f} ms. " if reading.vin else ""
    return f"{sure}{advice}".strip()
