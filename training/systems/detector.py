"""How the detector learns: two score maps, with the hardest of the background weighed against the text."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.networks.detector import DetectorNetwork
from training.streams import WindowBatch
from training.systems.loop import System

_TEXT = 0.1
"""Cells whose target is above this count as text."""
_BACKGROUND_SHARE = 3
_LEAST_BACKGROUND = 200


def map_loss(logits: Tensor, maps: Tensor, weights: Tensor | None = None) -> Tensor:
    """Cross-entropy on soft targets, with the hardest of the background: three cells to each of text.

    `weights` from 0 to 1 say how far each cell counts, as the confidence map of CRAFT does.
    """
    errors = functional.binary_cross_entropy_with_logits(logits.float(), maps, reduction="none")
    # The entropy of a soft target is no error; without it, hard examples stand out.
    errors = errors - functional.binary_cross_entropy(maps, maps, reduction="none")
    weights = torch.ones_like(maps) if weights is None else weights
    losses = [_channel_loss(errors[:, i], maps[:, i], weights[:, i]) for i in range(maps.shape[1])]
    return torch.stack(losses).sum()


def _channel_loss(errors: Tensor, maps: Tensor, weights: Tensor) -> Tensor:
    text = maps > _TEXT
    share = float(weights[text].sum())
    weighted = errors * weights
    plain = weighted[~text]
    count = min(max(round(_BACKGROUND_SHARE * share), _LEAST_BACKGROUND), plain.numel())
    hard = plain.topk(count).values
    return (weighted[text].sum() + hard.sum()) / max(share + count, 1.0)


def map_f1(scores: Tensor, maps: Tensor) -> float:
    """F1 of cells above one half (of the target's own level) in the region map."""
    found, wanted = scores[:, 0] > 0.4, maps[:, 0] > 0.4
    hits = int((found & wanted).sum())
    return 2 * hits / max(int(found.sum()) + int(wanted.sum()), 1)


def detector_system(network: DetectorNetwork, validation: list[WindowBatch]) -> System[WindowBatch]:
    """Without windows to validate on there are no figures."""

    def loss(batch: WindowBatch) -> Tensor:
        inputs = batch.inputs.contiguous(memory_format=torch.channels_last)
        return map_loss(network.logits(inputs), batch.maps, batch.weights)

    def validate(averaged: nn.Module) -> dict[str, float]:
        if not validation:
            return {}
        losses, scores = [], []
        for batch in validation:
            logits = network.logits(batch.inputs.contiguous(memory_format=torch.channels_last))
            losses.append(float(map_loss(logits, batch.maps, batch.weights)))
            scores.append(map_f1(torch.sigmoid(logits), batch.maps))
        return {"validation_loss": sum(losses) / len(losses), "validation_f1": sum(scores) / len(scores)}

    return System(network, loss, validate)
