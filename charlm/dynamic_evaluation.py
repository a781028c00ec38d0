"""Dynamic evaluation: a model is scored on a text, and learns from each segment after its score.

Source: Krause, Kahembwe, Murray and Renals 2018, their RMS update with decay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from charlm.evaluation import Score, to_tensor
from charlm.model import CharLM
from charlm.nn.recurrent import State, detach_state


@dataclass(frozen=True)
class Dynamic:
    """The settings of dynamic evaluation.

    The update after each segment is
    w <- w - rate * g / (sqrt(MS) + epsilon) + decay * RMS * (w0 - w).
    g is the gradient of the segment, and w0 the weights before the text. MS is the mean square of
    the gradients on the training part; RMS is its root, divided by the mean of that root over all
    weights.
    """

    rate: float = 3e-4
    """Learning rate."""
    decay: float = 2e-3
    """Strength of the pull back to the weights before the text."""
    epsilon: float = 1e-5
    """Number that keeps the divisor above zero."""
    segment: int = 40
    """Characters that are scored, then learned from."""
    gradients: int = 200
    """Segments of the training part that MS is averaged over."""


class _Updater:
    """Updates the weights of a model by the rule of `Dynamic`.

    Args:
        parameters: the weights; `update` changes them.
        roots: the root of MS for each of them.
        dynamic: the settings.
    """

    def __init__(
        self, parameters: Sequence[Tensor], roots: Sequence[Tensor], dynamic: Dynamic
    ) -> None:
        self.parameters, self.roots, self.dynamic = parameters, roots, dynamic
        self.start = [p.detach().clone() for p in parameters]
        mean = sum(float(root.sum()) for root in roots) / sum(root.numel() for root in roots)
        self.pulls = [(dynamic.decay * root / max(mean, 1e-12)).clamp(max=1.0) for root in roots]

    def update(self, gradients: Sequence[Tensor]) -> None:
        """Change the weights by one segment's gradients."""
        with torch.no_grad():
            for p, gradient, root, pull, first in zip(
                self.parameters, gradients, self.roots, self.pulls, self.start, strict=True
            ):
                p.sub_(self.dynamic.rate * gradient / (root + self.dynamic.epsilon))
                p.add_(pull * (first - p))


def _compute_losses(
    model: CharLM, ids: np.ndarray, segment: int, read: Callable[[np.ndarray], Tensor]
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the loss of each segment (a sum, with its graph) and its targets, in order."""
    state: State | None = None
    for start in range(0, len(ids) - 1, segment):
        part = read(ids[start : start + segment + 1])
        logits, state = model(part[None, :-1], state)
        state = detach_state(state)
        yield F.cross_entropy(logits[0].float(), part[1:], reduction="sum"), part[1:]


def _measure_gradients(
    parameters: Sequence[Tensor], losses: Iterator[tuple[Tensor, Tensor]]
) -> list[Tensor]:
    """Return the root of the mean square of the gradients of some segments, per parameter."""
    squares = [torch.zeros_like(p) for p in parameters]
    count = 0
    for loss, targets in losses:
        gradients = torch.autograd.grad(loss / len(targets), parameters)
        for square, gradient in zip(squares, gradients, strict=True):
            square.add_(gradient.square())
        count += 1
    return [(square / max(1, count)).sqrt() for square in squares]


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
    """Score every character of `ids` but the first, while the model learns from the text.

    Args:
        model: the model, on `device`; its weights are changed.
        ids: the text (N,), at least 2 characters.
        training: text that the model was trained on, for the scale of its gradients.
        dynamic: the settings.
        device: where to compute.
        line_feed: the id of the line feed after `remap`, if the vocabulary has one.
        remap: lookup table from `ids` to the ids of the model.
        progress: called with the number of characters that have been scored.
    """
    model.eval()
    parameters = list(model.parameters())

    def read(part: np.ndarray) -> Tensor:
        return to_tensor(part, remap, device)

    sample = training[: dynamic.gradients * dynamic.segment + 1]
    roots = _measure_gradients(parameters, _compute_losses(model, sample, dynamic.segment, read))
    updater = _Updater(parameters, roots, dynamic)
    nats, characters, line_feeds = 0.0, 0, 0
    for loss, targets in _compute_losses(model, ids, dynamic.segment, read):
        nats += float(loss.detach())
        characters += len(targets)
        if line_feed is not None:
            line_feeds += int((targets == line_feed).sum())
        updater.update(torch.autograd.grad(loss / len(targets), parameters))
        progress(characters)
    return Score(nats, characters, line_feeds)
