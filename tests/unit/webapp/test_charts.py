"""Curves as numbers for an SVG."""

from dataclasses import dataclass

import pytest

from webapp.charts import BOTTOM, LABEL_GAP, LEFT, RIGHT, TOP, chart_run


@dataclass
class Point:
    step: int
    loss: float | None
    validation_exact: float | None = None


def test_a_run_that_reported_nothing_has_no_chart() -> None:
    assert chart_run([], steps=100) is None
    assert chart_run([Point(5, None)], steps=100) is None


def test_the_axis_ends_at_the_planned_steps_and_the_curve_at_the_last_report() -> None:
    chart = chart_run([Point(25, 2.0), Point(50, 1.0)], steps=100)
    assert chart is not None
    (loss,) = chart.series
    middle = (LEFT + RIGHT) / 2
    assert loss.points == f"{(LEFT + middle) / 2:.1f},{TOP:.1f} {middle:.1f},{(TOP + BOTTOM) / 2:.1f}"
    assert [tick.label for tick in chart.x_ticks] == ["0", "25", "50", "75", "100"]
    assert chart.summary == "Loss from 2.000 at step 25 to 1.000 at step 50."


def test_exact_match_is_drawn_from_none_to_all() -> None:
    chart = chart_run([Point(10, 1.0, 0.0), Point(20, 0.5, 1.0)], steps=20)
    assert chart is not None
    exact = chart.series[1]
    assert exact.points.split()[0].endswith(f",{BOTTOM:.1f}")
    assert exact.last_y == TOP
    assert exact.label == "exact 100 %"


def test_labels_do_not_lie_on_each_other() -> None:
    chart = chart_run([Point(10, 1.0, 0.51), Point(20, 0.5, 0.51)], steps=20)
    assert chart is not None
    assert abs(chart.series[0].label_y - chart.series[1].label_y) == pytest.approx(LABEL_GAP)


def test_thousands_of_reports_become_hundreds_of_points_and_keep_the_last() -> None:
    metrics = [Point(step, 1 / (step + 1)) for step in range(5000)]
    chart = chart_run(metrics, steps=5000)
    assert chart is not None
    points = chart.series[0].points.split()
    assert len(points) < 500
    assert points[-1] == f"{chart.series[0].last_x:.1f},{chart.series[0].last_y:.1f}"


def test_a_loss_of_zero_or_without_end_draws_inside_the_chart() -> None:
    for value in (0.0, float("inf")):
        chart = chart_run([Point(1, value)], steps=1)
        assert chart is not None
        assert TOP <= chart.series[0].last_y <= BOTTOM


def test_before_the_first_step_there_is_no_loss() -> None:
    chart = chart_run([Point(0, None, 0.5), Point(5, 1.0)], steps=10)
    assert chart is not None
    assert chart.summary.startswith("Loss from 1.000 at step 5")
    assert chart.series[1].points.startswith(f"{LEFT:.1f},")
