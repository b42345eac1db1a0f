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


@pytest.mark.parametrize(
    ("expected", "found", "pairs"),
    [
        ("", "", []),
        ("AB", "AB", [("A", "A"), ("B", "B")]),
        ("8A", "BA", [("8", "B"), ("A", "A")]),
        ("ABC", "AC", [("A", "A"), ("B", ""), ("C", "C")]),
        ("AC", "ABC", [("A", "A"), ("", "B"), ("C", "C")]),
        ("AB", "", [("A", ""), ("B", "")]),
    ],
)
def test_alignment(expected: str, found: str, pairs: list[metrics.Pair]) -> None:
    assert metrics.align_texts(expected, found) == pairs


@given(short, short)
def test_an_alignment_keeps_both_texts_and_has_the_fewest_edits(a: str, b: str) -> None:
    pairs = metrics.align_texts(a, b)
    assert "".join(one for one, _ in pairs) == a
    assert "".join(other for _, other in pairs) == b
    assert sum(one != other for one, other in pairs) == metrics.count_edits(a, b)


def test_confusions() -> None:
    counted = metrics.count_confusions([("8A", "BA"), ("8A", "8A"), ("AA", "A")])
    assert counted == {("8", "B"): 1, ("8", "8"): 1, ("A", "A"): 3, ("A", ""): 1}


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


def test_reliability() -> None:
    """A confidence of 1 belongs to the last bin; an empty bin has its middle for a confidence."""
    bins = metrics.reliability_bins([(1.0, True), (0.92, False), (0.0, False)])
    assert [each.n for each in bins] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins[-1] == metrics.ReliabilityBin(0.9, 1.0, 2, 1, pytest.approx(0.96))
    assert bins[4].confidence == pytest.approx(0.45)


OUTCOMES = [(0.99, True), (0.9, True), (0.9, False), (0.8, True), (0.7, True), (0.2, False), (0.0, False)]


def test_acceptance() -> None:
    at = metrics.accept_from(OUTCOMES, 0.9)
    assert (at.n, at.accepted, at.right) == (7, 3, 2)
    assert (at.coverage, at.precision) == (pytest.approx(3 / 7), pytest.approx(2 / 3))
    assert metrics.accept_from(OUTCOMES, 0.0).accepted == 6  # a photo without a VIN is never accepted
    assert metrics.accept_from([], 0.5).precision == 1.0


def test_the_trace_of_acceptance_agrees_with_each_threshold() -> None:
    trace = metrics.trace_acceptance(OUTCOMES)
    assert [each.threshold for each in trace] == [0.99, 0.9, 0.8, 0.7, 0.2]
    assert all(each == metrics.accept_from(OUTCOMES, each.threshold) for each in trace)


def test_choosing_a_threshold() -> None:
    """The lower end of the interval decides; equal confidences are accepted together or not at all."""
    clear, mixed = [(0.9, True)] * 60 + [(0.8, True)] * 40, [(0.7, True)] * 30 + [(0.7, False)] * 3
    assert metrics.choose_threshold(clear + mixed, precision=0.96) == 0.8
    assert metrics.choose_threshold(clear + mixed, precision=0.93) == 0.7
    assert metrics.choose_threshold(clear + mixed, precision=0.97) is None
    assert metrics.choose_threshold([(0.9, False)], precision=0.5) is None
    assert metrics.choose_threshold([], precision=0.5) is None


@pytest.mark.parametrize("precision", [0.5, 0.9, 0.995])
def test_how_many_right_readings_show_a_precision(precision: float) -> None:
    needed = metrics.count_needed(precision)
    assert metrics.choose_threshold([(0.9, True)] * needed, precision=precision) == 0.9
    assert metrics.choose_threshold([(0.9, True)] * (needed - 1), precision=precision) is None


def test_percentiles() -> None:
    assert metrics.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert metrics.percentile(range(1, 101), 0.95) == 95
    assert metrics.percentile([], 0.5) == 0.0


def test_mean_iou() -> None:
    boxes = [quad_from_box((x, 0, x + 8, 10)) for x in range(0, 40, 10)]
    assert metrics.mean_iou(boxes, boxes) == pytest.approx(1.0)
    assert metrics.mean_iou(boxes, boxes[:3]) == pytest.approx(0.75)
    shifted = [quad_from_box((x + 4, 0, x + 12, 10)) for x in range(0, 40, 10)]
    assert metrics.mean_iou(boxes, shifted) == pytest.approx(1 / 3)
    assert metrics.mean_iou([], []) == 1.0
