"""Curves as numbers for an SVG."""

from dataclasses import dataclass

import pytest

from webapp.charts import BOTTOM, LABEL_GAP, LEFT, RIGHT, TOP, Chart, chart_run


@dataclass
class Point:
    step: int
    loss: float | None
    validation_loss: float | None = None
    validation_exact: float | None = None
    validation_cer: float | None = None
    network: str = "sequence"


def chart_loss(*points: Point, steps: int) -> Chart:
    (network,) = chart_run(points, steps={"sequence": steps})
    return network.charts[0]


def test_a_run_that_reported_nothing_has_no_chart() -> None:
    assert chart_run([], steps={}) == []
    assert chart_run([Point(5, None)], steps={"sequence": 100}) == []


def test_the_axis_ends_at_the_planned_steps_and_the_curve_at_the_last_report() -> None:
    chart = chart_loss(Point(25, 2.0), Point(50, 1.0), steps=100)
    (loss,) = chart.series
    middle = (LEFT + RIGHT) / 2
    assert loss.points == f"{(LEFT + middle) / 2:.1f},{TOP:.1f} {middle:.1f},{(TOP + BOTTOM) / 2:.1f}"
    assert [tick.label for tick in chart.x_ticks] == ["0", "25", "50", "75", "100"]
    assert chart.summary == "Training 2 at step 25, 1 at step 50."


def test_each_network_has_charts_of_its_own() -> None:
    points = [Point(10, 1.0), Point(4, 0.5, network="detector"), Point(8, 0.25, network="detector")]
    first, second = chart_run(points, steps={"sequence": 10, "detector": 8})
    assert (first.network, second.network, len(second.rows)) == ("sequence", "detector", 2)
    assert second.charts[0].x_ticks[-1].label == "8"


def test_wrong_characters_have_an_axis_of_their_own_and_the_best_is_marked() -> None:
    points = [Point(0, None, 0.9, 0.5, 0.08), Point(10, 1.0, 0.4, 0.75, 0.02), Point(20, 0.5, 0.6, 0.7, 0.04)]
    (network,) = chart_run(points, steps={"sequence": 20})
    loss, rate = network.charts
    assert [series.name for series in loss.series] == ["loss", "validation"]
    assert loss.best is not None
    assert (loss.best.label, loss.best.x) == ("best 0.4, step 10", (LEFT + RIGHT) / 2)
    assert rate.series[0].points.startswith(f"{LEFT:.1f},{TOP:.1f} ")
    assert rate.series[0].label == "CER 4 %"
    assert rate.y_ticks[-1].label == "8 %"


def test_labels_do_not_lie_on_each_other() -> None:
    chart = chart_loss(Point(10, 1.0, 0.51), Point(20, 0.5, 0.51), steps=20)
    assert abs(chart.series[0].label_y - chart.series[1].label_y) == pytest.approx(LABEL_GAP)


def test_thousands_of_reports_become_hundreds_of_points_and_keep_the_last() -> None:
    chart = chart_loss(*(Point(step, 1 / (step + 1)) for step in range(5000)), steps=5000)
    points = chart.series[0].points.split()
    assert len(points) < 500
    assert points[-1] == f"{chart.series[0].last_x:.1f},{chart.series[0].last_y:.1f}"


@pytest.mark.parametrize("value", [0.0, float("inf")])
def test_a_loss_of_zero_or_without_end_draws_inside_the_chart(value: float) -> None:
    chart = chart_loss(Point(1, value), steps=1)
    assert TOP <= chart.series[0].last_y <= BOTTOM


def test_before_the_first_step_there_is_no_loss() -> None:
    chart = chart_loss(Point(0, None, 0.5), Point(5, 1.0), steps=10)
    assert chart.summary.startswith("Training 1 at step 5")
    assert chart.series[1].points.startswith(f"{LEFT:.1f},")
