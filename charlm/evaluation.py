"""How well a model predicts a text: its cross-entropy, and dynamic evaluation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from charlm.model import CharLM
from charlm.nn.recurrent import State
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
