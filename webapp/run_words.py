"""What networks and settings of fine-tuning runs are called on the pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from labeling.run_settings import pace_value, paces_of, value_of

NETWORK_WORDS = {
    "sequence": "Sequence recognizer (CTC)",
    "characters": "Character recognizer (YOLO)",
    "detector": "Detector of VIN lines",
}
_SETTING_WORDS = {
    "replay_share": "Synthetic share",
    "averaging": "Averaging",
    "blend": "Blend",
    "patience": "Patience",
    "validate_every": "Validated every",
    "save_every": "Saved every",
    "report_every": "Reported every",
    "threads": "Threads",
    "seed": "Seed",
}
_UNITS = {
    "patience": "validation",
    "validate_every": "step",
    "save_every": "step",
    "report_every": "step",
}


def describe_settings(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every setting by its name for people, whether it was given or is the default."""
    return [*_describe_rates(config), *_describe_shared(config)]


def _describe_rates(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for pace in paces_of(config):
        rate = pace_value(config, pace.network, "learning_rate")
        yield f"Learning rate of the {_lower(pace.network)}", f"{rate:g}"


def _lower(network: str) -> str:
    word = NETWORK_WORDS[network].partition(" (")[0]
    return word[0].lower() + word[1:]


def _describe_shared(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, word in _SETTING_WORDS.items():
        value = value_of(config, name)
        written = f"{value * 100:g} %" if name == "replay_share" else f"{value:g}"
        yield word, _count(written, _UNITS[name]) if name in _UNITS else written


def _count(written: str, unit: str) -> str:
    return f"{written} {unit}" if written == "1" else f"{written} {unit}s"
