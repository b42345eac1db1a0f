"""Characters of real photos in which only the line of the VIN is boxed: CRAFT's weak supervision (Baek et
al. 2019, arXiv 1904.01941, section 3.2.2).

A detector that was trained on synthetic photos splits the boxed line into characters. How far it may be
believed is told by how many it found: there must be 17. What it says of the rest of the photo is kept, but
for one thing: no other line is a VIN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from inference.detector import STRIDE, Detector, prepare_image
from inference.geometry import Box, bounding_box, quad_from_box, scale_quad, shift_quad
from inference.linking import TextLine, find_lines
from inference.types import Image, Quad
from inference.vin import LENGTH
from training.boxed_photos import BoxMatch, match_boxes
from training.targets import Quads

Bytes = npt.NDArray[np.uint8]

LEAST_CONFIDENCE = 0.5
"""A box that is divided evenly is believed this much, as in the paper."""
FLAT = 6.0
"""Text in a box this much wider than high cannot lean far: the box is divided even where no line is found."""

_CANDIDATES = 16
_INSPECTED = 2
_LEAST_OVERLAP = 0.1
_MARGIN = 0.25
_CLOSE_UP_WIDTH, _MOST_ENLARGED = 420.0, 4.0
_TEXT_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class WeakLabel:
    """What one photo teaches.

    `characters` are 17 x 4 x 2 quads in photo pixels, or none where nobody can say where they are.
    `surroundings` are the detector's own score maps of the photo, 2 x H x W (255 is 1), `scale` how many
    of their cells one pixel of the photo has.
    """

    box: Box
    characters: Quads | None
    confidence: float
    surroundings: Bytes
    scale: float


def label_photo(detector: Detector, image: Image, box: Box) -> WeakLabel:
    """Split the boxed line into characters, with the confidence of CRAFT: the share of 17 that was found."""
    tensor, scale = prepare_image(image)
    region, affinity = detector.score(tensor)
    found = find_lines(region, affinity, limit=_CANDIDATES)
    quads = [scale_quad(line.quad, STRIDE / scale) for line in found]
    line = find_boxed_line(detector, image, box, quads)
    characters, confidence = split_line(line) if line is not None else _divide_box(box)
    return WeakLabel(box, characters, confidence, _keep_scores(region, affinity), scale / STRIDE)


def label_known(detector: Detector, image: Image, box: Box, characters: Quads) -> WeakLabel:
    """The label of a photo whose characters somebody has boxed: only the surroundings are the detector's."""
    tensor, scale = prepare_image(image)
    return WeakLabel(box, characters, 1.0, _keep_scores(*detector.score(tensor)), scale / STRIDE)


def _keep_scores(region: npt.NDArray[np.float32], affinity: npt.NDArray[np.float32]) -> Bytes:
    return np.round(np.clip([region, affinity], 0, 1) * 255).astype(np.uint8)


def label_again(detector: Detector, image: Image, label: WeakLabel) -> WeakLabel:
    """The label as a better detector gives it, where that is more sure; the surroundings stay."""
    new = label_photo(detector, image, label.box)
    if new.confidence <= label.confidence:
        return label
    return replace(label, characters=new.characters, confidence=new.confidence)


def save_weak_labels(path: Path, labels: Sequence[WeakLabel]) -> None:
    """Write the labels, in their order, aside and renamed."""
    unknown = np.full((LENGTH, 4, 2), np.nan)
    arrays: dict[str, Any] = {f"surroundings-{i}": label.surroundings for i, label in enumerate(labels)}
    arrays["boxes"] = np.array([label.box for label in labels])
    arrays["characters"] = np.array(
        [unknown if label.characters is None else label.characters for label in labels]
    )
    arrays["confidences"] = np.array([label.confidence for label in labels])
    arrays["scales"] = np.array([label.scale for label in labels])
    part = path.with_name(path.stem + ".part.npz")
    np.savez_compressed(part, **arrays)
    part.replace(path)


def load_weak_labels(path: Path) -> list[WeakLabel]:
    """What `save_weak_labels` wrote."""
    with np.load(path) as content:
        columns = [content[name] for name in ("boxes", "characters", "confidences", "scales")]
        return [
            WeakLabel(
                box=(float(box[0]), float(box[1]), float(box[2]), float(box[3])),
                characters=None if np.isnan(characters).any() else characters,
                confidence=float(confidence),
                surroundings=content[f"surroundings-{index}"],
                scale=float(scale),
            )
            for index, (box, characters, confidence, scale) in enumerate(zip(*columns, strict=True))
        ]


