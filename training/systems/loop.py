"""The training loop that all networks share: schedule, averaging, checkpoints, log."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm

from training.checkpoints import (
    DamagedCheckpoint,
    flatten_optimizer,
    read_checkpoint,
    restore_optimizer,
    write_checkpoint,
)

Batch = TypeVar("Batch")


class TrainingFailed(RuntimeError):
    """The loss is no number any more, or a checkpoint does not fit."""


@dataclass(frozen=True, slots=True)
class LoopConfig:
    """`minutes` decide the end and the schedule; `save_every` and `validate_every` count steps."""

    minutes: float
    batch_size: int
    learning_rate: float
    warm_up: int = 200
    weight_decay: float = 0.01
    averaging: float = 0.998
    clip: float = 5.0
    save_every: int = 100
    validate_every: int = 500
    seed: int = 1
    threads: int = 1

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LoopConfig:
        """Raises TrainingFailed where a name is unknown or a number makes no sense."""
        try:
            config = cls(**data)
        except TypeError as error:
            raise TrainingFailed(f"The configuration does not fit: {error}") from error
        if config.minutes <= 0 or config.batch_size < 1 or config.learning_rate <= 0:
            raise TrainingFailed("minutes, batch_size and learning_rate must be above zero.")
        return config


@dataclass(slots=True)
class System(Generic[Batch]):
    """What is particular to one network: how a batch becomes a loss, and how good the averaged network is."""

    network: nn.Module
    loss: Callable[[Batch], Tensor]
    validate: Callable[[nn.Module], dict[str, float]]


def learning_rate(config: LoopConfig, step: int, progress: float) -> float:
    """Linear warm-up by steps, then a cosine (Loshchilov and Hutter 2016, arXiv 1608.03983) down to 1 %."""
    warm = min(1.0, (step + 1) / config.warm_up)
    cosine = 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(progress, 1.0)))
    return config.learning_rate * warm * cosine


def supports_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 in hardware; where not, autocast only slows training down."""
    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(probe()) if probe is not None else False


class Averager:
    """An exponential moving average of weights and statistics, quick at the start."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self._decay = decay
        self.state = {name: value.detach().clone() for name, value in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module, step: int) -> None:
        decay = min(self._decay, (1 + step) / (10 + step))
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[name].lerp_(value, 1 - decay)
            else:
                self.state[name].copy_(value)


class Trainer(Generic[Batch]):
    """Trains until the time is up; stops and resumes at any step."""

    def __init__(self, system: System[Batch], config: LoopConfig, out_dir: Path) -> None:
        self._system, self._config, self._out_dir = system, config, out_dir
        self._network = system.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._optimizer = torch.optim.AdamW(
            self._network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.average = Averager(self._network, config.averaging)
        self.step, self.seconds = 0, 0.0
        self._bfloat16 = supports_bfloat16()
        out_dir.mkdir(parents=True, exist_ok=True)

    def run(self, batches: Iterator[Batch]) -> dict[str, float]:
        """Returns the last validation's figures."""
        limit = self._config.minutes * 60
        bar = tqdm(total=round(limit), initial=round(self.seconds), unit="s", mininterval=5)
        recent: float | None = None
        while self.seconds < limit:
            started = time.monotonic()
            loss = self._take_step(next(batches))
            recent = loss if recent is None else 0.98 * recent + 0.02 * loss
            self.seconds += time.monotonic() - started
            bar.update(max(0, round(self.seconds) - bar.n))
            bar.set_postfix({"step": self.step, "loss": f"{recent:.3f}"}, refresh=False)
            self._keep_records(recent)
        figures = self.validate()
        self._log({"loss": recent, **figures})
        self.save()
        return figures

    def _take_step(self, batch: Batch) -> float:
        self._network.train()
        rate = learning_rate(self._config, self.step, self.seconds / (self._config.minutes * 60))
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bfloat16):
            loss = self._system.loss(batch)
        if not torch.isfinite(loss):
            raise TrainingFailed(f"The loss is not a number at step {self.step}; lower the learning rate.")
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), self._config.clip)
        self._optimizer.step()
        self.step += 1
        self.average.update(self._network, self.step)
        return float(loss.detach())

    def _keep_records(self, loss: float) -> None:
        if self.step % self._config.save_every == 0:
            self.save()
            self._log({"loss": loss})
        if self.step % self._config.validate_every == 0:
            self._log({"loss": loss, **self.validate()})

    def validate(self) -> dict[str, float]:
        """Figures of the averaged weights."""
        own = {name: value.clone() for name, value in self._network.state_dict().items()}
        self._network.load_state_dict(self.average.state)
        self._network.eval()
        with torch.inference_mode():
            figures = self._system.validate(self._network)
        self._network.load_state_dict(own)
        return figures

    def _log(self, values: dict[str, Any]) -> None:
        record = {"step": self.step, "seconds": round(self.seconds, 1), **values}
        with (self._out_dir / "log.jsonl").open("a") as log:
            log.write(json.dumps(record) + "\n")

    def save(self) -> None:
        """Raises OSError."""
        states = {
            "network": self._network.state_dict(),
            "average": self.average.state,
            "optimizer": flatten_optimizer(self._optimizer),
            "random": {"state": torch.get_rng_state()},
        }
        write_checkpoint(self._checkpoint, states, {"step": self.step, "seconds": self.seconds})

    def resume(self) -> bool:
        """Continue from the checkpoint of an earlier call, where there is one. Raises TrainingFailed."""
        if not self._checkpoint.exists():
            return False
        try:
            states, record = read_checkpoint(self._checkpoint)
            self._network.load_state_dict(states["network"])
            restore_optimizer(self._optimizer, states.get("optimizer", {}))
        except DamagedCheckpoint as error:
            raise TrainingFailed(f"{error}; remove it, or choose another --out.") from error
        except (RuntimeError, ValueError, KeyError) as error:
            raise TrainingFailed(
                f"{self._checkpoint} belongs to another network; choose another --out."
            ) from error
        self.average.state = states["average"]
        torch.set_rng_state(states["random"]["state"])
        self.step, self.seconds = int(record["step"]), float(record["seconds"])
        return True

    @property
    def _checkpoint(self) -> Path:
        return self._out_dir / "checkpoint.safetensors"
