"""How the sequence recognizer learns: CTC (Graves et al. 2006) on crops."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.ctc import BLANK
from inference.metrics import count_edits
from training.networks.sequence import SequenceNetwork
from training.streams import CropBatch
from training.systems.loop import System


def ctc_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean negative log-likelihood per symbol; `logits` N x T x C, `targets` N x 17 classes."""
    log_probabilities = functional.log_softmax(logits.float(), dim=2).transpose(0, 1)
    count, time_steps = logits.shape[0], logits.shape[1]
    return functional.ctc_loss(
        log_probabilities,
        targets,
        torch.full((count,), time_steps, dtype=torch.long),
        torch.full((count,), targets.shape[1], dtype=torch.long),
        blank=BLANK,
        zero_infinity=True,
    )


def read_greedily(logits: Tensor) -> list[list[int]]:
    """The likeliest class at each step, repeats and blanks removed."""
    readings = []
    for row in logits.argmax(2).tolist():
        readings.append([c for i, c in enumerate(row) if c != BLANK and (i == 0 or c != row[i - 1])])
    return readings


def exact_share(logits: Tensor, targets: Tensor) -> float:
    """Share of crops whose every symbol was read."""
    expected = targets.tolist()
    return sum(got == want for got, want in zip(read_greedily(logits), expected, strict=True)) / max(
        len(expected), 1
    )


def error_rate(readings: Sequence[Sequence[int]], expected: Sequence[Sequence[int]]) -> float:
    """CER: edits over expected symbols, which are given by any numbers."""
    pairs = list(zip(readings, expected, strict=True))
    edits = sum(count_edits("".join(map(chr, want)), "".join(map(chr, got))) for got, want in pairs)
    return edits / max(sum(len(want) for want in expected), 1)


def read_in_batches(network: nn.Module, inputs: Tensor, *, batch_size: int = 64) -> Tensor:
    """Logits of many crops, without gradients."""
    with torch.inference_mode():
        parts = inputs.split(batch_size)
        return torch.cat([network(part.contiguous(memory_format=torch.channels_last)) for part in parts])


def sequence_system(
    network: SequenceNetwork, validation: CropBatch | None, real_validation: CropBatch | None = None
) -> System[CropBatch]:
    """Without crops to validate on there are no figures."""

    def loss(batch: CropBatch) -> Tensor:
        inputs = batch.inputs.contiguous(memory_format=torch.channels_last)
        return ctc_loss(network(inputs), batch.targets)

    def validate(averaged: nn.Module) -> dict[str, float]:
        named = {"validation": validation, "real": real_validation}
        figures: dict[str, float] = {}
        for name, batch in named.items():
            figures |= _judge(averaged, batch, name) if batch is not None else {}
        return figures

    return System(network, loss, validate)


def _judge(network: nn.Module, batch: CropBatch, name: str) -> dict[str, float]:
    logits = read_in_batches(network, batch.inputs)
    return {
        f"{name}_loss": float(ctc_loss(logits, batch.targets)),
        f"{name}_exact": exact_share(logits, batch.targets),
        f"{name}_cer": error_rate(read_greedily(logits), batch.targets.tolist()),
    }
