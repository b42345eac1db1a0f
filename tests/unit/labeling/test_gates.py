"""The gate: every rule has its reason, and it passes only what all of them pass."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.comparison import NotComparable
from inference.types import Scorecard
from labeling import gates
from tests.scorecards import make_card, make_photo

CHAMPION = make_card(80, 100)


def judge(challenger: Scorecard, champion: Scorecard = CHAMPION, **rules: Any) -> dict[str, gates.Reason]:
    result = gates.compare(champion=champion, challenger=challenger, rules=gates.GateRules(**rules))
    assert result.passed == all(reason.passed for reason in result.reasons)
    return {reason.rule: reason for reason in result.reasons}


def failed(reasons: dict[str, gates.Reason]) -> list[str]:
    return [name for name, reason in reasons.items() if not reason.passed]


def test_an_equal_passes_every_rule_and_says_so() -> None:
    reasons = judge(make_card(80, 100, bundle="v2"))
    assert list(reasons) == [
        "enough_photos", "exact_match", "confident_wrong", "confident_right", "cer", "calibration", "latency",
    ]  # fmt: skip
    assert all(reason.passed and reason.reason and reason.on == "test" for reason in reasons.values())


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
    assert judge(make_card(n=100, **({"exact": 80} | good)))[rule].passed
    assert failed(judge(make_card(n=100, **({"exact": 80} | bad)))) == [rule]


def test_the_reason_names_the_figures() -> None:
    said = judge(make_card(70, 100))["exact_match"].reason
    assert "70 of 100" in said
    assert "champion 80" in said
    assert "gained 0 and lost 10 (McNemar's test: p = 0.002)" in said


def test_a_kind_may_not_pay_for_the_others() -> None:
    kinds = ["paper"] * 20 + ["windshield"] * 80
    before = [make_photo(i, is_right=i < 60, kind=kind) for i, kind in enumerate(kinds)]
    after = [make_photo(i, is_right=2 <= i < 90, kind=kind) for i, kind in enumerate(kinds)]
    champion, challenger = make_card(60, 100, photos=before), make_card(88, 100, photos=after)
    assert failed(judge(challenger, champion)) == ["exact_match_of_paper"]
    assert failed(judge(challenger, champion, kind_loss=0.1)) == []
    assert failed(judge(challenger, champion, minimum_of_kind=21)) == []


def test_a_project_may_ask_for_a_gain_that_is_no_chance() -> None:
    equal, better = make_card(81, 100), make_card(95, 100)
    assert failed(judge(equal, better_at=0.95)) == ["better"]
    reasons = judge(better, better_at=0.95)
    assert failed(reasons) == []
    assert "difference +15.0 points" in reasons["better"].reason


def _sure(wrong: int, right: int) -> Scorecard:
    """100 photos, 80 of them read right; so many of the wrong and of the right ones with confidence."""
    places = range(100)
    return make_card(80, 100, photos=[
        make_photo(i, is_right=i < 80, confidence=0.99 if i < right or i >= 100 - wrong else 0.5)
        for i in places
    ])  # fmt: skip


def _refusing(count: int) -> Scorecard:
    return make_card(
        80, 100, photos=[make_photo(i, is_right=i < 80, refused=i >= 100 - count) for i in range(100)]
    )


def test_readable_photos_may_not_be_refused_more_often() -> None:
    assert failed(judge(_refusing(6), _refusing(4))) == []
    reasons = judge(_refusing(7), _refusing(4))
    assert failed(reasons) == ["refused"]
    assert "refuses 7 of 100 photos that a person could read, the champion 4" in reasons["refused"].reason
    assert failed(judge(_refusing(7), _refusing(4), refused_increase=0.03)) == []
    assert failed(judge(_refusing(0), _refusing(9))) == []


def test_of_a_champion_whose_refusals_were_not_kept_nothing_is_said() -> None:
    assert "refused" not in judge(_refusing(50), CHAMPION)


def test_confident_mistakes_may_not_increase() -> None:
    assert failed(judge(_sure(wrong=2, right=60), _sure(wrong=1, right=60))) == ["confident_wrong"]
    assert failed(judge(_sure(2, 60), _sure(1, 60), confident_wrong_increase=0.01)) == []
    assert failed(judge(_sure(2, 60), _sure(1, 60), confident_from=0.999)) == []


def test_confidence_may_not_be_lost() -> None:
    assert failed(judge(_sure(wrong=0, right=55), _sure(wrong=0, right=60))) == []
    assert failed(judge(_sure(wrong=0, right=54), _sure(wrong=0, right=60))) == ["confident_right"]


@pytest.mark.parametrize("n", [0, 1, 4])
def test_few_photos_tell_nothing_however_good(n: int) -> None:
    result = gates.compare(champion=make_card(0, n), challenger=make_card(n, n))
    assert not result.passed
    assert "nobody can tell" in result.reasons[0].reason


def test_five_photos_are_enough_to_pass() -> None:
    assert gates.compare(champion=make_card(5, 5), challenger=make_card(5, 5)).passed


@pytest.mark.parametrize(
    "other",
    [make_card(80, 100, snapshot="second"), make_card(80, 100, split="validation"), make_card(80, 99)],
)
def test_different_photos_are_not_compared(other: Scorecard) -> None:
    with pytest.raises(NotComparable):
        gates.compare(champion=CHAMPION, challenger=other)


def test_rules_may_be_others() -> None:
    assert failed(judge(make_card(75, 100), exact_match_loss=0.05)) == []


def test_a_bundle_that_is_too_large_does_not_pass() -> None:
    rules = gates.GateRules(largest_bundle_megabytes=15)
    assert gates.judge_bundle(byte_size=15_000_000, rules=rules).passed
    (reason,) = gates.judge_bundle(byte_size=15_100_000, rules=rules).reasons
    assert (reason.passed, reason.reason) == (False, "The bundle has 15.1 MB; up to 15 MB is allowed.")


@settings(deadline=None)  # a bootstrap takes its time on a busy machine
@given(exact=st.integers(0, 100), better=st.integers(0, 100))
def test_reading_more_never_fails_where_reading_less_passed(exact: int, better: int) -> None:
    low, high = sorted((exact, better))
    one, other = (judge(make_card(each, 100))["exact_match"].passed for each in (low, high))
    assert one <= other


def test_reasons_are_stored_as_plain_data() -> None:
    stored = gates.compare(champion=CHAMPION, challenger=CHAMPION, on="reference").to_json()
    assert stored[0] == {
        "rule": "enough_photos",
        "passed": True,
        "reason": "There are 100 photos to compare on; 5 are enough.",
        "on": "reference",
    }


def test_rules_come_from_plain_data() -> None:
    assert gates.read_rules({}) == gates.DEFAULT_RULES
    assert gates.read_rules({"kind_loss": 0, "minimum_photos": 50}).minimum_photos == 50
    assert gates.read_rules(gates.DEFAULT_RULES.to_json()) == gates.DEFAULT_RULES


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind_loss": 1.1}, "A number from 0 to 1."),
        ({"kind_loss": float("nan")}, "A number from 0 to 1."),
        ({"kind_loss": "0.1"}, "A number from 0 to 1."),
        ({"minimum_photos": 0}, "A whole number from 1 to 100000."),
        ({"minimum_photos": 2.5}, "A whole number from 1 to 100000."),
        ({"minimum_photos": True}, "A whole number from 1 to 100000."),
        ({"speed": 1}, "There is no such rule."),
    ],
)
def test_odd_rules_are_refused_by_name(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(gates.InvalidRules) as refused:
        gates.read_rules(wrong)
    assert refused.value.fields == dict.fromkeys(wrong, said)
