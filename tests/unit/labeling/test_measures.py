"""Shares and spreads."""

import pytest

from labeling.measures import Share, Spread, spread_over


def test_a_share_of_nothing_is_no_share() -> None:
    assert Share().value is None
    assert Share().interval == (0.0, 1.0)


def test_few_trials_make_a_wide_interval() -> None:
    few, many = Share(1, 4), Share(100, 400)
    assert few.value == many.value == 0.25
    assert few.low < many.low < 0.25 < many.high < few.high


def test_shares_add_up() -> None:
    assert Share(1, 4) + Share(2, 6) == Share(3, 10)


def test_the_interval_is_that_of_newcombe() -> None:
    """Newcombe (1998) gives 0.2553 to 0.3662 for 81 of 263."""
    assert Share(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_quartiles_are_interpolated_as_the_database_does() -> None:
    assert spread_over([]) is None
    assert spread_over([7]) == Spread(7, 7, 7, 1)
    assert spread_over([40, 10, 30, 20]) == Spread(17.5, 25, 32.5, 4)
