"""Measures with values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import metrics
from inference.geometry import quad_from_box

short = st.text("ABC", max_size=6)


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [("", "", 0), ("ABC", "", 3), ("KITTEN", "SITTING", 3), ("AB", "BA", 2), ("1234", "12345", 1)],
)
def test_edits(a: str, b: str, edits: int) -> None:
    assert metrics.count_edits(a, b) == edits


@given(short, short, short)
def test_edits_are_a_distance(a: str, b: str, c: str) -> None:
    assert metrics.count_edits(a, b) == metrics.count_edits(b, a)
    assert (metrics.count_edits(a, b) == 0) == (a == b)
    assert metrics.count_edits(a, c) <= metrics.count_edits(a, b) + metrics.count_edits(b, c)


def test_character_error_rate() -> None:
    assert metrics.character_error_rate([("ABCD", "ABCE"), ("ABCD", "")]) == pytest.approx(5 / 8)
    assert metrics.character_error_rate([]) == 0.0


def test_wilson_interval() -> None:
    """The value that Newcombe (1998) gives for 81 of 263."""
    assert metrics.wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert metrics.wilson_interval(0, 0) == (0.0, 1.0)
    assert metrics.wilson_interval(10, 10)[1] == 1.0


def test_calibration_error() -> None:
    honest = [(0.75, True)] * 3 + [(0.75, False)]
    assert metrics.calibration_error(honest) == pytest.approx(0.0)
    assert metrics.calibration_error([(1.0, False), (0.0, False)]) == pytest.approx(0.5)
    assert metrics.calibration_error([]) == 0.0


def test_percentiles() -> None:
    assert metrics.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert metrics.percentile(range(1, 101), 0.95) == 95
    assert metrics.percentile([], 0.5) == 0.0


def test_box_f1() -> None:
    boxes = [quad_from_box((x, 0, x + 8, 10)) for x in range(0, 40, 10)]
    assert metrics.box_f1(boxes, boxes) == 1.0
    assert metrics.box_f1(boxes, boxes[:2]) == pytest.approx(2 / 3)
    assert metrics.box_f1(boxes, [quad_from_box((100, 0, 108, 10))]) == 0.0
    assert metrics.box_f1([], []) == 1.0
