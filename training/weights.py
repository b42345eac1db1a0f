"""Weights of networks as safetensors or ONNX files that carry the network's own settings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from training.checkpoints import write_flushed
from training.graphs import describe, read_weights
from training.networks.characters import CharacterNetwork
from training.networks.detector import DetectorNetwork
from training.networks.sequence import SequenceNetwork

_COUNT = ".num_batches_tracked"

Network = DetectorNetwork | SequenceNetwork | CharacterNetwork
NETWORKS: dict[str, type[Network]] = {
    "detector": DetectorNetwork,
    "sequence": SequenceNetwork,
    "characters": CharacterNetwork,
}
NETWORK_WORDS = {
    "detector": "detector",
    "sequence": "sequence recognizer",
    "characters": "character recognizer",
}
"""What people call them: for whatever a person reads."""


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


def round_kernels(network: nn.Module) -> None:
    """Round kernels, in place, to what half precision holds: half the bytes to ship."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.dim() > 1:
                parameter.copy_(parameter.half())


def _write(path: Path, name: str, network: Network, tensors: dict[str, Tensor]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_flushed(path, save(tensors, metadata=describe(name, network.settings)))


def read_tensors(path: Path) -> dict[str, Tensor]:
    """All tensors of a weights file, in single precision, whatever network they are of.

    Raises InvalidWeights.
    """
    return _read(path)[1]


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Metadata and tensors."""
    try:
        if path.suffix == ".onnx":
            return read_weights(path)
        with safe_open(path, framework="pt") as content:
            tensors = {key: content.get_tensor(key) for key in content.keys()}  # noqa: SIM118
            metadata = content.metadata() or {}
    except (OSError, SafetensorError, ValueError) as error:
        raise InvalidWeights(f"{path} holds no weights: {error}") from error
    wide = {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}
    return metadata, wide


def load_network(path: Path, name: str) -> Network:
    """The network with its weights, in evaluation mode. Raises InvalidWeights."""
    metadata, state = _read(path)
    if metadata.get("network") != name:
        raise InvalidWeights(f"{path} holds weights of {metadata.get('network')!r}, not of {name!r}.")
    try:
        network = build_network(name, json.loads(metadata["settings"]))
        # counts of batches are nothing that a graph holds, or that anything here depends on
        counts = {key: value for key, value in network.state_dict().items() if key.endswith(_COUNT)}
        network.load_state_dict(counts | state)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InvalidWeights(f"{path} does not fit our {NETWORK_WORDS[name]}: {error}") from error
    return network.eval()


def average_weights(paths: Sequence[Path], name: str, out: Path) -> Path:
    """Write the mean of the weights of several trainings that began alike: it keeps what each of them knew.

    Wortsman et al. (2022), Robust fine-tuning of zero-shot models, arXiv 2109.01903. Raises InvalidWeights.
    """
    networks = [load_network(path, name) for path in paths]
    if len({json.dumps(network.settings) for network in networks}) != 1:
        raise InvalidWeights("Only weights of one and the same network have a mean.")
    states = [network.state_dict() for network in networks]
    mean = {
        key: torch.stack([state[key] for state in states]).mean(0) if value.is_floating_point() else value
        for key, value in states[0].items()
    }
    save_weights(out, name, networks[0], mean)
    return out


def load_characters(path: Path) -> CharacterNetwork:
    """As load_network. Raises InvalidWeights."""
    network = load_network(path, "characters")
    if not isinstance(network, CharacterNetwork):
        raise InvalidWeights(f"{path} holds no weights of the character recognizer.")
    return network


def build_network(name: str, settings: Mapping[str, Any]) -> Network:
    """A network as `network.settings` describes it, with fresh weights."""
    return NETWORKS[name](**settings)
