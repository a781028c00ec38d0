"""What the training of a captioner makes small: surprisal, and what is wrong with attention."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from seq.padding import PAD

LEAST_WEIGHT = 1e-8
"""Least weight of which a logarithm is taken."""


def find_penalty(weights: Tensor, words: Tensor) -> Tensor:
    """Return how far each cell is from being looked at once in all: the mean of (1 - Σₜ αₜ)².

    Args:
        weights: attention weights, (T, B, cells).
        words: targets, (T, B). What comes after the end does not count.
    """
    looked = (weights * (words != PAD)[..., None]).sum(dim=0)
    return (1 - looked).square().mean()


def find_straying(weights: Tensor, looks: Tensor) -> Tensor:
    """Return the mean cross-entropy of attention and where it should lie, in nats per guided word.

    Args:
        weights: attention weights, (T, N, cells).
        looks: where they should lie, (T, N, cells), zeros where that is left open.
    """
    straying = -(looks * weights.clamp_min(LEAST_WEIGHT).log()).sum()
    return straying / looks.sum().clamp_min(1)


def find_surprisal(logits: Tensor, words: Tensor) -> Tensor:
    """Return the mean cross-entropy of logits (T, N, V) and words (T, N), in nats per word."""
    return F.cross_entropy(logits.flatten(0, 1), words.flatten(), ignore_index=PAD)
