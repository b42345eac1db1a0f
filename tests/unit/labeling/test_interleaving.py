from __future__ import annotations

import numpy as np
import pytest

from labeling.interleaving import STEPS, place_all, place_new, trace_quantiles


def test_a_fifth_at_random_is_a_fifth_of_every_part_of_the_queue() -> None:
    rng = np.random.default_rng(1)
    worths, draws = rng.beta(0.4, 3, 400), rng.random(100)
    line = [(priority, True) for priority in place_all(draws, worths)] + [(worth, False) for worth in worths]
    flags = [is_random for _, is_random in sorted(line, reverse=True)]
    shares = [np.mean(flags[start : start + 50]) for start in range(0, 500, 50)]
    assert shares == pytest.approx([0.2] * 10, abs=0.05)


def test_of_two_the_higher_draw_comes_first_whatever_the_worths_are() -> None:
    draws = np.array([0.2, 0.9, 0.5])
    for worths in (np.array([0.1, 0.2, 0.3]), np.array([0.9]), np.zeros(0)):
        placed = place_all(draws, worths)
        assert placed[1] >= placed[2] >= placed[0]
    assert len(place_all(np.zeros(0), np.array([0.5]))) == 0


def test_a_new_photo_is_placed_by_the_quantiles_of_what_waits() -> None:
    quantiles = trace_quantiles(np.linspace(0.0, 0.4, 1000))
    assert len(quantiles) == STEPS + 1
    assert place_new(0.5, quantiles) == pytest.approx(0.2, abs=0.001)
    assert place_new(0.99, quantiles) > place_new(0.5, quantiles) > place_new(0.01, quantiles)


def test_without_quantiles_the_usual_ones_serve() -> None:
    assert trace_quantiles(np.zeros(0)) == []
    assert 0 < place_new(0.0, []) < place_new(0.6, []) < place_new(1.0, []) < 1
