"""Attention by content and by place: the decoder walks along the words that it reads."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from seq.layers.attention import Attention, weigh

PLACE = 2
"""Numbers that are carried from step to step: where the last step stood, and what it looked at."""
NARROWEST = 0.3
"""Least standard deviation of the weights by place, in words: the next word then gets 0.4 %."""


class WalkingAttention(Attention):
    """Attention whose weights mix those of an `Attention` with those of a place that moves.

    In each step the place is one that a learned share puts between two anchors, the place before
    and the mean place that the step before looked at, and moves from there by a learned number of
    words. The weights by place fall off from it as a normal density does. A learned share mixes
    them with the weights by content. Nothing depends on where a place is: only moves are learned,
    so they hold in inputs that are longer than those of the training.

    Source: the location attender and the mix attender of Dubois, Dagan, Hupkes and Bruni (2020),
    "Location attention for extrapolation to longer sequences", arXiv 1911.03872. Here all comes
    from the decoder's state by one matrix, and moves need not be whole words.

    Args:
        scoring: how content is scored; see `Attention`.
        query_size: Q, features of a query.
        key_size: K, features of a key.
    """

    def __init__(self, scoring: str, query_size: int, key_size: int) -> None:
        super().__init__(scoring, query_size, key_size)
        self.of_walk = nn.Linear(query_size, 4)

    def walk(
        self, queries: Tensor, projected: Tensor, values: Tensor, padding: Tensor, place: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the weighted sums (T, B, V), the weights (T, B, S), and the place after them.

        Args:
            queries: (T, B, Q).
            projected: the keys after `project`, (S, B, Q).
            values: (S, B, V).
            padding: (S, B), true where a key is padding. Its weight is zero.
            place: that before the first step, (1, B, `PLACE`); zeros to begin with.
        """
        _, by_content = super().forward(queries, projected, values, padding)
        moves, anchors, widths, shares = self.of_walk(queries).float().unbind(2)
        anchors, shares = anchors.sigmoid(), shares.sigmoid()[..., None]
        spread = -0.5 / (F.softplus(widths) + NARROWEST)[..., None] ** 2
        words = torch.arange(len(padding), device=queries.device, dtype=by_content.dtype)
        last = (~padding).sum(0) - 1
        stood, looked = place[0].float().unbind(1)
        steps: list[Tensor] = []
        for step, content in enumerate(by_content):
            anchor = anchors[step] * stood + (1 - anchors[step]) * looked
            # Beyond the ends there is nothing to see; a step later it may come back.
            stood = torch.minimum((anchor + moves[step]).clamp(min=0), last.to(anchor.dtype))
            scores = spread[step] * (words - stood[:, None]) ** 2
            by_place = scores.masked_fill(padding.t(), -torch.inf).softmax(1)
            steps.append(shares[step] * by_place + (1 - shares[step]) * content)
            looked = steps[-1] @ words
        weights = torch.stack(steps)
        return weigh(weights, values), weights, torch.stack([stood, looked], 1)[None]
