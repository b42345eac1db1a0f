"""What a fine-tuning may be told: which networks, how long, and how much each source of labels counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from inference.snapshot import Snapshot, SnapshotItem

NETWORKS = ("sequence", "characters", "detector")
"""In the order in which a run trains them: what a correction teaches most comes first."""
SOURCES = ("human", "consensus", "imported", "barcode", "pseudo")
MAX_WEIGHT = 10.0
GUESSED = "pseudo"
"""The source whose labels are a model's own readings: they may teach, but vouch for nothing."""


class FinetuningFailed(RuntimeError):
    """The run cannot go on; the message says why and what to do about it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long and how fast one network learns. A batch holds crops, for the detector windows of photos."""

    steps: int
    batch_size: int
    learning_rate: float


PACES: Mapping[str, Pace] = {
    "sequence": Pace(steps=160, batch_size=24, learning_rate=2e-4),
    "characters": Pace(steps=160, batch_size=24, learning_rate=5e-4),
    "detector": Pace(steps=120, batch_size=6, learning_rate=3e-4),
}
_PACE = tuple(Pace.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class FinetuneConfig:
    """`paces` has one entry for each network that is trained, in their order.

    `weights` multiply those of the snapshot, by source; what is not named counts as frozen. `replay_share` of
    each batch is synthetic, so that what is rare in the snapshot is not forgotten. `averaging` is how slowly
    the averaged weights follow, and `blend` how far what is kept goes from the old weights to those: 1 is all
    the way. `save_every`, `report_every` and `validate_every` count steps. A network stops after `patience`
    validations that were no better than the best.
    """

    paces: Mapping[str, Pace] = field(default_factory=lambda: {"sequence": PACES["sequence"]})
    weights: Mapping[str, float] = field(default_factory=dict)
    replay_share: float = 0.5
    seed: int = 1
    averaging: float = 0.98
    blend: float = 0.25
    save_every: int = 20
    report_every: int = 5
    validate_every: int = 20
    patience: int = 4
    threads: int = 1

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FinetuneConfig:
        """Settings of all networks, and beside them, under a network's name, those of it alone.

        `networks` lists those that learn. Raises FinetuningFailed where a name is unknown or a value makes no
        sense.
        """
        shared = set(cls.__dataclass_fields__) - {"paces"}
        _refuse_unknown(data, {*shared, *_PACE, *NETWORKS, "networks"})
        config = cls(
            paces=_read_paces(data),
            weights=_read_weights(data.get("weights", {})),
            **{name: _number(name, data[name]) for name in shared - {"weights"} if name in data},
        )
        config.check()
        return config

    @property
    def total_steps(self) -> int:
        return sum(pace.steps for pace in self.paces.values())

    def to_json(self) -> dict[str, Any]:
        """All settings, with nothing left to a default."""
        return asdict(self)

    def check(self) -> None:
        for name in ("save_every", "report_every", "validate_every", "patience", "threads"):
            _check_count(name, getattr(self, name))
        for pace in self.paces.values():
            _check_count("steps", pace.steps)
            _check_count("batch_size", pace.batch_size)
            if not 0 < pace.learning_rate <= 0.1:
                raise FinetuningFailed("The setting learning_rate must be above 0 and at most 0.1.")
        if not 0 <= self.replay_share < 1 or not 0 <= self.averaging < 1:
            raise FinetuningFailed("The settings replay_share and averaging must be at least 0 and below 1.")
        if not 0 < self.blend <= 1:
            raise FinetuningFailed("The setting blend must be above 0 and at most 1.")


def list_validating(snapshot: Snapshot) -> tuple[SnapshotItem, ...]:
    """The photos that say when to stop and how sure readings are: those whose labels are known."""
    return tuple(item for item in snapshot.split("validation") if item.source != GUESSED)


def _read_paces(data: Mapping[str, Any]) -> dict[str, Pace]:
    wanted = data.get("networks", ["sequence"])
    if not isinstance(wanted, list | tuple) or not wanted or not set(map(str, wanted)) <= set(NETWORKS):
        raise FinetuningFailed(f"The setting networks must list some of {', '.join(NETWORKS)}.")
    common = {name: _number(name, data[name]) for name in _PACE if name in data}
    paces = {}
    for network in NETWORKS:
        own = data.get(network, {})
        if not isinstance(own, Mapping):
            raise FinetuningFailed(
                f"The setting {network} must be an object with some of {', '.join(_PACE)}."
            )
        _refuse_unknown(own, set(_PACE))
        if network in wanted:
            values = {name: _number(name, value) for name, value in own.items()}
            paces[network] = replace(PACES[network], **{**common, **values})
    return paces


def _read_weights(data: Any) -> dict[str, float]:
    if not isinstance(data, Mapping):
        raise FinetuningFailed("The setting weights must be an object: a number for each source.")
    _refuse_unknown(data, set(SOURCES))
    weights = {name: float(_number(name, value)) for name, value in data.items()}
    if not all(0 <= weight <= MAX_WEIGHT for weight in weights.values()):
        raise FinetuningFailed(f"A weight must be at least 0 and at most {MAX_WEIGHT:g}.")
    return weights


def _refuse_unknown(data: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(data) - known)
    if unknown:
        raise FinetuningFailed(f"The configuration has unknown settings: {', '.join(unknown)}. Remove them.")


def _number(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FinetuningFailed(f"The setting {name} must be a number, not {value!r}.")
    return value


def _check_count(name: str, value: Any) -> None:
    if not isinstance(value, int) or value < 1:
        raise FinetuningFailed(f"The setting {name} must be a whole number of at least 1.")
