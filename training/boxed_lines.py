"""The tight quad of a VIN in a photo where somebody drew a loose box around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from inference.bundle import verify_bundle
from inference.detector import Detector
from inference.geometry import Box, bounding_box, quad_from_box, quad_iou
from inference.recognizers.sequence import SequenceRecognizer
from inference.sessions import Network
from inference.types import Crop, Image, LineEvidence, Quad, Region

Reader = Callable[[Sequence[Crop]], list[LineEvidence]]

MOST_FOUND = 8
LEAST_OVERLAP = 0.3
"""Intersection over union of the box and the rectangle around a line, for the line to be in question."""
SHRINK_X, SHRINK_Y = 0.02, 0.12
"""What a loose box leaves beside the text, in parts of its sides."""


def open_networks(bundle: Path) -> tuple[Detector, SequenceRecognizer]:
    """Of a bundle, on one thread each. Raises bundle.InvalidBundle, sessions.InvalidNetwork."""
    files = verify_bundle(bundle).networks
    networks = {name: Network((bundle / files[name].file).read_bytes()) for name in ("detector", "sequence")}
    return Detector(networks["detector"]), SequenceRecognizer(networks["sequence"])


def propose_quads(detector: Detector, image: Image, box: Box) -> list[Quad]:
    """Where the line may be, that which fills the box best first: the detector's lines, the same after a
    second look, and the box without its margins. The text of each may be upside down.
    """
    found = [region for region in detector.detect(image, limit=MOST_FOUND) if fits(region.quad, box)]
    shrunk = Region(shrink_box(box), 1.0)
    refined = [detector.refine(image, region) for region in (*found, shrunk)]
    quads = dict.fromkeys(region.quad for region in (*found, *refined, shrunk) if fits(region.quad, box))
    return sorted(quads, key=lambda quad: -_overlap(quad, box))[:MOST_FOUND]


def fits(quad: Quad, box: Box) -> bool:
    return _overlap(quad, box) > LEAST_OVERLAP


def shrink_box(box: Box) -> Quad:
    left, top, right, bottom = box
    x, y = SHRINK_X * (right - left), SHRINK_Y * (bottom - top)
    return quad_from_box((left + x, top + y, right - x, bottom - y))


def _overlap(quad: Quad, box: Box) -> float:
    return quad_iou(quad_from_box(bounding_box(quad)), quad_from_box(box))
