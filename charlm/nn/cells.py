"""Recurrent layers by the name of their cell: those of torch, and those that were registered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import torch
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


def raise_forget_bias(layer: nn.LSTM, amount: float) -> None:
    """Add `amount` to the bias of every forget gate of an LSTM layer.

    With torch's own biases, around 0, half of what a cell holds is forgotten at every step: the
    gradient reaches only a few steps back before the gates have learned to stay open.
    """
    size = layer.hidden_size
    with torch.no_grad():  # torch's order of the gates: input, forget, candidate, output
        layer.get_parameter("bias_ih_l0")[size : 2 * size] += amount


def count_states(layer: RecurrentLayer) -> int:
    """Return how many tensors the state of a layer has: 2 for h and c of an LSTM."""
    if isinstance(layer, OwnLayer):
        return layer.states
    return 2 if isinstance(layer, nn.LSTM) else 1
