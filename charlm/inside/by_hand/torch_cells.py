"""What `torch.nn` gives for what is worked out by hand."""

from __future__ import annotations

import torch
from torch import nn

from charlm.arrays import Floats
from charlm.config import Cell
from charlm.inside.by_hand.cell_weights import CellWeights
from charlm.inside.by_hand.shapes import StackSizes, list_tensors

CELLS: dict[Cell, type[nn.RNNCell] | type[nn.GRUCell] | type[nn.LSTMCell]] = {
    "rnn": nn.RNNCell,
    "gru": nn.GRUCell,
    "lstm": nn.LSTMCell,
}
LAYERS: dict[Cell, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {
    "rnn": nn.RNN,
    "gru": nn.GRU,
    "lstm": nn.LSTM,
}
MOST_NUMBERS = 1 << 22
"""Most numbers of a stack that is run to see its shapes."""
MOST_STEPS = 3
"""Most steps of a larger one."""


def run_torch_cell(weights: CellWeights, x: Floats) -> dict[str, Floats]:
    """Return the states (T, H) of torch's own cell, by name: h, and c for an LSTM.

    Args:
        weights: the weights of the cell.
        x: the inputs, (T, I).
    """
    sizes = (weights.input_size, weights.hidden_size)
    # On the meta device, so that no initial weights are drawn from the caller's generator.
    cell = CELLS[weights.cell](*sizes, device="meta", dtype=torch.float64)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    own = {name: torch.from_numpy(getattr(weights, name)) for name in names}
    cell.load_state_dict(own, assign=True)
    state: torch.Tensor | tuple[torch.Tensor, torch.Tensor] | None = None
    found: dict[str, list[torch.Tensor]] = {"c": [], "h": []}
    with torch.inference_mode():
        for row in torch.from_numpy(x):
            state = cell(row, state)
            h, *rest = state if isinstance(state, tuple) else (state,)
            found["h"].append(h)
            found["c"].extend(rest)
    return {name: torch.stack(values).numpy() for name, values in found.items() if values}


def list_torch_shapes(sizes: StackSizes) -> dict[str, tuple[int, ...]]:
    """Return the shapes that torch's own stack of layers has, by the names of `list_tensors`.

    What has more than `MOST_NUMBERS` is run on torch's meta device, which computes shapes alone and
    stores nothing. Torch takes steps one by one there, 10 ms each, so of more than `MOST_STEPS` no
    more are run, and their number is replaced by that of all.

    Args:
        sizes: the sizes of the stack.
    """
    small = sum(tensor.count for tensor in list_tensors(sizes).tensors) <= MOST_NUMBERS
    steps = sizes.steps if small else min(sizes.steps, MOST_STEPS)

    def make(input_size: int, num_layers: int) -> nn.RNNBase:
        layers = LAYERS[sizes.cell](
            input_size,
            sizes.hidden_size,
            num_layers,
            bidirectional=sizes.bidirectional,
            device="meta",  # so that nothing is drawn from the caller's generator
        )
        return layers.to_empty(device="cpu") if small else layers

    def list_shape(tensor: torch.Tensor) -> tuple[int, ...]:
        first, *others = tensor.shape
        return (sizes.steps if first == steps else first, *others)

    device = "cpu" if small else "meta"
    y = x = torch.zeros(steps, sizes.batch_size, sizes.input_size, device=device)
    found = {"input": list_shape(x)}
    with torch.inference_mode():
        for number in range(1, sizes.num_layers + 1):
            # A stack gives the output of its top layer alone, so each layer runs by itself as well.
            y, _ = make(y.shape[-1], 1)(y)
            found[f"output of layer {number}"] = list_shape(y)
        stack = make(sizes.input_size, sizes.num_layers)
        _, state = stack(x)
    found |= {name: tuple(parameter.shape) for name, parameter in stack.named_parameters()}
    for name, part in zip("hc", state if isinstance(state, tuple) else (state,), strict=False):
        found[f"{name}_n"] = tuple(part.shape)
        found |= {f"{name}_n[{row}]": tuple(own.shape) for row, own in enumerate(part)}
    return found
