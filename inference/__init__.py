"""The reading engine: finds the vehicle identification number in a photo and reads it.

Plain Python on numpy, OpenCV and ONNX Runtime; it knows no web framework and no training code.

    from inference import load_reader
    reading = load_reader().read_file("photo.jpg")
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.pipeline import VinReader


def load_reader(bundle: str | Path | None = None, *, threads: int = 1) -> VinReader:
    """A reader from a bundle's folder, by default the one that comes with the project.

    Raises bundle.InvalidBundle.
    """
    from inference.bundle import (
        DEFAULT_BUNDLE,
        load_bundle,
    )  # so that `inference.types` stays cheap to import

    return load_bundle(bundle if bundle is not None else DEFAULT_BUNDLE, threads=threads)
