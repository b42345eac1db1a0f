"""How measures of drift are called, and how their values are written."""

from __future__ import annotations

import pytest

from inference.quality import ADVICE
from labeling.drift_days import Measure
from webapp.drift_words import EXPLAINED, name_measure, name_reason, write_value


def test_every_measure_has_a_name_and_an_explanation() -> None:
    assert {name_measure(measure) for measure in Measure} & set(Measure) == set()
    assert set(EXPLAINED) == set(Measure)


def test_every_reason_of_the_engine_is_said_in_words() -> None:
    assert all("_" not in name_reason(code) for code in ADVICE)
    assert name_measure("refused:no_vin") == "Refused: no VIN found"
    assert name_measure("refused:moon_light") == "Refused: moon light"


@pytest.mark.parametrize(
    ("measure", "value", "words"),
    [
        ("refused", 0.2, "20 %"),
        ("refused:glare", 0.03, "3.0 %"),
        ("edits", 1.25, "1.2"),
        ("confidence", 0.31, "0.31"),
    ],
)
def test_shares_are_per_cent_and_the_rest_are_numbers(measure: str, value: float, words: str) -> None:
    assert write_value(measure, value) == words
