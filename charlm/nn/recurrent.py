"""Recurrent layers by the name of their cell, and the state that is carried between windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import torch
from torch import Tensor, nn

LayerState: TypeAlias = "Tensor | tuple[Tensor, Tensor]"
"""State of one layer: h, or (h, c) of an LSTM, each (1, B, H)."""

State: TypeAlias = "list[LayerState]"
"""State of a stack of layers, from the lowest one up."""


LAYERS: dict[str, Callable[[int, int], nn.RNNBase]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}


def cast_state(x: Tensor, layer: LayerState) -> LayerState:
    """Return a layer's state in the dtype of `x`: a checkpoint holds it in fp32."""
    if isinstance(layer, Tensor):
        return layer.to(x.dtype)
    return layer[0].to(x.dtype), layer[1].to(x.dtype)


def detach_state(state: State) -> State:
    """Detach `state` from its graph: here back-propagation through time is truncated."""
    return [
        layer.detach() if isinstance(layer, Tensor) else (layer[0].detach(), layer[1].detach())
        for layer in state
    ]


def flatten_state(state: State | None) -> dict[str, Tensor]:
    """Return the tensors of `state` by name, for a checkpoint."""
    named: dict[str, Tensor] = {}
    for index, layer in enumerate(state or ()):
        parts: Sequence[Tensor] = (layer,) if isinstance(layer, Tensor) else layer
        named |= {f"{index}.{part}": tensor for part, tensor in enumerate(parts)}
    return named


def unflatten_state(named: dict[str, Tensor]) -> State | None:
    """Return the state whose tensors `flatten_state` has named; None if there are none."""
    state: State = []
    while (first := named.get(f"{len(state)}.0")) is not None:
        second = named.get(f"{len(state)}.1")
        state.append(first if second is None else (first, second))
    return state or None


def restore_state(
    named: Mapping[str, Tensor], layers: Sequence[nn.RNNBase], rows: int
) -> State | None:
    """Return the state in a checkpoint, None if there is none.

    Args:
        named: the tensors of the checkpoint, as `flatten_state` names them.
        layers: the recurrent layers that carry the state.
        rows: number of streams in a batch.

    Raises:
        ValueError: the tensors have other names, shapes or types than the state of such layers.
    """
    wanted = {
        f"{index}.{part}": (1, rows, layer.hidden_size)
        for index, layer in enumerate(layers)
        for part in range(2 if isinstance(layer, nn.LSTM) else 1)
    }
    found = {name: tuple(tensor.shape) for name, tensor in named.items()}
    if found and found != wanted:
        raise ValueError("the carried state is not one of these layers and streams")
    if any(tensor.dtype != torch.float32 for tensor in named.values()):
        raise ValueError("the carried state is not in single precision")
    return unflatten_state(dict(named))


def split_state(state: State | None, count: int) -> list[State | None]:
    """Split the state of a batch into the states of `count` equal parts of it."""
    parts = {name: tensor.chunk(count, 1) for name, tensor in flatten_state(state).items()}
    return [unflatten_state({name: own[n] for name, own in parts.items()}) for n in range(count)]


def join_states(states: Sequence[State | None]) -> State | None:
    """Join the states of the parts of a batch, in order."""
    parts = [flatten_state(state) for state in states]
    return unflatten_state(
        {name: torch.cat([part[name] for part in parts], 1) for name in parts[0]}
    )
