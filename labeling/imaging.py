"""Checks uploaded files, and makes the copies that the browser is shown."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from PIL import Image as PillowImage

from inference.decoding import ImageTooLarge, UndecodableImage, decode_image
from inference.geometry import homography, quad_size
from inference.types import Image, Quad
from inference.warping import warp
from labeling.errors import DomainError

DISPLAY_SIDE = 2560
THUMBNAIL_SIDE = 320
MAX_LINE_SIDE = 4096
MIN_SIDE = 16
NEAR_DISTANCE = 4
"""Photos whose difference hashes differ in so many bits or fewer are near-duplicates."""

_CONTENT_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "BMP": "image/bmp",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "AVIF": "image/avif",
    "HEIF": "image/heic",
}

SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/bmp": ".bmp",
    "image/gif": ".gif",
    "image/tiff": ".tif",
    "image/avif": ".avif",
    "image/heic": ".heic",
}
_READ_BY_ALL = {"image/jpeg", "image/png", "image/bmp"}
_ORIENTATION = 0x0112


class InvalidPhoto(DomainError):
    """The file is no photo that can be read."""

    code = "invalid_photo"


class PhotoTooLarge(DomainError):
    """The file has too many bytes or too many pixels."""

    code = "photo_too_large"


@dataclass(frozen=True, slots=True)
class CheckedPhoto:
    """What is known of an uploaded file once it was decoded. `content_type` is told by its content alone."""

    sha256: str
    content_type: str
    byte_size: int
    width: int
    height: int
    difference_hash: int


@dataclass(frozen=True, slots=True)
class RenderedPhoto:
    """JPEG files made from the pixels, so that nothing else that the upload held reaches a browser."""

    display: bytes
    thumbnail: bytes


def check_photo(content: bytes) -> CheckedPhoto:
    """Decode an upload and describe it. Raises InvalidPhoto and PhotoTooLarge."""
    limit = settings.MAX_UPLOAD_MEGABYTES
    if len(content) > limit * 1024 * 1024:
        raise PhotoTooLarge(f"The file is too large: at most {limit} MB are accepted.")
    image = _decode(content)
    height, width = image.shape[:2]
    if min(width, height) < MIN_SIDE:
        raise InvalidPhoto(f"The photo is too small: each side needs {MIN_SIDE} pixels or more.")
    return CheckedPhoto(
        sha256=hashlib.sha256(content).hexdigest(),
        content_type=_sniff_content_type(content),
        byte_size=len(content),
        width=width,
        height=height,
        difference_hash=difference_hash(image),
    )


def render_photo(content: bytes) -> RenderedPhoto:
    """The copies for the screen. Raises InvalidPhoto and PhotoTooLarge."""
    picture = PillowImage.fromarray(_decode(content))
    return RenderedPhoto(
        display=_encode(picture, DISPLAY_SIDE, quality=88),
        thumbnail=_encode(picture, THUMBNAIL_SIDE, quality=80),
    )


def is_upright(content_type: str) -> bool:
    """Whether other tools read such files as they are, unless they are to be turned."""
    return content_type in _READ_BY_ALL


def is_turned(content: bytes) -> bool:
    """Whether the file asks to be turned or mirrored before it is shown (EXIF 2.32, tag 0x0112)."""
    with PillowImage.open(io.BytesIO(content)) as picture:
        return int(picture.getexif().get(_ORIENTATION, 1)) != 1


def make_upright(content: bytes) -> bytes:
    """A JPEG of the pixels as people see them, in full size. Raises InvalidPhoto and PhotoTooLarge."""
    target = io.BytesIO()
    PillowImage.fromarray(_decode(content)).save(target, "JPEG", quality=95, subsampling=0)
    return target.getvalue()


def crop_line(content: bytes, region: Quad) -> bytes:
    """The straightened pixels of a region as PNG, about as many as the photo has.

    Raises InvalidPhoto, PhotoTooLarge, geometry.DegenerateQuad.
    """
    width, height = (min(max(round(side), 1), MAX_LINE_SIDE) for side in quad_size(region))
    line = warp(_decode(content), homography(region, width, height), width=width, height=height)
    target = io.BytesIO()
    PillowImage.fromarray(line).save(target, "PNG")
    return target.getvalue()


def difference_hash(image: Image) -> int:
    """64 bits, each telling whether a cell of a 9 x 8 gray miniature is brighter than its left neighbor.

    A signed number, as PostgreSQL's bigint is.
    """
    gray = PillowImage.fromarray(image).convert("L").resize((9, 8), PillowImage.Resampling.BOX)
    cells = np.asarray(gray, dtype=np.int16)
    bits = (cells[:, 1:] > cells[:, :-1]).ravel()
    return int(np.packbits(bits).view(">i8")[0])


def _decode(content: bytes) -> Image:
    try:
        return decode_image(content)
    except ImageTooLarge as error:
        raise PhotoTooLarge(str(error)) from error
    except UndecodableImage as error:
        raise InvalidPhoto(str(error)) from error


def _sniff_content_type(content: bytes) -> str:
    with PillowImage.open(io.BytesIO(content)) as picture:
        kind = _CONTENT_TYPES.get(picture.format or "")
    if kind is None:
        raise InvalidPhoto("This is not a photo in a format that can be read.")
    return kind


def _encode(picture: PillowImage.Image, side: int, *, quality: int) -> bytes:
    copy = picture.copy()
    copy.thumbnail((side, side), PillowImage.Resampling.LANCZOS)
    target = io.BytesIO()
    copy.save(target, "JPEG", quality=quality, optimize=True, progressive=True)
    return target.getvalue()
