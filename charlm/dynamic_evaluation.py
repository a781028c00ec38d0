"""Dynamic evaluation: a model that goes on learning from what it has been scored on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from charlm.evaluation import Score, as_tensor
from charlm.model import CharLM
from charlm.nn.recurrent import State, detached


@dataclass(frozen=True)
class Dynamic:
    """Dynamic evaluation (Krause, Kahembwe, Murray and Renals 2018), their RMS update with decay.

    The model learns from each segment after it has been scored on it:
    w <- w - rate * g / (sqrt(MS) + epsilon) + decay * RMS * (w0 - w), MS being the mean square of
    the gradients on the training part, RMS its root divided by the root's mean.
    """

    rate: float = 3e-4
    decay: float = 2e-3
    epsilon: float = 1e-5
    segment: int = 40
    """Characters scored, then learned from."""
    gradients: int = 200
    """Segments of the training part that MS is averaged over."""


def _segments(
    model: CharLM, ids: np.ndarray, segment: int, read: Callable[[np.ndarray], Tensor]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the loss of each segment (a sum, with its graph) and its targets, in order."""
    state: State | None = None
    for start in range(0, len(ids) - 1, segment):
        part = read(ids[start : start + segment + 1])
        logits, state = model(part[None, :-1], state)
        state = detached(state)
        yield F.cross_entropy(logits[0].float(), part[1:], reduction="sum"), part[1:]


def evaluate_dynamically(
    model: CharLM,
    ids: np.ndarray,
    training: np.ndarray,
    dynamic: Dynamic,
    *,
    device: torch.device,
    line_feed: int | None,
    remap: np.ndarray | None = None,
    progress: Callable[[int], None] = lambda characters: None,
) -> Score:
    """Score `ids` while adapting to it; `model` is changed. See `evaluate` and `Dynamic`.

    Args:
        training: text that the model was trained on, for the scale of its gradients.
        progress: called with the number of characters that have been scored.
    """
    model.eval()
    model.layers.train()  # cuDNN refuses gradients of layers that are not; they drop nothing
    parameters = list(model.parameters())
    start = [p.detach().clone() for p in parameters]

    def read(part: np.ndarray) -> Tensor:
        return as_tensor(part, remap, device)

    squares = [torch.zeros_like(p) for p in parameters]
    sample = training[: dynamic.gradients * dynamic.segment + 1]
    count = 0
    for loss, targets in _segments(model, sample, dynamic.segment, read):
        for square, gradient in zip(
            squares, torch.autograd.grad(loss / len(targets), parameters), strict=True
        ):
            square.add_(gradient.square())
        count += 1
    roots = [(square / max(1, count)).sqrt() for square in squares]
    mean = sum(float(root.sum()) for root in roots) / sum(root.numel() for root in roots)
    pulls = [(dynamic.decay * root / max(mean, 1e-12)).clamp(max=1.0) for root in roots]
    nats, characters, line_feeds = 0.0, 0, 0
    for loss, targets in _segments(model, ids, dynamic.segment, read):
        nats += float(loss.detach())
        characters += len(targets)
        if line_feed is not None:
            line_feeds += int((targets == line_feed).sum())
        gradients = torch.autograd.grad(loss / len(targets), parameters)
        with torch.no_grad():
            for p, gradient, root, pull, first in zip(
                parameters, gradients, roots, pulls, start, strict=True
            ):
                p.sub_(dynamic.rate * gradient / (root + dynamic.epsilon))
                p.add_(pull * (first - p))
        progress(characters)
    return Score(nats, characters, line_feeds)
