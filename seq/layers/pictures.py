"""A convolutional encoder of pictures, whose grid of features attention can look at."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HALVINGS = 3
"""Convolutions that halve width and height."""
PLACE_SCALE = 0.5
"""Deviation of the vectors of places before training: about that of the features themselves, so
that attention can tell cells apart from the first step on."""


class PictureEncoder(nn.Module):
    """Convolutions that make a picture a grid of features, each for 8 x 8 pixels.

    Three convolutions halve width and height, so a cell sees 17 x 17 pixels, less than a large
    shape. Residual convolutions over the grid then add what the cells around it have seen, each of
    them 8 pixels more on each side. What is normalised is one picture at a time (group
    normalisation, Wu and He 2018), so a picture in a batch gives what it gives by itself. Learned
    vectors say where a cell lies.

    Args:
        features: K, features of a cell, a multiple of 16.
        grid: G, cells of the grid from left to right, and from top to bottom.
        around: convolutions over the grid, of 3 x 3 cells each.
    """

    def __init__(self, features: int, grid: int, around: int) -> None:
        super().__init__()
        half = features // 2
        self.layers = nn.ModuleList(
            [
                nn.Conv2d(3, half, 5, stride=2, padding=2),
                nn.Conv2d(half, features, 3, stride=2, padding=1),
                nn.Conv2d(features, features, 3, stride=2, padding=1),
                *(nn.Conv2d(features, features, 3, padding=1) for _ in range(around)),
                nn.Conv2d(features, features, 1),
            ]
        )
        widths = (half, *[features] * (len(self.layers) - 1))
        self.norms = nn.ModuleList([nn.GroupNorm(8, width) for width in widths])
        self.places = nn.Parameter(torch.empty(grid * grid, 1, features))
        if not self.places.is_meta:  # there, torch would load its compiler, which takes a second
            nn.init.normal_(self.places, std=PLACE_SCALE)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the features of each cell, row by row from the top, (G², B, K).

        Args:
            pictures: colours from 0 to 255, (B, 8 G, 8 G, 3).
        """
        x = pictures.permute(0, 3, 1, 2).to(self.places.dtype) / 127.5 - 1
        for number, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            made = F.relu(norm(layer(x)))
            x = made if number < HALVINGS else x + made
        grid: Tensor = x.flatten(2).permute(2, 0, 1) + self.places
        return grid
