"""The detector: a small fully convolutional network; how likely a bacillus has its centre in each 4 x 4 pixels."""

from __future__ import annotations

import torch
from torch import Tensor, nn

STRIDE = 4


def _step(before: int, after: int, *, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(before, after, 3, stride=stride, padding=dilation, dilation=dilation, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU(inplace=True))


class Detector(nn.Module):
    """Densities (batch x 3 x height x width, both multiples of 8) to logits (batch x 1 x height / 4 x width / 4)."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        fine, coarse = 2 * width, 4 * width
        self.stem = nn.Sequential(_step(3, width, stride=2), _step(width, fine, stride=2), _step(fine, fine))
        self.around = nn.Sequential(
            _step(fine, coarse, stride=2),
            _step(coarse, coarse),
            _step(coarse, coarse, dilation=2),
            _step(coarse, coarse),
        )
        self.join = nn.Sequential(_step(fine + coarse, 3 * width), _step(3 * width, 3 * width))
        self.head = nn.Conv2d(3 * width, 1, 1)
        nn.init.constant_(self.head.bias, -4.0)  # type: ignore[arg-type]

    def forward(self, densities: Tensor) -> Tensor:
        fine = self.stem(densities)
        around = nn.functional.interpolate(self.around(fine), scale_factor=2.0, mode="nearest")
        logits: Tensor = self.head(self.join(torch.cat([fine, around], dim=1)))
        return logits


def loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Focal loss on a heat map with soft peaks (Zhou et al., "Objects as Points", 2019), per bacillus.

    `target`: 1 at centres, falling off around them; `weight`: 0 where nothing may be learnt. All three of one shape.
    """
    chance = torch.sigmoid(logits).clamp(1e-5, 1 - 1e-5)
    there = (target > 0.99).float()
    found = there * (1 - chance) ** 2 * torch.log(chance)
    quiet = (1 - there) * (1 - target) ** 4 * chance**2 * torch.log(1 - chance)
    return -((found + quiet) * weight).sum() / there.sum().clamp(min=1.0)
