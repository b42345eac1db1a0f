"""Two bundles on the same photos."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.comparison import (
    NotComparable,
    compare_exact,
    mcnemar_test,
    pair_photos,
    paired_interval,
    resample_mean,
)
from inference.types import EvaluatedPhoto, Scorecard


def card(read: str, *, kinds: str = "", vins: str = "") -> Scorecard:
    """A scorecard of one photo for each letter of `read`: R is right, anything else is wrong."""
    photos = tuple(
        EvaluatedPhoto(
            photo=str(place),
            expected=f"VIN {vins[place] if vins else place}",
            vin=f"VIN {vins[place] if vins else place}" if letter == "R" else None,
            confidence=0.9,
            edits=0,
            region_iou=None,
            milliseconds=80.0,
            kind=kinds[place] if kinds else "",
        )
        for place, letter in enumerate(read)
    )
    return Scorecard("b", "june", "test", len(read), read.count("R"), 0.0, 0, 0.0, 80.0, 90.0, photos)


def test_what_changed_is_counted_photo_by_photo() -> None:
    found = compare_exact(card("RRR-----"), card("RR-RRR--"))
    assert (found.n, found.won, found.lost) == (8, 3, 1)
    assert found.difference == pytest.approx(2 / 8)
    low, high = found.interval
    assert low < found.difference < high
    assert found.likely_better > 0.8


def test_one_kind_is_compared_alone() -> None:
    first, second = card("R-R-", kinds="aabb"), card("RR--", kinds="aabb")
    assert [compare_exact(first, second, kind=kind).difference for kind in "ab"] == [0.5, -0.5]


def test_the_same_readings_differ_in_nothing() -> None:
    found = compare_exact(card("RR-"), card("RR-"))
    assert (found.difference, found.interval, found.p_value, found.likely_better) == (0, (0, 0), 1, 0.5)


def test_without_photos_nothing_is_claimed() -> None:
    found = compare_exact(card(""), card(""))
    assert (found.n, found.difference, found.interval, found.p_value) == (0, 0.0, (0.0, 0.0), 1.0)


def test_other_photos_are_not_compared() -> None:
    with pytest.raises(NotComparable):
        pair_photos(card("RR"), card("RRR"))


@pytest.mark.parametrize(
    ("won", "lost", "p_value"),
    # Twice the lower tail of a binomial with one half, by hand: (1 + 5) / 2^5 * 2 and so on.
    [(4, 1, 0.375), (1, 4, 0.375), (6, 0, 0.03125), (0, 0, 1.0), (3, 3, 1.0), (10, 2, 0.03857421875)],
)
def test_mcnemars_test_is_exact(won: int, lost: int, p_value: float) -> None:
    assert mcnemar_test(won, lost) == pytest.approx(p_value)


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_p_value_is_a_probability_and_knows_no_sides(won: int, lost: int) -> None:
    assert 0 < mcnemar_test(won, lost) <= 1
    assert mcnemar_test(won, lost) == mcnemar_test(lost, won)


def test_the_interval_is_as_wide_as_the_theory_says() -> None:
    values = [1.0] * 50 + [0.0] * 50
    spread = resample_mean(values, map(str, range(100)), draws=20_000).std()
    assert spread == pytest.approx(np.sqrt(0.25 / 100), rel=0.05)


def test_photos_of_one_vehicle_count_as_one() -> None:
    values = [1.0] * 50 + [0.0] * 50
    alone = resample_mean(values, map(str, range(100))).std()
    tens = resample_mean(values, (str(place // 10) for place in range(100))).std()
    assert tens > 2.5 * alone


def test_the_same_seed_gives_the_same_interval() -> None:
    first, second = card("R-R-RR--R"), card("RRR--R-RR")
    assert compare_exact(first, second) == compare_exact(first, second)


def test_the_interval_of_paired_counts_holds_the_difference_and_shrinks() -> None:
    few, many = paired_interval(10, 2, 1), paired_interval(1000, 200, 100)
    assert few[0] < 0.1 < few[1]
    assert 0 < many[0] < 0.1 < many[1] < few[1]
    assert paired_interval(0, 0, 0)[0] < 0 < paired_interval(0, 0, 0)[1]


def test_the_interval_is_agresti_and_mins() -> None:
    """Worked by hand: 50 photos, 8 won, 2 lost, with half a photo added to each cell."""
    low, high = paired_interval(50, 8, 2)
    difference, deviation = 6 / 52, ((11 / 52 - (6 / 52) ** 2) / 52) ** 0.5
    assert (low, high) == pytest.approx((difference - 1.96 * deviation, difference + 1.96 * deviation))
