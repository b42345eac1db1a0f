"""At which module sizes are bar codes read, and how long does it take?

    python -m benchmarks.barcodes --count 20

Renders labels of 2 megapixels with a VIN in plain text and in one bar code, photographed at an angle, from
seeds that nothing was tuned on. The peer is the same library as it comes, shown the whole photo.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from statistics import median

import cv2
import numpy as np
import zxingcpp

from inference.barcodes import read_barcodes, read_barcodes_near
from inference.geometry import quad_from_points
from inference.types import Image, Quad
from training.synthesis.backgrounds import cluttered_background
from training.synthesis.camera import Matrix, map_boxes, place, random_pose, vin_quad
from training.synthesis.lines import set_line
from training.synthesis.photos import Difficulty, composite, expose_photo
from training.synthesis.scenes import render_scene
from training.synthesis.sheets import CAP, Plate, Sheet, blank, paint, to_color, vin_lettering
from training.synthesis.vins import random_vin

SEED = 41_000
FORMATS = {
    "Code 39": zxingcpp.BarcodeFormat.Code39,
    "Code 128": zxingcpp.BarcodeFormat.Code128,
    "Data Matrix": zxingcpp.BarcodeFormat.DataMatrix,
    "QR": zxingcpp.BarcodeFormat.QRCode,
    "PDF417": zxingcpp.BarcodeFormat.PDF417,
}
LINEAR = ("Code 39", "Code 128")
MODULES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
"""Photo pixels of a narrow bar or of a square."""
SIZE = (1632, 1224)
PLATE_MODULE = 8
"""Plate pixels of the same."""
BAR_HEIGHT = 24
"""Modules."""


@dataclass(frozen=True, slots=True)
class CodedPhoto:
    """`quad` is where the VIN stands in plain text."""

    image: Image
    vin: str
    quad: Quad


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.barcodes", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--count", type=int, default=20, help="photos of each code and size (20)")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print("codes read: at first sight / with a look near the text / zxing-cpp as it comes")
    print(f"{'module, pixels':<14}" + "".join(f"{module:>14}" for module in MODULES))
    for name in FORMATS:
        cells = [_write_cell(list(_render(name, module, options.count))) for module in MODULES]
        print(f"{name:<14}" + "".join(f"{cell:>14}" for cell in cells), flush=True)
    print(_write_times(options.count))


def _render(name: str, module: float, count: int) -> Iterable[CodedPhoto]:
    place_of = list(FORMATS).index(name)
    for number in range(count):
        rng = np.random.default_rng((SEED, place_of, round(10 * module), number))
        yield render_coded(rng, name, module)


def _write_cell(photos: list[CodedPhoto]) -> str:
    first = [any(code.vin == photo.vin for code in read_barcodes(photo.image)) for photo in photos]
    near = [
        any(code.vin == photo.vin for code in read_barcodes_near(photo.image, photo.quad)) for photo in photos
    ]
    peer = [
        any(photo.vin in code.text for code in zxingcpp.read_barcodes(photo.image[:, :, ::-1]))
        for photo in photos
    ]
    either = sum(a or b for a, b in zip(first, near, strict=True))
    return f"{sum(first)}/{either}/{sum(peer)}"


def _write_times(count: int) -> str:
    """On photos without a code that can be read, which is what most are."""
    scenes = [
        render_scene(np.random.default_rng((SEED, 99, number)), look="normal", side=SIZE[0])
        for number in range(count)
    ]
    quads = [quad_from_points(scene.quad) for scene in scenes]
    pairs = list(zip(scenes, quads, strict=True))
    rows = {
        "at first sight": [_time(lambda s=scene: read_barcodes(s.image)) for scene, _ in pairs],
        "near the text": [
            _time(lambda s=scene, q=quad: read_barcodes_near(s.image, q)) for scene, quad in pairs
        ],
        "zxing-cpp as it comes": [
            _time(lambda s=scene: zxingcpp.read_barcodes(s.image)) for scene, _ in pairs
        ],
    }
    told = [
        f"{name:<24}{median(times):>6.1f} ms, longest {max(times):.1f} ms" for name, times in rows.items()
    ]
    return "\n".join([f"time for one of {count} photos without a code, median", *told])


def _time(call: Callable[[], object]) -> float:
    """Of the processor, so that a busy machine counts little."""
    start = time.process_time()
    call()
    return 1000 * (time.process_time() - start)


def render_coded(rng: np.random.Generator, name: str, module: float) -> CodedPhoto:
    """A label whose modules are about so many photo pixels wide."""
    plate = _make_label(rng, random_vin(rng), name)
    pose = random_pose(rng, "label_sticker", any_roll_share=0.2, squeeze=1.0)
    length = (plate.vin_boxes[-1, 2] - plate.vin_boxes[0, 0]) * module / PLATE_MODULE
    matrix = _move_inside(rng, place(plate, pose, vin_width=length, center=(0.0, 0.0)), plate)
    background, _ = cluttered_background(rng, *SIZE)
    quad = vin_quad(map_boxes(matrix, plate.vin_boxes))
    photo = expose_photo(
        rng,
        composite(background, plate, matrix),
        glass=False,
        text_height=max(float(np.linalg.norm(quad[3] - quad[0])), 4.0),
        difficulty=Difficulty(0.3),
    )
    return CodedPhoto(photo, plate.vin, quad_from_points(quad))


def _make_label(rng: np.random.Generator, vin: str, name: str) -> Plate:
    """The VIN in plain text and the code below it, of the sizes that they have on labels."""
    code = _draw_code(vin, name)
    height, width = code.shape
    lettering = vin_lettering(rng, "label_sticker")
    length = width * float(rng.uniform(0.6, 1.1) if width > 1.5 * height else rng.uniform(2.5, 5))
    cap = CAP * length / set_line(vin, lettering).size[0]
    line = set_line(vin, replace(lettering, height=cap))
    border = 4 * PLATE_MODULE
    size = (int(height + 2.2 * cap + 2 * border), int(max(width, line.size[0]) + 2 * border))
    back, ink = rng.uniform(190, 250) + rng.normal(0, 5, 3), rng.uniform(5, 50) + rng.normal(0, 3, 3)
    sheet = Sheet(blank(*size, to_color(back)), to_color(ink))
    boxes = sheet.write(line, border, border + cap)
    left = int(rng.integers(border, size[1] - width - border + 1))
    paint(sheet.pixels, 255 - code, left, int(border + 1.6 * cap), sheet.ink)
    return Plate("label_sticker", vin, sheet.pixels, np.full(size, 255, np.uint8), boxes)


def _draw_code(vin: str, name: str) -> Image:
    """Gray, PLATE_MODULE pixels for each module, with its quiet zone."""
    code = np.array(zxingcpp.create_barcode(vin, FORMATS[name]).to_image(scale=1))
    if name in LINEAR:
        code = np.repeat(code[code.shape[0] // 2][None], BAR_HEIGHT, axis=0)
    return np.kron(code, np.ones((PLATE_MODULE, PLATE_MODULE), np.uint8))


def _move_inside(rng: np.random.Generator, matrix: Matrix, plate: Plate) -> Matrix:
    """So that the whole label is in the photo, or its middle where it is larger."""
    height, width = plate.alpha.shape
    corners = map_boxes(matrix, np.array([[0, 0, width, height]], np.float64))[0]
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = np.array(SIZE) - (high - low)
    shift = np.where(room > 0, rng.uniform(0, 1, 2) * room, room / 2) - low
    return np.asarray(np.array([[1, 0, shift[0]], [0, 1, shift[1]], [0, 0, 1.0]]) @ matrix)


if __name__ == "__main__":
    main()
