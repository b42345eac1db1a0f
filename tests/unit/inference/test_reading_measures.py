"""A clear VIN, a line of other text and a damaged one, as two recognizers read them."""

from dataclasses import replace

import numpy as np
import pytest

from inference.geometry import quad_from_box
from inference.quality_measures import OF_ALL_LINES, OF_THE_READING
from inference.reading_measures import measure_lines, measure_reading
from inference.recognizers.characters import CharacterLine
from inference.rectifier import CROP_WIDTH, MARGIN_X, rectify
from inference.rules import judge
from inference.search import Look
from inference.types import LineEvidence, Region
from inference.vin import ALPHABET, LENGTH

VIN = "1M8GDM9AXKP042788"
REGION = Region(quad_from_box((100, 100, 440, 130)), 0.9)
IMAGE = np.full((300, 600, 3), 128, np.uint8)


def evidence(text: str, sure: float = 0.98, windows: tuple[tuple[float, float], ...] = ()) -> LineEvidence:
    table = np.full((LENGTH, len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1))
    table[np.arange(LENGTH), [ALPHABET.index(symbol) for symbol in text]] = sure
    centers = MARGIN_X + (np.arange(LENGTH) + 0.5) * (CROP_WIDTH - 2 * MARGIN_X) / LENGTH
    return LineEvidence(np.log(table), centers, windows)


def look_at(sequence: LineEvidence, characters: LineEvidence) -> Look:
    left = characters.centers - 8
    boxes = np.stack([left, np.full(LENGTH, 6.0), left + 16, np.full(LENGTH, 42.0)], axis=1)
    line = CharacterLine(characters, boxes, np.ones(LENGTH, bool))
    return Look(REGION, rectify(IMAGE, REGION), sequence, line, sequence)


def measure(sequence: LineEvidence, characters: LineEvidence, confidence: float = 0.9) -> dict[str, float]:
    return measure_reading(look_at(sequence, characters), judge(np.exp(sequence.scores)), confidence)


def test_all_measures_of_a_reading_are_taken() -> None:
    assert set(measure(evidence(VIN), evidence(VIN))) == set(OF_THE_READING)
    assert set(measure_lines(IMAGE, [REGION])) | {"lines_spot"} == set(OF_ALL_LINES)
    assert measure_lines(IMAGE, []) == {}


def test_a_clear_vin() -> None:
    found = measure(evidence(VIN), evidence(VIN))
    for name in ("same_symbols", "same_places", "symbols_sure", "characters_found"):
        assert found[name] == 1.0
    assert found["plausibility"] == found["other_length"] == found["box_heights"] == 0.0
    assert found["box_steps"] == pytest.approx(0, abs=0.01)
    assert found["sequence_mass_mean"] == pytest.approx(1)


def test_a_gap_between_words_and_ends_that_were_guessed() -> None:
    clear = evidence(VIN)
    assert measure(clear, clear)["gaps_most"] == pytest.approx(1)
    assert measure(clear, clear)["gaps_spread"] == pytest.approx(0, abs=0.01)
    apart = replace(clear, centers=clear.centers + np.where(np.arange(LENGTH) < 8, -10, 10))
    assert measure(apart, clear)["gaps_most"] == pytest.approx(1.9, abs=0.1)
    assert measure(apart, clear)["gaps_spread"] > 0.2
    scores = clear.scores.copy()
    scores[-1] = -np.log(len(ALPHABET))
    guessed = replace(clear, scores=scores)
    assert measure(guessed, clear)["ends_least"] < -0.5 < measure(clear, clear)["ends_least"]


def test_other_text_is_not_plausible() -> None:
    for text, plausibility in {"DAYMLERCHRYSLERAG": -1.0, "SEE0WNERSMANUALF0": -2.0}.items():
        assert measure(evidence(text), evidence(text))["plausibility"] == plausibility


def test_one_lost_character_is_the_least_of_all() -> None:
    lost = evidence(VIN)
    lost.scores[5] = np.log(0.2 / len(ALPHABET))
    found = measure(lost, evidence(VIN))
    assert found["symbol_least"] < -0.5 < found["symbol_low"]
    assert found["sequence_mass_least"] == pytest.approx(np.log(0.2) / 6, abs=0.01)
    assert found["symbols_sure"] == pytest.approx(16 / 17)


def test_recognizers_that_differ() -> None:
    other = VIN[:3] + "WWWW" + VIN[7:]
    assert measure(evidence(VIN), evidence(other))["same_symbols"] == pytest.approx(13 / 17)


@pytest.mark.parametrize(("window", "rises"), [((-60.0, 370.0), True), ((12.0, 300.0), False)])
def test_a_line_with_fewer_or_more_symbols(window: tuple[float, float], rises: bool) -> None:
    length = measure(evidence(VIN, windows=(window,)), evidence(VIN))["other_length"]
    assert length > 0.1 if rises else length < -0.1


def test_characters_of_several_sizes() -> None:
    look = look_at(evidence(VIN), evidence(VIN))
    boxes = look.characters.boxes.copy()
    boxes[::2, 1] += 15
    uneven = replace(look, characters=replace(look.characters, boxes=boxes))
    found = measure_reading(uneven, judge(np.exp(look.sequence.scores)), 0.9)
    assert found["box_heights"] > 0.2
    assert found["box_middles"] > 0.1


def test_lines_that_reach_the_frame_are_counted() -> None:
    cut = Region(quad_from_box((-30, 100, 310, 130)), 0.95)
    found = measure_lines(IMAGE, [REGION, cut])
    assert (found["lines_cut"], found["lines_cut_best"], found["lines_best"]) == (0.5, 1.0, 0.95)
