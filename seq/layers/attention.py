"""Attention: which states of the encoder a state of the decoder looks at."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq.scan.config import AttentionKind


class Attention(nn.Module):
    """Weighs values by how well their keys answer a query; here the keys are the values.

    The score of a query q for a key k, both of size H, is by `scoring`

    - dot: q·k (Luong, Pham and Manning 2015);
    - scaled_dot: q·k / √H (Vaswani et al. 2017);
    - cosine: s · q·k / (|q| |k|), with a learned scale s, for a softmax over numbers between -1 and
      1 would be nearly uniform (Graves, Wayne and Danihelka 2014, there a strength for each step);
    - additive: v · tanh(W q + U k), with H units (Bahdanau, Cho and Bengio 2015).

    Args:
        scoring: which; not none.
        size: H, features of queries and of keys.
    """

    def __init__(self, scoring: AttentionKind, size: int) -> None:
        super().__init__()
        self.scoring = scoring
        if scoring == "cosine":
            self.scale = nn.Parameter(torch.tensor(math.sqrt(size)))
        elif scoring == "additive":
            self.of_query = nn.Linear(size, size)
            self.of_key = nn.Linear(size, size, bias=False)
            self.of_both = nn.Linear(size, 1, bias=False)

    def forward(self, queries: Tensor, keys: Tensor, padding: Tensor) -> tuple[Tensor, Tensor]:
        """Return the weighted sums (T, B, H) and the weights (T, B, S), which sum to one over S.

        Args:
            queries: (T, B, H).
            keys: (S, B, H), which are the values, too.
            padding: (S, B), true where a key stands for nothing: it gets a weight of zero.
        """
        queries, keys = queries.transpose(0, 1), keys.transpose(0, 1)
        scores = self.scores(queries, keys).float().masked_fill(padding.t()[:, None], -math.inf)
        weights = scores.softmax(dim=2)
        attended = weights.to(keys.dtype) @ keys
        return attended.transpose(0, 1), weights.transpose(0, 1)

    def scores(self, queries: Tensor, keys: Tensor) -> Tensor:
        """Return the scores (B, T, S) of `queries` (B, T, H) for `keys` (B, S, H)."""
        if self.scoring == "additive":
            both = self.of_query(queries)[:, :, None] + self.of_key(keys)[:, None]
            scores: Tensor = self.of_both(both.tanh())[..., 0]
            return scores
        if self.scoring == "cosine":
            queries, keys = self.scale * F.normalize(queries, dim=2), F.normalize(keys, dim=2)
        elif self.scoring == "scaled_dot":
            queries = queries / math.sqrt(queries.shape[2])
        return queries @ keys.transpose(1, 2)
