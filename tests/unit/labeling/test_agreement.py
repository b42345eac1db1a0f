"""Agreement between people, with the values of the literature."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.agreement import (
    Alpha,
    count_agreeing,
    estimate_alpha,
    krippendorff_alpha,
    split_characters,
)

units = st.lists(st.lists(st.sampled_from("ABC"), max_size=4), max_size=12)


def columns(*rows: str) -> list[list[str]]:
    """The units of a table with one row for each person; a dot is a value that is missing."""
    table = [row.split() for row in rows]
    return [[value for value in column if value != "."] for column in zip(*table, strict=True)]


# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", examples A, B and C.
BINARY = columns("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0")
NOMINAL = columns("a a b b d c c c e d d a", "b a b b b c c c e d d d")
WITH_GAPS = columns(
    "1 2 3 3 2 1 4 1 2 . . .",
    "1 2 3 3 2 2 4 1 2 5 . 3",
    ". 3 3 3 2 3 4 2 2 5 1 .",
    "1 2 3 3 2 4 4 1 2 5 1 .",
)


@pytest.mark.parametrize(("table", "alpha"), [(BINARY, 0.095), (NOMINAL, 0.692), (WITH_GAPS, 0.743)])
def test_alpha_is_that_of_the_literature(table: list[list[str]], alpha: float) -> None:
    assert krippendorff_alpha(table) == pytest.approx(alpha, abs=5e-4)


def test_two_people_who_never_agree_are_below_chance() -> None:
    """By hand: n = 4, D_o = 1, D_e = 8 / 12, so alpha = 1 - 12 / 8."""
    assert krippendorff_alpha([["A", "B"], ["B", "A"]]) == pytest.approx(-0.5)


@pytest.mark.parametrize("nothing", [[], [[]], [["A"]], [["A", "A"], ["A", "A"]], [["A"], ["B"]]])
def test_where_nothing_could_differ_there_is_no_alpha(nothing: list[list[str]]) -> None:
    assert krippendorff_alpha(nothing) is None
    assert estimate_alpha([nothing]) is None


@given(units)
def test_alpha_is_at_most_one_and_one_means_that_nobody_differs(table: list[list[str]]) -> None:
    alpha = krippendorff_alpha(table)
    if alpha is not None:
        assert alpha <= 1
        assert (alpha == 1) == all(len(set(unit)) == 1 for unit in table if len(unit) > 1)


@given(units, st.randoms())
def test_alpha_knows_no_order_of_units_or_people(table: list[list[str]], random: object) -> None:
    shuffled = [random.sample(unit, len(unit)) for unit in table]
    random.shuffle(shuffled)
    assert krippendorff_alpha(shuffled) == pytest.approx(krippendorff_alpha(table))


@given(units)
def test_alpha_does_not_care_what_the_values_are_called(table: list[list[str]]) -> None:
    renamed = [[value.lower() * 2 for value in unit] for unit in table]
    assert krippendorff_alpha(renamed) == krippendorff_alpha(table)


def test_an_interval_holds_its_value_and_narrows_with_more_photos() -> None:
    photos = [[["A", "A"]], [["B", "B"]], [["A", "B"]], [["B", "B"]], [["A", "A"]]]
    few, many = estimate_alpha(photos * 4), estimate_alpha(photos * 40)
    assert few is not None
    assert many is not None
    assert few.low < few.value < few.high
    assert many.low < many.value < many.high
    assert many.high - many.low < few.high - few.low
    assert (few.photos, many.photos) == (20, 200)
    assert estimate_alpha(photos * 4) == few


def test_three_photos_without_a_difference_make_nobody_certain() -> None:
    assert estimate_alpha([[["A", "A"]], [["B", "B"]], [["C", "C"]]]) == Alpha(1.0, None, None, 3)


def test_characters_of_one_photo_are_no_independent_evidence() -> None:
    """With one photo in ten misread throughout, 170 characters tell no more than ten photos."""
    right, wrong = [["A", "A"], ["B", "B"]] * 8, [["A", "B"], ["B", "A"]] * 8
    together = estimate_alpha([right] * 9 + [wrong])
    apart = estimate_alpha([[unit] for unit in right * 9 + wrong])
    assert together is not None
    assert apart is not None
    assert together.value == pytest.approx(apart.value)
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_what_somebody_could_not_read_is_missing_there() -> None:
    assert split_characters(["AB?", "A8C", "AB"]) == [["A", "A", "A"], ["B", "8", "B"], ["C"]]
    assert split_characters([]) == []


def test_agreeing_pairs_are_counted_within_units() -> None:
    assert count_agreeing([["A", "A", "B"], ["C"], ["D", "D"]]) == (2, 4)
    assert count_agreeing([]) == (0, 0)
