"""The settings of a run: plain values and a seed."""

from __future__ import annotations

import math
from typing import Any

import pytest

from labeling.operations.runs import InvalidConfig, clean_config

ODD: dict[str, Any] = {
    "not a number": {"learning_rate": math.nan},
    "infinite": {"learning_rate": math.inf},
    "huge": {"steps": 10**40},
    "nested": {"nested": {"a": 1}},
    "a list": {"list": [1]},
    "nothing": {"nothing": None},
    "a long text": {"text": "a" * 101},
    "a control character": {"control": "a\x00"},
    "a negative seed": {"seed": -1},
    "half a seed": {"seed": 1.5},
    "a seed that is true": {"seed": True},
    "many settings": {str(number): 1 for number in range(31)},
    "a long name": {"n" * 51: 1},
    "no object": [],
    "a text": "steps",
}


@pytest.mark.parametrize("config", ODD.values(), ids=ODD.keys())
def test_what_is_not_plain_is_refused(config: Any) -> None:
    with pytest.raises(InvalidConfig):
        clean_config(config)


def test_plain_settings_stay_as_they_are() -> None:
    config = {"steps": 10, "learning_rate": 1e-4, "name": "tiny", "freeze": True, "seed": 3}
    assert clean_config(config) == (config, 3)


def test_a_seed_is_always_written_down() -> None:
    assert clean_config({}) == ({"seed": 1}, 1)
