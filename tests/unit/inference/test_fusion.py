"""The fusion of looks, recognizers and bar codes, and calibration."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.fusion import BARCODE_ALONE, UNDECIDED, Calibration, combine, confirm, pool
from inference.rules import judge
from inference.types import Barcode, LineEvidence
from tests.unit.inference.tables import EUROPEAN, KNOWN, set_odds, sure_table


def look(text: str, probability: float) -> LineEvidence:
    return LineEvidence(scores=np.log(sure_table(text, probability)), centers=np.linspace(20, 360, 17))


def test_surer_looks_count_more() -> None:
    combined = combine([look(EUROPEAN, 0.95), look("A" * 17, 0.4)])
    assert judge(combined).vin == EUROPEAN


def test_many_looks_outvote_one() -> None:
    other = EUROPEAN[:-1] + "7"
    combined = combine([look(other, 0.8), look(EUROPEAN, 0.8), look(EUROPEAN, 0.8)])
    assert judge(combined).vin == EUROPEAN


def test_calibration_softens_and_shifts() -> None:
    assert Calibration().apply(0.73) == pytest.approx(0.73)
    assert Calibration(temperature=2.0).apply(0.99) == pytest.approx(1 / (1 + 99**-0.5))
    assert Calibration(bias=1.0).apply(0.5) == pytest.approx(1 / (1 + np.exp(-1)))


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.2, 5), st.floats(-3, 3))
def test_calibration_keeps_the_order(low: float, high: float, temperature: float, bias: float) -> None:
    calibration = Calibration(temperature, bias)
    low, high = sorted((low, high))
    assert 0 <= calibration.apply(low) <= calibration.apply(high) <= 1


def test_two_recognizers_correct_each_other() -> None:
    """Each is unsure of a symbol that the other is sure of."""
    first, second = sure_table(EUROPEAN), sure_table(EUROPEAN)
    set_odds(first, 4, S=0.5, Z=0.5)
    set_odds(second, 6, _7=0.5, _1=0.5)
    pooled = pool(evidence(first), evidence(second))
    assert judge(np.exp(pooled.scores)).vin == EUROPEAN
    assert np.exp(pooled.scores)[4].max() > 0.8


def test_what_the_sequence_lacks_in_mass_stays_lacking() -> None:
    weak = sure_table(EUROPEAN)
    weak[3] *= 0.2
    pooled = pool(evidence(weak), evidence(sure_table(EUROPEAN)))
    assert np.exp(pooled.scores).sum(axis=1) == pytest.approx(weak.sum(axis=1))


def test_a_recognizer_that_lost_a_character_is_not_heard() -> None:
    sequence = evidence(sure_table(EUROPEAN, 0.6))
    shifted = LineEvidence(np.log(sure_table(EUROPEAN[1:] + "5")), sequence.centers + 20)
    assert pool(sequence, shifted) is sequence


def evidence(table: np.ndarray) -> LineEvidence:
    return LineEvidence(scores=np.log(table), centers=np.linspace(20, 360, 17))


def barcode(vin_text: str | None) -> Barcode:
    return Barcode("Code39", vin_text or "4711", vin_text, ((0, 0), (9, 0), (9, 9), (0, 9)))


def test_a_bar_code_confirms_the_text() -> None:
    confirmed = confirm(KNOWN, 0.8, [barcode(None), barcode(KNOWN)])
    assert (confirmed.vin, confirmed.verdict) == (KNOWN, "agrees")
    assert confirmed.confidence > 0.99
    assert confirmed.positions == frozenset(range(17))


def test_a_bar_code_corrects_a_misread_text() -> None:
    misread = KNOWN[:5] + "0" + KNOWN[6:]
    confirmed = confirm(misread, 0.9, [barcode(EUROPEAN), barcode(KNOWN)])
    assert (confirmed.vin, confirmed.confidence, confirmed.verdict) == (KNOWN, BARCODE_ALONE, "conflicts")
    assert confirmed.positions == frozenset(i for i in range(17) if misread[i] == KNOWN[i])


@pytest.mark.parametrize(("confidence", "kept"), [(0.999, KNOWN), (0.4, EUROPEAN)])
def test_where_text_and_bar_code_differ_altogether_neither_is_sure(confidence: float, kept: str) -> None:
    confirmed = confirm(KNOWN, confidence, [barcode(EUROPEAN)])
    assert (confirmed.vin, confirmed.confidence, confirmed.verdict) == (kept, UNDECIDED, "conflicts")
    assert not confirmed.positions


def test_a_bar_code_speaks_where_no_text_was_read() -> None:
    assert confirm(None, 0.0, [barcode(KNOWN)]).vin == KNOWN
    assert confirm(None, 0.0, [barcode(None)]).vin is None


def test_agreement_of_the_recognizers_raises_the_confidence() -> None:
    calibration = Calibration(agreement=2.0)
    assert calibration.apply(0.7, agreed=True) > calibration.apply(0.7) == pytest.approx(0.7)
