"""The way from photo to label, and the threshold curve."""

from __future__ import annotations

import pytest

from labeling.pseudo_labels import Compared, choose
from labeling.queries.pseudo_rounds import RoundCounts
from webapp.rounds_charts import (
    BOTTOM,
    COVER_BOTTOM,
    COVER_TOP,
    LEFT,
    RIGHT,
    TOP,
    draw_threshold,
    list_steps,
    write_threshold,
)

VIN, OTHER = "1HGCM82633A004352", "WVWZZZ1JZXW000001"


def readings(count: int, confidence: float, *, right: bool = True) -> list[Compared]:
    return [Compared(VIN, VIN if right else OTHER, confidence, "")] * count


def test_nothing_read_is_no_funnel_and_nothing_acceptable_no_chart() -> None:
    assert list_steps(RoundCounts(0, 0, 0, 0, 0), threshold=None) == []
    assert draw_threshold(choose([], target=0.9)) is None
    assert draw_threshold(choose([Compared(VIN, "", 0.0, "no_vin")], target=0.9)) is None


def test_each_step_says_what_became_of_the_others() -> None:
    objections = {"disagree": 20, "no_vin": 9, "failed": 1, "barcode": 5, "check_digit": 5}
    counts = RoundCounts(read=100, agreed=70, uncontradicted=60, sure=40, accepted=38, objections=objections)
    steps = list_steps(counts, threshold=0.98)
    assert [step.count for step in steps] == [100, 70, 60, 40, 38]
    assert [step.width for step in steps] == [100, 70, 60, 40, 38]
    assert [step.dropped for step in steps] == [0, 30, 10, 20, 2]
    assert steps[1].why == (
        "20 read differently by the recognizers, 9 without a VIN, 1 impossible to open or read"
    )
    assert steps[2].why == "5 contradicted by a bar code, 5 with a wrong check digit"
    assert "from 0.98 on" in steps[3].name
    assert (steps[3].why, steps[4].why) == ("below the threshold", "somebody had begun them meanwhile")


def test_while_it_reads_nothing_is_accepted_or_passed_over() -> None:
    counts = RoundCounts(10, 8, 8, 5, 0, is_decided=False)
    assert counts.passed_over == 0
    assert [step.name for step in list_steps(counts, threshold=0.9)][-1] == "Sure enough, from 0.90 on"


@pytest.mark.parametrize(
    ("threshold", "written"),
    [
        (None, "–"),
        (0.5, "0.50"),
        (0.98, "0.98"),
        (0.98765, "0.9876"),
        (0.99996, "0.999960"),
        (1.0, "1.000000"),
    ],
)
def test_a_threshold_has_digits_enough_and_is_never_rounded_up(threshold: float | None, written: str) -> None:
    assert write_threshold(threshold) == written


def test_the_curve_runs_from_the_least_to_the_surest() -> None:
    choice = choose([*readings(50, 0.999), *readings(30, 0.9), *readings(20, 0.5, right=False)], target=0.9)
    chart = draw_threshold(choice)
    assert chart is not None
    xs = [float(point.split(",")[0]) for point in chart.precision.split()]
    assert (xs[0], xs[-1], xs == sorted(xs)) == (LEFT, RIGHT, True)
    assert [tick.label for tick in chart.x_ticks] == ["0.5", "0.9", "0.99", "0.999"]
    ys = [float(point.split(",")[1]) for point in chart.precision.split()]
    assert (ys[-1], ys[1]) == (TOP, TOP)
    assert TOP < chart.target_y < BOTTOM
    covered = [float(point.split(",")[1]) for point in chart.coverage.split()]
    assert covered[0] == COVER_TOP
    assert covered[-1] == (COVER_TOP + COVER_BOTTOM) / 2
    assert len(chart.interval.split()) == 2 * len(xs)
    assert chart.chosen == "from 0.90 on"
    assert chart.chosen_x == xs[1]
    assert "80 of 80 validation readings are right" in chart.summary


def test_without_a_threshold_the_chart_says_what_the_best_shows() -> None:
    chart = draw_threshold(choose(readings(20, 0.9), target=0.99))
    assert chart is not None
    assert (chart.chosen_x, chart.chosen) == (None, "")
    assert chart.summary == "No threshold shows 99 %; the best shows 83.8 %."


def test_a_long_curve_is_thinned_to_its_ends() -> None:
    curve = [each for place in range(1, 1000) for each in readings(1, place / 1000)]
    chart = draw_threshold(choose(curve, target=0.9))
    assert chart is not None
    assert len(chart.precision.split()) == 200
    assert len(chart.rows) == 12
    assert (chart.rows[0].threshold, chart.rows[-1].threshold) == (0.999, 0.001)
