from __future__ import annotations

import numpy as np
import pytest

from inference.coverage import (
    choose_centers,
    nearest_distances,
    rank_by_worth,
    standardize,
    typical_distance,
)

CORNERS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])


def make_clusters() -> np.ndarray:
    """Nine points, three near each corner."""
    return np.concatenate([corner + np.array([[0, 0], [0.1, 0], [0, 0.1]]) for corner in CORNERS])


def test_three_centers_are_one_of_each_cluster() -> None:
    chosen = choose_centers(make_clusters(), 3)
    assert sorted(index // 3 for index in chosen) == [0, 1, 2]


def test_centers_cover_all_within_twice_the_best_radius() -> None:
    """What Gonzalez (1985) proves of the greedy choice."""
    points = make_clusters()
    radius = nearest_distances(points, points[choose_centers(points, 3)]).max()
    best = min(
        nearest_distances(points, points[[a, b, c]]).max()
        for a in range(9)
        for b in range(a)
        for c in range(b)
    )
    assert radius <= 2 * best


def test_repetitions_are_no_centers() -> None:
    assert len(choose_centers(np.zeros((5, 2)), 3)) == 1
    assert len(choose_centers(np.zeros((0, 2)), 3)) == 0


def test_distances_are_to_the_nearest() -> None:
    points = np.random.default_rng(1).normal(size=(50, 4))
    centers = points[:3]
    expected = np.linalg.norm(points[:, None] - centers[None], axis=2).min(axis=1)
    assert nearest_distances(points, centers) == pytest.approx(expected, abs=1e-6)
    assert np.isinf(nearest_distances(points, points[:0])).all()


def test_a_coordinate_that_never_changes_counts_as_nothing() -> None:
    like = np.array([[1.0, 5.0], [3.0, 5.0]])
    assert standardize(np.array([[4.0, 7.0]]), like).tolist() == [[2.0, 0.0]]


def test_the_typical_distance_is_that_between_two_points() -> None:
    points = np.random.default_rng(1).normal(size=(4000, 8))
    assert typical_distance(points) == pytest.approx(4.0, rel=0.05)
    assert typical_distance(np.zeros((3, 2))) == 1.0


def test_without_novelty_the_order_is_that_of_the_worth() -> None:
    base = np.array([0.2, 0.9, 0.5])
    order, worths, _ = rank_by_worth(base, np.zeros(3), CORNERS, np.full(3, np.inf), typical=1.0)
    assert order.tolist() == [1, 2, 0]
    assert worths.tolist() == [0.9, 0.5, 0.2]


def test_of_many_alike_only_the_first_is_new() -> None:
    points = make_clusters()
    base = np.array([0.9, 0.8, 0.7, 0.3, 0.2, 0.1, 0.3, 0.2, 0.1]) / 10
    order, worths, novelties = rank_by_worth(
        base, np.full(9, 0.5), points, np.full(9, np.inf), typical=typical_distance(points)
    )
    assert sorted(index // 3 for index in order[:3]) == [0, 1, 2]
    assert novelties[:3] == pytest.approx([1.0, 1.0, 1.0])
    assert novelties[3:].max() < 0.05
    assert (np.diff(worths) <= 1e-12).all()


def test_what_is_near_a_labeled_photo_is_not_new() -> None:
    points = make_clusters()
    distances = nearest_distances(points, points[:1])
    order, _, _ = rank_by_worth(np.zeros(9), np.ones(9), points, distances, typical=10.0)
    assert set(order[-3:].tolist()) == {0, 1, 2} or order[0] // 3 != 0
