"""How well a model predicts a text: its cross-entropy, and dynamic evaluation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from charlm.model import CharLM, State, detached
from corpora.text.encoded import release

WARM_UP = 256
"""Characters that a stream reads before the first one that is scored."""
WINDOW = 256
MAX_STREAMS = 128
MIN_STREAM = 1024


@dataclass(frozen=True)
class Score:
    """Total cross-entropy of a text of which all characters but the first are predicted."""

    nats: float
    characters: int
    """Characters predicted."""
    line_feeds: int
    """How many of them are line feeds: each is two bytes in an edition with CRLF line ends."""

    @property
    def nats_per_character(self) -> float:
        """Cross-entropy in nats per character."""
        return self.nats / self.characters

    @property
    def bits_per_character(self) -> float:
        """Cross-entropy in bits per character."""
        return self.nats_per_character / math.log(2)

    @property
    def perplexity(self) -> float:
        """Perplexity per character."""
        return math.exp(self.nats_per_character)

    @property
    def crlf_equivalent(self) -> float:
        """Total nats per byte that the text has with CRLF line ends.

        Published figures on *War and Peace* count those bytes, where a line feed after its
        carriage return is nearly free (Karpathy, Johnson and Li 2015).
        """
        return self.nats / (self.characters + self.line_feeds)


def as_tensor(ids: np.ndarray, remap: np.ndarray | None, device: torch.device) -> Tensor:
    """Return `ids` as int64 on `device`, translated by the lookup table `remap` if there is one."""
    block = remap[ids] if remap is not None else ids.astype(np.int64)
    return torch.from_numpy(block).to(device)


def _streams(
    ids: np.ndarray, read: Callable[[np.ndarray], Tensor]
) -> Iterator[tuple[Tensor, Tensor, Tensor | None]]:
    """Cut `ids` into streams; yield inputs, targets and a mask of targets that count.

    The first item, whose mask counts nothing, is what all streams but the first read to warm up:
    so every character is scored once, with the text before it, or `WARM_UP` of it, as context.
    """
    targets = len(ids) - 1
    streams = max(1, min(MAX_STREAMS, targets // MIN_STREAM))
    length = -(-targets // streams)
    starts = np.arange(streams) * length
    warm = starts[1:, None] + np.arange(-min(WARM_UP, length), 0)
    yield read(ids[warm]), read(ids[warm]), None
    for offset in range(0, length, WINDOW):
        if offset % (64 * WINDOW) == 0:
            release(ids)
        positions = starts[:, None] + np.arange(offset, min(offset + WINDOW, length))
        inside = positions < targets  # the last stream may be shorter
        positions = np.minimum(positions, targets - 1)
        yield read(ids[positions]), read(ids[positions + 1]), torch.from_numpy(inside)


def evaluate(
    model: CharLM,
    ids: np.ndarray,
    *,
    device: torch.device,
    line_feed: int | None,
    remap: np.ndarray | None = None,
) -> Score:
    """Score every character of `ids` (at least 2) but the first, once each, in up to 128 streams.

    The first stream starts from a state of zeros, the others after `WARM_UP` characters.

    Args:
        model: on `device`; its mode is left as it was.
        ids: 1-D; a memory map is read window by window.
        device: where to compute, in the autocast context that is in force.
        line_feed: the id of the line feed after `remap`, if the vocabulary has it.
        remap: lookup table from `ids` to the ids of the model.
    """
    was_training = model.training
    model.eval()
    nats, characters, line_feeds = 0.0, 0, 0
    state: State | None = None
    with torch.inference_mode():
        for inputs, targets, inside in _streams(ids, lambda part: as_tensor(part, remap, device)):
            if inside is None:
                state = _with_first(model(inputs)[1]) if len(inputs) else None
                continue
            logits, state = model(inputs, state)
            losses = F.cross_entropy(logits.float().transpose(1, 2), targets, reduction="none")
            counted = inside.to(device)
            nats += float((losses.double() * counted).sum())
            characters += int(inside.sum())
            if line_feed is not None:
                line_feeds += int(((targets == line_feed) & counted).sum())
    model.train(was_training)
    return Score(nats, characters, line_feeds)


def _with_first(state: State) -> State:
    """Put a stream of zeros before the warmed-up ones."""

    def padded(tensor: Tensor) -> Tensor:
        return F.pad(tensor, (0, 0, 1, 0))

    return [
        padded(layer) if isinstance(layer, Tensor) else (padded(layer[0]), padded(layer[1]))
        for layer in state
    ]


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
