"""The dynamic programs over CTC frames, against trying out every path."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.ctc import (
    Alignment,
    TooFewFrames,
    align_exact,
    align_greedy,
    log_softmax,
    segment_bounds,
    segment_scores,
)


def emitted(path: tuple[int, ...]) -> tuple[int, ...]:
    """What a path of classes spells: repeats and blanks out."""
    before = (0, *path[:-1])
    return tuple(c - 1 for c, previous in zip(path, before, strict=True) if c not in (0, previous))


@st.composite
def frames(draw: st.DrawFn, classes: int = 4) -> np.ndarray:
    seed, count = draw(st.integers(0, 10_000)), draw(st.integers(3, 6))
    return log_softmax(np.random.default_rng(seed).normal(0, 2, (count, classes)))


@settings(max_examples=80, deadline=None)
@given(frames(), st.integers(1, 3))
def test_the_best_path_of_a_length(log_probs: np.ndarray, length: int) -> None:
    scores = {
        path: sum(log_probs[t, c] for t, c in enumerate(path))
        for path in product(range(4), repeat=len(log_probs))
        if len(emitted(path)) == length
    }
    best = max(scores, key=scores.__getitem__)
    assert align_exact(log_probs[None], length)[0].symbols == emitted(best)


@settings(max_examples=40, deadline=None)
@given(frames(), st.integers(1, 3))
def test_scores_of_segments(log_probs: np.ndarray, length: int) -> None:
    alignment = align_exact(log_probs[None], length)[0]
    scores = np.exp(segment_scores(log_probs, alignment))
    for row, (start, end) in zip(scores, segment_bounds(alignment, len(log_probs)), strict=True):
        expected = np.zeros(3)
        for path in product(range(4), repeat=end - start):
            if len(emitted(path)) == 1:
                expected[emitted(path)[0]] += np.exp(sum(log_probs[start + t, c] for t, c in enumerate(path)))
        assert np.allclose(row, expected)


def confident(path: list[int], classes: int = 34) -> np.ndarray:
    logits = np.zeros((len(path), classes))
    logits[np.arange(len(path)), path] = 9.0
    return log_softmax(logits)


def test_doubled_symbols_need_a_blank() -> None:
    alignment = align_exact(confident([0, 5, 5, 0, 5, 0])[None], 2)[0]
    assert alignment == Alignment(symbols=(4, 4), spans=((1, 3), (4, 5)))


def test_lines_are_aligned_side_by_side() -> None:
    """As each would be alone, whether or not its greedy reading has the right length."""
    lines = log_softmax(np.random.default_rng(5).normal(0, 3, (6, 40, 34)))
    lines[2] = log_softmax(np.random.default_rng(6).normal(0, 3, (40, 34)))
    lines[4] = confident([0, 7] * 20)
    together = align_exact(lines, 17)
    assert together == [align_exact(line[None], 17)[0] for line in lines]
    assert {len(line.symbols) for line in together} == {17}


def test_a_missing_symbol_is_put_where_it_is_least_unlikely() -> None:
    log_probs = confident([0, 3, 0, 0, 0, 8, 0])
    log_probs[3, 6] = log_probs[3, 0] - 0.1
    assert align_greedy(log_probs).symbols == (2, 7)
    assert align_exact(log_probs[None], 3)[0].symbols == (2, 5, 7)


def test_segments_cover_all_frames() -> None:
    alignment = align_exact(confident([0, 0, 4, 0, 0, 0, 9, 9, 7, 0])[None], 3)[0]
    bounds = segment_bounds(alignment, 10)
    assert bounds[0][0] == 0
    assert bounds[-1][1] == 10
    assert all(here[1] == there[0] for here, there in pairwise(bounds))


def test_too_few_frames() -> None:
    with pytest.raises(TooFewFrames):
        align_exact(confident([1, 2, 3])[None], 17)


def test_logits_and_log_probabilities_are_taken_alike() -> None:
    logits = np.random.default_rng(3).normal(0, 5, (7, 34))
    assert np.allclose(log_softmax(log_softmax(logits)), log_softmax(logits))
    assert np.allclose(np.exp(log_softmax(logits)).sum(axis=1), 1)
