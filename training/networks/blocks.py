"""Pieces that several networks are made of."""

from __future__ import annotations

from torch import nn


def conv_block(inputs: int, outputs: int, *, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
