"""Draws that nobody can predict, and shares that follow what is known of a person."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.routing import ENOUGH_TRIALS, LEAST_SHARE, MeasuredError, draw, share_to_review


@dataclass
class Rules:
    review_share: float = 0.3
    is_adaptive: bool = True
    target_error: float = 0.05


def test_a_draw_is_the_same_for_whoever_asks_again() -> None:
    about = uuid.UUID(int=7)
    assert draw(key="k", purpose="review", about=about) == draw(key="k", purpose="review", about=about)


def test_a_draw_depends_on_the_key_the_purpose_and_what_it_is_about() -> None:
    draws = {
        draw(key=key, purpose=purpose, about=about)
        for key in ("k", "l")
        for purpose in ("review", "second")
        for about in (1, 2)
    }
    assert len(draws) == 8


def test_draws_are_spread_evenly() -> None:
    draws = [draw(key="k", purpose="review", about=number) for number in range(10_000)]
    assert all(0 <= each < 1 for each in draws)
    for share in (0.05, 0.3, 0.9):
        # Five standard deviations of a binomial share: a fair draw fails this once in millions of keys.
        found = sum(each < share for each in draws) / len(draws)
        assert abs(found - share) < 5 * (share * (1 - share) / len(draws)) ** 0.5


def test_without_adapting_everybody_has_the_share_of_the_project() -> None:
    assert share_to_review(Rules(is_adaptive=False), MeasuredError(50, 50)) == 0.3


def test_of_somebody_new_everything_is_reviewed() -> None:
    assert share_to_review(Rules(), MeasuredError(0, ENOUGH_TRIALS - 1)) == 1.0
    assert share_to_review(Rules(), MeasuredError(0, 200)) < 1.0


def test_the_share_rises_with_errors_up_to_everything() -> None:
    shares = [share_to_review(Rules(), MeasuredError(errors, 100)) for errors in range(0, 101, 5)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_share_falls_as_a_good_record_grows_longer() -> None:
    assert share_to_review(Rules(), MeasuredError(0, 200)) < share_to_review(Rules(), MeasuredError(0, 40))


def test_whose_bound_is_the_target_has_the_share_of_the_project() -> None:
    measured = MeasuredError(3, 200)
    assert share_to_review(Rules(target_error=measured.interval[1]), measured) == pytest.approx(0.3)


@given(st.integers(0, 500), st.integers(0, 500), st.floats(0.001, 1), st.floats(0.001, 0.5))
def test_a_share_stays_within_its_limits(errors: int, right: int, share: float, target: float) -> None:
    rules = Rules(review_share=share, target_error=target)
    assert min(LEAST_SHARE, share) <= share_to_review(rules, MeasuredError(errors, errors + right)) <= 1


def test_a_project_that_reviews_nothing_reviews_nothing() -> None:
    assert share_to_review(Rules(review_share=0), MeasuredError(9, 10)) == 0


def test_without_trials_nothing_is_said() -> None:
    assert (MeasuredError().rate, MeasuredError().interval) == (None, (0.0, 1.0))