def find_boxed_line(detector: Detector, image: Image, box: Box, quads: Sequence[Quad]) -> TextLine | None:
    """The line that fills the box best, of those found in the whole photo (`quads`) and in a close-up."""
    lines = _inspect(detector, image, box, quads)
    if not any(_counted(line) == 1 for line in lines):
        lines += _inspect(detector, image, box, _look_closely(detector, image, box))
    return max(lines, key=lambda line: _match(line.quad, box).iou * _counted(line), default=None)


def _inspect(detector: Detector, image: Image, box: Box, quads: Sequence[Quad]) -> list[TextLine]:
    """Second looks at what overlaps the box most, as far as they fill it."""
    overlaps = {quad: iou for quad in quads if (iou := _match(quad, box).iou) > _LEAST_OVERLAP}
    best = sorted(overlaps, key=lambda quad: overlaps[quad], reverse=True)[:_INSPECTED]
    lines = [line for quad in best if (line := detector.inspect(image, quad)) is not None]
    return [line for line in lines if _match(line.quad, box).fills]


def _look_closely(detector: Detector, image: Image, box: Box) -> list[Quad]:
    """What the detector finds in the box and a little around it, brought to the size of a second look."""
    height, width = image.shape[:2]
    margin = _MARGIN * max(box[3] - box[1], 0.2 * (box[2] - box[0])) + 2
    left, top = int(max(box[0] - margin, 0)), int(max(box[1] - margin, 0))
    right, bottom = int(min(box[2] + margin, width)) + 1, int(min(box[3] + margin, height)) + 1
    scale = float(np.clip(_CLOSE_UP_WIDTH / max(right - left, bottom - top), 1.0, _MOST_ENLARGED))
    part = image[top:bottom, left:right]
    enlarged = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    pixels = np.asarray(enlarged, np.uint8)
    found = detector.detect(pixels, side=max(pixels.shape[:2]), limit=_CANDIDATES)
    return [shift_quad(scale_quad(region.quad, 1 / scale), left, top) for region in found]


def _match(quad: Quad, box: Box) -> BoxMatch:
    return match_boxes(bounding_box(quad), box)


def _counted(line: TextLine) -> float:
    """CRAFT's confidence: 1 where 17 characters were found."""
    return (LENGTH - min(LENGTH, abs(LENGTH - len(line.peaks)))) / LENGTH


def split_line(line: TextLine) -> tuple[Quads, float]:
    """17 x 4 x 2 quads, and the confidence. Between the peaks where there are 17, otherwise evenly."""
    corners = np.asarray(line.quad)
    if len(line.peaks) != LENGTH:
        return _divide(corners, np.linspace(0, 1, LENGTH + 1)), max(_counted(line), LEAST_CONFIDENCE)
    start, end = corners[[0, 3]].mean(0), corners[[1, 2]].mean(0)
    along = (line.peaks - start) @ (end - start) / float((end - start) @ (end - start))
    between = (along[1:] + along[:-1]) / 2
    first, last = 2 * along[0] - between[0], 2 * along[-1] - between[-1]
    return _divide(corners, np.array([first, *between, last])), 1.0


def _divide_box(box: Box) -> tuple[Quads | None, float]:
    """A flat box, evenly; boxes are a little higher than the text in them."""
    left, top, right, bottom = box
    if right - left < FLAT * (bottom - top):
        return None, 0.0
    spare = (bottom - top) * (1 - _TEXT_SHARE) / 2
    corners = np.asarray(quad_from_box((left + spare, top + spare, right - spare, bottom - spare)))
    return _divide(corners, np.linspace(0, 1, LENGTH + 1)), LEAST_CONFIDENCE


def _divide(corners: Quads, places: Sequence[float] | npt.NDArray[np.float64]) -> Quads:
    """Quads between neighbouring places along the line, 0 at its start and 1 at its end."""
    shares = np.asarray(places)[:, None]
    above = corners[0] + shares * (corners[1] - corners[0])
    below = corners[3] + shares * (corners[2] - corners[3])
    return np.stack([above[:-1], above[1:], below[1:], below[:-1]], axis=1)
