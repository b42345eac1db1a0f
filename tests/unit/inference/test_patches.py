"""Squares full of edges are patches; lines of text, stripes and plain walls are none."""

import cv2
import numpy as np
import pytest

from inference.patches import CELL, MOST, Gray, find_patches, main_direction


def wall(height: int = 400, width: int = 600) -> Gray:
    return np.full((height, width), 128, np.uint8)


def checkers(side: int, module: int = 3) -> Gray:
    cells = np.random.default_rng(5).integers(0, 2, (side // module + 1, side // module + 1), dtype=np.uint8)
    return np.kron(40 + 180 * cells, np.ones((module, module), np.uint8))[:side, :side]


def test_a_code_is_a_patch_with_its_rim() -> None:
    photo = wall()
    photo[160:240, 320:400] = checkers(80)
    ((rows, columns),) = find_patches(photo)
    assert 160 - 4 * CELL <= rows.start <= 160
    assert 240 <= rows.stop <= 240 + 4 * CELL
    assert 320 - 4 * CELL <= columns.start <= 320
    assert 400 <= columns.stop <= 400 + 4 * CELL


def test_the_largest_come_first_and_no_more_than_a_few() -> None:
    photo = wall(400, 900)
    for index in range(MOST + 2):
        side = 48 + 16 * index
        photo[100 : 100 + side, 20 + 170 * index : 20 + 170 * index + side] = checkers(side)
    found = [columns.start for _, columns in find_patches(photo)]
    assert len(found) == MOST
    assert found == sorted(found, reverse=True)


def test_what_is_no_code_is_no_patch() -> None:
    striped, written = wall(), wall()
    striped[100:200, 100:300:4] = 20
    cv2.putText(written, "1M8GDM9AXKP042788", (20, 200), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1)
    for photo in (wall(), striped, written, wall(1, 1), wall(3, 900)):
        assert list(find_patches(photo)) == []


@pytest.mark.parametrize("degrees", [-60.0, -20.0, 0.0, 35.0, 80.0])
def test_bars_are_turned_upright(degrees: float) -> None:
    x, y = np.meshgrid(np.arange(120), np.arange(120))
    along = x * np.cos(np.radians(degrees)) + y * np.sin(np.radians(degrees))
    bars = (128 + 90 * np.sin(along)).astype(np.uint8)
    assert main_direction(bars) == pytest.approx(degrees, abs=1.5)
