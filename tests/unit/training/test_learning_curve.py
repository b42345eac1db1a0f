from __future__ import annotations

from training.learning_curve import ALL, RANDOM, WORTH, Result, print_curve, trace_curve

VINS = ["A", "A", "B", "C"]


def make_result(order: str, size: int, right: tuple[float, ...], seed: int = 1) -> Result:
    return Result(order, seed, size, (), right)


def test_points_come_by_size_and_are_means_over_seeds() -> None:
    results = [
        make_result(WORTH, 30, (1, 1, 1, 0)),
        make_result(WORTH, 30, (1, 0, 1, 0), seed=2),
        make_result(ALL, 0, (0, 0, 0, 0), seed=0),
    ]
    nothing, thirty = trace_curve(results, VINS)
    assert (nothing.size, nothing.exact, nothing.interval) == (0, 0.0, (0.0, 0.0))
    assert (thirty.exact, thirty.seeds, thirty.gain) == (0.625, 2, None)
    assert thirty.interval[0] <= 0.625 <= thirty.interval[1]


def test_the_gain_over_random_is_paired_by_vehicle() -> None:
    """Both orders do badly on the same vehicle: its chance to be drawn often does not blur the difference."""
    results = [make_result(RANDOM, 60, (0.5, 0.5, 0, 1)), make_result(WORTH, 60, (0.75, 0.75, 0.25, 1.25))]
    random, worth = trace_curve(results, VINS)
    assert random.gain is None
    assert worth.gain == 0.25
    assert worth.gain_interval is not None
    assert worth.gain_interval[0] > 0.249
    assert worth.gain_interval[1] < 0.251
    assert random.interval[1] - random.interval[0] > 0.2


def test_the_table_has_a_row_for_each_point() -> None:
    results = [make_result(RANDOM, 60, (1, 1, 0, 1)), make_result(WORTH, 60, (1, 1, 1, 1))]
    lines = list(print_curve(trace_curve(results, VINS)))
    assert lines[2].startswith("| 60 | random | 1 | 75.0% (")
    assert "+25.0 points (" in lines[3]
