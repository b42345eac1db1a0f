"""Lines found in score maps that were drawn from known characters."""

from itertools import pairwise

import numpy as np
import pytest

from inference.geometry import quad_iou, quad_size, turn_quad
from inference.linking import TextLine, find_lines
from inference.types import Quad
from tests.unit.inference.drawing import between, draw_scores, line_quads, outline

SHAPE = (150, 150)


def maps_of(*lines: tuple[list[Quad], float]) -> tuple[np.ndarray, np.ndarray]:
    """Region and affinity maps of lines, each with the strength of its links."""
    region = draw_scores(SHAPE, [quad for quads, _ in lines for quad in quads])
    affinity = np.zeros(SHAPE, np.float32)
    for quads, strength in lines:
        links = [between(a, b) for a, b in pairwise(quads)]
        affinity = np.maximum(affinity, strength * draw_scores(SHAPE, links))
    return region, affinity


def overlap(line: TextLine, expected: Quad) -> float:
    """Either way up: the detector does not tell."""
    return max(quad_iou(line.quad, expected), quad_iou(line.quad, turn_quad(expected)))


@pytest.mark.parametrize("degrees", [0, 3, 30, 45, 80, 90, 135, 180, 233, 270, 300])
@pytest.mark.parametrize(("height", "pitch"), [(6.0, 5.0), (8.0, 5.5), (12.0, 7.0)])
def test_any_rotation(degrees: float, height: float, pitch: float) -> None:
    quads = line_quads((75, 75), degrees, height, pitch)
    line = find_lines(*maps_of((quads, 1.0)))[0]
    assert overlap(line, outline(quads)) > 0.85
    assert len(line.peaks) == 17


def test_lines_run_to_the_right() -> None:
    quads = line_quads((75, 75), 170, 8, 6)
    top_left, top_right, bottom_right, _ = find_lines(*maps_of((quads, 1.0)))[0].quad
    assert top_left[0] < top_right[0]
    assert top_right[1] < bottom_right[1]


def test_small_characters_that_melt_together() -> None:
    quads = line_quads((75, 75), 12, 3.5, 3.2)
    line = find_lines(*maps_of((quads, 1.0)))[0]
    assert overlap(line, outline(quads)) > 0.7


def test_the_vin_is_ranked_before_other_lines() -> None:
    vin = line_quads((75, 40), 5, 7, 6)
    others = [
        (line_quads((75, 70), 5, 7, 6, count=9), 0.5),
        (line_quads((75, 95), 5, 9, 6, count=22), 0.5),
        (line_quads((75, 120), 5, 7, 6), 0.5),
    ]
    lines = find_lines(*maps_of((vin, 1.0), *others))
    assert overlap(lines[0], outline(vin)) > 0.85
    assert lines[0].confidence > 1.5 * lines[1].confidence


def test_a_gap_is_bridged() -> None:
    """Without links between the groups, the line is found whole and the parts are not the best."""
    quads = line_quads((75, 75), 20, 8, 6)
    parts = quads[:3], quads[3:9], quads[9:]
    lines = find_lines(*maps_of(*((part, 1.0) for part in parts)))
    assert overlap(lines[0], outline(quads)) > 0.8


def test_a_word_linked_to_the_vin_is_cut_off() -> None:
    """As in `VIN: 1M8...` on labels: the network links other text more weakly."""
    row = line_quads((75, 75), 0, 7, 5.5, count=22)
    region, strong = maps_of((row[5:], 1.0))
    word, weak = maps_of((row[:6], 0.5))
    lines = find_lines(np.maximum(region, word), np.maximum(strong, weak))
    assert max(overlap(line, outline(row[5:])) for line in lines) > 0.85


def test_a_vin_between_words_is_found_by_the_gaps() -> None:
    """As in `ID NO. 1M8... 2019`, where nothing tells the words by their links."""
    row = line_quads((75, 75), 0, 6, 4, count=31)
    word, vin, year = row[:6], row[7:24], row[25:29]
    links = [between(a, b) for a, b in pairwise([*word, *vin, *year])]
    region, affinity = draw_scores(SHAPE, [*word, *vin, *year]), draw_scores(SHAPE, links) / 2
    lines = find_lines(region, affinity)
    assert overlap(lines[0], outline(vin)) > 0.85
    assert len(lines[0].peaks) == 17


def test_perspective_makes_a_trapezoid() -> None:
    """Characters that grow from left to right: the quad's right side is longer than its left one."""
    quads = [line_quads((20 + 6.5 * i, 75), 0, 5 + 0.35 * i, 6, count=1)[0] for i in range(17)]
    line = find_lines(*maps_of((quads, 1.0)))[0]
    corners = np.asarray(line.quad)
    left, right = np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[2] - corners[1])
    assert right > 1.3 * left


def test_nothing_is_found_in_nothing() -> None:
    empty = np.zeros(SHAPE, np.float32)
    assert find_lines(empty, empty) == ()
    noise = np.random.default_rng(0).uniform(0, 0.3, SHAPE).astype(np.float32)
    assert find_lines(noise, noise) == ()


def test_a_map_full_of_text_is_no_crash() -> None:
    noise = np.random.default_rng(0).uniform(0, 1, SHAPE).astype(np.float32)
    for line in find_lines(noise, noise):
        assert np.isfinite(np.asarray(line.quad)).all()
    for line in find_lines(np.ones_like(noise), np.ones_like(noise)):
        assert min(quad_size(line.quad)) > 0
