"""People of the benchmarks who annotate as the truth has it."""

from __future__ import annotations

from typing import Any

from benchmarks.loop_people import describe, divide
from inference.types import Quad

VIN = "1HGCM82633A004352"
REGION: Quad = ((10.0, 20.0), (180.0, 20.0), (180.0, 30.0), (10.0, 30.0))
NEAR: Quad = ((12.0, 20.0), (182.0, 20.0), (182.0, 30.0), (12.0, 30.0))


def _read(region: Quad) -> dict[str, Any]:
    characters = [{"quad": quad} for quad in divide(region)]
    return {"region": [list(point) for point in region], "characters": characters}


def test_a_region_that_is_over_the_line_is_left_as_it_is() -> None:
    assert describe(VIN, REGION, _read(NEAR))["region"] == [list(point) for point in NEAR]


def test_one_that_was_read_on_its_head_is_drawn_anew() -> None:
    head: Quad = (NEAR[2], NEAR[3], NEAR[0], NEAR[1])
    said = describe(VIN, REGION, _read(head))
    assert said["region"] == [list(point) for point in REGION]
    assert said["characters"][0]["quad"][0] == [10.0, 20.0]


def test_one_of_another_line_or_none_is_drawn_anew() -> None:
    other: Quad = ((10.0, 60.0), (180.0, 60.0), (180.0, 70.0), (10.0, 70.0))
    for earlier in (_read(other), {"region": None, "characters": []}, None):
        assert describe(VIN, REGION, earlier)["region"] == [list(point) for point in REGION]
