"""The captioner: an encoder of pictures, and a decoder of words with or without attention to it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from charlm.nn.recurrent import State
from seq.caption.config import CaptionerConfig
from seq.layers.bridge import Bridge
from seq.layers.decoder import Decoder
from seq.layers.memory import Memory
from seq.layers.pictures import PictureEncoder

SQUEEZED = 16
"""Features of each cell of the grid that a decoder without attention starts from."""


class Captioner(nn.Module):
    """A network that looks at pictures and writes words (Xu et al. 2015, with soft attention).

    With attention, the first state of the decoder is made of the mean of the grid; all else it must
    look at. Without, it is made of all cells, each squeezed to a few features.

    Args:
        config: shape of the captioner.
        words: V, size of the vocabulary.
    """

    def __init__(self, config: CaptionerConfig, words: int) -> None:
        super().__init__()
        self.config = config
        looks = config.attention != "none"
        self.encoder = PictureEncoder(config.channels, config.grid, config.around)
        self.decoder = Decoder(
            config.cell,
            words,
            config.embedding_size,
            config.hidden_size,
            config.num_layers,
            memory_size=config.channels,
            scoring=config.attention if looks else None,
            feeding=config.input_feeding and looks,
            dropout=config.dropout,
        )
        self.squeeze = None if looks else nn.Linear(config.channels, SQUEEZED)
        start = config.channels if looks else SQUEEZED * config.grid**2
        self.bridge = Bridge(start, config.hidden_size, self.decoder.state_counts())

    def look(self, pictures: Tensor, generator: torch.Generator | None = None) -> Memory:
        """Look at pictures, and return what the decoder starts from.

        Args:
            pictures: colours from 0 to 255, (B, S, S, 3) with S the `picture_size`.
            generator: draws the dropout masks in training. It lies on the CPU.
        """
        grid = self.encoder(pictures)  # (cells, B, K)
        padding = torch.zeros(grid.shape[:2], dtype=torch.bool, device=grid.device)
        if self.squeeze is None:
            seen = grid.mean(dim=0, keepdim=True)
        else:
            seen = self.squeeze(grid).transpose(0, 1).flatten(1)[None]
        counts = self.decoder.state_counts()
        state: State = [seen if count == 1 else (seen, seen) for count in counts]
        final: State = [
            part.tanh() if isinstance(part, Tensor) else (part[0].tanh(), part[1].tanh())
            for part in self.bridge(state)
        ]
        return self.decoder.prepare(grid, padding, final, generator)
