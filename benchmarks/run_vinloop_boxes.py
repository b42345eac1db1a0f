"""Finds the VIN's line in the photos named on stdin: with the detector, or with the whole reader.

python -m benchmarks.run_vinloop_boxes BUNDLE detector|reader
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.runner import answer_all, pin_to_one_processor

pin_to_one_processor()

from inference.bundle import find_running, load_bundle, verify_bundle  # noqa: E402  (its libraries must be pinned)
from inference.decoding import decode_image  # noqa: E402
from inference.detector import Detector  # noqa: E402
from inference.geometry import Box, bounding_box  # noqa: E402
from inference.pipeline import VinReader  # noqa: E402
from inference.sessions import Network  # noqa: E402

OFFERED = 3


def main() -> None:
    bundle, engine = Path(sys.argv[1]), sys.argv[2]
    if engine == "reader":
        reader = load_bundle(bundle)
        answer_all(lambda path: _read(reader, path), name="boxes")
    else:
        running = find_running(verify_bundle(bundle), "detector")
        detector = Detector(Network((bundle / running.file).read_bytes()))
        answer_all(lambda path: _detect(detector, path), name="boxes")


def _read(reader: VinReader, path: str) -> list[Box]:
    region = reader.read_file(path).region
    return [] if region is None else [bounding_box(region.quad)]


def _detect(detector: Detector, path: str) -> list[Box]:
    image = decode_image(Path(path).read_bytes())
    regions = detector.detect(image, limit=OFFERED)
    return [bounding_box(detector.refine(image, region).quad) for region in regions]


if __name__ == "__main__":
    main()
