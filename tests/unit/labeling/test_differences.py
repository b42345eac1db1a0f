"""What changed from one reading to the next."""

from __future__ import annotations

from typing import Any

import pytest

from labeling.differences import BoxChangeKind, Version, compare_versions

VIN = "1HGCM82633A004352"


def quad(index: int, shift: float = 0.0) -> list[list[float]]:
    left = 10.0 * index + shift
    return [[left, 0.0], [left + 10.0, 0.0], [left + 10.0, 20.0], [left, 20.0]]


def version(text: str, *, shift: float = 0.0, without: tuple[int, ...] = (), region: Any = None) -> Version:
    boxes = [
        {"index": index, "symbol": symbol, "quad": quad(index, shift)}
        for index, symbol in enumerate(text)
        if index not in without
    ]
    return Version(text, boxes, region)


def test_the_same_reading_differs_in_nothing() -> None:
    assert not compare_versions(version(VIN), version(VIN)).is_any


def test_a_replaced_symbol_keeps_its_box() -> None:
    found = compare_versions(version("8" + VIN[1:]), version(VIN))
    assert [(c.before_index, c.after_index, c.before, c.after) for c in found.symbols] == [(0, 0, "8", "1")]
    assert found.boxes == ()


def test_an_inserted_symbol_shifts_nothing_but_the_indexes() -> None:
    before = Version(VIN[:3] + VIN[4:], [], None)
    found = compare_versions(before, Version(VIN, [], None))
    (change,) = found.symbols
    assert (change.before, change.after, change.before_index, change.after_index) == ("", "C", None, 3)


def test_a_box_that_moved_is_measured_in_overlap_and_pixels() -> None:
    found = compare_versions(version(VIN), version(VIN, shift=5.0))
    assert len(found.boxes) == 17
    assert {change.kind for change in found.boxes} == {BoxChangeKind.MOVED}
    assert found.boxes[0].iou == pytest.approx(1 / 3, abs=0.001)
    assert found.boxes[0].pixels == 5.0


def test_what_a_screen_rounds_is_no_move() -> None:
    assert not compare_versions(version(VIN), version(VIN, shift=0.4)).is_any


def test_boxes_that_come_and_go() -> None:
    added = compare_versions(version(VIN, without=(4,)), version(VIN)).boxes
    removed = compare_versions(version(VIN), version(VIN, without=(4,))).boxes
    assert [(c.kind, c.after_index, c.symbol) for c in added] == [(BoxChangeKind.ADDED, 4, "M")]
    assert [(c.kind, c.before_index) for c in removed] == [(BoxChangeKind.REMOVED, 4)]
    assert removed[0].before_quad == quad(4)


def test_the_region_is_compared_like_a_box() -> None:
    found = compare_versions(version(VIN, region=quad(0)), version(VIN, region=quad(0, 2.0)))
    assert found.region is not None
    assert (found.region.kind, found.region.pixels) == (BoxChangeKind.MOVED, 2.0)


def test_from_nothing_everything_is_new() -> None:
    found = compare_versions(Version("", [], None), version(VIN))
    assert len(found.symbols) == len(found.boxes) == 17
    assert {change.before for change in found.symbols} == {""}
