"""Lines of text as masks, with the box of every character."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis.typefaces import ASCENT, CAP_HEIGHT, DESCENT, Glyph, Mask, Typeface

ROW_BREAK = "\n"
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
    shifts each character up or down by up to that share, and `turn` is the deviation of its angle in degrees,
    as where dies are struck by hand.
    """

    typeface: Typeface
    height: float
    stretch: float = 1.0
    tracking: float = 0.0
    weight: float = 0.0
    pitch: float = 0.0
    wobble: float = 0.0
    turn: float = 0.0


def set_line(text: str, lettering: Lettering, rng: np.random.Generator | None = None) -> TextLine:
    """Set `text`; `rng` is used for wobble and turn alone."""
    glyphs = [_turned(lettering.typeface.glyph(symbol), lettering.turn, rng) for symbol in text]
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


def stack_lines(first: TextLine, second: TextLine, *, leading: float, share: float) -> TextLine:
    """Two rows as one line, `leading` pixels from baseline to baseline; `share` is how much of the room that
    the shorter row leaves is on its left: 0 for rows that start, 1/2 for rows that are centered together.
    """
    drop = round(leading + first.boxes[:, 3].max() - second.boxes[:, 3].max())
    above, below = max(-drop, 0), max(drop, 0)
    width = max(first.size[0], second.size[0])
    height = max(above + first.size[1], below + second.size[1])
    mask, boxes = np.zeros((height, width), np.uint8), []
    for row, top in ((first, above), (second, below)):
        left = round(share * (width - row.size[0]))
        target = mask[top : top + row.size[1], left : left + row.size[0]]
        np.maximum(target, row.mask, out=target)
        boxes.append(row.moved(left, top))
    return TextLine(first.text + ROW_BREAK + second.text, mask, np.concatenate(boxes))


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


def _turned(glyph: Glyph, deviation: float, rng: np.random.Generator | None) -> Glyph:
    if rng is None or deviation == 0 or glyph.mask.shape[1] < 3:
        return glyph
    padded = np.pad(glyph.mask, ((0, 0), (6, 6)))
    center = (padded.shape[1] / 2, ASCENT - CAP_HEIGHT / 2)
    turn = cv2.getRotationMatrix2D(center, float(rng.normal(0, deviation)), 1.0)
    turned = cv2.warpAffine(padded, turn, (padded.shape[1], padded.shape[0]))
    inked = np.flatnonzero(turned.max(0) > 100)
    if len(inked) == 0:
        return glyph
    mask = np.ascontiguousarray(turned[:, inked[0] : inked[-1] + 1])
    return Glyph(np.asarray(mask, dtype=np.uint8), glyph.bearing, glyph.advance)


def wear(rng: np.random.Generator, line: TextLine) -> TextLine:
    """Print as it comes out of worn printers: streaks of a thermal head, thin toner, faded patches."""
    mask = line.mask.astype(np.float32)
    height, width = mask.shape
    style = rng.random()
    if style < 0.35:
        for row in rng.integers(0, height, size=int(rng.integers(1, 3))):
            mask[row : row + int(rng.integers(1, 3))] *= float(rng.uniform(0, 0.6))
    elif style < 0.55:
        columns = rng.uniform(0, 1, width) < float(rng.uniform(0.01, 0.06))
        mask[:, columns] *= float(rng.uniform(0, 0.6))
    else:
        coarse = rng.uniform(float(rng.uniform(0, 0.7)), 1.1, size=(height // 3 + 2, width // 3 + 2))
        grain = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
        mask *= np.minimum(grain, 1)
    return replace(line, mask=np.asarray(mask, dtype=np.uint8))


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
