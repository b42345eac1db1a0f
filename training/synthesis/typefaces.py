"""Typefaces that VINs are written in: outlines (Pillow), single strokes (Hershey's and those of stamping
tools, drawn or dotted), dot matrices, and the ornaments about a VIN.

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
from training.synthesis import strokes

Mask = npt.NDArray[np.uint8]

CAP_HEIGHT = 40
ASCENT = 52
"""Rows above the baseline in every glyph mask."""
DESCENT = 14
_STAMP_SCALE = CAP_HEIGHT / strokes.CAP_UNITS
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
_STAMP_STYLES = 8
_ORNAMENTS = "★☆◆◇●"
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
    """`family` names it. `source` is a font file, or one of these with a number of pixels:
    hershey:NAME:THICKNESS, hershey-dots:NAME:SPACING, stamp:STYLE:THICKNESS, stamp-dots:STYLE:SPACING,
    grid:STYLE:DOT.
    """

    family: str
    source: str

    def glyph(self, symbol: str) -> Glyph:
        return _render_glyph(self.source, symbol)


@functools.cache
def list_typefaces(kind: str = "any") -> tuple[Typeface, ...]:
    """Typefaces fit for `kind` (any, dots, paper, stroke), those in fonts/ included, in a fixed order."""
    outlines = tuple(Typeface(path.stem, str(path)) for path in _font_files() if _is_usable(str(path)))
    dotted = tuple(face for face in outlines if face.family.startswith(_DOT_FAMILIES))
    lines = tuple(Typeface(name, f"hershey:{name}:{t}") for name in _HERSHEY for t in (3, 5, 7))
    if kind == "dots":
        return _drawn("stamp-dots", (5, 7)) + _drawn("grid", (4, 5, 6, 7)) + _peened() + dotted
    if kind == "stroke":
        return _drawn("stamp", (3, 4, 5, 6, 7)) + lines
    if kind == "paper":
        return (
            tuple(face for face in outlines if any(part in face.family for part in _PAPER_FAMILIES))
            or outlines
        )
    return tuple(face for face in outlines if face not in dotted) + lines[1:2] + _drawn("stamp", (4, 6))


def _drawn(method: str, numbers: tuple[int, ...]) -> tuple[Typeface, ...]:
    return tuple(
        Typeface(f"{method}-{style}", f"{method}:{style}:{number}")
        for style in range(_STAMP_STYLES)
        for number in numbers
    )


def _peened() -> tuple[Typeface, ...]:
    return tuple(
        Typeface(f"{name}-dots", f"hershey-dots:{name}:{spacing}") for name in _HERSHEY for spacing in (5, 7)
    )


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
    if symbol in _ORNAMENTS:
        return _render_ornament(symbol)
    method, _, rest = source.partition(":")
    if method not in {"hershey", "hershey-dots", "stamp", "stamp-dots", "grid"}:
        return _render_outline(source, symbol)
    name, number = rest.split(":")
    if method == "grid" and (dots := strokes.grid_dots(symbol, int(name))) is not None:
        return _render_grid(dots, int(number))
    paths = strokes.stroke_paths(symbol, int(name)) if method.startswith("stamp") else None
    scaled = _hershey_paths(name, symbol) if paths is None else [p * _STAMP_SCALE for p in paths]
    return _render_strokes(scaled, int(number), dotted=method.endswith("dots") or method == "grid")


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


def _hershey_paths(name: str, symbol: str) -> list[npt.NDArray[np.float64]]:
    """Polylines in pixels, y up from the baseline. Hershey capitals are 21 units high, from -12 to 9."""
    known = name if name in _HERSHEY else _HERSHEY[0]
    drawn = [np.array(points, dtype=float) for points in _hershey(known).strokes_for_text(symbol)]
    return [(points * (1, -1) + (0, 9)) * (CAP_HEIGHT / 21) for points in drawn]


def _render_strokes(paths: list[npt.NDArray[np.float64]], number: int, *, dotted: bool) -> Glyph:
    if not paths:
        return Glyph(np.zeros((ASCENT + DESCENT, 1), np.uint8), 0.0, CAP_HEIGHT * 0.4)
    left = min(points[:, 0].min() for points in paths)
    right = max(points[:, 0].max() for points in paths)
    pad = 4
    mask = np.zeros((ASCENT + DESCENT, int(right - left) + 2 * pad), np.uint8)
    inset = (
        0.5 * number * (CAP_HEIGHT - number) / CAP_HEIGHT
    )  # the outer edges of the strokes touch the lines
    for points in paths:
        inner = points * (1, (CAP_HEIGHT - number) / CAP_HEIGHT) + (pad - left, inset)
        shifted = inner * (1, -1) + (0, ASCENT)
        if dotted:
            _draw_dots(mask, shifted, number)
        else:
            _draw_line(mask, shifted, number)
    return Glyph(mask, 3.0, 3.0)


def _render_grid(dots: npt.NDArray[np.float64], size: int) -> Glyph:
    """Dots `size` pixels wide; from six on they touch."""
    pitch = (CAP_HEIGHT - size) / (strokes.GRID_ROWS - 1)
    mask = np.zeros((ASCENT + DESCENT, int(pitch * (strokes.GRID_COLUMNS - 1) + size) + 2), np.uint8)
    top = ASCENT - CAP_HEIGHT + size / 2
    for column, row in dots:
        center = (round((column * pitch + size / 2 + 1) * 16), round((top + row * pitch) * 16))
        cv2.circle(mask, center, size * 8, 255, -1, cv2.LINE_AA, shift=4)
    return Glyph(mask, 3.0, 3.0)


def _render_ornament(symbol: str) -> Glyph:
    """Stars, diamonds and discs, filled or not, that stand before and after a VIN."""
    size = 34
    mask = np.zeros((ASCENT + DESCENT, size + 4), np.uint8)
    center = np.array([size / 2 + 2, ASCENT - CAP_HEIGHT / 2])
    corners, inner = {"★": (5, 0.42), "☆": (5, 0.42), "◆": (2, 0.7), "◇": (2, 0.7)}.get(symbol, (16, 1.0))
    angles = np.arange(2 * corners) * np.pi / corners - np.pi / 2
    radii = np.where(np.arange(2 * corners) % 2, inner, 1.0) * size / 2
    points = center + np.stack([np.cos(angles), np.sin(angles)], 1) * radii[:, None]
    fixed = np.round(points * 16).astype(np.int32)
    if symbol in "☆◇":
        cv2.polylines(mask, [fixed], True, 255, 3, cv2.LINE_AA, shift=4)
    else:
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, shift=4)
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
