"""The classifier: embedding, recurrent layers, pooling, perhaps a dense layer, logits."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.config import GATES
from charlm.nn.dropout import locked_dropout
from seq.imdb.config import ClassifierConfig
from seq.layers.embedding import embedding
from seq.layers.encoder import Encoder
from seq.layers.pooling import PARTS, pool
from seq.padding import PAD


class Classifier(nn.Module):
    """Reads texts of words and gives a logit to each class.

    With one-hot words, the input matrix of the first layer has a column for every word of the
    vocabulary, and its product with a word is that word's column. So the columns are looked up, in
    `embedding` (V, D·G·H) for G gates and D directions, and the layer's own input matrix is the
    identity, which is not trained.
    """

    def __init__(self, config: ClassifierConfig, vocabulary_size: int, classes: int) -> None:
        super().__init__()
        self.config = config
        directions = 2 if config.bidirectional else 1
        self.one_hot = config.embedding == "one-hot"
        gates = GATES[config.cell] * config.hidden_size
        width = directions * gates if self.one_hot else config.embedding_size
        self.embedding = embedding(vocabulary_size, width)
        self.encoder = Encoder(
            config.cell,
            gates if self.one_hot else width,
            config.hidden_size,
            config.num_layers,
            bidirectional=config.bidirectional,
            dropout=config.dropout,
            split_input=self.one_hot,
        )
        if self.one_hot:
            self._read_columns()
        pooled = directions * config.hidden_size * PARTS[config.pooling]
        self.dense = nn.Linear(pooled, config.dense_size) if config.dense_size else None
        self.output = nn.Linear(config.dense_size or pooled, classes)

    def forward(
        self,
        ids: Tensor,
        lengths: Tensor,
        generator: torch.Generator | None = None,
        perturbation: Tensor | None = None,
    ) -> Tensor:
        """Read `ids` (T, B) of `lengths` (B,), at least 1 and on the CPU; return logits (B, C).

        `generator`, on the CPU, draws the dropout masks while training; the same, the same masks.
        `perturbation` (T, B, E) is added to the embeddings; a gradient by it is one by them.
        """
        x = self.embedding(ids)
        if perturbation is not None:
            x = x + perturbation
        if self.training:
            x = locked_dropout(x, self.config.embedding_dropout, generator)
        states: Tensor = self.encoder(x, lengths, generator)
        pooled = pool(states, lengths, self.config.pooling, self.config.hidden_size)
        hidden = self._dropped(pooled, generator)
        if self.dense is not None:
            hidden = self._dropped(F.relu(self.dense(hidden)), generator)
        logits: Tensor = self.output(hidden)
        return logits.float()

    def _dropped(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        share = self.config.dropout if self.training else 0.0
        return locked_dropout(x[None], share, generator)[0]

    def _read_columns(self) -> None:
        """Make the first layer's input matrices identities, and the table what they would be."""
        bound = 1 / math.sqrt(self.config.hidden_size)  # as nn.RNNBase draws its matrices
        nn.init.uniform_(self.embedding.weight, -bound, bound)
        with torch.no_grad():
            self.embedding.weight[PAD] = 0
        for layer in self.encoder.at(0):
            matrix = layer.get_parameter("weight_ih_l0")
            nn.init.eye_(matrix)
            matrix.requires_grad_(False)

    def parameter_counts(self) -> dict[str, int]:
        """Return the number of trained parameters in each part."""
        counts = {"embedding": 0, "recurrent": 0, "dense": 0, "output": 0}
        for name, parameter in self.named_parameters():
            part = name.split(".")[0]
            counts["recurrent" if part == "encoder" else part] += (
                parameter.numel() if parameter.requires_grad else 0
            )
        return counts
