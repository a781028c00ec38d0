"""Recurrent layers by the name of their cell: those of torch, and those that were registered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from torch import nn

from charlm.nn.own import OwnLayer
from charlm.parts import find_part

RecurrentLayer: TypeAlias = nn.RNNBase | OwnLayer
"""One layer of one direction: of torch, or with a cell that was registered."""

LAYERS: dict[str, Callable[[int, int], nn.RNNBase]] = {
    "rnn": nn.RNN,
    "rnn_relu": partial(nn.RNN, nonlinearity="relu"),
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}


def make_layer(cell: str, input_size: int, hidden_size: int) -> RecurrentLayer:
    """Return a new layer of one direction.

    Args:
        cell: rnn, rnn_relu, gru, lstm, or the name of a cell that was registered.
        input_size: F, features of the input.
        hidden_size: H, units.

    Raises:
        UserError: there is no such cell, or the registered one is not what it must be.
    """
    part = find_part("cell", cell)
    make = LAYERS[cell] if part is None else partial(OwnLayer, part)
    return make(input_size, hidden_size)


def count_states(layer: RecurrentLayer) -> int:
    """Return how many tensors the state of a layer has: 2 for h and c of an LSTM."""
    if isinstance(layer, OwnLayer):
        return layer.states
    return 2 if isinstance(layer, nn.LSTM) else 1
