"""Recurrent decoders, with or without attention: of symbols, and of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

import torch
from torch import Tensor, nn

from charlm.config import Cell
from charlm.nn.dropout import draw_mask
from charlm.nn.recurrent import LAYERS, State, run_layer
from charlm.nn.transfer import move
from seq.layers.attention import Attention, Scoring
from seq.layers.copying import mix_with_copies
from seq.layers.embedding import make_embedding
from seq.layers.location import PLACE, WalkingAttention


@dataclass(frozen=True)
class Memory:
    """The initial state of a decoder, and the states that its attention reads.

    Any encoder can fill it; see `Decoder.prepare`.
    """

    states: Tensor
    """States that attention reads, such as those of an encoder's last layer, (S, B, K)."""
    padding: Tensor
    """True where a state is padding, (S, B)."""
    final: State
    """Initial state of the decoder: h, or (h, c) of an LSTM, for each layer, (1, B, H)."""
    projected: Tensor | None = None
    """`states` after the projection of the decoder's attention, computed once for all steps."""
    masks: tuple[Tensor, ...] = field(default=())
    """Dropout masks of the decoder, drawn once for all steps. Empty outside of training."""
    translations: Tensor | None = None
    """Distribution over the decoder's symbols for each state, to copy from, (S, B, V)."""
    read_as: Tensor | None = None
    """Id that each of the decoder's symbols is read as, (V,). Symbols that are read as one are
    told apart by copying alone."""

    def select(self, rows: Tensor) -> Memory:
        """Return the memory of these rows of the batch, (N,), in this order."""
        projected, translations = (
            None if each is None else each[:, rows] for each in (self.projected, self.translations)
        )
        masks = tuple(mask[:, rows] for mask in self.masks)
        final = select_rows(self.final, rows)
        states, padding = self.states[:, rows], self.padding[:, rows]
        return Memory(states, padding, final, projected, masks, translations, self.read_as)


def select_rows(state: State, rows: Tensor) -> State:
    """Return the states of these rows of a batch, (N,), in this order."""
    return [
        part[:, rows] if isinstance(part, Tensor) else (part[0][:, rows], part[1][:, rows])
        for part in state
    ]


