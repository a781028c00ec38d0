"""A decoder: recurrent layers that write symbol after symbol, with or without attention."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor, nn

from charlm.config import Cell
from charlm.nn.dropout import locked_mask
from charlm.nn.recurrent import LAYERS, State
from seq.layers.attention import Attention, Scoring
from seq.layers.embedding import embedding


@dataclass(frozen=True)
class Memory:
    """What a decoder begins with and looks back at. Any encoder can fill it."""

    states: Tensor
    """What is looked at, such as the states of an encoder's last layer, (S, B, K)."""
    padding: Tensor
    """True where a state stands for nothing, (S, B)."""
    final: State
    """State that the decoder begins with: h, or (h, c) of an LSTM, for each layer, (1, B, H)."""
    projected: Tensor | None = None
    """What the decoder's attention made of `states`, once for all steps; see `Decoder.prepare`."""
    masks: tuple[Tensor, ...] = field(default=())
    """Masks of the decoder's dropout, drawn once for all steps; none outside of training."""

    def rows(self, wanted: Tensor) -> Memory:
        """Return the memory of these rows of the batch, (N,), in this order."""
        projected = None if self.projected is None else self.projected[:, wanted]
        masks = tuple(mask[:, wanted] for mask in self.masks)
        final = select_rows(self.final, wanted)
        return Memory(self.states[:, wanted], self.padding[:, wanted], final, projected, masks)


def select_rows(state: State, wanted: Tensor) -> State:
    """Return the states of these rows of a batch, (N,), in this order."""
    return [
        part[:, wanted] if isinstance(part, Tensor) else (part[0][:, wanted], part[1][:, wanted])
        for part in state
    ]


class Decoder(nn.Module):
    """Reads the symbols written so far, and gives a logit to each that may follow.

    With attention, the weighted sum of the memory's states joins each state of the last layer
    before the output layer (Luong, Pham and Manning 2015). It is not fed back: so, where the right
    symbols are given, the layers run over all steps at once, in one kernel.

    Args:
        cell: rnn, gru or lstm.
        symbols: V, size of the vocabulary.
        embedding_size: E, features of a symbol's vector.
        hidden_size: H, units of each layer.
        num_layers: recurrent layers.
        memory_size: K, features of the states that attention looks at.
        scoring: how attention computes its scores; None for no attention.
        dropout: share that is dropped, while training, of the inputs of each layer and of the
            output layer, the same features at every step.
    """

    def __init__(
        self,
        cell: Cell,
        symbols: int,
        embedding_size: int,
        hidden_size: int,
        num_layers: int,
        *,
        memory_size: int,
        scoring: Scoring | None,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.dropout = dropout
        self.embedding = embedding(symbols, embedding_size)
        below = [embedding_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList(LAYERS[cell](features, hidden_size) for features in below)
        self.attention = Attention(scoring, hidden_size, memory_size) if scoring else None
        self.output = nn.Linear(hidden_size + memory_size * (scoring is not None), symbols)

    def prepare(
        self,
        states: Tensor,
        padding: Tensor,
        final: State,
        generator: torch.Generator | None = None,
    ) -> Memory:
        """Return the memory of what an encoder has read, with all that is computed only once.

        Args:
            states: (S, B, K).
            padding: true where a state stands for nothing, (S, B).
            final: what the decoder begins with, for each layer.
            generator: draws the dropout masks while training. It lies on the CPU.
        """
        projected = None if self.attention is None else self.attention.project(states)
        masks: tuple[Tensor, ...] = ()
        if self.training and self.dropout:
            widths = [layer.input_size for layer in self._layers()] + [self.output.in_features]
            rows = padding.shape[1]
            masks = tuple(
                locked_mask(rows, width, self.dropout, generator).to(states.device)
                for width in widths
            )
        return Memory(states, padding, final, projected, masks)

    def forward(
        self, symbols: Tensor, state: State, memory: Memory
    ) -> tuple[Tensor, State, Tensor | None]:
        """Go on from `state` after each of `symbols` (T, B).

        Args:
            symbols: ids, time first.
            state: of each layer.
            memory: made by `prepare`.

        Returns:
            The logits (T, B, V) of what follows each symbol, the state after the last one, and the
            weights (T, B, S) of attention, None without attention.
        """
        masks = memory.masks or (None,) * (len(state) + 1)
        x = self.embedding(symbols)
        after: State = []
        for layer, before, mask in zip(self._layers(), state, masks, strict=False):
            x, layer_state = layer(x if mask is None else x * mask, before)
            after.append(layer_state)
        weights = None
        if self.attention is not None:
            assert memory.projected is not None  # `prepare` made it
            attended, weights = self.attention(x, memory.projected, memory.states, memory.padding)
            x = torch.cat([x, attended.to(x.dtype)], dim=2)
        mask = masks[-1]
        logits: Tensor = self.output(x if mask is None else x * mask)
        return logits.float(), after, weights

    def _layers(self) -> Iterable[nn.RNNBase]:
        return cast("Iterable[nn.RNNBase]", self.layers)
