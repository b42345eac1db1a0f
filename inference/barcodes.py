"""Bar codes in a photo, and the VINs in them.

Labels carry the VIN a second time as Code 39, Code 128, Data Matrix, QR or PDF417. A code is protected by
check sums of its own, so a VIN in one is as good as certain. zxing-cpp reads them; what happens here is to
show it the right copies of the photo.

Linear codes want fine columns and forgive coarse rows. The narrow bars of a whole label are 1 to 2 pixels
wide, where a threshold alone makes them twice as wide or loses them; in columns that are sharpened and
interpolated three times as densely they keep their width. Rows are averaged, which takes the noise away and
pays for the time. Linear codes are read only within about 8 degrees of the direction in which they are looked
for. Two-dimensional codes lie at any angle and are looked for in patches full of edges, in several sizes of
the photo: enlarged where their modules are small, and, for PDF417, with the bars turned upright.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from inference.geometry import Array, map_points, map_quad, quad_from_points, quad_size
from inference.makers import is_known_maker
from inference.patches import find_patches, main_direction
from inference.types import Barcode, Image, Quad
from inference.vin import LENGTH, has_valid_check_digit, is_vin
from inference.warping import warp

Gray = npt.NDArray[np.uint8]
"""H x W."""

STRAIGHT = (0.0, 90.0)
"""The directions in which linear codes are looked for first, in degrees clockwise from the x axis."""
TILTED = (15.0, 165.0, 30.0, 150.0, 45.0, 135.0, 60.0, 120.0, 75.0, 105.0)
"""All others, those that people hold cameras at first."""

MAX_SIDE = 1632
"""Pixels; larger photos are reduced to about that: a label that fills a photo of 2 megapixels can be read."""
MAX_STRIP = 1600
STRIP_WIDTH, STRIP_HEIGHT = 4.0, 10.0
"""How much is searched around a line of text, in widths and heights of that line."""

_LINEAR = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.Code128))
_MATRIX = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.QRCode))
_STACKED = zxingcpp.BarcodeFormats((zxingcpp.BarcodeFormat.PDF417,))
_COPIES = ((1.0, 0.0), (3.0, 1.0))
_STRIP_COPIES = ((1.0, 0.0), (3.0, 1.0), (4.0, 0.0), (3.0, 2.0))
"""How many columns there are for one of the photo, and how much it is sharpened: copies to try in turn."""
_ROWS, _STRIP_ROWS = 1 / 8, 1 / 2
_SIZES = (1.0, 1 / 2, 1 / 4)
"""Of the copies in which two-dimensional codes are looked for: the smallest modules are read in the first."""
_SMALL_PATCH = 500
"""Pixels; smaller patches are enlarged to twice their size."""
_LARGEST_PATCH = 600_000
"""Pixels; larger ones are rough surfaces or labels; codes as large are seen in smaller copies."""
_NEIGHBORHOOD = 3.0
"""How much is searched around a line of text for two-dimensional codes, in lengths of the line, both ways."""
_LEAST_SIDE = 8
"""Pixels; no code is smaller, and the reader refuses images without pixels."""

_TOKEN = re.compile(r"[0-9A-Za-z]+")
_PREFIXES = ("VIN", "I")
"""What stands before a VIN: its name, or the data identifier I of ANSI MH10.8.2, on imported vehicles too."""


def read_barcodes(image: Image | Gray, *, directions: Sequence[float] = STRAIGHT) -> tuple[Barcode, ...]:
    """The bar codes of a whole photo: a quick look, about 11 ms at 2 megapixels.

    Each of `directions` costs about 3 ms; STRAIGHT + TILTED leave no linear code unseen for its angle alone.
    """
    gray = _to_gray(image)
    factor = 1 / max(1, round(max(gray.shape) / MAX_SIDE))  # whole pixels are averaged in a tenth of the time
    if min(gray.shape) * factor < _LEAST_SIDE:
        return ()
    found = []
    reduced = _resize(gray, factor, factor)
    scale = np.diag([reduced.shape[1] / gray.shape[1], reduced.shape[0] / gray.shape[0], 1.0])
    for degrees in directions:
        turned, matrix = _turn(reduced, degrees)
        found += _read_linear(turned, matrix @ scale, copies=_COPIES, rows=_ROWS)
    return without_repeats([*found, *_read_patches(reduced, scale)])


def read_barcodes_near(image: Image | Gray, quad: Quad) -> tuple[Barcode, ...]:
    """The bar codes around a line of text, in the pixels of the photo itself.

    A strip of STRIP_WIDTH x STRIP_HEIGHT times the size of the line is turned upright and searched for codes
    that are parallel to it, and where the photo is larger than MAX_SIDE a square for the others.
    """
    if min(image.shape[:2]) < _LEAST_SIDE:
        return ()
    found = _read_strip(image, quad)
    if max(image.shape[:2]) > MAX_SIDE:
        found += _read_around(image, quad)
    return without_repeats(found)


def _read_strip(image: Image | Gray, quad: Quad) -> list[Barcode]:
    matrix, width, height, reduction = _strip(quad, image.shape[1], image.shape[0])
    if min(width, height) < _LEAST_SIDE:
        return []
    gray, inside = _cut_out(
        image, map_points(np.linalg.inv(matrix).astype(np.float64), _corners(width, height))
    )
    strip = warp(gray, matrix @ inside, width=width, height=height, reduction=reduction)
    found = _read_linear(strip, matrix, copies=_STRIP_COPIES, rows=_STRIP_ROWS)
    return [*found, *_read(strip, matrix, formats=_STACKED, anyhow=True), *_read_patches(strip, matrix)]


def _read_around(image: Image | Gray, quad: Quad) -> list[Barcode]:
    """Codes at any angle that a reduced copy of a large photo loses."""
    corners = np.asarray(quad)
    half = _NEIGHBORHOOD / 2 * quad_size(quad)[0]
    middle = corners.mean(axis=0)
    gray, inside = _cut_out(image, np.array([middle - half, middle + half]))
    if min(gray.shape) < _LEAST_SIDE:
        return []
    factor = min(1.0, MAX_SIDE / max(gray.shape))
    reduced = _resize(gray, factor, factor)
    return _read_patches(reduced, np.diag([factor, factor, 1.0]) @ np.linalg.inv(inside))


def _cut_out(image: Image | Gray, outline: Array) -> tuple[Gray, Array]:
    """The gray pixels about some points, and the matrix from them to the photo."""
    left, top = np.floor(outline.min(axis=0)).clip(0).astype(int)
    right, bottom = (np.ceil(outline.max(axis=0)).astype(int) + 1).clip(0)
    inside = np.array([[1, 0, left], [0, 1, top], [0, 0, 1.0]])
    part = image[top:bottom, left:right]
    return (_to_gray(part) if part.size else np.zeros((0, 0), np.uint8)), inside


def without_repeats(barcodes: Iterable[Barcode]) -> tuple[Barcode, ...]:
    """Each code once, however often it was seen."""
    return tuple({(barcode.format, barcode.text): barcode for barcode in barcodes}.values())


def find_vin(text: str) -> str | None:
    """The VIN in what a bar code says, or None.

    The whole text may be one, with stars, spaces or a prefix; or a word of it; or, in a longer word, any 17
    characters in a row that end in four digits, have the right check digit and start as a known maker's. Of
    several, those with a right check digit and of a known maker come first.
    """
    whole = "".join(_TOKEN.findall(text)).upper()
    words = [word.upper() for word in _TOKEN.findall(text)]
    stripped = [candidate for word in (whole, *words) for candidate in _strip_prefix(word)]
    candidates = [candidate for candidate in stripped if is_vin(candidate)]
    if not candidates:
        candidates = [window for word in words for window in _windows(word)]
    return max(candidates, key=_rank, default=None)


def _rank(vin: str) -> tuple[bool, bool]:
    return has_valid_check_digit(vin), is_known_maker(vin)


def _strip_prefix(word: str) -> list[str]:
    return [word, *(word.removeprefix(prefix) for prefix in _PREFIXES if word.startswith(prefix))]


def _windows(word: str) -> list[str]:
    """What may be a VIN inside a longer word: by chance one in eleven has the right check digit."""
    windows = [word[start : start + LENGTH] for start in range(len(word) - LENGTH + 1)]
    likely = [window for window in windows if is_vin(window) and window[-4:].isdigit()]
    return [window for window in likely if has_valid_check_digit(window) and is_known_maker(window)]


def _read_linear(
    gray: Gray, matrix: Array, *, copies: Sequence[tuple[float, float]], rows: float
) -> list[Barcode]:
    """Horizontal codes in a copy of the photo; `matrix` maps photo pixels to those of the copy."""
    flat = _resize(gray, 1.0, rows)
    blurred = cv2.GaussianBlur(flat, (7, 1), sigmaX=1.0)
    for columns, sharpening in copies:
        sharp = cv2.addWeighted(flat, 1 + sharpening, blurred, -sharpening, 0) if sharpening else flat
        stretched = _resize(np.asarray(sharp, dtype=np.uint8), columns, 1.0)
        scale = np.diag([stretched.shape[1] / gray.shape[1], stretched.shape[0] / gray.shape[0], 1.0])
        found = _read(stretched, scale @ matrix, formats=_LINEAR, anyhow=False)
        if found:
            return found
    return []


def _read_patches(gray: Gray, matrix: Array) -> list[Barcode]:
    """Two-dimensional codes, also light on dark, as a laser writes them on metal."""
    found = []
    for size in _SIZES:
        copy = _resize(gray, size, size)
        scale = np.diag([copy.shape[1] / gray.shape[1], copy.shape[0] / gray.shape[0], 1.0]) @ matrix
        for rows, columns in find_patches(copy):
            patch = copy[rows, columns]
            if patch.size <= _LARGEST_PATCH:
                shift = np.array([[1, 0, -columns.start], [0, 1, -rows.start], [0, 0, 1.0]])
                found += _read_patch(np.ascontiguousarray(patch), shift @ scale)
    return found


def _read_patch(patch: Gray, matrix: Array) -> list[Barcode]:
    upright, turn = _turn(patch, main_direction(patch))
    factor = 2.0 if max(patch.shape) < _SMALL_PATCH else 1.0
    enlarge = np.diag([factor, factor, 1.0])
    return [
        *_read(_resize(patch, factor, factor), enlarge @ matrix, formats=_MATRIX, anyhow=True),
        *_read(_resize(upright, factor, factor), enlarge @ turn @ matrix, formats=_STACKED, anyhow=True),
    ]


def _read(gray: Gray, matrix: Array, *, formats: zxingcpp.BarcodeFormats, anyhow: bool) -> list[Barcode]:
    back = np.linalg.inv(matrix).astype(np.float64)
    results = zxingcpp.read_barcodes(
        gray, formats=formats, try_rotate=anyhow, try_invert=anyhow, try_downscale=False
    )
    return [
        Barcode(
            format=str(result.format),
            text=result.text,
            vin=find_vin(result.text),
            quad=map_quad(back, _position(result.position)),
        )
        for result in results
    ]


def _position(position: zxingcpp.Position) -> Quad:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return quad_from_points([(corner.x, corner.y) for corner in corners])


def _to_gray(image: Image | Gray) -> Gray:
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image
    return np.asarray(gray, dtype=np.uint8)


def _resize(gray: Gray, x: float, y: float) -> Gray:
    if (x, y) == (1.0, 1.0):
        return gray
    size = max(round(gray.shape[1] * x), 1), max(round(gray.shape[0] * y), 1)
    smooth = cv2.INTER_AREA if min(x, y) < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(gray, size, interpolation=smooth), dtype=np.uint8)


def _turn(gray: Gray, degrees: float) -> tuple[Gray, Array]:
    """The whole photo, turned so that what ran in that direction runs to the right, and the matrix to it."""
    height, width = gray.shape
    rotation = _rotation(degrees)
    corners = map_points(rotation, _corners(width, height))
    rotation[:2, 2] = -corners.min(axis=0)
    if degrees == 0:
        return gray, rotation
    if degrees == 90:
        return np.asarray(cv2.rotate(gray, cv2.ROTATE_90_COUNTERCLOCKWISE), dtype=np.uint8), rotation
    columns, rows = np.ceil(np.ptp(corners, axis=0)).astype(int)
    return warp(gray, rotation, width=int(columns), height=int(rows)), rotation


def _strip(quad: Quad, width: int, height: int) -> tuple[Array, int, int, float]:
    """What lies around a line: the matrix to an upright copy, its size, and how far it is reduced."""
    corners = np.asarray(quad)
    x, y = corners[1] + corners[2] - corners[0] - corners[3]
    rotation = _rotation(float(np.degrees(np.arctan2(y, x))))
    middle = map_points(rotation, corners.mean(axis=0))[0]
    half = np.array(quad_size(quad)) * (STRIP_WIDTH, STRIP_HEIGHT) / 2
    frame = map_points(rotation, _corners(width, height))
    first = np.maximum(middle - half, frame.min(axis=0))
    last = np.minimum(middle + half, frame.max(axis=0))
    reduction = max(1.0, float((last - first).max()) / MAX_STRIP)
    columns, rows = (np.maximum(last - first, 0) / reduction).astype(int)
    rotation[:2, 2] = -first
    return np.diag([1 / reduction, 1 / reduction, 1.0]) @ rotation, int(columns), int(rows), reduction


def _rotation(degrees: float) -> Array:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1.0]])


def _corners(width: float, height: float) -> list[tuple[float, float]]:
    return [(0, 0), (width, 0), (width, height), (0, height)]
