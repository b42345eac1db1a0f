"""Checkpoints without pickle: tensors as safetensors, and JSON for the rest in the same file."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

State = Mapping[str, Tensor]
_RECORD = "record"
_GAP = "/"


class DamagedCheckpoint(ValueError):
    """The file is no checkpoint of ours, or only half of one."""


def write_checkpoint(path: Path, states: Mapping[str, State], record: Mapping[str, Any]) -> None:
    """Written aside, flushed and renamed: whatever happens, `path` holds this one or the one before.

    Raises OSError.
    """
    tensors = {
        f"{group}{_GAP}{name}": value.detach().contiguous().clone()
        for group, state in states.items()
        for name, value in state.items()
    }
    # safetensors would write the file itself, but hides which OSError went wrong
    write_flushed(path, save(tensors, metadata={_RECORD: json.dumps(record)}))


def write_flushed(path: Path, content: bytes) -> None:
    """All of it or not at all. Raises OSError."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_checkpoint(path: Path) -> tuple[dict[str, dict[str, Tensor]], dict[str, Any]]:
    """The states by their names, and the record. Raises DamagedCheckpoint, FileNotFoundError."""
    try:
        with safe_open(path, framework="pt") as content:
            record = json.loads((content.metadata() or {})[_RECORD])
            states: dict[str, dict[str, Tensor]] = {}
            for key in content.keys():  # noqa: SIM118
                group, _, name = key.partition(_GAP)
                states.setdefault(group, {})[name] = content.get_tensor(key)
    except FileNotFoundError:
        raise
    except (SafetensorError, KeyError, ValueError, OSError) as error:
        raise DamagedCheckpoint(f"{path} holds no checkpoint: {error}") from error
    return states, record


def flatten_optimizer(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """What an optimizer remembers of each parameter, by the parameter's number."""
    state = optimizer.state_dict()["state"]
    return {f"{number}.{name}": value for number, entry in state.items() for name, value in entry.items()}


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: State) -> None:
    """The inverse of `flatten_optimizer`. Raises ValueError where it was another network's."""
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
