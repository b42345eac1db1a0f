"""Labelled photos of a snapshot as material for the recognizer: a cut-out around the VIN, jittered anew
each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.decoding import decode_image
from inference.geometry import DegenerateQuad, is_convex, quad_from_points, quad_size
from inference.rectifier import rectify
from inference.snapshot import PhotoPath, SnapshotItem
from inference.types import Crop, Image, Quad, Region
from inference.vin import ALPHABET, LENGTH
from training.synthesis.crops import jitter_quad

Symbols = npt.NDArray[np.uint8]

_MARGIN = 0.8
"""Kept around the VIN, in text heights."""
_TALLEST = 80.0
"""Text is reduced to this many pixels: four times what the crop shows."""


@dataclass(frozen=True, slots=True)
class Example:
    """`patch` is the part of the photo around the VIN, `quad` lies in its pixels.

    So do `characters`, 17 x 4 x 2, where somebody or something said where they are.
    """

    patch: Image
    quad: Quad
    vin: str
    weight: float
    characters: npt.NDArray[np.float64] | None = None

    @property
    def symbols(self) -> Symbols:
        return vin_symbols(self.vin)

    def straight_crop(self) -> Image:
        return self.rectify().pixels

    def jittered_crop(self, rng: np.random.Generator) -> Image:
        return self.rectify_jittered(rng).pixels

    def rectify(self) -> Crop:
        return rectify(self.patch, Region(self.quad, 1.0))

    def rectify_jittered(self, rng: np.random.Generator) -> Crop:
        """The crop as another detection would have cut it."""
        moved = quad_from_points(jitter_quad(rng, np.array(self.quad)))
        try:
            return rectify(self.patch, Region(moved, 1.0))
        except DegenerateQuad:
            return self.rectify()


def vin_symbols(vin: str) -> Symbols:
    """Places in the alphabet, 17 of them."""
    return np.array([ALPHABET.index(symbol) for symbol in vin], np.uint8)


def load_examples(items: Iterable[SnapshotItem], photo_path: PhotoPath) -> list[Example]:
    """The items that have a VIN of 17 symbols and a place in the photo; others teach the recognizer nothing.

    Raises OSError, decoding.UndecodableImage, decoding.ImageTooLarge.
    """
    loaded = []
    for item in items:
        quad = find_quad(item)
        if quad is None or not _is_readable(item.vin):
            continue
        image = decode_image(photo_path(item.photo).read_bytes())
        loaded.append(_cut(image, quad, item))
    return loaded


def find_characters(item: SnapshotItem) -> npt.NDArray[np.float64] | None:
    """17 x 4 x 2 in photo pixels, where the label has a box for each symbol of the VIN."""
    if "".join(character.symbol for character in item.characters) != item.vin or len(item.vin) != LENGTH:
        return None
    return np.array([character.quad for character in item.characters], np.float64)


def find_quad(item: SnapshotItem) -> Quad | None:
    """The labelled region, else the span of the labelled characters, else nothing."""
    if item.region is not None:
        return item.region if is_convex(item.region) else None
    if len(item.characters) < 2:
        return None
    first, last = item.characters[0].quad, item.characters[-1].quad
    spanned = (first[0], last[1], last[2], first[3])
    return spanned if is_convex(spanned) else None


def _is_readable(vin: str) -> bool:
    return len(vin) == LENGTH and all(symbol in ALPHABET for symbol in vin)


def _cut(image: Image, quad: Quad, item: SnapshotItem) -> Example:
    corners = np.array(quad)
    margin = _MARGIN * quad_size(quad)[1] + 4
    low = np.maximum(np.floor(corners.min(0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(corners.max(0) + margin), image.shape[1::-1]).astype(int)
    high = np.maximum(high, low + 1)
    patch = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    if patch.size == 0:
        patch, low = image, np.zeros(2, int)
    reduced, scale = _reduce(patch, quad)
    characters = find_characters(item)
    return Example(
        patch=reduced,
        quad=quad_from_points((corners - low) * scale),
        vin=item.vin,
        weight=max(item.weight, 0.0),
        characters=None if characters is None else (characters - low) * scale,
    )


def _reduce(patch: Image, quad: Quad) -> tuple[Image, npt.NDArray[np.float64]]:
    """Photos of many megapixels shrink, so that a snapshot of thousands fits into memory; and by how much."""
    factor = min(1.0, _TALLEST / max(quad_size(quad)[1], 1e-6))
    if factor > 0.8:
        return patch, np.ones(2)
    size = (max(round(patch.shape[1] * factor), 1), max(round(patch.shape[0] * factor), 1))
    scale = np.array([size[0] / patch.shape[1], size[1] / patch.shape[0]])
    return np.asarray(cv2.resize(patch, size, interpolation=cv2.INTER_AREA), np.uint8), scale
