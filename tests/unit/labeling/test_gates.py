"""The gate: every rule has its reason, and it passes only what all of them pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.types import Scorecard
from labeling import gates

CHAMPION = Scorecard(
    bundle="v1",
    snapshot="first",
    split="test",
    n=100,
    exact=80,
    cer=0.02,
    located=99,
    calibration_error=0.05,
    milliseconds_median=100.0,
    milliseconds_p95=150.0,
)


def compare(**changes: Any) -> dict[str, gates.Reason]:
    result = gates.compare(champion=CHAMPION, challenger=replace(CHAMPION, bundle="v2", **changes))
    assert result.passed == all(reason.passed for reason in result.reasons)
    return {reason.rule: reason for reason in result.reasons}


def test_an_equal_passes_every_rule_and_says_so() -> None:
    reasons = compare()
    assert set(reasons) == {"enough_photos", "exact_match", "cer", "calibration", "latency"}
    assert all(reason.passed and reason.reason for reason in reasons.values())


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("exact_match", {"exact": 80}, {"exact": 79}),
        ("cer", {"cer": 0.025}, {"cer": 0.0251}),
        ("calibration", {"calibration_error": 0.10}, {"calibration_error": 0.101}),
        ("latency", {"milliseconds_median": 150.0}, {"milliseconds_median": 150.1}),
    ],
)
def test_each_rule_has_its_edge(rule: str, good: dict[str, Any], bad: dict[str, Any]) -> None:
    assert compare(**good)[rule].passed
    failed = [name for name, reason in compare(**bad).items() if not reason.passed]
    assert failed == [rule]


def test_the_reason_names_the_figures() -> None:
    assert "70 of 100" in compare(exact=70)["exact_match"].reason
    assert "champion 80" in compare(exact=70)["exact_match"].reason


@pytest.mark.parametrize("n", [0, 1, 4])
def test_few_photos_tell_nothing_however_good(n: int) -> None:
    few = replace(CHAMPION, n=n, exact=n)
    result = gates.compare(champion=replace(few, exact=0), challenger=few)
    assert not result.passed
    assert "nobody can tell" in result.reasons[0].reason


def test_five_photos_are_enough_to_pass() -> None:
    few = replace(CHAMPION, n=5, exact=5)
    assert gates.compare(champion=few, challenger=few).passed


@pytest.mark.parametrize("other", [{"snapshot": "second"}, {"split": "validation"}, {"n": 99}])
def test_different_photos_are_not_compared(other: dict[str, Any]) -> None:
    with pytest.raises(gates.NotComparable):
        gates.compare(champion=CHAMPION, challenger=replace(CHAMPION, **other))


def test_rules_may_be_others() -> None:
    rules = gates.GateRules(exact_match_loss=0.05)
    challenger = replace(CHAMPION, exact=75)
    assert gates.compare(champion=CHAMPION, challenger=challenger, rules=rules).passed


@given(exact=st.integers(0, 100), better=st.integers(0, 100))
def test_reading_more_never_fails_where_reading_less_passed(exact: int, better: int) -> None:
    low, high = sorted((exact, better))
    assert compare(exact=low)["exact_match"].passed <= compare(exact=high)["exact_match"].passed


def test_reasons_are_stored_as_plain_data() -> None:
    stored = gates.compare(champion=CHAMPION, challenger=CHAMPION).to_json()
    assert stored[0] == {
        "rule": "enough_photos",
        "passed": True,
        "reason": "The test split has 100 photos; 5 are enough to compare.",
    }
