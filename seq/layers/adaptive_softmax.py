"""Cross-entropy over a large vocabulary that is sorted by frequency."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ROWS = 256
"""The rows of a tail's logits are padded to a multiple of this number. Without it every step
allocates another size, and the allocator's memory grows (10 GB after 2,000 steps)."""


class AdaptiveSoftmax(nn.Module):
    """Cross-entropy over a vocabulary sorted by frequency (Grave et al. 2017).

    The first tenth of the symbols share one softmax with two clusters. The clusters hold the other
    symbols, and project the features to a half and to a quarter of their number. So a row whose
    target is in the first tenth costs a tenth of a full softmax. `nn.AdaptiveLogSoftmaxWithLoss`
    does the same, but it fails under autocast, where it mixes types.

    Args:
        width: F, number of features.
        vocabulary_size: V, number of symbols, sorted by falling frequency.
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
        """Return the mean cross-entropy, in nats, of N `targets` given the features `x` (N, F)."""
        targets = targets.flatten()
        cluster = (targets >= self.bounds[0]).long() + (targets >= self.bounds[1]).long()
        in_head = torch.where(targets < self.bounds[0], targets, self.bounds[0] - 1 + cluster)
        total = F.cross_entropy(self.head(x).float(), in_head, reduction="sum")
        for depth, tail in enumerate(self.tails):
            rows = (cluster == depth + 1).nonzero().squeeze(1)
            if len(rows):
                symbols = F.pad(
                    targets[rows] - self.bounds[depth], (0, -len(rows) % ROWS), value=-1
                )
                logits = tail(x[F.pad(rows, (0, -len(rows) % ROWS))])
                total = total + F.cross_entropy(
                    logits.float(), symbols, reduction="sum", ignore_index=-1
                )
        return total / len(targets)
