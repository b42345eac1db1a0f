from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np
import pytest

from inference.vin import ALPHABET
from training.synthesis.camera import map_boxes
from training.synthesis.legibility import is_legible
from training.synthesis.photos import Difficulty, expose_legibly
from training.synthesis.plates import KINDS, Kind, make_plate
from training.synthesis.relief import slopes
from training.synthesis.scenes import render_scene
from training.synthesis.sheets import bend
from training.synthesis.typefaces import Typeface

VIN = "WVWZZZ1JZ3P281237"


@pytest.mark.parametrize("source", ["stamp:0:4", "stamp:1:5", "stamp:5:6", "stamp-dots:2:5", "grid:3:7"])
def test_all_symbols_of_a_tool_differ(source: str) -> None:
    drawn = {symbol: Typeface(source, source).glyph(symbol).mask for symbol in ALPHABET}
    for (first, a), (second, b) in combinations(drawn.items(), 2):
        assert a.any()
        assert a.shape != b.shape or (a != b).sum() > 20, (first, second)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("strip", [True, False])
def test_every_plate_shows_its_vin_in_its_boxes(kind: Kind, seed: int, strip: bool) -> None:
    """Captions and stars about the VIN are no part of it."""
    plate = make_plate(np.random.default_rng(seed), kind, VIN, strip=strip)
    gray = cv2.cvtColor(plate.pixels, cv2.COLOR_RGB2GRAY)
    assert plate.vin_boxes.shape == (17, 4)
    assert (np.diff(plate.vin_boxes[:, 0]) > 0).all()
    assert plate.vin_boxes.min() >= 0
    assert plate.vin_boxes[:, 2].max() <= gray.shape[1]
    spreads = [
        np.ptp(gray[int(top) : int(bottom) + 1, int(left) : int(right) + 1].astype(int))
        for left, top, right, bottom in plate.vin_boxes
    ]
    assert np.median(spreads) > 15


def test_a_bent_plate_takes_its_boxes_along() -> None:
    plate = make_plate(np.random.default_rng(3), "windshield", VIN)
    marked = np.zeros_like(plate.pixels)
    for left, top, right, bottom in np.round(plate.vin_boxes).astype(int):
        marked[top:bottom, left:right] = 255
    bent = bend(np.random.default_rng(5), replace(plate, pixels=marked))
    assert np.abs(bent.vin_boxes - plate.vin_boxes).max() > 1
    for left, top, right, bottom in np.round(bent.vin_boxes).astype(int):
        rows = slice(max(top + 2, 0), max(bottom - 2, 1))
        assert bent.pixels[rows, left + 2 : right - 2].mean() > 230


def test_a_slope_looks_to_the_side_where_the_surface_falls() -> None:
    ramp = np.tile(np.arange(20, dtype=np.float32), (10, 1))
    slope_x, slope_y = slopes(ramp)
    assert slope_x[5, 5] == pytest.approx(1)
    assert slope_y[5, 5] == pytest.approx(0)


@pytest.mark.parametrize("seed", range(6))
def test_photos_stay_legible(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plate = make_plate(rng, "label_sticker", VIN)
    quads = map_boxes(np.eye(3), plate.vin_boxes)
    photo = expose_legibly(rng, plate.pixels, quads, glass=False, text_height=36, difficulty=Difficulty(1.0))
    assert is_legible(plate.pixels, photo, quads)


def test_labels_are_turned_by_quarters_on_demand() -> None:
    rolls = []
    for seed in range(8):
        scene = render_scene(
            np.random.default_rng(seed),
            kind="label_sticker",
            look="normal",
            side=320,
            any_roll_share=0,
            quarter_turn_share=1,
        )
        along = scene.quad[1] - scene.quad[0]
        rolls.append(np.degrees(np.arctan2(along[1], along[0])))
    quarters = {round(roll / 90) % 4 for roll in rolls}
    assert quarters <= {1, 2, 3}
    assert len(quarters) > 1
