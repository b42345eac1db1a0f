"""Demo photos: synthetic VIN photos as files, for trying the product without a single real one."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from training.synthesis.photos import Difficulty
from training.synthesis.plates import KINDS
from training.synthesis.scenes import Scene, render_scene

_SIDES = (640, 800, 1024, 1280, 1600)
_HARD_EVERY = 4


def write_demo_photos(out_dir: Path, count: int, seed: int) -> list[Path]:
    """Write `count` JPEG photos, the kinds in turn, every fourth a hard one; returns their paths.

    The same seed and fonts give the same photos.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    return [_write_photo(out_dir, number, seed) for number in range(count)]


def render_demo_scene(number: int, seed: int) -> Scene:
    """What a demo photo shows, with its VIN and where it is."""
    return _render(np.random.default_rng((seed, number)), number)


def _write_photo(out_dir: Path, number: int, seed: int) -> Path:
    path = out_dir / f"demo-{seed}-{number + 1:03d}.jpg"
    write_scene(render_demo_scene(number, seed), path)
    return path


def write_scene(scene: Scene, path: Path) -> None:
    pixels = cv2.cvtColor(scene.image, cv2.COLOR_RGB2BGR)
    _, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])
    path.write_bytes(content.tobytes())


def _render(rng: np.random.Generator, number: int) -> Scene:
    hard = number % _HARD_EVERY == _HARD_EVERY - 1
    return render_scene(
        rng,
        look="normal",
        kind=KINDS[(number + number // len(KINDS)) % len(KINDS)],
        side=int(rng.choice(_SIDES)),
        difficulty=Difficulty(0.6 if hard else 0.3),
        any_roll_share=0.3 if hard else 0.05,
        vin_shares=(0.3, 0.9) if hard else (0.5, 0.9),
    )
