"""Lines with a band: what is drawn where, and what is said of it."""

from __future__ import annotations

import pytest

from webapp.band_charts import Measured, draw_band, round_up, write_number
from webapp.figures_charts import BARS_BOTTOM, BARS_TOP


def row(value: float | None, band: tuple[float, float] | None = None, name: str = "3 Mar") -> Measured:
    return Measured(name=name, value=value, words=f"{name}: {value}", band=band)


def test_a_line_needs_two_points() -> None:
    assert draw_band([], what="Glare") is None
    assert draw_band([row(0.1), row(None)], what="Glare") is None


def test_what_lies_outside_of_the_band_stands_out_and_is_said() -> None:
    chart = draw_band([row(0.1, (0.05, 0.2)), row(0.3, (0.05, 0.2)), row(0.05, (0.05, 0.2))], what="Glare")
    assert chart is not None
    assert [point.stands_out for point in chart.points] == [False, True, False]
    assert chart.points[1].y < chart.points[0].y < chart.points[2].y
    assert chart.summary == "Glare: from 10 % (3 Mar) to 5.0 % (3 Mar); 1 outside of the band."


def test_a_stretch_without_a_value_has_no_point_and_no_place_in_the_line() -> None:
    chart = draw_band([row(0.1), row(None), row(0.2)], what="Glare")
    assert chart is not None
    assert len(chart.points) == len(chart.line.split()) == 2
    assert chart.band == ""


def test_shares_near_one_get_a_scale_of_their_own() -> None:
    chart = draw_band([row(0.97), row(0.99)], what="Read alike")
    assert chart is not None
    assert (chart.y_ticks[0].label, chart.y_ticks[-1].label) == ("95 %", "100 %")
    assert all(BARS_TOP <= point.y <= BARS_BOTTOM for point in chart.points)


def test_an_interval_is_cut_at_the_ends_of_the_scale() -> None:
    wide = Measured(name="3 Mar", value=0.1, words="", low=0.0, high=0.9)
    chart = draw_band([wide, row(0.1)], what="Glare")
    assert chart is not None
    assert (chart.points[0].high, chart.points[0].low) == (BARS_TOP, BARS_BOTTOM)
    assert chart.points[1].low == chart.points[1].high == chart.points[1].y


def test_the_reference_reaches_as_far_as_its_stretches() -> None:
    chart = draw_band([row(0.1)] * 4, what="Glare", reference=2)
    assert chart is not None
    assert chart.reference is not None
    assert chart.points[1].x < chart.reference[1] < chart.points[2].x
    assert chart.reference_width == pytest.approx(chart.reference[1] - chart.reference[0])


def test_numbers_may_exceed_one() -> None:
    chart = draw_band([row(1.5), row(3.0)], what="Edits", write=write_number, most=float("inf"))
    assert chart is not None
    assert (chart.label, chart.y_ticks[-1].label) == ("3.0", "4.0")


@pytest.mark.parametrize(("value", "words"), [(None, "–"), (0.123, "0.12"), (2.34, "2.3"), (1234.5, "1,234")])
def test_a_number_has_as_many_digits_as_say_something(value: float | None, words: str) -> None:
    assert write_number(value) == words


@pytest.mark.parametrize(("value", "top"), [(0, 0.02), (0.11, 0.2), (3, 4), (8, 8), (90, 100)])
def test_a_scale_ends_at_a_short_number(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)
