"""Small photos for tests, drawn when they are needed."""

from __future__ import annotations

import cv2
import numpy as np

VIN = "1HGCM82633A004352"


def render_photo(seed: int = 0, *, vin: str = VIN, width: int = 640, height: int = 240) -> bytes:
    """A JPEG of dark letters on a plate; the noise, and so the file's hash, depends on the seed."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(150, 200, size=(height, width, 3), dtype=np.uint8)
    scale = width / 420
    size, _ = cv2.getTextSize(vin, cv2.FONT_HERSHEY_SIMPLEX, scale, 2)
    origin = ((width - size[0]) // 2, (height + size[1]) // 2)
    cv2.putText(pixels, vin, origin, cv2.FONT_HERSHEY_SIMPLEX, scale, (20, 20, 20), 2, cv2.LINE_AA)
    written, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not written:
        raise RuntimeError("OpenCV cannot write a JPEG.")
    return content.tobytes()
