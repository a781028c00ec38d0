"""Evaluation of a character language model: the cross-entropy of a text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
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
MAX_LOGITS = 1 << 24
"""Most logits at a time: with a large vocabulary, streams read fewer characters at a time."""
RELEASED_AFTER = 64
"""Windows after which the memory of a mapped text is given back."""


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


def _list_windows(first: int, end: int, size: int) -> Iterator[np.ndarray]:
    """Yield the positions from `first` to `end`, at most `size` at a time."""
    for start in range(first, end, size):
        yield np.arange(start, min(start + size, end))


def evaluate(
    model: CharLM,
    ids: np.ndarray,
    *,
    device: torch.device,
    line_feed: int | None,
    remap: np.ndarray | None = None,
    temperature: float = 1.0,
) -> Score:
    """Score every character of `ids` but the first, once each; see `predict`.

    Args:
        model: the model, on `device`; afterwards it is in the same mode as before.
        ids: the text (N,), at least 2 characters; a memory map is read window by window.
        device: where to compute, in the autocast context of the caller.
        line_feed: the id of the line feed after `remap`, if the vocabulary has one.
        remap: lookup table from `ids` to the ids of the model.
        temperature: the logits are divided by it.
    """
    nats, characters, line_feeds = 0.0, 0, 0
    for predicted in predict(model, ids, device=device, remap=remap):
        nats += predicted.compute_nats(temperature)
        characters += int(predicted.inside.sum())
        if line_feed is not None:
            line_feeds += int(((predicted.wanted.cpu() == line_feed) & predicted.inside).sum())
    return Score(nats, characters, line_feeds)


@dataclass(frozen=True)
class Predicted:
    """What a model says of a window of T characters in each of B streams."""

    logits: Tensor
    """Logits (B, T, V) before each character, in single precision."""
    wanted: Tensor
    """The characters (B, T)."""
    inside: Tensor
    """Whether each of them counts (B, T): the last stream may be shorter. It lies on the CPU."""

    def compute_nats(self, temperature: float = 1.0) -> float:
        """Return the cross-entropy of the characters that count, in nats.

        Args:
            temperature: the logits are divided by it.
        """
        logits = self.logits if temperature == 1 else self.logits / temperature
        losses = F.cross_entropy(logits.transpose(1, 2), self.wanted, reduction="none")
        # Added up on the CPU: not every device has double precision.
        return float((losses.cpu().double() * self.inside).sum())


def predict(
    model: CharLM,
    ids: np.ndarray,
    *,
    device: torch.device,
    remap: np.ndarray | None = None,
) -> Iterator[Predicted]:
    """Yield what a model says of every character of `ids` but the first, in up to 128 streams.

    The first stream starts from a state of zeros, the others after `WARM_UP` characters. So every
    character is predicted from at least `WARM_UP` characters before it, or from all that there are.

    Args:
        model: as for `evaluate`, like the other arguments.
        ids: the text (N,).
        device: where to compute.
        remap: lookup table from `ids` to the ids of the model.
    """

    def read(positions: np.ndarray) -> Tensor:
        return to_tensor(ids[positions], remap, device)

    targets = len(ids) - 1
    streams = max(1, min(MAX_STREAMS, targets // MIN_STREAM))
    length = -(-targets // streams)
    starts = np.arange(streams)[:, None] * length
    window = max(1, min(WINDOW, MAX_LOGITS // (streams * model.output.out_features)))

    def step(positions: np.ndarray, state: State | None) -> tuple[Tensor, State]:
        with torch.inference_mode():  # entered anew each time: the caller runs between two yields
            logits, state = model(read(positions), state)
            return logits.float(), state

    state: State | None = None
    with _at_rest(model):
        # Streams but the first one begin with a state, as if they had read all that comes before.
        for places in _list_windows(-min(WARM_UP, length), 0, window) if streams > 1 else ():
            state = step(starts[1:] + places, state)[1]
        state = state and _prepend_zeros(state)
        for number, places in enumerate(_list_windows(0, length, window)):
            if number % RELEASED_AFTER == 0:
                release(ids)
            inside = torch.from_numpy(starts + places < targets)  # the last stream may be shorter
            positions = np.minimum(starts + places, targets - 1)
            logits, state = step(positions, state)
            yield Predicted(logits, read(positions + 1), inside)


@contextmanager
def _at_rest(model: CharLM) -> Iterator[None]:
    """Have the model predict, without dropout; afterwards it is in the same mode as before."""
    was_training = model.training
    model.eval()
    try:
        yield
    finally:
        model.train(was_training)


def _prepend_zeros(state: State) -> State:
    """Return `state` with a stream of zeros before the others."""

    def pad(tensor: Tensor) -> Tensor:
        return F.pad(tensor, (0, 0, 1, 0))

    return [
        pad(layer) if isinstance(layer, Tensor) else (pad(layer[0]), pad(layer[1]))
        for layer in state
    ]
