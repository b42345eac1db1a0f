"""The settings that a fine-tuning run takes, with their limits: what can be refused before a worker has it.

They repeat training.tuning.settings, which the domain does not import; a test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labeling.errors import DomainError

NETWORKS = ("sequence", "characters", "detector")
"""In the order in which they learn."""
DEFAULT_NETWORKS = ("sequence", "characters")
SOURCES = ("human", "consensus", "imported", "barcode", "pseudo")


class InvalidConfig(DomainError):
    """The configuration of a run holds a setting that there is not, or a value that makes no sense."""

    code = "invalid_config"


@dataclass(frozen=True, slots=True)
class Setting:
    """Its value where none is given, and from where to where it goes."""

    default: float
    least: float
    most: float

    @property
    def is_whole(self) -> bool:
        return isinstance(self.default, int)


SETTINGS: Mapping[str, Setting] = {
    "replay_share": Setting(0.5, 0.0, 0.95),
    "seed": Setting(1, 0, 2**31 - 1),
    "averaging": Setting(0.98, 0.0, 0.9999),
    "blend": Setting(0.25, 0.05, 1.0),
    "save_every": Setting(20, 1, 10_000),
    "report_every": Setting(5, 1, 10_000),
    "validate_every": Setting(20, 1, 10_000),
    "patience": Setting(4, 1, 10_000),
    "threads": Setting(1, 1, 64),
}
PACES: Mapping[str, Mapping[str, Setting]] = {
    network: {
        "steps": Setting(steps, 1, 100_000),
        "batch_size": Setting(batch, 1, 512),
        "learning_rate": Setting(rate, 1e-7, 0.1),
    }
    for network, steps, batch, rate in (
        ("sequence", 160, 24, 2e-4),
        ("characters", 160, 24, 5e-4),
        ("detector", 120, 6, 3e-4),
    )
}
"""Of each network; the configuration may set them for all networks at once, or under one's name."""
PACE = PACES["sequence"]
WEIGHT = Setting(1.0, 0.0, 10.0)
_KNOWN = ("networks", *PACE, *SETTINGS, "weights", *NETWORKS)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one network learns: `synthetic` of each step's `batch_size` are drawn, the rest is real."""

    network: str
    steps: int
    batch_size: int
    synthetic: int

    @property
    def samples(self) -> int:
        return self.steps * self.batch_size

    @property
    def real_samples(self) -> int:
        return self.steps * (self.batch_size - self.synthetic)

    @property
    def synthetic_samples(self) -> int:
        return self.steps * self.synthetic


def clean_config(config: Any) -> dict[str, Any]:
    """The settings as given, with the networks and the seed in any case. Raises InvalidConfig."""
    if not isinstance(config, Mapping):
        raise InvalidConfig("The configuration must be an object of settings.")
    problems = {str(name)[:50]: _find_problem(str(name), value) for name, value in config.items()}
    problems = {name: problem for name, problem in problems.items() if problem}
    if problems:
        raise InvalidConfig("Some settings make no sense.", fields=problems)
    networks = networks_of(config)
    return {**config, "networks": list(networks), "seed": config.get("seed", SETTINGS["seed"].default)}


def networks_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that learn, in their order."""
    wanted = config.get("networks", DEFAULT_NETWORKS)
    return tuple(network for network in NETWORKS if network in wanted)


def paces_of(config: Mapping[str, Any]) -> list[Pace]:
    """How long each network will learn."""
    return [_find_pace(config, network) for network in networks_of(config)]


def value_of(config: Mapping[str, Any], name: str) -> Any:
    """What a setting of all networks will be."""
    return config.get(name, SETTINGS[name].default)


def pace_value(config: Mapping[str, Any], network: str, name: str) -> Any:
    """What a setting of one network will be: its own comes before that of all."""
    own = config.get(network, {})
    return own.get(name, config.get(name, PACES[network][name].default))


def weight_of(config: Mapping[str, Any], source: str) -> float:
    """By how much the run multiplies the weights of a source."""
    return float(config.get("weights", {}).get(source, WEIGHT.default))


def _find_pace(config: Mapping[str, Any], network: str) -> Pace:
    batch = pace_value(config, network, "batch_size")
    synthetic = min(round(batch * value_of(config, "replay_share")), batch - 1)
    return Pace(network, pace_value(config, network, "steps"), batch, synthetic)


def _find_problem(name: str, value: Any) -> str:
    if name == "networks":
        return _judge_networks(value)
    if name == "weights":
        return _judge_group(value, dict.fromkeys(SOURCES, WEIGHT))
    if name in NETWORKS:
        return _judge_group(value, PACE)
    setting = SETTINGS.get(name) or PACE.get(name)
    if setting is None:
        return f"There is no such setting. Known: {', '.join(_KNOWN)}."
    return _judge_number(setting, value)


def _judge_networks(value: Any) -> str:
    named = value if isinstance(value, list | tuple) else []
    if named and all(name in NETWORKS for name in named) and len(set(named)) == len(named):
        return ""
    return f"A list of one or more of: {', '.join(NETWORKS)}."


def _judge_group(value: Any, settings: Mapping[str, Setting]) -> str:
    if not isinstance(value, Mapping):
        return f"An object with some of: {', '.join(settings)}."
    unknown = [str(name)[:50] for name in value if name not in settings]
    if unknown:
        return f"There is no {unknown[0]} here. Known: {', '.join(settings)}."
    problems = {name: _judge_number(settings[name], number) for name, number in value.items()}
    return next((f"{name}: {problem}" for name, problem in problems.items() if problem), "")


def _judge_number(setting: Setting, value: Any) -> str:
    wanted = f"A {'whole ' if setting.is_whole else ''}number from {setting.least:g} to {setting.most:g}."
    if isinstance(value, bool) or not isinstance(value, int if setting.is_whole else int | float):
        return wanted
    return "" if math.isfinite(value) and setting.least <= value <= setting.most else wanted
