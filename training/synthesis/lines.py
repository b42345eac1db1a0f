"""Lines of text as masks, with the box of every character."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis.typefaces import ASCENT, CAP_HEIGHT, DESCENT, Glyph, Mask, Typeface

Boxes = npt.NDArray[np.float64]
"""N x 4: left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """`mask` holds ink as bytes; `boxes` are those of the characters that are no spaces, in mask pixels.

    A box is as wide as the ink and as high as a capital letter.
    """

    text: str
    mask: Mask
    boxes: Boxes

    @property
    def size(self) -> tuple[int, int]:
        return self.mask.shape[1], self.mask.shape[0]

    def moved(self, x: float, y: float) -> Boxes:
        """The boxes where the line's upper left corner lies at (x, y)."""
        return self.boxes + np.array([x, y, x, y])


@dataclass(frozen=True, slots=True)
class Lettering:
    """How a line is set: `height` of capitals in pixels, `stretch` across, `tracking` in capital heights.

    `weight` thickens (positive) or thins (negative) strokes by that share of the capital height; `pitch`
    above zero puts every character in a cell that many capital heights wide, as stamping tools do; `wobble`
    shifts each character up or down by up to that share.
    """

    typeface: Typeface
    height: float
    stretch: float = 1.0
    tracking: float = 0.0
    weight: float = 0.0
    pitch: float = 0.0
    wobble: float = 0.0


def set_line(text: str, lettering: Lettering, rng: np.random.Generator | None = None) -> TextLine:
    """Set `text`; `rng` is used for the wobble alone."""
    glyphs = [lettering.typeface.glyph(symbol) for symbol in text]
    lefts, total = _place(glyphs, lettering)
    margin = 4
    canvas = np.zeros((ASCENT + DESCENT, int(np.ceil(total)) + 2 * margin), np.uint8)
    boxes = np.zeros((len(text), 4))
    for index, (glyph, left) in enumerate(zip(glyphs, lefts, strict=True)):
        x, width = round(left) + margin, glyph.mask.shape[1]
        shift = _wobble(lettering, rng)
        target = canvas[:, x : x + width]
        np.maximum(target, _shifted(glyph.mask, shift)[:, : target.shape[1]], out=target)
        boxes[index] = (x, ASCENT - CAP_HEIGHT + shift, x + width, ASCENT + shift)
    kept = np.array([not symbol.isspace() for symbol in text], dtype=bool)
    return _resize(text, _reweigh(canvas, lettering.weight), boxes[kept], lettering)


def _place(glyphs: list[Glyph], lettering: Lettering) -> tuple[list[float], float]:
    """The x of every glyph's ink, and the whole width."""
    lefts, pen = [], 0.0
    for glyph in glyphs:
        width = glyph.mask.shape[1]
        if lettering.pitch > 0:
            cell = max(lettering.pitch * CAP_HEIGHT, width + 2.0)
            lefts.append(pen + (cell - width) / 2)
            pen += cell
        else:
            lefts.append(max(pen + glyph.bearing, 0.0))
            pen = lefts[-1] + width + glyph.advance + lettering.tracking * CAP_HEIGHT
    return lefts, max(pen, lefts[-1] + glyphs[-1].mask.shape[1])


def _wobble(lettering: Lettering, rng: np.random.Generator | None) -> int:
    if rng is None or lettering.wobble == 0:
        return 0
    return round(float(rng.uniform(-1, 1)) * lettering.wobble * CAP_HEIGHT)


def _shifted(mask: Mask, rows: int) -> Mask:
    return mask if rows == 0 else np.roll(mask, rows, axis=0)


def _reweigh(mask: Mask, weight: float) -> Mask:
    size = round(abs(weight) * CAP_HEIGHT)
    if size == 0:
        return mask
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size + 1, size + 1))
    return np.asarray(cv2.dilate(mask, kernel) if weight > 0 else cv2.erode(mask, kernel), dtype=np.uint8)


def _resize(text: str, mask: Mask, boxes: Boxes, lettering: Lettering) -> TextLine:
    scale_y = lettering.height / CAP_HEIGHT
    width = max(round(mask.shape[1] * scale_y * lettering.stretch), 1)
    height = max(round(mask.shape[0] * scale_y), 1)
    how = cv2.INTER_AREA if scale_y < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(mask, (width, height), interpolation=how)
    ratio = (width / mask.shape[1], height / mask.shape[0])
    return TextLine(text, np.asarray(resized, dtype=np.uint8), boxes * (ratio * 2))
