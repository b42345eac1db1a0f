"""From boxes in a grid to lines of 17 characters."""

from __future__ import annotations

import numpy as np
import pytest

from inference.recognizers.characters import (
    ANCHORS,
    OUTPUTS,
    STRIDE_X,
    STRIDE_Y,
    CharacterLine,
    CharacterRecognizer,
    decode_outputs,
    read_lines,
    suppress,
)
from inference.rectifier import CROP_HEIGHT, CROP_WIDTH
from inference.types import Crop
from inference.vin import ALPHABET

VIN = "1M8GDM9AXKP042788"
SHAPE = (CROP_HEIGHT // STRIDE_Y, CROP_WIDTH // STRIDE_X, len(ANCHORS), OUTPUTS)
PITCH = 21.0
FIRST = 24.0


def empty_answer() -> np.ndarray:
    answer = np.zeros(SHAPE, np.float32)
    answer[..., 4] = -9.0
    return answer


def draw(
    answer: np.ndarray, symbol: str, x: float, *, log_odds: float = 5.0, clear: float = 9.0, y: float = 24.0
) -> None:
    """Answer with a character of 18 x 36 pixels about (x, y): the inverse of direct location prediction."""
    column, row, anchor = int(x // STRIDE_X), int(y // STRIDE_Y), 1
    offsets = np.array([x / STRIDE_X - column, y / STRIDE_Y - row]).clip(1e-6, 1 - 1e-6)
    cell = answer[row, column, anchor]
    cell[:2] = np.log(offsets / (1 - offsets))
    cell[2:4] = np.log(np.array([18.0, 36.0]) / ANCHORS[anchor])
    cell[4] = log_odds
    cell[5 + ALPHABET.index(symbol)] = clear


def answer_with(text: str, *, first: float = FIRST, pitch: float = PITCH) -> np.ndarray:
    answer = empty_answer()
    for index, symbol in enumerate(text):
        draw(answer, symbol, first + index * pitch)
    return answer


def read(answer: np.ndarray) -> CharacterLine:
    (line,) = read_lines(answer[None])
    return line


def text_of(line: CharacterLine) -> str:
    return "".join(ALPHABET[index] for index in line.evidence.scores.argmax(axis=1))


@pytest.mark.parametrize("seed", range(30))
def test_what_is_drawn_is_read_wherever_it_lies(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vin = "".join(rng.choice(list(ALPHABET), 17))
    pitch = rng.uniform(15, 21.5)
    xs = rng.uniform(8, 376 - 16 * pitch) + pitch * (np.arange(17) + rng.normal(0, 0.05, 17))
    answer = empty_answer()
    for symbol, x in zip(vin, xs, strict=True):
        draw(answer, symbol, x, y=rng.uniform(20, 28))
    line = read(answer)
    assert text_of(line) == vin
    assert line.found.all()
    assert np.abs(line.evidence.centers - xs).max() < 0.01
    assert np.allclose(line.boxes[:, 2:] - line.boxes[:, :2], [18, 36], atol=0.01)
    assert np.exp(line.evidence.log_probability) > 0.8


@pytest.mark.parametrize("x", [FIRST - PITCH, FIRST + 17 * PITCH - 5])
def test_a_star_at_either_end_is_dropped(x: float) -> None:
    """It looks a bit like a character, but like none of them in particular."""
    answer = answer_with(VIN)
    draw(answer, "X", x, log_odds=1.0, clear=1.0)
    assert text_of(read(answer)) == VIN


def test_of_two_boxes_in_a_place_the_surer_one_is_read() -> None:
    answer = answer_with(VIN)
    draw(answer, "B", FIRST + 2 * PITCH + 6, log_odds=3.0)
    line = read(answer)
    assert text_of(line) == VIN


def test_boxes_in_one_place_say_together_which_symbol_it_is() -> None:
    """One that is surer of its symbol outweighs one that is a little surer to be a character."""
    answer = answer_with(VIN)
    x = FIRST + 2 * PITCH
    draw(answer, "8", x, log_odds=1.0, clear=3.0)
    draw(answer, "B", x - 3, log_odds=0.9, clear=9.0)  # in the next cell
    scores = np.exp(read(answer).evidence.scores[2])
    assert scores[ALPHABET.index("B")] > scores[ALPHABET.index("8")] > 0.1
    assert scores.sum() <= 1


def test_who_is_covered_only_by_a_fallen_box_stays() -> None:
    """Of three boxes in a row, each half over the next, the outer two are kept if one of them is the best."""
    answer = empty_answer()
    for x, log_odds in ((100.0, 3.0), (109.0, 2.0), (118.5, 1.0)):
        draw(answer, "A", x, log_odds=log_odds)
    kept = suppress(decode_outputs(answer[None]))
    assert kept.centers[0][np.isfinite(kept.log_odds[0])] == pytest.approx([100.0, 118.5], abs=1e-3)


def test_the_gap_between_groups_is_no_missing_character() -> None:
    answer = empty_answer()
    for index, symbol in enumerate(VIN):
        draw(answer, symbol, 20 + index * 18.5 + (12 if index > 8 else 0))
    line = read(answer)
    assert text_of(line) == VIN
    assert line.found.all()


@pytest.mark.parametrize("lost", [{0}, {16}, {8}, {4, 11}, {7, 8}, {0, 1, 2, 16}])
def test_positions_without_a_box_say_nothing_and_lie_where_they_belong(lost: set[int]) -> None:
    answer = empty_answer()
    for index, symbol in enumerate(VIN):
        if index not in lost:
            draw(answer, symbol, FIRST + index * PITCH)
    line = read(answer)
    assert set(np.flatnonzero(~line.found)) == lost
    kept = [index for index in range(17) if index not in lost]
    assert [text_of(line)[index] for index in kept] == [VIN[index] for index in kept]
    assert np.ptp(line.evidence.scores[sorted(lost)]) == 0
    assert line.evidence.centers == pytest.approx(FIRST + PITCH * np.arange(17), abs=1e-3)


def test_nothing_at_all_is_no_line() -> None:
    line = read(empty_answer())
    assert line.evidence.log_probability < -50
    assert np.isfinite(line.evidence.scores).all()
    assert line.boxes.shape == (17, 4)


def test_no_row_holds_more_than_certainty_and_rivals_keep_their_share() -> None:
    answer = answer_with(VIN)
    cell = answer[1, int(FIRST // STRIDE_X), 1]
    cell[5 + ALPHABET.index("7")] = cell[5 + ALPHABET.index("1")]
    scores = read(answer).evidence.scores
    mass = np.exp(scores).sum(axis=1)
    assert (mass <= 1 + 1e-9).all()
    assert scores[0, ALPHABET.index("7")] == pytest.approx(scores[0, ALPHABET.index("1")])


def test_lines_do_not_depend_on_the_others_in_the_batch() -> None:
    answers = [answer_with(VIN), answer_with(VIN[::-1], pitch=19), answer_with(VIN[:12])]
    together = read_lines(np.stack(answers))
    for answer, line in zip(answers, together, strict=True):
        assert np.allclose(read(answer).evidence.scores, line.evidence.scores)


class FixedNetwork:
    """Answers every batch with the same lines."""

    def __init__(self, *answers: np.ndarray) -> None:
        self.answers = np.stack(answers)
        self.inputs = np.zeros(0)

    def run(self, inputs: np.ndarray) -> np.ndarray:
        self.inputs = inputs
        return self.answers


def test_all_crops_are_weighed_in_one_run() -> None:
    network = FixedNetwork(answer_with(VIN), answer_with(VIN[::-1]))
    recognizer = CharacterRecognizer(network)  # type: ignore[arg-type]
    pixels = np.random.default_rng(0).integers(0, 255, (CROP_HEIGHT, CROP_WIDTH, 3), dtype=np.uint8)
    lines = recognizer.weigh([Crop(pixels, np.eye(3))] * 2)
    assert [text_of(line) for line in lines] == [VIN, VIN[::-1]]
    assert network.inputs.shape == (2, 1, CROP_HEIGHT, CROP_WIDTH)
    assert recognizer.weigh([]) == []
