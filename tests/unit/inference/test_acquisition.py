from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from inference.acquisition import ReasonCode, Signals, Weights, explain, measure_signals, split_worth, weigh

VIN = "5YJSA1E26JF271234"


def make_reading(**changes: Any) -> dict[str, Any]:
    """A sure reading on which both recognizers agree."""
    line = {"text": VIN, "probabilities": [0.99] * 17}
    stages = {
        "lines": [{"recognizer": "sequence", **line}, {"recognizer": "characters", **line}],
        "candidates": [{"vin": VIN, "probability": 0.97}, {"vin": VIN[:-1] + "9", "probability": 0.01}],
        "barcode_verdict": None,
    }
    characters = [{"index": index, "confidence": 0.99} for index in range(17)]
    plain = {"vin": VIN, "confidence": 0.96, "characters": characters, "quality": {"readable": True}}
    return {**plain, "stages": {**stages, **changes.pop("stages", {})}, **changes}


def second_reads(text: str, chance: float = 0.9) -> dict[str, Any]:
    first = {"text": VIN, "probabilities": [0.99] * 17}
    return {"lines": [first, {"text": text, "probabilities": [chance] * 17}]}


def test_a_sure_reading_teaches_little_and_nothing_stands_out() -> None:
    signals = measure_signals(make_reading())
    assert signals.uncertainty == pytest.approx(1 - (0.96 + 0.96) / 2)
    assert (signals.disagreement, signals.legibility, signals.weak, signals.differing) == (0, 1, (), ())
    assert explain(signals, novelty=0.2, is_random=False) == ()


def test_a_rival_that_is_nearly_as_likely_makes_uncertain() -> None:
    rivals = [{"vin": VIN, "probability": 0.5}, {"vin": VIN[:-1] + "9", "probability": 0.4}]
    signals = measure_signals(make_reading(stages={"candidates": rivals}))
    assert signals.uncertainty == pytest.approx(1 - (0.96 + 0.1) / 2)
    assert signals.is_close
    assert [reason.code for reason in explain(signals, novelty=None, is_random=False)] == [ReasonCode.CLOSE]


def test_disagreement_counts_as_far_as_both_meant_it() -> None:
    other = "5YJ5A1E26JF27I234".replace("I", "7")
    surely = measure_signals(make_reading(stages=second_reads(other, 0.9)))
    hardly = measure_signals(make_reading(stages=second_reads(other, 0.2)))
    assert surely.differing == hardly.differing == (3, 13)
    assert surely.disagreement == pytest.approx(1 - (1 - 0.99 * 0.9) ** 2)
    assert hardly.disagreement < 0.4 < surely.disagreement


def test_weak_positions_are_the_least_sure_ones_in_order() -> None:
    sure = [0.99] * 17
    sure[8], sure[2], sure[15], sure[4] = 0.3, 0.5, 0.6, 0.79
    characters = [{"index": index, "confidence": each} for index, each in enumerate(sure)]
    assert measure_signals(make_reading(characters=characters)).weak == (2, 8, 15)


def test_a_bar_code_that_contradicts_is_a_doubt_of_its_own() -> None:
    signals = measure_signals(make_reading(stages={"barcode_verdict": "conflicts"}))
    assert signals.uncertainty == 0.5
    assert explain(signals, novelty=None, is_random=False)[0].code == ReasonCode.CODE_CONFLICTS


def test_no_vin_is_the_whole_explanation() -> None:
    signals = measure_signals(make_reading(vin="", confidence=0.0))
    assert signals.uncertainty == 1.0
    assert [each.code for each in explain(signals, novelty=1.0, is_random=False)] == [ReasonCode.NO_VIN]


def test_legibility_falls_with_issues_and_with_a_refusal() -> None:
    issues = {"readable": True, "issues": [{"code": "blurred"}, {"code": "glare"}]}
    refused = {"readable": False, "issues": [{"code": "blurred"}], "measures": {"likelihood": 0.6}}
    assert measure_signals(make_reading(quality=issues)).legibility == pytest.approx(0.8)
    assert measure_signals(make_reading(quality=refused)).legibility == pytest.approx(0.3)


def test_an_old_reading_without_stages_has_signals_too() -> None:
    signals = measure_signals({"vin": VIN, "confidence": 0.7, "characters": [], "quality": {}, "stages": {}})
    assert signals == Signals(pytest.approx(0.3), 0.0, 1.0)


def test_the_first_three_weights_share_the_worth() -> None:
    signals = Signals(uncertainty=0.8, disagreement=0.4, legibility=1.0)
    assert weigh(signals, Weights(1, 0, 0, 0), novelty=0.9) == pytest.approx(0.8)
    assert weigh(signals, Weights(0.5, 0.5, 0.5, 0), novelty=0.6) == pytest.approx(0.6)


def test_what_is_illegible_comes_behind_as_far_as_the_policy_says() -> None:
    doubted = Signals(uncertainty=1.0, disagreement=0.0, legibility=0.1)
    assert weigh(doubted, Weights(1, 0, 0, 0), novelty=0) == 1.0
    assert weigh(doubted, Weights(1, 0, 0, 1), novelty=0) == pytest.approx(0.1)


def test_worths_stay_between_nothing_and_one() -> None:
    rng = np.random.default_rng(1)
    columns = rng.random((3, 200))
    base, per_novelty = split_worth(columns[0], columns[1], columns[2], Weights())
    assert (base >= 0).all()
    assert (base + per_novelty <= 1).all()


@pytest.mark.parametrize("weights", [(0, 0, 0, 0.5), (-0.1, 1, 1, 0), (1, 1, 1, 1.1)])
def test_weights_that_order_nothing_are_refused(weights: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="one of the first three"):
        Weights(*weights)


def test_two_reasons_at_most_and_a_position_is_named_once() -> None:
    signals = Signals(0.5, 0.5, 1.0, weak=(3, 8), differing=(3,), is_close=True)
    reasons = explain(signals, novelty=0.9, is_random=False)
    assert [(each.code, each.positions) for each in reasons] == [("differing", (3,)), ("weak", (8,))]


def test_what_was_drawn_at_random_says_nothing_else() -> None:
    signals = Signals(0.5, 0.5, 1.0, weak=(3, 8))
    assert [each.code for each in explain(signals, novelty=0.9, is_random=True)] == [ReasonCode.RANDOM]


def test_unlike_what_is_labeled() -> None:
    signals = Signals(0.1, 0.0, 1.0)
    assert explain(signals, novelty=0.8, is_random=False)[0].code == ReasonCode.NEW_LOOK
    assert explain(signals, novelty=None, is_random=False) == ()
