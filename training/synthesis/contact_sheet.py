"""Many synthetic photos or crops on one sheet, for looking at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis.crops import render_crop
from training.synthesis.plates import KINDS, Kind
from training.synthesis.scenes import render_scene

Pixels = npt.NDArray[np.uint8]

_TILE = 320
_COLUMNS = 5
_OUTLINE = (0, 255, 0)


def write_contact_sheet(path: Path, *, kind: Kind | None, count: int, seed: int, crops: bool) -> None:
    """Scenes with the characters outlined in every second one, or crops with their VINs below."""
    rng = np.random.default_rng(seed)
    kinds = [kind] if kind is not None else list(KINDS)
    tiles = [_draw_tile(rng, kinds[i % len(kinds)], outlined=i % 2 == 1, crops=crops) for i in range(count)]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % _COLUMNS)
    sheet = np.vstack([np.hstack(tiles[i : i + _COLUMNS]) for i in range(0, len(tiles), _COLUMNS)])
    path.parent.mkdir(parents=True, exist_ok=True)
    suffix = path.suffix if path.suffix in {".jpg", ".png"} else ".jpg"
    _, content = cv2.imencode(suffix, cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    path.write_bytes(content.tobytes())


def _draw_tile(rng: np.random.Generator, kind: Kind, *, outlined: bool, crops: bool) -> Pixels:
    if crops:
        crop = render_crop(rng, kind=kind)
        tile = np.vstack([crop.pixels, np.zeros((14, crop.pixels.shape[1], 3), np.uint8)])
        cv2.putText(tile, crop.vin, (4, tile.shape[0] - 3), cv2.FONT_HERSHEY_PLAIN, 0.8, (255, 255, 255))
        return tile
    scene = render_scene(rng, kind=kind)
    image = scene.image.copy()
    if outlined:
        cv2.polylines(image, list(scene.character_quads.astype(np.int32)), True, _OUTLINE, 1)
    return _fit(image)


def _fit(image: Pixels) -> Pixels:
    tile = np.zeros((_TILE, _TILE, 3), np.uint8)
    factor = _TILE / max(image.shape[:2])
    size = (max(int(image.shape[1] * factor), 1), max(int(image.shape[0] * factor), 1))
    tile[: size[1], : size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return tile
