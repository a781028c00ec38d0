"""A word language model of one or two directions, for the pre-training of a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn

from charlm.nn.dropout import variational_dropout
from charlm.nn.recurrent import LayerState, run_layer
from corpora.errors import UserError
from seq.imdb.config import ReaderConfig
from seq.layers.adaptive_softmax import AdaptiveSoftmax
from seq.layers.encoder import Encoder

State: TypeAlias = "list[LayerState | None]"
"""State of each direction; None stands for zeros."""


class WordModel(nn.Module):
    """A network that predicts the next word and, with a second direction, the previous word.

    Embedding and encoder are those of a `Classifier` with one layer, under the same names, so a
    classifier can take over their weights. The directions share only the embedding and the softmax,
    because the backward model must not see the words that the forward model has read. A second
    layer would read both directions, so there is only one.

    Args:
        config: shape of the model.
        vocabulary_size: V, number of words, padding and <unk> included.
        dropout: share of the features that is dropped in training.

    Raises:
        UserError: the vocabulary holds only padding and <unk>.
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
        """Return the mean cross-entropy over all directions, in nats per word, and the new state.

        Args:
            inputs: for each direction, the words in the order in which it reads them, (T, B).
            targets: for each direction, the next words in that order, (T, B).
            state: state of each direction; None stands for zeros.
            generator: draws the dropout masks in training. It lies on the CPU.
        """
        share = self.dropout if self.training else 0.0
        losses: list[Tensor] = []
        after: State = []
        for way, layer in enumerate(self.encoder.layers_at(0)):
            x = variational_dropout(self.embedding(inputs[way]), share, generator)
            if torch.is_autocast_enabled(x.device.type):
                x = x.to(torch.get_autocast_dtype(x.device.type))
            y, layer_state = run_layer(layer, x, state[way])
            after.append(layer_state)
            y = variational_dropout(y, share, generator)
            losses.append(self.softmax(self.projections[way](y).flatten(0, 1), targets[way]))
        return torch.stack(losses).mean(), after
