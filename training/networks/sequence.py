"""The sequence recognizer: a plain convolutional network for CTC (after CRNN, Shi et al. 2015, arXiv
1507.05717).

There is no recurrent layer: a VIN has no language to remember, and convolutions train twice as fast on a
CPU.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from inference.recognizers.sequence import CLASSES


def conv_block(inputs: int, outputs: int, *, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class TimeBlock(nn.Module):
    """A residual convolution along the line."""

    def __init__(self, channels: int, *, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            channels, channels, (1, 5), padding=(0, 2 * dilation), dilation=(1, dilation), bias=False
        )
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, features: Tensor) -> Tensor:
        return features + torch.relu(self.norm(self.conv(features)))


class SequenceNetwork(nn.Module):
    """N x 1 x 40 x 384 -> N x 96 x CLASSES logits; class 0 is the blank, then the alphabet in order."""

    def __init__(self, *, widths: tuple[int, ...] = (32, 48, 96, 160), channels: int = 224) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.settings: dict[str, Any] = {"widths": list(widths), "channels": channels}
        self.features = nn.Sequential(
            conv_block(1, first, stride=2),  # 20 x 192
            conv_block(first, second),
            conv_block(second, third, stride=2),  # 10 x 96
            conv_block(third, third),
            conv_block(third, fourth, stride=(2, 1)),  # 5 x 96
            conv_block(fourth, fourth),
        )
        self.collapse = nn.Sequential(
            nn.Conv2d(fourth, channels, (5, 1), bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True)
        )
        self.line = nn.Sequential(
            TimeBlock(channels, dilation=1), TimeBlock(channels, dilation=2), TimeBlock(channels, dilation=1)
        )
        self.dropout = nn.Dropout(0.1)
        self.classify = nn.Conv2d(channels, CLASSES, 1)

    def forward(self, crops: Tensor) -> Tensor:
        line = self.line(self.collapse(self.features(crops)))
        logits: Tensor = self.classify(self.dropout(line))
        return logits.squeeze(2).transpose(1, 2)