class VectorDecoder(nn.Module):
    """Recurrent layers that read vectors and predict numbers from each of their states.

    With attention, each state of the last layer is concatenated with the weighted sum of the
    memory's states before the output layer (Luong, Pham and Manning 2015). The weighted sum is not
    fed back into the layers. So, where all inputs are known, each layer computes all steps in one
    call.

    Args:
        cell: rnn, gru or lstm.
        input_size: E, features of an input.
        hidden_size: H, units of each layer.
        num_layers: recurrent layers.
        outputs: V, numbers that are predicted from each state.
        memory_size: K, features of the states that attention looks at.
        scoring: how attention computes its scores; None for no attention.
        walking: whether attention also follows a place that moves; see `WalkingAttention`. The
            place is then a last state, (1, B, `PLACE`), beside those of the layers.
        dropout: share of the input features of each layer, the output layer included, that is
            dropped in training. The same features are dropped at every step.
        embedding: makes the inputs out of something else; None if they are vectors already.
    """

    def __init__(
        self,
        cell: Cell,
        input_size: int,
        hidden_size: int,
        num_layers: int,
        *,
        outputs: int,
        memory_size: int,
        scoring: Scoring | None,
        walking: bool = False,
        dropout: float = 0.0,
        embedding: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.dropout = dropout
        if embedding is not None:
            self.embedding = embedding
        below = [input_size] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList(LAYERS[cell](features, hidden_size) for features in below)
        kind = WalkingAttention if walking else Attention
        self.attention = kind(scoring, hidden_size, memory_size) if scoring else None
        features = hidden_size + memory_size * (scoring is not None)
        self.output = nn.Linear(features, outputs)

    def prepare(
        self,
        states: Tensor,
        padding: Tensor,
        final: State,
        generator: torch.Generator | None = None,
        *,
        translations: Tensor | None = None,
        read_as: Tensor | None = None,
    ) -> Memory:
        """Return a memory of `states`, with what all steps share computed once.

        Args:
            states: states that attention reads, (S, B, K).
            padding: true where a state is padding, (S, B).
            final: initial state of the decoder, for each layer.
            generator: draws the dropout masks in training. It lies on the CPU.
            translations: what copying chooses from, (S, B, V).
            read_as: id that each symbol is read as, (V,); None for its own.
        """
        projected = None if self.attention is None else self.attention.project(states)
        masks: tuple[Tensor, ...] = ()
        if self.training and self.dropout:
            widths = [layer.input_size for layer in self._layers()] + [self.output.in_features]
            rows = padding.shape[1]
            masks = tuple(
                move(draw_mask(rows, width, self.dropout, generator), states.device)
                for width in widths
            )
        if isinstance(self.attention, WalkingAttention):
            final = [*final, states.new_zeros(1, states.shape[1], PLACE, dtype=torch.float32)]
        return Memory(states, padding, final, projected, masks, translations, read_as)

    def forward(
        self, x: Tensor, state: State, memory: Memory
    ) -> tuple[Tensor, State, Tensor | None]:
        """Read `x` from `state` on, and predict from the state after each input.

        Args:
            x: inputs (T, B, E), time first.
            state: state of each layer before the first input.
            memory: result of `prepare`.

        Returns:
            The predicted numbers (T, B, V), the state after the last input, and the attention
            weights (T, B, S), None without attention.
        """
        masks = memory.masks or (None,) * (len(self.layers) + 1)
        after: State = []
        for layer, before, mask in zip(self._layers(), state, masks, strict=False):
            x, layer_state = run_layer(layer, x if mask is None else x * mask, before)
            after.append(layer_state)
        weights = None
        if self.attention is not None:
            assert memory.projected is not None  # `prepare` made it
            given = (x, memory.projected, memory.states, memory.padding)
            if isinstance(self.attention, WalkingAttention):
                place = state[-1]
                assert isinstance(place, Tensor)  # `prepare` put it there
                attended, weights, place = self.attention.walk(*given, place)
                after.append(place)
            else:
                attended, weights = self.attention(*given)
            x = torch.cat([x, attended.to(x.dtype)], dim=2)
        mask = masks[-1]
        predicted: Tensor = self.output(x if mask is None else x * mask)
        return predicted, after, weights

    def _layers(self) -> Iterable[nn.RNNBase]:
        return cast("Iterable[nn.RNNBase]", self.layers)


class Decoder(VectorDecoder):
    """Recurrent layers that read symbols and predict the next one.

    Args:
        cell: rnn, gru or lstm.
        symbols: V, size of the vocabulary.
        embedding_size: E, features of a symbol's vector.
        hidden_size: H, units of each layer.
        num_layers: recurrent layers.
        memory_size: K, features of the states that attention looks at.
        scoring: how attention computes its scores; None for no attention.
        walking: as of `VectorDecoder`.
        copying: whether the output mixes with the translations of what attention looks at; see
            `mix_with_copies`.
        dropout: as of `VectorDecoder`.
    """

    embedding: nn.Embedding

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
        walking: bool = False,
        copying: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__(
            cell,
            embedding_size,
            hidden_size,
            num_layers,
            outputs=symbols + copying,
            memory_size=memory_size,
            scoring=scoring,
            walking=walking,
            dropout=dropout,
            embedding=make_embedding(symbols, embedding_size),
        )
        self.copying = copying

    def forward(
        self, symbols: Tensor, state: State, memory: Memory
    ) -> tuple[Tensor, State, Tensor | None]:
        """Read `symbols` from `state` on, and predict the symbol after each of them.

        Args:
            symbols: ids (T, B), time first.
            state: state of each layer before the first symbol.
            memory: result of `prepare`.

        Returns:
            The logits (T, B, V) of the symbol after each input symbol, the state after the last
            input symbol, and the attention weights (T, B, S), None without attention.
        """
        x = self.embedding(symbols if memory.read_as is None else memory.read_as[symbols])
        logits, after, weights = super().forward(x, state, memory)
        if self.copying:
            assert weights is not None  # only with attention is something copied
            assert memory.translations is not None
            mixed = mix_with_copies(logits, weights, memory.translations, memory.read_as)
            return mixed, after, weights
        return logits.float(), after, weights
