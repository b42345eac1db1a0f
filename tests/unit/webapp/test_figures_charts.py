"""Shares, counts and rates as shapes."""

import itertools
from datetime import date, timedelta

import pytest

from labeling.measures import Share
from labeling.queries.figures import Stretch
from webapp.figures_charts import (
    LEFT,
    RIGHT,
    Named,
    draw_counts,
    draw_positions,
    draw_rate,
    draw_shares,
    write_percent,
    write_stretch,
)


def stretches(*counts: int, changed: int = 0, days: int = 1) -> list[Stretch]:
    first = date(2026, 3, 2)
    return [
        Stretch(
            first + timedelta(days=at * days),
            first + timedelta(days=(at + 1) * days),
            count,
            Share(min(changed, count), count),
        )
        for at, count in enumerate(counts)
    ]


def test_a_dot_lies_inside_its_interval_on_the_scale() -> None:
    rows = [Named("Anna", Share(2, 80), "/a"), Named("Ben", Share(12, 60), "/b", stands_out=True)]
    chart = draw_shares(rows, together=Share(14, 140), what="Wrong")
    assert chart is not None
    for dot in chart.dots:
        assert dot.at is not None
        assert LEFT <= dot.low < dot.at < dot.high <= RIGHT
    assert [dot.url for dot in chart.dots] == ["/b", "/a"]
    assert chart.dots[0].stands_out
    assert chart.dots[1].label == "2.5 %, 2 of 80"
    assert chart.together is not None
    assert chart.together.label == "all 10 %"
    assert chart.summary == "Wrong: Ben 20 %, 12 of 60; Anna 2.5 %, 2 of 80."


def test_where_nobody_has_enough_reviews_every_interval_fits() -> None:
    chart = draw_shares([Named("Anna", Share(0, 9), "/a")], together=Share(0, 9), what="Wrong")
    assert chart is not None
    assert chart.dots[0].high < RIGHT
    assert chart.ticks[-1].label == "40 %"


def test_who_was_not_measured_has_a_row_and_no_dot() -> None:
    rows = [Named("Anna", Share(0, 10), "/a"), Named("Nobody knows", Share(), "/n")]
    chart = draw_shares(rows, together=Share(0, 10), what="Wrong")
    assert chart is not None
    assert chart.dots[1].at is None
    assert chart.dots[1].label == "nothing yet"
    assert chart.together is None
    assert draw_shares(rows[1:], together=Share(), what="Wrong") is None


def test_a_long_name_is_cut_on_the_page_and_whole_for_a_screen_reader() -> None:
    name = "A person with many names"
    chart = draw_shares([Named(name, Share(1, 2), "/")], together=Share(1, 2), what="Wrong")
    assert chart is not None
    assert chart.dots[0].name.endswith("…")
    assert chart.dots[0].words.startswith(name)


def test_the_highest_bar_reaches_highest_and_nothing_has_no_bar() -> None:
    chart = draw_counts(stretches(3, 0, 9), urls=["/1", "/2", "/3"], unit="photos")
    assert chart is not None
    heights = [bar.height for bar in chart.bars]
    assert heights[1] == 0
    assert heights[2] == pytest.approx(3 * heights[0], abs=0.2)
    assert chart.bars[2].words == "4 Mar: 9 photos"
    assert chart.summary == "12 photos, at most 9 on 4 Mar."
    assert draw_counts(stretches(0, 0), urls=["", ""], unit="photos") is None


def test_labels_of_many_days_do_not_lie_on_each_other() -> None:
    days = stretches(*[5] * 31)
    chart = draw_counts(days, urls=[""] * 31, unit="photos")
    assert chart is not None
    places = [tick.at for tick in chart.x_ticks]
    assert len(places) <= 7
    assert min(b - a for a, b in itertools.pairwise(places)) > 45


def test_a_rate_needs_two_days_on_which_something_was_read() -> None:
    assert draw_rate(stretches(4, 0, 0, changed=1), urls=[""] * 3) is None
    chart = draw_rate(stretches(4, 0, 10, changed=1), urls=["/1", "/2", "/3"])
    assert chart is not None
    assert [point.url for point in chart.points] == ["/1", "/3"]
    assert chart.points[0].y < chart.points[1].y
    assert all(point.high <= point.y <= point.low for point in chart.points)
    assert chart.label == "10 %"


def test_positions_are_those_of_the_vin() -> None:
    counts = [0] * 17
    counts[3], counts[16] = 5, 2
    chart = draw_positions(counts, urls=[f"/{place}" for place in range(17)])
    assert chart is not None
    assert [tick.label for tick in chart.x_ticks] == [str(place) for place in range(1, 18)]
    assert chart.summary == "7 characters corrected, most often position 4: 5."
    assert draw_positions([0] * 17, urls=[""] * 17) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"),
        (0, "0 %"),
        (0.004, "0.4 %"),
        (0.0001, "0.1 %"),
        (0.996, "99.6 %"),
        (0.9999, "99.9 %"),
        (0.0999, "10 %"),
        (0.5, "50 %"),
        (1, "100 %"),
    ],
)
def test_per_cents_say_no_more_than_they_know(value: float | None, words: str) -> None:
    assert write_percent(value) == words


def test_a_week_says_that_it_is_one() -> None:
    assert write_stretch(stretches(1, days=7)[0]) == "week of 2 Mar"
