"""From the bytes of an uploaded file to an image. The only place that decodes what strangers send."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pi_heif
from PIL import Image as PillowImage
from PIL import ImageOps

from inference.heif import has_readable_items
from inference.types import Image

MAX_PIXELS = 60_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "HEIF")
"""What Pillow may try. Everything else it knows (PDF, PostScript, icons) is no photo."""

_ORIENTATION = 0x0112
_TURNS = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_COUNTERCLOCKWISE}
"""How the pixels of a photo are turned upright, by its EXIF orientation; the mirrored ones are rare."""

_DEEP_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")

PillowImage.init()  # `formats` below finds only decoders that were loaded
pi_heif.register_heif_opener()


class UndecodableImage(ValueError):
    """The bytes are no photo, or a damaged one."""


class ImageTooLarge(UndecodableImage):
    """The photo has more pixels than MAX_PIXELS."""


def decode_image(content: bytes, *, max_pixels: int = MAX_PIXELS) -> Image:
    """The first frame in RGB with its EXIF orientation applied.

    Raises UndecodableImage, and ImageTooLarge before any pixel is decoded.
    """
    if not content:
        raise UndecodableImage("The file is empty.")
    if content[4:8] == b"ftyp" and not has_readable_items(content):
        raise UndecodableImage("The photo is damaged: the list of its parts cannot be read.")
    try:
        with PillowImage.open(io.BytesIO(content), formats=FORMATS) as opened:
            _check_size(opened.width, opened.height, max_pixels)
            photo = _decode_jpeg(content, opened) if opened.format == "JPEG" else None
            return photo if photo is not None else _to_rgb(ImageOps.exif_transpose(opened))
    except UndecodableImage:
        raise
    except PillowImage.DecompressionBombError as error:
        raise ImageTooLarge(_too_large(max_pixels)) from error
    except PillowImage.UnidentifiedImageError as error:
        raise UndecodableImage("This is not a photo in a format that can be read.") from error
    except Exception as error:  # decoders answer damaged files with many kinds of exception
        raise UndecodableImage(f"The photo is damaged: {error}") from error


def _decode_jpeg(content: bytes, opened: PillowImage.Image) -> Image | None:
    """What nearly every photo is, by OpenCV: the pixels that Pillow gives, in half its time.

    A photo of 12 megapixels takes about 50 ms, so there is no need to decode it in a reduced size first. None
    where this is not the simple case, or OpenCV finds it damaged; Pillow has the last word then.
    """
    orientation = opened.getexif().get(_ORIENTATION, 1)
    if opened.mode not in ("RGB", "L") or orientation not in (1, *_TURNS):
        return None
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error:
        return None
    if pixels is None or pixels.shape[:2] != (opened.height, opened.width):
        return None
    upright = cv2.rotate(pixels, _TURNS[orientation]) if orientation != 1 else pixels
    return np.asarray(upright, dtype=np.uint8)


def _check_size(width: int, height: int, max_pixels: int) -> None:
    if width < 1 or height < 1:
        raise UndecodableImage("The photo has no pixels.")
    if width * height > max_pixels:
        raise ImageTooLarge(_too_large(max_pixels))


def _too_large(max_pixels: int) -> str:
    return f"The photo is too large: at most {max_pixels / 1e6:.0f} megapixels can be read."


def _to_rgb(picture: PillowImage.Image) -> Image:
    if picture.mode in _DEEP_MODES:
        return _from_deep_gray(np.asarray(picture, dtype=np.float32))
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        paper = PillowImage.new("RGBA", rgba.size, "white")
        picture = PillowImage.alpha_composite(paper, rgba)
    return np.array(picture.convert("RGB"), dtype=np.uint8)


def _from_deep_gray(values: np.ndarray) -> Image:
    """More than 8 bits a pixel, scaled by the brightest one: cameras fill 10, 12 or 14 of 16 bits."""
    finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    brightest = max(float(finite.max()), 1.0)
    gray = np.clip(finite * (255.0 / brightest), 0, 255).astype(np.uint8)
    return np.repeat(gray[:, :, None], 3, axis=2)
