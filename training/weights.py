"""Weights of networks as safetensors files that carry the network's own settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from training.networks.characters import CharacterNetwork
from training.networks.detector import DetectorNetwork
from training.networks.sequence import SequenceNetwork

Network = DetectorNetwork | SequenceNetwork | CharacterNetwork
NETWORKS: dict[str, type[Network]] = {
    "detector": DetectorNetwork,
    "sequence": SequenceNetwork,
    "characters": CharacterNetwork,
}


class InvalidWeights(ValueError):
    """The file is missing, damaged, or fits no network of ours."""


@dataclass(frozen=True, slots=True)
class TrainedWeights:
    """What a training leaves behind; `None` means as in the base bundle. `figures` are for the manifest."""

    sequence: Path | None = None
    detector: Path | None = None
    characters: Path | None = None
    calibration: dict[str, float] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)


def save_weights(path: Path, name: str, network: Network, state: dict[str, Tensor] | None = None) -> None:
    """Write `state` (the network's own by default), aside and renamed."""
    tensors = {key: value.detach().contiguous() for key, value in (state or network.state_dict()).items()}
    _write(path, name, network, tensors)


def save_compact(path: Path, name: str, network: Network) -> None:
    """Write the network with its kernels in half precision: half the bytes to ship."""
    tensors = {
        key: value.detach().half().contiguous() if value.dim() > 1 else value.detach().contiguous()
        for key, value in network.state_dict().items()
    }
    _write(path, name, network, tensors)


def _write(path: Path, name: str, network: Network, tensors: dict[str, Tensor]) -> None:
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, part, metadata={"network": name, "settings": json.dumps(network.settings)})
    part.replace(path)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a safetensors file, in single precision, whatever network they are of.

    Raises InvalidWeights.
    """
    try:
        with safe_open(path, framework="pt") as content:
            tensors = {key: content.get_tensor(key) for key in content.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise InvalidWeights(f"{path} holds no weights: {error}") from error
    return {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}


def load_network(path: Path, name: str) -> Network:
    """The network with its weights, in evaluation mode. Raises InvalidWeights."""
    state = read_tensors(path)
    try:
        with safe_open(path, framework="pt") as content:
            metadata = content.metadata() or {}
        settings = json.loads(metadata["settings"])
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise InvalidWeights(f"{path} holds no weights of the {name}: {error}") from error
    if metadata.get("network") != name:
        raise InvalidWeights(f"{path} holds weights of {metadata.get('network')!r}, not of {name!r}.")
    try:
        network = build_network(name, settings)
        network.load_state_dict(state)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InvalidWeights(f"{path} does not fit our {name}: {error}") from error
    return network.eval()


def build_network(name: str, settings: Mapping[str, Any]) -> Network:
    """A network as `network.settings` describes it, with fresh weights."""
    return NETWORKS[name](**settings)
