"""The detector: a small feature pyramid (Lin et al. 2017, arXiv 1612.03144) with CRAFT's two score maps on
top.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.networks.blocks import conv_block


class DetectorNetwork(nn.Module):
    """N x 3 x H x W -> N x 2 x H/4 x W/4: region and affinity, probabilities from 0 to 1.

    H and W are multiples of 32. `logits` gives the same before the sigmoid, for the loss.
    """

    def __init__(self, *, widths: Sequence[int] = (24, 40, 64, 96, 128), channels: int = 48) -> None:
        super().__init__()
        stem, quarter, eighth, sixteenth, lowest = widths
        self.settings: dict[str, Any] = {"widths": list(widths), "channels": channels}
        self.stem = conv_block(3, stem, stride=2)
        self.quarter = nn.Sequential(conv_block(stem, quarter, stride=2), conv_block(quarter, quarter))
        self.eighth = nn.Sequential(conv_block(quarter, eighth, stride=2), conv_block(eighth, eighth))
        self.sixteenth = nn.Sequential(
            conv_block(eighth, sixteenth, stride=2), conv_block(sixteenth, sixteenth)
        )
        self.lowest = nn.Sequential(conv_block(sixteenth, lowest, stride=2), conv_block(lowest, lowest))
        self.laterals = nn.ModuleList(
            nn.Conv2d(width, channels, 1) for width in (quarter, eighth, sixteenth, lowest)
        )
        self.smooth = nn.ModuleList(conv_block(channels, channels) for _ in range(3))
        self.head = nn.Sequential(conv_block(channels, 32), nn.Conv2d(32, 2, 1))

    def forward(self, images: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(images))

    def logits(self, images: Tensor) -> Tensor:
        levels = []
        features = self.stem(images)
        for stage in (self.quarter, self.eighth, self.sixteenth, self.lowest):
            features = stage(features)
            levels.append(features)
        merged = self.laterals[3](levels[3])
        for index in (2, 1, 0):
            raised = functional.interpolate(merged, scale_factor=2.0, mode="bilinear", align_corners=False)
            merged = self.smooth[index](self.laterals[index](levels[index]) + raised)
        scores: Tensor = self.head(merged)
        return scores
