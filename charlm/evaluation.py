"""Evaluation of a character language model: the cross-entropy of a text."""

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
"""Characters that each stream reads at a time."""
MAX_STREAMS = 128
"""Most streams that a text is cut into."""
MIN_STREAM = 1024
"""Fewest characters of a stream, if there are several."""


@dataclass(frozen=True)
class Score:
    """The cross-entropy of a text, all of whose characters but the first are predicted."""

    nats: float
    """Total cross-entropy in nats."""
    characters: int
    """Number of predicted characters."""
    line_feeds: int
    """Number of line feeds among them: each is two bytes in an edition with CRLF line ends."""

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
        """Cross-entropy in nats per byte of the text with CRLF line ends.

        Published figures on *War and Peace* count these bytes (Karpathy, Johnson and Li 2015).
        There, a line feed always follows a carriage return, which makes it nearly free.
        """
        return self.nats / (self.characters + self.line_feeds)


def to_tensor(ids: np.ndarray, remap: np.ndarray | None, device: torch.device) -> Tensor:
    """Return `ids` as int64 on `device`, translated by the lookup table `remap` if one is given."""
    block = remap[ids] if remap is not None else ids.astype(np.int64)
    return torch.from_numpy(block).to(device)


def _cut_streams(
    ids: np.ndarray, read: Callable[[np.ndarray], Tensor]
) -> Iterator[tuple[Tensor, Tensor, Tensor | None]]:
    """Cut `ids` into streams; yield inputs, targets, and a mask of the targets that count.

    In the first item, the mask is None: it is the text that all streams but the first one read to
    warm up. So every character is scored once, with at least `WARM_UP` characters before it as
    context, or with all that there are.
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
    """Score every character of `ids` but the first, once each, in up to 128 streams.

    The first stream starts from a state of zeros, the others after `WARM_UP` characters.

    Args:
        model: the model, on `device`; afterwards it is in the same mode as before.
        ids: the text (N,), at least 2 characters; a memory map is read window by window.
        device: where to compute, in the autocast context of the caller.
        line_feed: the id of the line feed after `remap`, if the vocabulary has one.
        remap: lookup table from `ids` to the ids of the model.
    """
    was_training = model.training
    model.eval()
    nats, characters, line_feeds = 0.0, 0, 0
    state: State | None = None
    streams = _cut_streams(ids, lambda part: to_tensor(part, remap, device))
    with torch.inference_mode():
        for inputs, targets, inside in streams:
            if inside is None:
                state = _prepend_zeros(model(inputs)[1]) if len(inputs) else None
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


def _prepend_zeros(state: State) -> State:
    """Return `state` with a stream of zeros before the others."""

    def pad(tensor: Tensor) -> Tensor:
        return F.pad(tensor, (0, 0, 1, 0))

    return [
        pad(layer) if isinstance(layer, Tensor) else (pad(layer[0]), pad(layer[1]))
        for layer in state
    ]
