"""The settings of a run: what a worker would refuse hours later is refused at once."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from typing import Any

import pytest

from labeling.run_settings import (
    NETWORKS,
    PACES,
    SETTINGS,
    SOURCES,
    WEIGHT,
    InvalidConfig,
    clean_config,
    networks_of,
    pace_value,
    paces_of,
    value_of,
    weight_of,
)
from training.tuning import settings
from training.tuning.settings import FinetuneConfig

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
    "no network": {"networks": []},
    "networks as a text": {"networks": "sequence"},
    "an unknown network": {"networks": ["sequence", "ocr"]},
    "a network twice": {"networks": ["sequence", "sequence"]},
    "a nested network": {"networks": [["sequence"]]},
    "a number for a network": {"detector": 3},
    "an odd setting of a network": {"detector": {"epochs": 3}},
    "no steps of a network": {"detector": {"steps": 0}},
    "an unknown source": {"weights": {"rumour": 1}},
    "a negative weight": {"weights": {"pseudo": -0.1}},
    "weights as a list": {"weights": [1, 2]},
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


def test_settings_stay_as_they_are_and_networks_and_seed_are_always_written_down() -> None:
    given = {"steps": 10, "seed": 3, "networks": ["detector", "sequence"], "weights": {"pseudo": 0}}
    assert clean_config(given) == given | {"networks": ["sequence", "detector"]}
    assert clean_config({}) == {"seed": 1, "networks": ["sequence", "characters"]}


def test_what_is_not_given_has_its_default_and_a_networks_own_comes_first() -> None:
    config = {"steps": 10, "detector": {"steps": 3}, "weights": {"pseudo": 0.3}}
    assert pace_value(config, "sequence", "steps") == 10
    assert pace_value(config, "detector", "steps") == 3
    assert value_of({}, "patience") == FinetuneConfig().patience
    assert (weight_of(config, "pseudo"), weight_of(config, "human")) == (0.3, 1.0)


def test_a_pace_says_how_much_is_real() -> None:
    (pace,) = paces_of({"networks": ["sequence"], "steps": 10, "batch_size": 8, "replay_share": 0.25})
    assert (pace.samples, pace.real_samples, pace.synthetic_samples) == (80, 60, 20)
    (pace,) = paces_of({"networks": ["sequence"], "batch_size": 1, "replay_share": 0.9})
    assert pace.synthetic == 0


def test_they_are_the_settings_of_the_training() -> None:
    defaults = {field.name: field.default for field in fields(FinetuneConfig) if field.name in SETTINGS}
    assert defaults == {name: setting.default for name, setting in SETTINGS.items()}
    assert {field.name for field in fields(FinetuneConfig)} == {"paces", "weights", *SETTINGS}
    assert (NETWORKS, SOURCES) == (settings.NETWORKS, settings.SOURCES)
    for network, pace in settings.PACES.items():
        assert asdict(pace) == {name: setting.default for name, setting in PACES[network].items()}
    assert WEIGHT.most == settings.MAX_WEIGHT


@pytest.mark.parametrize("name", [*SETTINGS, *PACES["sequence"]])
@pytest.mark.parametrize("end", ["least", "most"])
def test_what_is_allowed_here_is_allowed_there(name: str, end: str) -> None:
    setting = SETTINGS.get(name) or PACES["sequence"][name]
    config = clean_config({name: getattr(setting, end), "weights": {"pseudo": getattr(WEIGHT, end)}})
    assert tuple(FinetuneConfig.from_json(config).paces) == networks_of(config)
