"""Recurrent decoders, with or without attention: of symbols, and of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from charlm.config import Cell
from charlm.nn.cells import RecurrentLayer, count_states, make_layer
from charlm.nn.dropout import draw_mask
from charlm.nn.recurrent import State, run_layer
from charlm.nn.transfer import move
from seq.layers.attention import Attention
from seq.layers.copying import mix_with_copies
from seq.layers.embedding import make_embedding
from seq.layers.location import PLACE, WalkingAttention
from seq.layers.memory import Memory


class VectorDecoder(nn.Module):
    """Recurrent layers that read vectors and predict numbers from each of their states.

    With attention, each state of the last layer is concatenated with the weighted sum of the
    memory's states before the output layer (Luong, Pham and Manning 2015). If the weighted sum is
    not fed back into the layers, and all inputs are known, each layer computes all steps in one
    call.

    Args:
        cell: one of charlm's own, or one that was registered.
        input_size: E, features of an input.
        hidden_size: H, units of each layer.
        num_layers: recurrent layers.
        outputs: V, numbers that are predicted from each state.
        memory_size: K, features of the states that attention looks at.
        scoring: how attention computes its scores; None for no attention.
        walking: whether attention also follows a place that moves; see `WalkingAttention`. The
            place is then a last state, (1, B, `PLACE`), beside those of the layers.
        feeding: whether the lowest layer also reads the weighted sum of the step before (input
            feeding). That sum is then one more state, (1, B, K), after all others.
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
        scoring: str | None,
        walking: bool = False,
        feeding: bool = False,
        dropout: float = 0.0,
        embedding: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.dropout, self.feeding = dropout, feeding
        if embedding is not None:
            self.embedding = embedding
        fed = memory_size * feeding
        below = [input_size + fed] + [hidden_size] * (num_layers - 1)
        self.layers = nn.ModuleList(make_layer(cell, features, hidden_size) for features in below)
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
        if self.feeding:
            final = [*final, torch.zeros_like(states[:1])]
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
        read = self._read_in_turn if self.feeding else self._read
        x, weights, after = read(x, state, memory, masks)
        mask = masks[-1]
        predicted: Tensor = self.output(x if mask is None else x * mask)
        return predicted, after, weights

    def _read(
        self, x: Tensor, state: State, memory: Memory, masks: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor | None, State]:
        """Read features (T, B, F); return what the output layer reads, weights, and the state."""
        after: State = []
        for layer, before, mask in zip(self._layers(), state, masks, strict=False):
            x, layer_state = run_layer(layer, x if mask is None else x * mask, before)
            after.append(layer_state)
        weights = None
        if self.attention is not None:
            assert memory.projected is not None  # `prepare` made it
            given = (x, memory.projected, memory.states, memory.padding)
            if isinstance(self.attention, WalkingAttention):
                place = state[len(self.layers)]
                assert isinstance(place, Tensor)  # `prepare` put it there
                attended, weights, place = self.attention.walk(*given, place)
                after.append(place)
            else:
                attended, weights = self.attention(*given)
            x = torch.cat([x, attended.to(x.dtype)], dim=2)
        return x, weights, after

    def _read_in_turn(
        self, x: Tensor, state: State, memory: Memory, masks: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor | None, State]:
        """Do the same step by step, where each step reads what the one before has attended to."""
        fed = state[-1]
        outputs: list[Tensor] = []
        weights: list[Tensor] = []
        for step in torch.split(x, 1):
            assert isinstance(fed, Tensor)  # `prepare` put it there
            given = torch.cat([step, fed.to(step.dtype)], dim=2)
            output, looked, state = self._read(given, state, memory, masks)
            assert looked is not None  # only with attention is something fed
            fed = output[:, :, -memory.states.shape[2] :]
            outputs.append(output)
            weights.append(looked)
            state = [*state, fed]
        return torch.cat(outputs), torch.cat(weights), state

    def state_counts(self) -> list[int]:
        """Return the number of tensors of the state of each layer."""
        return [count_states(layer) for layer in self._layers()]

    def _layers(self) -> Iterable[RecurrentLayer]:
        return cast("Iterable[RecurrentLayer]", self.layers)


class Decoder(VectorDecoder):
    """Recurrent layers that read symbols and predict the next one.

    Args:
        cell: one of charlm's own, or one that was registered.
        symbols: V, size of the vocabulary.
        embedding_size: E, features of a symbol's vector.
        hidden_size: H, units of each layer.
        num_layers: recurrent layers.
        memory_size: K, features of the states that attention looks at.
        scoring: how attention computes its scores; None for no attention.
        walking: as of `VectorDecoder`.
        copying: whether the output mixes with the translations of what attention looks at; see
            `mix_with_copies`.
        feeding: as of `VectorDecoder`.
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
        scoring: str | None,
        walking: bool = False,
        copying: bool = False,
        feeding: bool = False,
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
            feeding=feeding,
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
