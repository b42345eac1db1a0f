"""The settings of a run: what a worker would refuse hours later is refused at once."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pytest

from labeling.run_settings import SETTINGS, InvalidConfig, clean_config, value_of
from training.finetune import FinetuneConfig

ODD: dict[str, Any] = {
    "not a number": {"learning_rate": math.nan},
    "infinite": {"learning_rate": math.inf},
    "too high": {"learning_rate": 0.2},
    "huge": {"steps": 10**40},
    "none": {"steps": 0},
    "a text": {"steps": "many"},
    "nested": {"steps": {"a": 1}},
    "nothing": {"steps": None},
    "unknown": {"recognizer_steps": 10},
    "a negative seed": {"seed": -1},
    "half a seed": {"seed": 1.5},
    "a seed that is true": {"seed": True},
}


@pytest.mark.parametrize("config", ODD.values(), ids=ODD.keys())
def test_what_makes_no_sense_is_refused_by_name(config: dict[str, Any]) -> None:
    with pytest.raises(InvalidConfig) as refused:
        clean_config(config)
    assert set(refused.value.fields) == set(config)


@pytest.mark.parametrize("config", [[], "steps", None])
def test_a_configuration_is_an_object(config: Any) -> None:
    with pytest.raises(InvalidConfig, match="object of settings"):
        clean_config(config)


def test_settings_stay_as_they_are_and_the_seed_is_always_written_down() -> None:
    assert clean_config({"steps": 10, "seed": 3}) == {"steps": 10, "seed": 3}
    assert clean_config({}) == {"seed": 1}


def test_what_is_not_given_has_its_default() -> None:
    assert value_of({"steps": 10}, "steps") == 10
    assert value_of({}, "steps") == FinetuneConfig().steps


def test_they_are_the_settings_of_the_training() -> None:
    assert {field.name: field.default for field in fields(FinetuneConfig)} == {
        name: setting.default for name, setting in SETTINGS.items()
    }


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("end", ["least", "most"])
def test_what_is_allowed_here_is_allowed_there(name: str, end: str) -> None:
    config = {name: getattr(SETTINGS[name], end)}
    assert clean_config(config)
    FinetuneConfig.from_json(config)
