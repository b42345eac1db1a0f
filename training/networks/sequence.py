"""The sequence recognizer: light convolutions, then two transformer layers along the line, for CTC.

The shape is that of the small recognizer of PP-OCRv6, after PP-LCNet (Cui et al. 2021, arXiv 2109.15099),
RepViT (Wang et al. 2023, arXiv 2307.09283) and SVTR (Du et al. 2022, arXiv 2205.00159), in the form that its
authors publish for inference: the branches and the batch normalization of training are folded into plain
convolutions. Training goes on from there, so that a photo seldom in training does not move statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.recognizers.sequence import CLASSES

CHANNELS = 120
"""Features of each time step, before the head."""
HEADS = 8
STAGES = ((True, False, False), (True, False, True, False, True, False), (True, False))
"""The mixers of each stage, and which of them squeeze and excite."""


class Stem(nn.Module):
    """N x 1 x H x W -> N x C x H/4 x W/4, with a branch that keeps the maxima."""

    def __init__(self, inner: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, inner, 3, stride=2, padding=1)
        self.narrow = nn.Conv2d(inner, inner // 2, 2)
        self.widen = nn.Conv2d(inner // 2, inner, 2)
        self.merge = nn.Conv2d(2 * inner, inner, 3, stride=2, padding=1)
        self.last = nn.Conv2d(inner, outputs, 1)

    def forward(self, crops: Tensor) -> Tensor:
        features = torch.relu(self.first(crops))
        # after a ReLU, maxima over a border of zeros are the maxima without it
        maxima = functional.max_pool2d(_pad_end(features), 2, stride=1)
        mixed = torch.relu(self.widen(_pad_end(torch.relu(self.narrow(_pad_end(features))))))
        merged = torch.relu(self.merge(torch.cat([maxima, mixed], dim=1)))
        return torch.relu(self.last(merged))


def _pad_end(features: Tensor) -> Tensor:
    """One more column and row, so that a kernel of two keeps the size."""
    return functional.pad(features, (0, 1, 0, 1))


class Squeeze(nn.Module):
    """Squeeze and excite (Hu et al. 2017, arXiv 1709.01507): each channel scaled by what the crop shows."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.reduce = nn.Conv2d(channels, channels // 4, 1)
        self.expand = nn.Conv2d(channels // 4, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        mean = features.mean((2, 3), keepdim=True)
        return features * functional.hardsigmoid(self.expand(torch.relu(self.reduce(mean))))


class Mixer(nn.Module):
    """Mixes places by channel, then channels by place; where it halves the height, nothing is added back."""

    def __init__(self, channels: int, *, squeeze: bool = False, outputs: int | None = None) -> None:
        super().__init__()
        self._residual = outputs is None
        stride = 1 if outputs is None else (2, 1)
        self.depthwise = nn.Conv2d(channels, channels, 3, stride=stride, padding=1, groups=channels)
        self.squeeze = Squeeze(channels) if squeeze else nn.Identity()
        self.expand = nn.Conv2d(channels, 2 * channels, 1)
        self.project = nn.Conv2d(2 * channels, outputs or channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        placed = self.squeeze(self.depthwise(features))
        mixed: Tensor = self.project(functional.gelu(self.expand(placed)))
        return placed + mixed if self._residual else mixed


class LineLayer(nn.Module):
    """A transformer layer (Vaswani et al. 2017, arXiv 1706.03762), normalized before each part."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self._heads = heads
        self.attention_norm = nn.LayerNorm(channels, eps=1e-5)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)
        self.feed_norm = nn.LayerNorm(channels, eps=1e-5)
        self.expand = nn.Linear(channels, 2 * channels)
        self.project = nn.Linear(2 * channels, channels)

    def forward(self, line: Tensor) -> Tensor:
        line = line + self._attend(self.attention_norm(line))
        fed: Tensor = self.project(functional.silu(self.expand(self.feed_norm(line))))
        return line + fed

    def _attend(self, line: Tensor) -> Tensor:
        count, steps, channels = line.shape
        size = channels // self._heads
        parts = self.qkv(line).reshape(count, steps, 3, self._heads, size).permute(2, 0, 3, 1, 4)
        queries, keys, values = parts[0] * size**-0.5, parts[1], parts[2]
        weights = torch.softmax(queries @ keys.transpose(2, 3), dim=3)
        mixed: Tensor = self.out((weights @ values).transpose(1, 2).reshape(count, steps, channels))
        return mixed


class Neck(nn.Module):
    """N x C x 1 x T -> N x T x CHANNELS: what neighbors say, what the whole line says, and a way round."""

    def __init__(self, inputs: int, layers: int) -> None:
        super().__init__()
        self.around = nn.Conv2d(inputs, CHANNELS, 1)
        self.enter = nn.Conv2d(inputs, CHANNELS, 1)
        self.local = nn.Conv2d(CHANNELS, CHANNELS, (1, 7), padding=(0, 3), groups=CHANNELS)
        self.layers = nn.Sequential(*(LineLayer(CHANNELS, HEADS) for _ in range(layers)))
        self.norm = nn.LayerNorm(CHANNELS, eps=1e-5)

    def forward(self, features: Tensor) -> Tensor:
        around = functional.silu(self.around(features))
        entered = functional.silu(self.enter(features))
        entered = entered + functional.silu(self.local(entered))
        line: Tensor = self.norm(self.layers(entered.squeeze(2).transpose(1, 2)))
        return line + around.squeeze(2).transpose(1, 2)


class SequenceNetwork(nn.Module):
    """N x 1 x 48 x W -> N x W/8 x CLASSES logits; class 0 is the blank, then the alphabet in order."""

    def __init__(
        self,
        *,
        stem: int = 48,
        width: int = 96,
        stages: Sequence[Sequence[bool]] = STAGES,
        layers: int = 2,
    ) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {
            "stem": stem,
            "width": width,
            "stages": [list(stage) for stage in stages],
            "layers": layers,
        }
        mixers = [Mixer(width, squeeze=squeeze) for squeeze in stages[0]]
        for stage in stages[1:]:
            mixers.append(Mixer(width, outputs=2 * width))
            width *= 2
            mixers += [Mixer(width, squeeze=squeeze) for squeeze in stage]
        self.stem = Stem(stem, self.settings["width"])
        self.mixers = nn.Sequential(*mixers)
        self.neck = Neck(width, layers)
        self.head = nn.Linear(CHANNELS, CLASSES)

    def forward(self, crops: Tensor) -> Tensor:
        logits: Tensor = self.head(self.features(crops))
        return logits

    def features(self, crops: Tensor) -> Tensor:
        """N x 1 x 48 x W -> N x W/8 x CHANNELS: what the head classifies."""
        places = self.mixers(self.stem(crops))
        line: Tensor = self.neck(functional.avg_pool2d(places, (3, 2)))
        return line
