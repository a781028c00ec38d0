"""The classifier: embedding, recurrent layers, pooling, an optional dense layer, output layer."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.config import GATES
from charlm.nn.dropout import variational_dropout
from seq.imdb.config import ClassifierConfig
from seq.layers.embedding import make_embedding
from seq.layers.encoder import Encoder
from seq.layers.pooling import PARTS, pool
from seq.padding import PAD


class Classifier(nn.Module):
    """A network that reads texts of words and gives a logit to each class.

    With one-hot words, the input matrix of the first layer has a column for every word, and its
    product with a word is the word's column. So the columns are looked up in `embedding`
    (V, D·G·H), for G gates and D directions. The layer's own input matrix is the identity, and is
    not trained.

    Args:
        config: shape of the classifier.
        vocabulary_size: V, number of words, padding and <unk> included.
        classes: C, number of classes.
    """

    def __init__(self, config: ClassifierConfig, vocabulary_size: int, classes: int) -> None:
        super().__init__()
        self.config = config
        directions = 2 if config.bidirectional else 1
        self.one_hot = config.embedding == "one-hot"
        gates = GATES[config.cell] * config.hidden_size if self.one_hot else 0
        width = directions * gates if self.one_hot else config.embedding_size
        self.embedding = make_embedding(vocabulary_size, width)
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
            self._initialize_columns()
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
        """Return the logits (B, C) of the texts.

        Args:
            ids: ids of the words, (T, B).
            lengths: lengths of the texts, (B,), at least 1, on the CPU.
            generator: draws the dropout masks in training. It lies on the CPU.
            perturbation: is added to the embeddings, (T, B, E). The gradient with respect to it is
                the gradient with respect to the embeddings.
        """
        x = self.embedding(ids)
        if perturbation is not None:
            x = x + perturbation
        if self.training:
            x = variational_dropout(x, self.config.embedding_dropout, generator)
        return self.judge(self.encoder(x, lengths, generator), lengths, generator)

    def judge(
        self, states: Tensor, lengths: Tensor, generator: torch.Generator | None = None
    ) -> Tensor:
        """Return the logits (B, C) of texts whose states have been read.

        Args:
            states: states of the encoder, (T, B, D·H).
            lengths: lengths of the texts, (B,), on the CPU.
            generator: draws the dropout masks in training. It lies on the CPU.
        """
        pooled = pool(states, lengths, self.config.pooling, self.config.hidden_size)
        hidden = self._drop(pooled, generator)
        if self.dense is not None:
            hidden = self._drop(F.relu(self.dense(hidden)), generator)
        logits: Tensor = self.output(hidden)
        return logits.float()

    def _drop(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        share = self.config.dropout if self.training else 0.0
        return variational_dropout(x[None], share, generator)[0]

    def _initialize_columns(self) -> None:
        """Draw the columns of the first input matrices, and make these matrices identities."""
        bound = 1 / math.sqrt(self.config.hidden_size)  # the range of the matrices of nn.RNNBase
        nn.init.uniform_(self.embedding.weight, -bound, bound)
        with torch.no_grad():
            self.embedding.weight[PAD] = 0
        for layer in self.encoder.layers_at(0):
            matrix = layer.get_parameter("weight_ih_l0")
            nn.init.eye_(matrix)
            matrix.requires_grad_(False)

    def parameter_counts(self) -> dict[str, int]:
        """Return the number of trained parameters of each part."""
        counts = {"embedding": 0, "recurrent": 0, "dense": 0, "output": 0}
        for name, parameter in self.named_parameters():
            part = name.split(".")[0]
            counts["recurrent" if part == "encoder" else part] += (
                parameter.numel() if parameter.requires_grad else 0
            )
        return counts
