"""A word language model that reads in one or both directions, to pre-train a classifier with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn

from charlm.nn.dropout import locked_dropout
from charlm.nn.recurrent import LayerState
from corpora.errors import UserError
from seq.imdb.config import ReaderConfig
from seq.layers.adaptive_softmax import AdaptiveSoftmax
from seq.layers.encoder import Encoder

State: TypeAlias = "list[LayerState | None]"
"""One entry a direction."""


class WordModel(nn.Module):
    """Predicts the next word, and with a second direction the word before.

    Embedding and encoder are those of a `Classifier` with one layer, by the same names, so that the
    weights go from one to the other. As a backward language model must not see what a forward
    one has read, the directions share no layer but the embedding and the softmax: with two
    directions, one layer is all there can be.

    Raises:
        UserError: the vocabulary holds no word but padding and <unk>.
    """

    def __init__(self, config: ReaderConfig, vocabulary_size: int, dropout: float) -> None:
        super().__init__()
        if vocabulary_size < 3:
            raise UserError(
                "no word of the texts is in the vocabulary; give other texts, or a smaller "
                "--min-frequency"
            )
        self.config, self.dropout = config, dropout
        width = config.embedding_size
        self.embedding = nn.Embedding(vocabulary_size, width)
        self.encoder = Encoder(
            config.cell, width, config.hidden_size, bidirectional=config.bidirectional
        )
        self.projections = nn.ModuleList(
            nn.Linear(config.hidden_size, width) for _ in range(self.encoder.directions)
        )
        self.softmax = AdaptiveSoftmax(width, vocabulary_size)

    def forward(
        self,
        inputs: Sequence[Tensor],
        targets: Sequence[Tensor],
        state: State,
        generator: torch.Generator | None = None,
    ) -> tuple[Tensor, State]:
        """Return the mean cross-entropy over all directions, in nats a word, and the new state.

        Args:
            inputs: for each direction the words in the order in which it reads them, (T, B).
            targets: the words after them in that order, (T, B).
            state: of each direction; None for zeros.
            generator: draws the dropout masks while training.
        """
        share = self.dropout if self.training else 0.0
        losses: list[Tensor] = []
        after: State = []
        for way, layer in enumerate(self.encoder.at(0)):
            x = locked_dropout(self.embedding(inputs[way]), share, generator)
            if torch.is_autocast_enabled(x.device.type):
                x = x.to(torch.get_autocast_dtype(x.device.type))
            y, layer_state = layer(x, state[way])
            after.append(layer_state)
            y = locked_dropout(y, share, generator)
            losses.append(self.softmax(self.projections[way](y).flatten(0, 1), targets[way]))
        return torch.stack(losses).mean(), after
