from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from inference.acquisition import Reason, ReasonCode
from webapp.acquisition_words import describe_acquisition, say_reason, say_reasons


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason(ReasonCode.WEAK, (8,)), "low confidence at position 9"),
        (Reason(ReasonCode.DIFFERING, (3, 8)), "the two recognizers disagree at 4 and 9"),
        (Reason(ReasonCode.DIFFERING, (0, 3, 8)), "the two recognizers disagree at 1, 4 and 9"),
        (Reason(ReasonCode.DIFFERING, (0, 3, 8, 9, 16)), "the two recognizers disagree at 5 places"),
        (Reason(ReasonCode.RANDOM), "drawn at random"),
    ],
)
def test_positions_count_from_one_and_many_are_only_counted(reason: Reason, words: str) -> None:
    assert say_reason(reason) == words


def test_every_reason_has_words() -> None:
    assert all(say_reason(Reason(code, (1,))) for code in ReasonCode)


def test_two_reasons_are_one_phrase() -> None:
    both = (Reason(ReasonCode.WEAK, (8,)), Reason(ReasonCode.NEW_LOOK))
    assert say_reasons(both) == "Low confidence at position 9; unlike what has been labeled"
    assert say_reasons(()) == ""


def make_policy(**changes: float) -> Any:
    values = {
        "uncertainty": 0.5,
        "disagreement": 0.25,
        "novelty": 0.25,
        "legibility": 0.8,
        "random_share": 0.2,
    }
    return SimpleNamespace(**(values | changes))


def test_a_policy_in_words_tells_proportions() -> None:
    sentences = " ".join(describe_acquisition(make_policy(uncertainty=1, disagreement=0, novelty=1)))
    assert "Of 100 new photos 20 come at random" in sentences
    assert "50 % by doubt about the whole VIN" in sentences
    assert "disagreement" not in sentences


def test_all_or_nothing_at_random_is_said_plainly() -> None:
    assert describe_acquisition(make_policy(random_share=1)) == [
        "Every photo comes at random: nothing is asked first."
    ]
    assert describe_acquisition(make_policy(random_share=0))[0].startswith("No photo comes at random")
