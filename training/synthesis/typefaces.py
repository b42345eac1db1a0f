"""Typefaces that VINs are written in: outlines (Pillow), single strokes (Hershey, engraved or dotted) and
dot matrices.

Every glyph is a mask of bytes whose capital letters are CAP_HEIGHT pixels high and stand on a common
baseline.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from HersheyFonts import HersheyFonts
from PIL import Image, ImageDraw, ImageFont

from inference.vin import ALPHABET
from training.fonts import FONTS_DIR

Mask = npt.NDArray[np.uint8]

CAP_HEIGHT = 40
ASCENT = 52
"""Rows above the baseline in every glyph mask."""
DESCENT = 14
COMMITTED_FONTS = Path(__file__).parent / "fonts"

_HERSHEY = ("futural", "futuram", "rowmans")
_DOT_FAMILIES = (
    "doto",
    "handjet",
    "codystar",
    "raleway-dots",
    "dotgothic16",
    "vt323",
    "press-start",
    "silkscreen",
)
_PAPER_FAMILIES = ("special-elite", "tinos", "baskerville", "slab", "courier", "cutive", "mono")


@dataclass(frozen=True, slots=True)
class Glyph:
    """`mask` is ASCENT + DESCENT rows high and as wide as the ink; the pen moves by `bearing`, ink,
    `advance`.
    """

    mask: Mask
    bearing: float
    advance: float


@dataclass(frozen=True, slots=True)
class Typeface:
    """`family` names it; `source` is a font file, or hershey:NAME:THICKNESS, or hershey-dots:NAME:SPACING."""

    family: str
    source: str

    def glyph(self, symbol: str) -> Glyph:
        return _render_glyph(self.source, symbol)


@functools.cache
def list_typefaces(kind: str = "any") -> tuple[Typeface, ...]:
    """Typefaces fit for `kind` (any, dots, paper, stroke), those in fonts/ included, in a fixed order."""
    outlines = tuple(Typeface(path.stem, str(path)) for path in _font_files() if _is_usable(str(path)))
    dotted = tuple(face for face in outlines if face.family.startswith(_DOT_FAMILIES))
    strokes = tuple(Typeface(name, f"hershey:{name}:{t}") for name in _HERSHEY for t in (3, 5, 7))
    dots = tuple(Typeface(f"{name}-dots", f"hershey-dots:{name}:{s}") for name in _HERSHEY for s in (5, 7))
    if kind == "dots":
        return dots + dotted
    if kind == "stroke":
        return strokes
    if kind == "paper":
        return (
            tuple(face for face in outlines if any(part in face.family for part in _PAPER_FAMILIES))
            or outlines
        )
    return tuple(face for face in outlines if face not in dotted) + strokes[1:2]


def _font_files() -> list[Path]:
    folders = [COMMITTED_FONTS, *([FONTS_DIR] if FONTS_DIR.is_dir() else [])]
    files = {path.name: path for folder in reversed(folders) for path in sorted(folder.glob("*.woff*"))}
    return [files[name] for name in sorted(files)]


def _is_usable(source: str) -> bool:
    """Whether all symbols of a VIN are there and differ: a missing one is drawn as an empty box."""
    missing = _render_glyph(source, "￿").mask.tobytes()
    drawn = [_render_glyph(source, symbol).mask for symbol in ALPHABET]
    return all(mask.any() and mask.tobytes() != missing for mask in drawn)


@functools.lru_cache(maxsize=40_000)
def _render_glyph(source: str, symbol: str) -> Glyph:
    if source.startswith("hershey"):
        style, name, number = source.split(":")
        return _render_strokes(name, symbol, int(number), dotted=style == "hershey-dots")
    return _render_outline(source, symbol)


@functools.lru_cache(maxsize=512)
def _load_font(source: str) -> ImageFont.FreeTypeFont:
    """The font at the size whose H is CAP_HEIGHT pixels high."""
    probe = ImageFont.truetype(source, 100)
    _, top, _, bottom = probe.getbbox("H")
    return ImageFont.truetype(source, 100 * CAP_HEIGHT / max(bottom - top, 1))


def _render_outline(source: str, symbol: str) -> Glyph:
    font = _load_font(source)
    left, _, right, _ = font.getbbox(symbol, anchor="ls")
    width = max(int(np.ceil(right - left)), 1)
    canvas = Image.new("L", (width, ASCENT + DESCENT))
    ImageDraw.Draw(canvas).text((-left, ASCENT), symbol, fill=255, font=font, anchor="ls")
    return Glyph(np.asarray(canvas), float(left), float(font.getlength(symbol) - right))


@functools.cache
def _hershey(name: str) -> HersheyFonts:
    font = HersheyFonts()
    font.load_default_font(name)
    return font


def _render_strokes(name: str, symbol: str, number: int, *, dotted: bool) -> Glyph:
    """Hershey capitals are 21 units high, from -12 to 9."""
    scale = CAP_HEIGHT / 21
    strokes = [np.array(points, dtype=float) * scale for points in _hershey(name).strokes_for_text(symbol)]
    if not strokes:
        return Glyph(np.zeros((ASCENT + DESCENT, 1), np.uint8), 0.0, 8 * scale)
    left = min(points[:, 0].min() for points in strokes)
    right = max(points[:, 0].max() for points in strokes)
    pad = 4
    mask = np.zeros((ASCENT + DESCENT, int(right - left) + 2 * pad), np.uint8)
    for points in strokes:
        shifted = points - (left - pad, 9 * scale - ASCENT)
        if dotted:
            _draw_dots(mask, shifted, number)
        else:
            _draw_line(mask, shifted, number)
    return Glyph(mask, 3.0, 3.0)


def _draw_line(mask: Mask, points: npt.NDArray[np.float64], thickness: int) -> None:
    fixed = np.round(points * 16).astype(np.int32)
    cv2.polylines(mask, [fixed], False, 255, thickness, cv2.LINE_AA, shift=4)


def _draw_dots(mask: Mask, points: npt.NDArray[np.float64], spacing: int) -> None:
    """Dots evenly spaced along the stroke, as a dot-peen marker sets them."""
    lengths = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    at = np.linspace(0, lengths[-1], max(round(lengths[-1] / spacing), 1) + 1)
    for x, y in zip(np.interp(at, lengths, points[:, 0]), np.interp(at, lengths, points[:, 1]), strict=True):
        cv2.circle(
            mask, (round(x * 16), round(y * 16)), int(spacing * 16 * 0.36), 255, -1, cv2.LINE_AA, shift=4
        )
