"""The rules of VINs as priors, and the likeliest VINs under them."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference import vin
from inference.rules import (
    VIN_ODDS,
    best_consistent,
    best_lines,
    consistent_mass,
    is_other_text,
    judge,
    plausibility,
)
from tests.unit.inference.tables import EUROPEAN, KNOWN, set_odds, sure_table


def test_a_sure_reading_stays() -> None:
    verdict = judge(sure_table(KNOWN))
    assert verdict.vin == KNOWN
    assert verdict.raw_confidence > 0.97


def test_the_check_digit_decides_between_neighbors() -> None:
    table = sure_table(KNOWN)
    set_odds(table, 3, _6=0.6, G=0.4)
    verdict = judge(table)
    assert verdict.vin == KNOWN
    assert verdict.raw_confidence > 0.9


def test_the_check_digit_is_no_filter() -> None:
    wrong = KNOWN[:3] + "6" + KNOWN[4:]
    assert not vin.has_valid_check_digit(wrong)
    assert judge(sure_table(wrong, 0.99999)).vin == wrong


def test_without_a_demand_the_check_digit_says_nothing() -> None:
    table = sure_table(EUROPEAN)
    set_odds(table, 16, _1=0.6, _7=0.4)
    verdict = judge(table)
    assert verdict.vin == EUROPEAN
    assert 0.5 < verdict.raw_confidence < 0.6


def test_what_is_missing_lowers_the_confidence() -> None:
    table = sure_table(KNOWN)
    table[5] *= 0.3
    assert judge(table).raw_confidence == pytest.approx(
        0.3 * judge(sure_table(KNOWN)).raw_confidence, rel=0.05
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_program_finds_the_best_consistent_vin(seed: int) -> None:
    """Against all 3^17 combinations cut down to three undecided positions."""
    rng = np.random.default_rng(seed)
    base = [int(symbol) for symbol in rng.integers(0, 33, 17)]
    table = np.full((17, 33), 1e-9)
    table[np.arange(17), base] = 1.0
    undecided = [int(index) for index in rng.choice([0, 3, 8, 11, 16], 3, replace=False)]
    for index in undecided:
        table[index] = rng.dirichlet(np.ones(33))
    table /= table.sum(axis=1, keepdims=True)
    best, mass = -1.0, 0.0
    for symbols in product(range(33), repeat=3):
        trial = list(base)
        for index, symbol in zip(undecided, symbols, strict=True):
            trial[index] = symbol
        if vin.has_valid_check_digit("".join(vin.ALPHABET[symbol] for symbol in trial)):
            probability = float(np.prod([table[index, trial[index]] for index in undecided]))
            mass += probability
            best = max(best, probability)
    found = best_consistent(table)
    assert vin.has_valid_check_digit("".join(vin.ALPHABET[symbol] for symbol in found))
    assert float(table[np.arange(17), found].prod()) >= best * (1 - 1e-6)
    assert consistent_mass(table) == pytest.approx(mass, abs=1e-5)


def test_known_makers_are_likelier() -> None:
    """XW8 is assigned, KW8 is not: the evidence for K is outweighed, but only where it is weak."""
    table = sure_table("KW8ZZZ1JZXG000001", 0.9999)
    set_odds(table, 0, K=0.7, X=0.3)
    assert judge(table).vin == "XW8ZZZ1JZXG000001"
    set_odds(table, 0, K=0.99, X=0.01)
    assert judge(table).vin == "KW8ZZZ1JZXG000001"


def test_digits_are_likelier_at_the_end() -> None:
    table = sure_table(EUROPEAN, 0.9999)
    set_odds(table, 15, B=0.7, _8=0.3)
    assert judge(table).vin == EUROPEAN[:15] + "8" + EUROPEAN[16]
    set_odds(table, 15, B=0.99, _8=0.01)
    assert judge(table).vin == EUROPEAN[:15] + "B" + EUROPEAN[16]


def test_other_lines_of_a_label_are_implausible() -> None:
    assert plausibility(KNOWN) == 0.0
    assert plausibility(EUROPEAN) == 0.0
    assert plausibility("DAYMLERCHRYSLERAG") == -VIN_ODDS
    assert judge(sure_table("DAYMLERCHRYSLERAG", 0.9999)).raw_confidence < 0.6


@pytest.mark.parametrize(
    "text", ["RF1102KGGAWRR2107", "M0T0RVEHTCLESAFET", "TNF0RMAT10N230LBS", "5V65R1520KPA36PS1"]
)
def test_words_of_labels_are_no_vins(text: str) -> None:
    """Whichever of the letters that VINs lack was read as which digit."""
    assert is_other_text(text)
    assert plausibility(text) < -VIN_ODDS
    assert judge(sure_table(text, 0.9999)).raw_confidence < 0.1


def test_vins_are_no_words_of_labels() -> None:
    assert not any(is_other_text(vin) for vin in (KNOWN, EUROPEAN, "1LBSRM2A05KG00001"))


def test_north_american_model_years_are_never_u_z_or_zero() -> None:
    table = sure_table("1HGCM82633A004352", 0.9999)
    set_odds(table, 9, Z=0.7, _2=0.3)
    assert judge(table).vin[9] == "2"
    european = sure_table(EUROPEAN, 0.9999)
    set_odds(european, 9, Z=0.7, _2=0.3)
    assert judge(european).vin[9] == "Z"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_best_lines_are_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.full(5, 0.5), size=4) + 1e-12
    every = sorted(product(range(5), repeat=4), key=lambda line: -share[np.arange(4), list(line)].prod())
    found = best_lines(share, 20)
    expected = [share[np.arange(4), list(line)].prod() for line in every[:20]]
    assert [share[np.arange(4), line].prod() for line in found] == pytest.approx(expected)


def test_candidates_come_in_order_and_start_with_the_vin() -> None:
    table = sure_table(KNOWN, 0.9)
    set_odds(table, 12, _4=0.5, A=0.5)
    verdict = judge(table)
    probabilities = [candidate.probability for candidate in verdict.candidates]
    assert verdict.candidates[0].vin == verdict.vin
    assert len({candidate.vin for candidate in verdict.candidates}) == len(probabilities) == 5
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1.0 + 1e-9
