"""Bands from a reference, and the population stability index."""

from __future__ import annotations

import random

import pytest

from labeling.drift import (
    BINS,
    EDGES,
    LEAST_INDEX,
    Count,
    add_histograms,
    bin_of,
    index_limit,
    learn_reference,
    stability_index,
)


def draw_days(rate: float, n: int, days: int, seed: int) -> list[Count]:
    dice = random.Random(seed)
    return [Count(sum(dice.random() < rate for _ in range(n)), n) for _ in range(days)]


def test_a_band_is_narrower_the_more_was_counted() -> None:
    reference = learn_reference([Count(10, 100), Count(12, 100), Count(8, 100)], is_share=True)
    assert reference is not None
    assert reference.middle == pytest.approx(0.1)
    few, many = reference.band(50), reference.band(5000)
    assert few[0] < many[0] < 0.1 < many[1] < few[1]


def test_nothing_counted_is_no_reference() -> None:
    assert learn_reference([], is_share=True) is None
    assert learn_reference([Count(0, 0)], is_share=False) is None


def test_chance_alone_seldom_leaves_the_band_and_a_doubled_share_does() -> None:
    reference = learn_reference(draw_days(0.1, 200, 14, seed=1), is_share=True)
    assert reference is not None
    low, high = reference.band(200)
    usual = draw_days(0.1, 200, 300, seed=2)
    assert sum(not low <= (day.value or 0) <= high for day in usual) <= 6
    doubled = draw_days(0.2, 200, 100, seed=3)
    assert sum((day.value or 0) > high for day in doubled) >= 70


def test_days_that_differ_more_than_chance_widen_it_and_one_odd_day_does_not() -> None:
    calm = [Count(100, 1000)] * 7 + [Count(104, 1000), Count(96, 1000)] * 3
    restless = [Count(60 if day % 2 else 140, 1000) for day in range(14)]
    with_odd_day = [*calm, Count(400, 1000)]
    widths = []
    for counts in (calm, restless, with_odd_day):
        reference = learn_reference(counts, is_share=True)
        assert reference is not None
        low, high = reference.band(1000)
        widths.append(high - low)
    assert widths[1] > 3 * widths[0]
    assert widths[2] < 1.6 * widths[0]


def test_a_reference_without_hits_still_allows_some() -> None:
    reference = learn_reference([Count(0, 100)] * 5, is_share=True)
    assert reference is not None
    assert reference.band(100)[1] > 0.01
    assert reference.band(0) == (0.0, 0.0)


def test_rates_may_be_above_one_and_shares_not() -> None:
    share = learn_reference([Count(9, 10)], is_share=True)
    rate = learn_reference([Count(9, 10)], is_share=False)
    assert share is not None
    assert rate is not None
    assert share.band(5)[1] == 1.0
    assert rate.band(5)[1] > 1.0


def test_every_confidence_has_a_bin() -> None:
    assert (bin_of(0.0), bin_of(1.0)) == (0, BINS - 1)
    assert [bin_of(edge) for edge in EDGES] == list(range(1, BINS))


def test_alike_histograms_have_no_index_and_a_shift_has() -> None:
    usual = [5, 5, 5, 5, 10, 10, 20, 30, 60, 80, 120, 150, 200, 200, 300]
    assert stability_index(usual, usual) == pytest.approx(0.0)
    assert stability_index(usual, [2 * count for count in usual]) == pytest.approx(0.0, abs=0.001)
    assert stability_index(usual, usual[::-1]) > 1.0
    assert stability_index(usual, [0] * BINS) < 10


def test_readings_where_the_reference_has_none_are_a_shift() -> None:
    sure, unsure = [0] * BINS, [0] * BINS
    sure[-1], unsure[3] = 1000, 1000
    assert stability_index(sure, unsure) > 5
    assert index_limit(sure, unsure) == LEAST_INDEX


def test_chance_alone_stays_below_the_limit_however_few_readings_there_are() -> None:
    dice = random.Random(4)
    weights = [1, 1, 1, 1, 2, 2, 4, 6, 12, 16, 24, 30, 40, 40, 60]

    def draw(n: int) -> list[int]:
        drawn = dice.choices(range(BINS), weights, k=n)
        return [drawn.count(place) for place in range(BINS)]

    reference = draw(1000)
    for n in (50, 200, 1000):
        above = sum(
            stability_index(reference, now) > index_limit(reference, now) for now in map(draw, [n] * 200)
        )
        assert above <= 4


def test_the_limit_is_never_below_the_customary_one() -> None:
    assert index_limit([1000] * BINS, [1000] * BINS) == LEAST_INDEX
    assert index_limit([0] * BINS, [1] * BINS) == LEAST_INDEX
    assert index_limit([20] * BINS, [2] * BINS) > LEAST_INDEX


def test_histograms_add_up() -> None:
    assert add_histograms([]) == [0] * BINS
    assert add_histograms([[1] * BINS, [2] * BINS]) == [3] * BINS
