"""Recurrent layers by the name of their cell, and the state that they carry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn

LayerState: TypeAlias = "Tensor | tuple[Tensor, Tensor]"


State: TypeAlias = "list[LayerState]"
"""One entry a layer: h, or (h, c) of an LSTM, each (1, B, H)."""


LAYERS: dict[str, Callable[[int, int], nn.RNNBase]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}


def cast_state(x: Tensor, layer: LayerState) -> LayerState:
    """Return a layer's state in the type of `x`: one that was resumed comes in fp32."""
    if isinstance(layer, Tensor):
        return layer.to(x.dtype)
    return layer[0].to(x.dtype), layer[1].to(x.dtype)


def detached(state: State) -> State:
    """Cut the graph behind `state`: this is where back-propagation through time is truncated."""
    return [
        layer.detach() if isinstance(layer, Tensor) else (layer[0].detach(), layer[1].detach())
        for layer in state
    ]


def flattened(state: State | None) -> dict[str, Tensor]:
    """Return the tensors of `state` by name, for a checkpoint."""
    named: dict[str, Tensor] = {}
    for index, layer in enumerate(state or ()):
        parts: Sequence[Tensor] = (layer,) if isinstance(layer, Tensor) else layer
        named |= {f"{index}.{part}": tensor for part, tensor in enumerate(parts)}
    return named


def unflattened(named: dict[str, Tensor]) -> State | None:
    """Undo `flattened`."""
    state: State = []
    while (first := named.get(f"{len(state)}.0")) is not None:
        second = named.get(f"{len(state)}.1")
        state.append(first if second is None else (first, second))
    return state or None


def divided(state: State | None, count: int) -> list[State | None]:
    """Return the states of `count` equal parts of the batch."""
    parts = {name: tensor.chunk(count, 1) for name, tensor in flattened(state).items()}
    return [unflattened({name: own[n] for name, own in parts.items()}) for n in range(count)]


def joined(states: Sequence[State | None]) -> State | None:
    """Undo `divided`."""
    parts = [flattened(state) for state in states]
    return unflattened({name: torch.cat([part[name] for part in parts], 1) for name in parts[0]})
