"""The character recognizer: YOLOv2 (Redmon and Farhadi 2017, arXiv 1612.08242) on crops of one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from inference.recognizers.characters import ANCHORS, OUTPUTS
from training.networks.blocks import conv_block

_FINE_BLOCKS = 4
_KEPT_BLOCKS = 2
_FINE_ROWS, _FINE_COLUMNS = 4, 2
"""Cells of the finer map that fall on one of the grid."""
_PASSED = 32
"""Channels that the finer map is reduced to before they are laid side by side."""
_RARE = -3.0
"""Objectness at the start, as log-odds: few cells hold a character."""


class LineBlock(nn.Module):
    """A residual convolution along the line, which shows a cell its neighbors."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, (1, 5), padding=(0, 2), bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, features: Tensor) -> Tensor:
        return features + torch.relu(self.norm(self.conv(features)))


class CharacterNetwork(nn.Module):
    """N x 1 x 48 x 384 -> N x 3 x 48 x anchors x OUTPUTS: a grid of cells of 16 x 8 pixels, in raw numbers.

    The grid sees the line through two blocks with wide context; what is lost in its coarse cells comes
    back from a finer map, which is laid beside it with its cells as channels (the paper's passthrough).
    """

    def __init__(self, *, widths: Sequence[int] = (32, 48, 96, 160), channels: int = 192) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.settings: dict[str, Any] = {"widths": list(widths), "channels": channels}
        self.features = nn.Sequential(
            conv_block(1, first, stride=2),  # 24 x 192
            conv_block(first, second),
            conv_block(second, third, stride=2),  # 12 x 96
            conv_block(third, third),
            conv_block(third, fourth, stride=2),  # 6 x 48
            conv_block(fourth, channels, stride=(2, 1)),  # 3 x 48
        )
        self.line = nn.Sequential(LineBlock(channels), LineBlock(channels))
        self.reduce = nn.Sequential(
            nn.Conv2d(third, _PASSED, 1, bias=False), nn.BatchNorm2d(_PASSED), nn.ReLU(inplace=True)
        )
        joined = channels + _PASSED * _FINE_ROWS * _FINE_COLUMNS
        self.join = nn.Sequential(
            nn.Conv2d(joined, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
        )
        self.answer = nn.Conv2d(channels, len(ANCHORS) * OUTPUTS, 1)
        biases = torch.zeros(len(ANCHORS), OUTPUTS)
        biases[:, 4] = _RARE
        self.answer.bias = nn.Parameter(biases.flatten())

    def forward(self, crops: Tensor) -> Tensor:
        fine = self.features[:_FINE_BLOCKS](crops)
        coarse = self.line(self.features[_FINE_BLOCKS:](fine))
        answer = self.answer(self.join(torch.cat([coarse, lay_beside(self.reduce(fine))], dim=1)))
        count, _, rows, columns = answer.shape
        cells = answer.reshape(count, len(ANCHORS), OUTPUTS, rows, columns)
        return cells.permute(0, 3, 4, 1, 2)


def begin_with(network: CharacterNetwork, state: Mapping[str, Tensor]) -> int:
    """Take over the first layers of a trained recognizer, where names and shapes are the same; returns how
    many tensors fitted. The two finest blocks, which cost most to learn, then stay as they are.
    """
    own = network.state_dict()
    fitting = {
        name: value
        for name, value in state.items()
        if name.startswith("features.") and name in own and own[name].shape == value.shape
    }
    network.load_state_dict(fitting, strict=False)
    if fitting:
        network.features[:_KEPT_BLOCKS].requires_grad_(False)
    return len(fitting)


def lay_beside(fine: Tensor) -> Tensor:
    """Space to depth: N x C x 4R x 2S -> N x 8C x R x S."""
    count, channels, height, width = fine.shape
    rows, columns = height // _FINE_ROWS, width // _FINE_COLUMNS
    blocks = fine.reshape(count, channels, rows, _FINE_ROWS, columns, _FINE_COLUMNS)
    return blocks.permute(0, 1, 3, 5, 2, 4).reshape(count, -1, rows, columns)
