"""Fine-tunes the sequence recognizer of a bundle on a dataset snapshot, with synthetic crops mixed in.

Everything random in a step comes from (seed, step) alone, so a run that was killed and resumed from its
checkpoint ends with the same weights as one that was not. The detector is carried over unchanged.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from inference.bundle import InvalidBundle, bundle_digest, verify_bundle
from inference.decoding import ImageTooLarge, UndecodableImage
from inference.snapshot import PhotoPath, Snapshot, encode_snapshot
from training.examples import Example, load_examples, vin_symbols
from training.networks.sequence import SequenceNetwork
from training.streams import CropBatch, crop_batch, vary_crop
from training.synthesis.crops import render_crop
from training.systems.loop import Averager, supports_bfloat16
from training.systems.sequence import ctc_loss, exact_share, read_in_batches
from training.weights import InvalidWeights, TrainedWeights, build_network, load_network, save_weights

CHECKPOINT = "checkpoint.pt"
WEIGHTS = "sequence.safetensors"


class FinetuningFailed(RuntimeError):
    """The run cannot go on; the message says why and what to do about it."""


@dataclass(frozen=True, slots=True)
class FinetuneConfig:
    """`replay_share` of each batch is synthetic, so that what is rare in the snapshot is not forgotten.

    `save_every`, `report_every` and `validate_every` count steps.
    """

    steps: int = 200
    batch_size: int = 24
    learning_rate: float = 2e-4
    replay_share: float = 0.5
    seed: int = 1
    averaging: float = 0.99
    save_every: int = 20
    report_every: int = 5
    validate_every: int = 100
    threads: int = 1

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FinetuneConfig:
        """Raises FinetuningFailed where a name is unknown or a value makes no sense."""
        unknown = sorted(set(data) - set(cls.__dataclass_fields__))
        if unknown:
            raise FinetuningFailed(
                f"The configuration has unknown settings: {', '.join(unknown)}. Remove them."
            )
        for name, value in data.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise FinetuningFailed(f"The setting {name} must be a number, not {value!r}.")
        config = cls(**data)
        config.check()
        return config

    def check(self) -> None:
        counts = ("steps", "batch_size", "save_every", "report_every", "validate_every", "threads")
        for name in counts:
            if not isinstance(getattr(self, name), int) or getattr(self, name) < 1:
                raise FinetuningFailed(f"The setting {name} must be a whole number of at least 1.")
        if not 0 < self.learning_rate <= 0.1:
            raise FinetuningFailed("The setting learning_rate must be above 0 and at most 0.1.")
        if not 0 <= self.replay_share < 1 or not 0 <= self.averaging < 1:
            raise FinetuningFailed("The settings replay_share and averaging must be at least 0 and below 1.")


@dataclass(frozen=True, slots=True)
class Progress:
    """`loss` is None before the first step; `validation_exact` is the share of the validation split that was
    read right, where it was just measured."""

    step: int
    steps: int
    loss: float | None
    validation_exact: float | None
    message: str


def finetune(
    *,
    snapshot: Snapshot,
    photo_path: PhotoPath,
    base_bundle: Path,
    config: FinetuneConfig,
    out_dir: Path,
    report: Callable[[Progress], None],
) -> TrainedWeights:
    """Train on the train split; resumes where an earlier call with the same `out_dir` stopped.

    Whatever `report` raises ends the run and goes through, after the checkpoint was written. Raises
    FinetuningFailed.
    """
    config.check()
    torch.set_num_threads(config.threads)
    cv2.setNumThreads(config.threads)
    network = _load_base(base_bundle)
    data = _load_data(snapshot, photo_path)
    run = _Run(network, data, config, out_dir, _fingerprint(snapshot, base_bundle, config))
    run.resume()
    run.train(report)
    return run.finish(snapshot.name)


@dataclass(frozen=True, slots=True)
class _Data:
    train: list[Example]
    shares: npt.NDArray[np.float64]
    validation: CropBatch | None


def _load_base(base_bundle: Path) -> SequenceNetwork:
    try:
        manifest = verify_bundle(base_bundle)
        network = load_network(base_bundle / manifest.networks["sequence"].file, "sequence")
    except (InvalidBundle, InvalidWeights) as error:
        raise FinetuningFailed(f"The base bundle cannot be used: {error}") from error
    if not isinstance(network, SequenceNetwork):
        raise FinetuningFailed(
            "The base bundle's weights are not of a sequence recognizer; choose another base."
        )
    return network


def _load_data(snapshot: Snapshot, photo_path: PhotoPath) -> _Data:
    try:
        train = load_examples(snapshot.split("train"), photo_path)
        validation = load_examples(snapshot.split("validation"), photo_path)
    except (OSError, UndecodableImage, ImageTooLarge) as error:
        raise FinetuningFailed(f"A photo of the snapshot cannot be read: {error}. Freeze it anew.") from error
    weights = np.array([example.weight for example in train])
    if weights.sum() <= 0:
        raise FinetuningFailed(
            "The train split holds no photo with a VIN and its place; accept more annotations first."
        )
    return _Data(train, weights / weights.sum(), _straight_batch(validation))


def _straight_batch(examples: list[Example]) -> CropBatch | None:
    if not examples:
        return None
    return crop_batch([e.straight_crop() for e in examples], [e.symbols for e in examples])


def _fingerprint(snapshot: Snapshot, base_bundle: Path, config: FinetuneConfig) -> str:
    """Names the run: a checkpoint of any other must not be continued."""
    digest = hashlib.sha256(encode_snapshot(snapshot))
    digest.update(bundle_digest(base_bundle).encode())
    digest.update(json.dumps(asdict(config), sort_keys=True).encode())
    return digest.hexdigest()


class _Run:
    """One fine-tuning, from the first step or from a checkpoint to the last."""

    def __init__(
        self, network: SequenceNetwork, data: _Data, config: FinetuneConfig, out_dir: Path, fingerprint: str
    ) -> None:
        self._network, self._data, self._config = network, data, config
        self._out_dir, self._fingerprint = out_dir, fingerprint
        self._optimizer = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=0.01)
        self._average = Averager(network, config.averaging)
        self._bfloat16 = supports_bfloat16()
        self._step, self._loss = 0, 0.0
        self._validated: dict[str, float] = {}
        out_dir.mkdir(parents=True, exist_ok=True)

    def train(self, report: Callable[[Progress], None]) -> None:
        try:
            if self._step == 0:
                self._tell(report, self._validate(), "Starting")
            while self._step < self._config.steps:
                self._take_step()
                self._keep_records(report)
        except FinetuningFailed:
            raise  # a broken state must not be what the next call resumes from
        except BaseException:
            self._save()
            raise

    def finish(self, snapshot: str) -> TrainedWeights:
        path = self._out_dir / WEIGHTS
        save_weights(path, "sequence", self._network, self._average.state)
        figures = {
            "data": f"fine-tuned on the snapshot {snapshot}",
            "steps": self._step,
            "loss": round(self._loss, 5),
            "photos": len(self._data.train),
            "config": asdict(self._config),
            "validation_exact": self._validated,
        }
        return TrainedWeights(sequence=path, figures=figures)

    def resume(self) -> None:
        path = self._out_dir / CHECKPOINT
        if not path.exists():
            return
        try:
            content = torch.load(path, weights_only=True)
            fingerprint = content["fingerprint"]
        except Exception as error:  # torch raises what its unpickler, zip reader or checks raise
            raise FinetuningFailed(
                f"The checkpoint {path} is damaged: {error}. Delete it and start again."
            ) from error
        if fingerprint != self._fingerprint:
            raise FinetuningFailed(
                f"{self._out_dir} holds another run's checkpoint; start in a folder of its own."
            )
        self._network.load_state_dict(content["network"])
        self._optimizer.load_state_dict(content["optimizer"])
        self._average.state = content["average"]
        self._step, self._loss = int(content["step"]), float(content["loss"])
        self._validated = dict(content["validated"])

    def _take_step(self) -> None:
        _prepare_for_training(self._network)
        # dropout draws from here: the step decides, not what was drawn before
        torch.manual_seed(self._config.seed * 1_000_003 + self._step)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        loss = self._compute_loss(_draw_batch(self._data, self._config, self._step))
        if not math.isfinite(float(loss.detach())):
            raise FinetuningFailed(
                f"The loss is not a number at step {self._step}; lower learning_rate and start a new run."
            )
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
        self._optimizer.step()
        self._step += 1
        self._loss = float(loss.detach())
        self._average.update(self._network, self._step)

    def _rate(self) -> float:
        """Warm-up over a tenth of the steps, then a cosine down to nothing."""
        progress = self._step / self._config.steps
        return (
            self._config.learning_rate
            * min(1.0, progress * 10 + 0.02)
            * (1 + math.cos(math.pi * progress))
            / 2
        )

    def _compute_loss(self, batch: CropBatch) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bfloat16):
            logits = self._network(batch.inputs.contiguous(memory_format=torch.channels_last))
        return ctc_loss(logits, batch.targets)

    def _keep_records(self, report: Callable[[Progress], None]) -> None:
        last = self._step == self._config.steps
        if last or self._step % self._config.save_every == 0:
            self._save()
        measured = self._validate() if last or self._step % self._config.validate_every == 0 else None
        if last or measured is not None or self._step % self._config.report_every == 0:
            self._tell(report, measured, "Finished" if last else "Training")

    def _validate(self) -> float | None:
        if self._data.validation is None:
            return None
        judged = build_network("sequence", self._network.settings)
        judged.load_state_dict(self._average.state)
        logits = read_in_batches(judged.eval(), self._data.validation.inputs)
        share = exact_share(logits, self._data.validation.targets)
        self._validated[str(self._step)] = round(share, 4)
        return share

    def _tell(self, report: Callable[[Progress], None], measured: float | None, verb: str) -> None:
        message = f"{verb}: step {self._step} of {self._config.steps}"
        if measured is not None:
            message += f", {measured:.1%} of the validation photos read right"
        loss = self._loss if self._step else None
        report(Progress(self._step, self._config.steps, loss, measured, message))

    def _save(self) -> None:
        """Written aside and renamed, so that a crash leaves the one before."""
        content = {
            "fingerprint": self._fingerprint,
            "network": self._network.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "average": self._average.state,
            "step": self._step,
            "loss": self._loss,
            "validated": self._validated,
        }
        part = self._out_dir / f"{CHECKPOINT}.part"
        torch.save(content, part)
        part.replace(self._out_dir / CHECKPOINT)


def _prepare_for_training(network: nn.Module) -> None:
    """Statistics of batch normalization stay as they are: batches of a few photos would spoil them."""
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()


def _draw_batch(data: _Data, config: FinetuneConfig, step: int) -> CropBatch:
    rng = np.random.default_rng((config.seed, step))
    replayed = round(config.batch_size * config.replay_share)
    pixels, symbols = [], []
    for index in rng.choice(len(data.train), size=max(config.batch_size - replayed, 1), p=data.shares):
        example = data.train[index]
        pixels.append(vary_crop(rng, example.jittered_crop(rng)))
        symbols.append(example.symbols)
    for _ in range(replayed):
        crop = render_crop(rng)
        pixels.append(vary_crop(rng, crop.pixels))
        symbols.append(vin_symbols(crop.vin))
    return crop_batch(pixels, symbols)
