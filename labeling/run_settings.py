"""The settings that a fine-tuning run takes, with their limits: what can be refused before a worker has it.

They repeat training.finetune.FinetuneConfig, which the domain does not import; a test holds the two together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labeling.errors import DomainError


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
    "steps": Setting(200, 1, 100_000),
    "batch_size": Setting(24, 1, 512),
    "learning_rate": Setting(2e-4, 1e-7, 0.1),
    "replay_share": Setting(0.5, 0.0, 0.95),
    "seed": Setting(1, 0, 2**31 - 1),
    "averaging": Setting(0.99, 0.0, 0.9999),
    "save_every": Setting(20, 1, 10_000),
    "report_every": Setting(5, 1, 10_000),
    "validate_every": Setting(100, 1, 10_000),
    "threads": Setting(1, 1, 64),
}


def clean_config(config: Any) -> dict[str, Any]:
    """The settings that differ from their defaults, with the seed in any case. Raises InvalidConfig."""
    if not isinstance(config, Mapping):
        raise InvalidConfig("The configuration must be an object of settings.")
    problems = {str(name)[:50]: _find_problem(str(name), value) for name, value in config.items()}
    problems = {name: problem for name, problem in problems.items() if problem}
    if problems:
        raise InvalidConfig("Some settings make no sense.", fields=problems)
    return {"seed": SETTINGS["seed"].default, **config}


def value_of(config: Mapping[str, Any], name: str) -> Any:
    """What a setting will be."""
    return config.get(name, SETTINGS[name].default)


def _find_problem(name: str, value: Any) -> str:
    setting = SETTINGS.get(name)
    if setting is None:
        return f"There is no such setting. Known: {', '.join(SETTINGS)}."
    wanted = f"A {'whole ' if setting.is_whole else ''}number from {setting.least:g} to {setting.most:g}."
    if isinstance(value, bool) or not isinstance(value, int if setting.is_whole else int | float):
        return wanted
    return "" if math.isfinite(value) and setting.least <= value <= setting.most else wanted
