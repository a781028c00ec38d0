"""Attention of the states of a decoder to the states of an encoder."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.nn.own import call_own, make_own
from charlm.parts import OwnPart, find_part
from corpora.errors import UserError


class Attention(nn.Module):
    """Weighted sum of values. The weights are a softmax of scores of queries and keys.

    `scoring` decides the score of a query q (Q features) and a key k (K features):

    - dot: q·k (Luong, Pham and Manning 2015);
    - scaled_dot: q·k / √Q (Vaswani et al. 2017);
    - cosine: s · q·k / (|q| |k|) with a learned scale s. Without s, a softmax over numbers between
      -1 and 1 is nearly uniform. Graves, Wayne and Danihelka (2014) have a scale for each step;
    - additive: v · tanh(W q + U k) with Q units (Bahdanau, Cho and Bengio 2015);
    - one that was registered: what its module returns (see `charlm.parts.register_attention`).

    The first three need vectors of one size. If K differs from Q, keys are first multiplied by a
    learned matrix (the "general" score of Luong et al.).

    Args:
        scoring: how scores are computed.
        query_size: Q, features of a query.
        key_size: K, features of a key.
    """

    def __init__(self, scoring: str, query_size: int, key_size: int) -> None:
        super().__init__()
        self.scoring = scoring
        if (part := find_part("attention", scoring)) is not None:
            self.own = make_own(part, query_size, key_size)
            if not any(parameter.is_meta for parameter in self.own.parameters()):
                _check_scores(part, self.own, query_size, key_size)
            return
        if scoring == "cosine":
            self.scale = nn.Parameter(torch.tensor(math.sqrt(query_size)))
        if scoring == "additive":
            self.of_query = nn.Linear(query_size, query_size)
            self.of_key = nn.Linear(key_size, query_size, bias=False)
            self.of_both = nn.Linear(query_size, 1, bias=False)
        elif key_size != query_size:
            self.of_key = nn.Linear(key_size, query_size, bias=False)

    def project(self, keys: Tensor) -> Tensor:
        """Return the projected keys (S, B, Q) that queries are compared with.

        They do not depend on the queries, so they are computed once for each sequence.

        Args:
            keys: (S, B, K).
        """
        projected: Tensor = self.of_key(keys) if hasattr(self, "of_key") else keys
        return F.normalize(projected, dim=2) if self.scoring == "cosine" else projected

    def forward(
        self, queries: Tensor, projected: Tensor, values: Tensor, padding: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the weighted sums (T, B, V) and the weights (T, B, S), which sum to one over S.

        Args:
            queries: (T, B, Q).
            projected: the keys after `project`, (S, B, Q).
            values: (S, B, V).
            padding: (S, B), true where a key is padding. Its weight is zero.
        """
        scores = self.score(queries.transpose(0, 1), projected.transpose(0, 1))
        scores = scores.float().masked_fill(padding.t()[:, None], -math.inf)
        weights = scores.softmax(dim=2)
        weights = weights.transpose(0, 1)
        return weigh(weights, values), weights

    def score(self, queries: Tensor, projected: Tensor) -> Tensor:
        """Return the scores (B, T, S) of `queries` (B, T, Q) for projected keys (B, S, Q)."""
        if hasattr(self, "own"):
            given: Tensor = self.own(queries.transpose(0, 1), projected.transpose(0, 1))
            return given.transpose(0, 1)
        if self.scoring == "additive":
            both = self.of_query(queries)[:, :, None] + projected[:, None]
            scores: Tensor = self.of_both(both.tanh())[..., 0]
            return scores
        if self.scoring == "cosine":
            queries = self.scale * F.normalize(queries, dim=2)
        elif self.scoring == "scaled_dot":
            queries = queries / math.sqrt(queries.shape[2])
        return queries @ projected.transpose(1, 2)


@torch.no_grad()
def _check_scores(part: OwnPart, scorer: nn.Module, query_size: int, key_size: int) -> None:
    """Raise `UserError` unless a registered attention returns scores of the right shape."""
    with call_own(part):
        scores = scorer(torch.ones(2, 3, query_size), torch.ones(4, 3, key_size))
    if not isinstance(scores, Tensor) or tuple(scores.shape) != (2, 3, 4):
        found = tuple(scores.shape) if isinstance(scores, Tensor) else type(scores).__name__
        raise UserError(
            f"the attention {part.name} must return scores (2, 3, 4), of 2 steps, 3 sequences and "
            f"4 keys, here, not {found}"
        )


def weigh(weights: Tensor, values: Tensor) -> Tensor:
    """Return the sums (T, B, V) of `values` (S, B, V) with the weights (T, B, S)."""
    sums = weights.transpose(0, 1).to(values.dtype) @ values.transpose(0, 1)
    return sums.transpose(0, 1)
