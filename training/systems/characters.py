"""How the character recognizer learns: YOLOv2's loss (Redmon and Farhadi 2017, arXiv 1612.08242).

Two things are as in YOLOv3 (arXiv 1804.02767), because the result shall be a probability: objectness is
learned towards 1 with cross-entropy, not towards the IoU with squares, and so are the classes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.recognizers.characters import ANCHORS, LARGEST_LOG_SCALE, STRIDE_X, STRIDE_Y, CharacterLine
from inference.recognizers.characters import read_lines as read_outputs
from training.character_streams import CharacterBatch
from training.networks.characters import CharacterNetwork
from training.systems.loop import System
from training.systems.sequence import error_rate, read_in_batches

_IGNORED = 0.5
"""A box that overlaps a character's with this IoU, but is not the one in charge, learns no objectness."""
_LOCATION_WEIGHT = 5.0
_EMPTY_WEIGHT = 0.5


def character_loss(outputs: Tensor, batch: CharacterBatch) -> Tensor:
    """Objectness, location and class, summed over cells and divided by the number of characters.

    `outputs` N x rows x columns x anchors x OUTPUTS, raw. Characters whose center is outside the crop do not
    count, nor does the location where the boxes are not exact.
    """
    outputs = outputs.float()
    crop, place, row, column, anchor = assign(batch.boxes, outputs.shape[1], outputs.shape[2])
    count = max(len(crop), 1)
    answers = outputs[crop, row, column, anchor]
    boxes = batch.boxes[crop, place]
    located = (location_errors(answers, boxes, row, column, anchor) * batch.exact[crop, None]).sum()
    classes = functional.cross_entropy(answers[:, 5:], batch.symbols[crop, place], reduction="sum")
    wanted = torch.zeros(outputs.shape[:4])
    wanted[crop, row, column, anchor] = 1.0
    weights = torch.where(wanted > 0, 1.0, _EMPTY_WEIGHT * (best_ious(outputs, batch.boxes) < _IGNORED))
    objectness = functional.binary_cross_entropy_with_logits(
        outputs[..., 4], wanted, weights, reduction="sum"
    )
    return (objectness + _LOCATION_WEIGHT * located + classes) / count


def assign(boxes: Tensor, rows: int, columns: int) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Which cell and anchor is in charge of which character: where its center is, and what fits its size.

    `boxes` N x 17 x 4. Returns five lists of the same length: crop, place in the line, row, column, anchor.
    """
    middles = (boxes[..., :2] + boxes[..., 2:]) / 2
    column = torch.div(middles[..., 0], STRIDE_X, rounding_mode="floor").long()
    row = torch.div(middles[..., 1], STRIDE_Y, rounding_mode="floor").long()
    sizes = (boxes[..., 2:] - boxes[..., :2]).clamp_min(1)
    anchors = torch.tensor(ANCHORS)
    common = torch.minimum(sizes[..., None, :], anchors).prod(-1)
    fit = common / (sizes.prod(-1)[..., None] + anchors.prod(-1) - common)
    crop, place = torch.nonzero((column >= 0) & (column < columns) & (row >= 0) & (row < rows), as_tuple=True)
    return crop, place, row[crop, place], column[crop, place], fit.argmax(-1)[crop, place]


def location_errors(answers: Tensor, boxes: Tensor, row: Tensor, column: Tensor, anchor: Tensor) -> Tensor:
    """Squared errors of K answers: of the offset in the cell, and of the size as a logarithm; K x 4."""
    corner = torch.stack([column, row], dim=1)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    offsets = middles / torch.tensor([STRIDE_X, STRIDE_Y]) - corner
    sizes = (boxes[:, 2:] - boxes[:, :2]).clamp_min(1)
    scales = torch.log(sizes / torch.tensor(ANCHORS)[anchor]).clamp(-LARGEST_LOG_SCALE, LARGEST_LOG_SCALE)
    wanted = torch.cat([offsets, scales], dim=1)
    got = torch.cat([torch.sigmoid(answers[:, :2]), answers[:, 2:4]], dim=1)
    return (got - wanted).square()


@torch.no_grad()
def best_ious(outputs: Tensor, boxes: Tensor) -> Tensor:
    """IoU of each answered box with the character that it overlaps most: N x rows x columns x anchors."""
    rows, columns = outputs.shape[1:3]
    grid = torch.stack(torch.meshgrid(torch.arange(columns), torch.arange(rows), indexing="xy"), dim=-1)
    middles = (grid[:, :, None] + torch.sigmoid(outputs[..., :2])) * torch.tensor([STRIDE_X, STRIDE_Y])
    sizes = torch.tensor(ANCHORS) * torch.exp(outputs[..., 2:4].clamp_max(LARGEST_LOG_SCALE))
    low, high = (middles - sizes / 2).flatten(1, 3), (middles + sizes / 2).flatten(1, 3)
    best = torch.zeros(low.shape[:2])
    area = sizes.prod(-1).flatten(1)
    for place in range(boxes.shape[1]):
        box = boxes[:, None, place]
        common = torch.minimum(high, box[..., 2:]) - torch.maximum(low, box[..., :2])
        overlap = common.clamp_min(0).prod(-1)
        best = torch.maximum(best, overlap / (area + (box[..., 2:] - box[..., :2]).prod(-1) - overlap))
    return best.view(outputs.shape[:4])


def read_lines(network: nn.Module, inputs: Tensor) -> list[CharacterLine]:
    """The lines that production would read in these inputs, N x 1 x 48 x 384."""
    return read_outputs(read_in_batches(network, inputs).float().numpy())


def exact_share(lines: list[CharacterLine], symbols: Tensor) -> float:
    """Share of lines with every symbol right."""
    return float((_read_symbols(lines) == symbols.numpy()).all(axis=1).mean())


def _read_symbols(lines: list[CharacterLine]) -> npt.NDArray[np.int64]:
    """N x 17 places in the alphabet."""
    return np.stack([line.evidence.scores.argmax(axis=1) for line in lines])


def mean_iou(lines: list[CharacterLine], boxes: Tensor) -> float:
    """Of the characters' boxes, the first with the first and so on."""
    got, wanted = np.stack([line.boxes for line in lines]), boxes.numpy()
    common = np.minimum(got[..., 2:], wanted[..., 2:]) - np.maximum(got[..., :2], wanted[..., :2])
    overlap = np.maximum(common, 0).prod(axis=-1)
    areas = [(sides[..., 2:] - sides[..., :2]).prod(axis=-1) for sides in (got, wanted)]
    return float((overlap / (areas[0] + areas[1] - overlap)).mean())


def character_system(network: CharacterNetwork, validation: CharacterBatch | None) -> System[CharacterBatch]:
    """Without crops to validate on there are no figures."""

    def loss(batch: CharacterBatch) -> Tensor:
        return character_loss(network(batch.inputs.contiguous(memory_format=torch.channels_last)), batch)

    def validate(averaged: nn.Module) -> dict[str, float]:
        if validation is None:
            return {}
        outputs = read_in_batches(averaged, validation.inputs).float()
        lines = read_outputs(outputs.numpy())
        return {
            "validation_loss": float(character_loss(outputs, validation)),
            "validation_exact": exact_share(lines, validation.symbols),
            "validation_cer": error_rate(_read_symbols(lines).tolist(), validation.symbols.tolist()),
            "validation_iou": mean_iou(lines, validation.boxes),
        }

    return System(network, loss, validate)
