"""The loop that fine-tunes one network: by steps, so that it can be done again, and not by time.

Everything random in a step comes from (seed, step) alone, so a run that was killed and resumed from its
checkpoint ends with the same weights as one that was not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic

import numpy as np
import torch
from torch import Tensor, nn

from training.checkpoints import (
    DamagedCheckpoint,
    flatten_optimizer,
    read_checkpoint,
    restore_optimizer,
    write_checkpoint,
    write_flushed,
)
from training.systems.loop import Averager, Batch, System, supports_bfloat16
from training.tuning.settings import FinetuneConfig, FinetuningFailed, Pace
from training.weights import NETWORK_WORDS, Network, save_weights

CHECKPOINT = "checkpoint.safetensors"
WEIGHTS = "weights.safetensors"
RECORD = "record.json"

LEAST_GAIN = 1e-4
"""By how much a validation loss must be lower to count as better."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a fine-tuning tells while it goes. `message` is for people.

    `network_step` counts the steps of the `network` that learns now, `step` and `steps` those of all. Losses
    and shares are None where nothing was measured. `is_news` marks what belongs into a log.
    """

    network: str
    network_step: int
    step: int
    steps: int
    loss: float | None
    validation_loss: float | None
    validation_exact: float | None
    validation_cer: float | None
    message: str
    is_news: bool = False

    @classmethod
    def between(cls, message: str, *, step: int, steps: int, is_news: bool = False) -> Progress:
        """What is done where no network learns."""
        return cls("", 0, step, steps, None, None, None, None, message, is_news)


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Course(Generic[Batch]):
    """One network and how it learns. `draw` makes the batch of a step from a generator of its own.

    Where the system has no figures, as no photo validates, the last weights are taken instead of the best.
    """

    name: str
    network: Network
    system: System[Batch]
    draw: Callable[[np.random.Generator], Batch]
    photos: int


@dataclass(slots=True)
class _Best:
    """The lowest validation loss so far, the step that it was measured at, and the weights of then."""

    loss: float
    step: int
    state: dict[str, Tensor]


class Tuning(Generic[Batch]):
    """One network's fine-tuning, from the first step or from a checkpoint to the last."""

    def __init__(
        self,
        course: Course[Batch],
        *,
        config: FinetuneConfig,
        folder: Path,
        fingerprint: str,
        before: int,
        total: int,
        report: Report,
    ) -> None:
        """`before` steps of `total` belong to networks that have learned already."""
        self._course, self._config, self._folder, self._fingerprint = course, config, folder, fingerprint
        self._before, self._total, self._report = before, total, report
        self._pace: Pace = config.paces[course.name]
        self._word = NETWORK_WORDS[course.name]
        self._network: Network = course.network
        self._optimizer = torch.optim.AdamW(
            self._network.parameters(), lr=self._pace.learning_rate, weight_decay=0.01
        )
        self._start = {name: value.clone() for name, value in self._network.state_dict().items()}
        self._average = Averager(self._network, config.averaging)
        self._bfloat16 = supports_bfloat16()
        self._step, self._loss, self._waited = 0, 0.0, 0
        self._best: _Best | None = None
        self._validated: dict[str, dict[str, float]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def run(self) -> None:
        """Train to the end, or until patience is over, and write the weights.

        Whatever `report` raises ends the run and goes through, after the checkpoint was written.
        """
        self._resume()
        if self._step == 0:
            self._best, self._waited = None, 0
            self._tell(self._validate(), "Starting")
        while self._step < self._pace.steps and not self._is_over():
            self._take_step()
            self._keep_records()
        self._finish()

    def _is_over(self) -> bool:
        return self._waited >= self._config.patience

    def _take_step(self) -> None:
        _prepare_for_training(self._network)
        # dropout draws from here: the step decides, not what was drawn before
        torch.manual_seed(self._config.seed * 1_000_003 + self._step)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        batch = self._course.draw(np.random.default_rng((self._config.seed, self._step)))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bfloat16):
            loss = self._course.system.loss(batch)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise FinetuningFailed(
                f"The loss of the {self._word} is not a number at step {self._step}. Clone the run "
                "with a lower learning rate: this one would come to the same place again."
            )
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
        self._optimizer.step()
        self._step += 1
        self._loss = value
        self._average.update(self._network, self._step)

    def _rate(self) -> float:
        """Warm-up over a tenth of the steps, then a cosine down to nothing."""
        progress = self._step / self._pace.steps
        cosine = (1 + math.cos(math.pi * progress)) / 2
        return self._pace.learning_rate * min(1.0, progress * 10 + 0.02) * cosine

    def _keep_records(self) -> None:
        last = self._step == self._pace.steps
        measured = self._validate() if last or self._step % self._config.validate_every == 0 else {}
        last = last or self._is_over()
        if last or self._step % self._config.save_every == 0:
            self._save()
        if measured or last or self._step % self._config.report_every == 0:
            self._tell(measured, "Training")

    def _validate(self) -> dict[str, float]:
        """Figures of the blended weights, which are kept where they are the best so far."""
        own = {name: value.clone() for name, value in self._network.state_dict().items()}
        blended = self._blend()
        self._network.load_state_dict(blended)
        self._network.eval()
        with torch.inference_mode():
            figures = self._course.system.validate(self._network)
        self._network.load_state_dict(own)
        if figures:
            self._validated[str(self._step)] = {name: round(value, 5) for name, value in figures.items()}
            self._judge(figures["validation_loss"], blended)
        return figures

    def _blend(self) -> dict[str, Tensor]:
        """Between the weights of the start and the averaged ones: what few photos teach is kept, and less of
        the rest is forgotten (Wortsman et al. 2022, arXiv 2109.01903).
        """
        return {
            name: self._start[name].lerp(value, self._config.blend)
            if value.dtype.is_floating_point
            else value.clone()
            for name, value in self._average.state.items()
        }

    def _judge(self, loss: float, state: dict[str, Tensor]) -> None:
        if self._best is not None and not loss < self._best.loss - LEAST_GAIN:
            self._waited += 1
            return
        self._best, self._waited = _Best(loss, self._step, state), 0

    def _tell(self, measured: dict[str, float], verb: str) -> None:
        message = f"{verb} the {self._word}: step {self._step} of {self._pace.steps}"
        self._say(message + _describe(measured), measured, is_news=False)

    def _say(
        self, message: str, measured: dict[str, float], *, is_news: bool, done: int | None = None
    ) -> None:
        progress = Progress(
            network=self._course.name,
            network_step=self._step,
            step=self._before + (self._step if done is None else done),
            steps=self._total,
            loss=self._loss if self._step else None,
            validation_loss=measured.get("validation_loss"),
            validation_exact=measured.get("validation_exact"),
            validation_cer=measured.get("validation_cer"),
            message=message,
            is_news=is_news,
        )
        try:
            self._report(progress)
        except BaseException:
            self._save()
            raise

    def _finish(self) -> None:
        """The weights are written last: where they are, the network is done."""
        self._say(self._summarize(), {}, is_news=True, done=self._pace.steps)
        record = {
            "fingerprint": self._fingerprint,
            "steps": self._step,
            "loss": round(self._loss, 5),
            "best_step": self._best.step if self._best else self._step,
            "photos": self._course.photos,
            "pace": asdict(self._pace),
            "validated": self._validated,
        }
        write_flushed(self._folder / RECORD, json.dumps(record, indent=1).encode())
        state = self._best.state if self._best else self._blend()
        save_weights(self._folder / WEIGHTS, self._course.name, self._network, state)
        (self._folder / CHECKPOINT).unlink(missing_ok=True)

    def _summarize(self) -> str:
        name = self._word.capitalize()
        if self._best is None:
            return f"{name}: {self._step} steps. No photo validates it, so the last weights are kept."
        ended = "stopped early" if self._step < self._pace.steps else "went to the end"
        kept = f"those of step {self._best.step}" if self._best.step else "the old ones: none were better"
        return f"{name}: {ended} at step {self._step} of {self._pace.steps}; the weights kept are {kept}."

    def _resume(self) -> None:
        path = self._folder / CHECKPOINT
        if not path.exists():
            return
        try:
            states, record = read_checkpoint(path)
        except DamagedCheckpoint as error:
            raise FinetuningFailed(
                f"The checkpoint is damaged: {error}. Clone the run: the clone starts from the beginning."
            ) from error
        if record["fingerprint"] != self._fingerprint:
            raise FinetuningFailed(
                f"{self._folder} holds another run's checkpoint; start in a folder of its own."
            )
        self._network.load_state_dict(states["network"])
        restore_optimizer(self._optimizer, states.get("optimizer", {}))
        self._average.state = states["average"]
        self._step, self._loss, self._waited = record["step"], record["loss"], record["waited"]
        if "best" in states:
            self._best = _Best(record["best_loss"], record["best_step"], states["best"])
        self._validated = dict(record["validated"])

    def _save(self) -> None:
        states: dict[str, Any] = {
            "network": self._network.state_dict(),
            "average": self._average.state,
            "optimizer": flatten_optimizer(self._optimizer),
        }
        record: dict[str, Any] = {
            "fingerprint": self._fingerprint,
            "step": self._step,
            "loss": self._loss,
            "waited": self._waited,
            "validated": self._validated,
        }
        if self._best is not None:
            states["best"] = self._best.state
            record |= {"best_loss": self._best.loss, "best_step": self._best.step}
        write_checkpoint(self._folder / CHECKPOINT, states, record)


def find_finished(folder: Path, fingerprint: str) -> dict[str, Any] | None:
    """The record of a network that is done. Raises FinetuningFailed where another run left it."""
    if not (folder / WEIGHTS).exists():
        return None
    record: dict[str, Any] = json.loads((folder / RECORD).read_text())
    if record.pop("fingerprint") != fingerprint:
        raise FinetuningFailed(f"{folder} holds another run's weights; start in a folder of its own.")
    return record


def _describe(measured: dict[str, float]) -> str:
    words = ""
    if "validation_exact" in measured:
        words += f", {measured['validation_exact']:.1%} of the validation photos read right"
    if "validation_f1" in measured:
        words += f", text found with F1 {measured['validation_f1']:.2f}"
    return words


def _prepare_for_training(network: nn.Module) -> None:
    """Statistics of batch normalization stay as they are: batches of a few photos would spoil them."""
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
