"""Cross-entropy over a large vocabulary that is sorted by frequency."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ROWS = 256
"""Rows of a tail's logits are filled up to multiples of this: a few sizes instead of a new one at
every step, which leave holes in the memory that is kept (10 GB after 2,000 steps, and growing)."""


class AdaptiveSoftmax(nn.Module):
    """Cross-entropy over a vocabulary sorted by frequency (Grave et al. 2017).

    The first tenth of the words share a softmax with two clusters for the rest, whose words are
    told apart from half and a quarter of the features: a sixth of the arithmetic of a full softmax,
    and the same likelihood for all that matters here. torch's own module does not run under
    autocast, where it mixes types.
    """

    def __init__(self, width: int, vocabulary_size: int) -> None:
        super().__init__()
        self.bounds = [vocabulary_size // 10, vocabulary_size * 2 // 5, vocabulary_size]
        self.head = nn.Linear(width, self.bounds[0] + 2)
        self.tails = nn.ModuleList(
            nn.Sequential(
                nn.Linear(width, max(1, width >> (depth + 1)), bias=False),
                nn.Linear(max(1, width >> (depth + 1)), end - start, bias=False),
            )
            for depth, (start, end) in enumerate(pairwise(self.bounds))
        )

    def forward(self, x: Tensor, targets: Tensor) -> Tensor:
        """Return the mean cross-entropy in nats of `targets`, N in all, from `x` (N, F)."""
        targets = targets.flatten()
        cluster = (targets >= self.bounds[0]).long() + (targets >= self.bounds[1]).long()
        in_head = torch.where(targets < self.bounds[0], targets, self.bounds[0] - 1 + cluster)
        total = F.cross_entropy(self.head(x).float(), in_head, reduction="sum")
        for depth, tail in enumerate(self.tails):
            rows = (cluster == depth + 1).nonzero().squeeze(1)
            if len(rows):
                words = F.pad(targets[rows] - self.bounds[depth], (0, -len(rows) % ROWS), value=-1)
                logits = tail(x[F.pad(rows, (0, -len(rows) % ROWS))])
                total = total + F.cross_entropy(
                    logits.float(), words, reduction="sum", ignore_index=-1
                )
        return total / len(targets)
