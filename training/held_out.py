"""Keeps what looks like a photo that only measures out of training, where no label says that it is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from inference.metrics import count_edits
from inference.splits import plate_design
from inference.types import Image

Thumbnail = npt.NDArray[np.float32]

SIMILAR_DESIGN = 2
"""Edits: a design that was misread may be one that only measures."""
SIMILAR_PHOTO = 0.95
"""Correlation of two thumbnails; photos of different vehicles hardly pass 0.9."""
_SIDE = 16


@dataclass(frozen=True, slots=True)
class Guard:
    """Designs of VINs, and thumbnails (N x 256, of mean 0 and length 1) of photos, that must not teach."""

    designs: frozenset[str]
    thumbnails: Thumbnail

    @classmethod
    def against(cls, photos: Sequence[tuple[str, Image]]) -> Guard:
        """Of VINs and their photos; copies of these that were turned or mirrored are known again, too."""
        views = [view for _, image in photos for view in _turn(_shrink(image))]
        rows = np.array([_normalize(view) for view in views], np.float32).reshape(-1, _SIDE * _SIDE)
        return cls(frozenset(plate_design(vin) for vin, _ in photos), rows)

    def shields_vin(self, vin: str) -> bool:
        design = plate_design(vin)
        return any(count_edits(known, design) <= SIMILAR_DESIGN for known in self.designs)

    def shields_photo(self, image: Image) -> bool:
        return bool((self.thumbnails @ _normalize(_shrink(image)) > SIMILAR_PHOTO).any())


def _turn(thumbnail: Thumbnail) -> Iterator[Thumbnail]:
    for side in (thumbnail, thumbnail[:, ::-1]):
        yield from (np.rot90(side, quarters) for quarters in range(4))


def _shrink(image: Image) -> Thumbnail:
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(gray, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32)


def _normalize(thumbnail: Thumbnail) -> Thumbnail:
    centered = (thumbnail - thumbnail.mean()).ravel()
    return np.asarray(centered / max(float(np.linalg.norm(centered)), 1e-6), np.float32)
