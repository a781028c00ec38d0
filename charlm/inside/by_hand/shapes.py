"""The shape of every tensor of a stack of recurrent layers, and the count of its parameters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from charlm.config import GATES, Cell
from charlm.inside.results import Result
from charlm.training.config import MAX_SIZE
from corpora.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_LAYERS = 16
"""Most layers that are listed."""

Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class StackSizes:
    """The sizes of a stack of recurrent layers, and of what it reads."""

    cell: Cell = "rnn"
    """Kind of cell."""
    input_size: int = 1
    """Features of the input, I."""
    hidden_size: int = 1
    """Hidden units of each layer and direction, H."""
    num_layers: int = 1
    """Number of layers, L."""
    bidirectional: bool = False
    """Whether a second set of weights reads backwards: D is then 2, else 1."""
    steps: int = 3
    """Steps of time, T."""
    batch_size: int = 1
    """Sequences side by side, B."""

    def __post_init__(self) -> None:
        bounds = {"num_layers": MOST_LAYERS}
        for name in ("input_size", "hidden_size", "num_layers", "steps", "batch_size"):
            number, most = getattr(self, name), bounds.get(name, MAX_SIZE)
            if not 1 <= number <= most:
                what = name.removesuffix("_size").removeprefix("num_")
                raise UserError(f"--{what} must lie between 1 and {most:,}, not {number:,}")

    @property
    def directions(self) -> int:
        """Return the number of directions, D."""
        return 1 + self.bidirectional


PRESETS: Mapping[str, StackSizes] = {
    "basic": StackSizes(),
    "hidden": StackSizes(hidden_size=3),
    "multivariate": StackSizes(input_size=3, hidden_size=2),
    "layers": StackSizes(hidden_size=3, num_layers=2),
}
"""The four exercises of textbooks: one unit, several hidden units, several inputs, two layers."""


@dataclass(frozen=True)
class TensorShape:
    """One tensor of a stack of layers."""

    layer: int | None
    """The layer, from 0; None for what belongs to the stack."""
    backward: bool
    """Whether it belongs to the direction that reads backwards."""
    name: str
    """Its name in formulas: x, W_ih, h."""
    torch_name: str
    """Its name in `torch.nn`."""
    axes: str
    """Its shape in letters: 4H, I."""
    shape: Shape
    """Its shape."""
    parameter: bool
    """Whether it is learnt."""
    equal: bool | None = None
    """Whether `torch.nn` has the same shape; None if it was not asked."""

    @property
    def count(self) -> int:
        """Return how many numbers it holds."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Shapes(Result):
    """All tensors of a stack of recurrent layers."""

    sizes: StackSizes
    """The sizes of the stack."""
    tensors: tuple[TensorShape, ...]
    """The input, then each layer from the bottom up, then the states."""

    @property
    def parameters(self) -> int:
        """Return the number of parameters."""
        return sum(tensor.count for tensor in self.tensors if tensor.parameter)

    def compare(self, expected: Mapping[str, Shape]) -> Shapes:
        """Return the same tensors, marked by whether `torch.nn` has the same shapes.

        Args:
            expected: the shapes of `torch.nn`, by `torch_name`.
        """
        marked = [
            replace(tensor, equal=expected.get(tensor.torch_name) == tensor.shape)
            for tensor in self.tensors
        ]
        return replace(self, tensors=tuple(marked))

    def records(self) -> list[dict[str, Any]]:
        """Return a row a tensor; layers are counted from 1."""
        return [
            {
                "layer": None if tensor.layer is None else tensor.layer + 1,
                "direction": "backward" if tensor.backward else "forward",
                "tensor": tensor.name,
                "torch.nn": tensor.torch_name,
                "axes": tensor.axes,
                "shape": list(tensor.shape),
                "count": tensor.count,
                "parameter": tensor.parameter,
                "equal": tensor.equal,
            }
            for tensor in self.tensors
        ]

    def plot(self) -> Figure:
        """Return a picture of the weights: rectangles, drawn to scale, layer by layer."""
        from charlm.inside.by_hand.shapes_picture import draw_weights

        rows: dict[str, list[tuple[str, Shape]]] = {}
        for tensor in self.tensors:
            if tensor.parameter and tensor.layer is not None:
                direction = "\nbackward" if tensor.backward else "\nforward"
                label = f"layer {tensor.layer + 1}{direction if self.sizes.bidirectional else ''}"
                rows.setdefault(label, []).append((tensor.name, tensor.shape))
        title = f"{self.sizes.cell.upper()}: {self.parameters:,} parameters"
        return draw_weights(list(rows.items()), title)


def list_tensors(sizes: StackSizes) -> Shapes:
    """List every tensor of a stack of recurrent layers, as `torch.nn` lays them out.

    With G gates (1 for an RNN, 3 for a GRU, 4 for an LSTM) a layer that has F features below it has
    D (G H (F + H) + 2 G H) parameters; F is I for the first layer and D H for those above.

    Args:
        sizes: the sizes of the stack.
    """
    steps, batch, hidden = sizes.steps, sizes.batch_size, sizes.hidden_size
    directions = sizes.directions
    above = "2H" if sizes.bidirectional else "H"
    tensors = [
        TensorShape(
            None, False, "x", "input", "T, B, I", (steps, batch, sizes.input_size), parameter=False
        )
    ]
    for layer in range(sizes.num_layers):
        for backward in (False, True)[:directions]:
            tensors.extend(_list_weights(sizes, layer, backward))
        shape = (steps, batch, directions * hidden)
        name = f"output of layer {layer + 1}"
        tensors.append(TensorShape(layer, False, "output", name, f"T, B, {above}", shape, False))
    states = ("h", "c") if sizes.cell == "lstm" else ("h",)
    for state in states:
        shape = (sizes.num_layers * directions, batch, hidden)
        axes = "2L, B, H" if sizes.bidirectional else "L, B, H"
        tensors.append(TensorShape(None, False, state, f"{state}_n", axes, shape, False))
    return Shapes(sizes, tuple(tensors))


def _list_weights(sizes: StackSizes, layer: int, backward: bool) -> Iterator[TensorShape]:
    """Yield what one layer has in one direction: its weights, and its part of the states."""
    gates = GATES[sizes.cell]
    rows, letters = gates * sizes.hidden_size, f"{gates if gates > 1 else ''}H"
    below = sizes.input_size if layer == 0 else sizes.directions * sizes.hidden_size
    below_letters = "I" if layer == 0 else "2H" if sizes.bidirectional else "H"
    weights: tuple[tuple[str, str, Shape], ...] = (
        ("weight_ih", f"{letters}, {below_letters}", (rows, below)),
        ("weight_hh", f"{letters}, H", (rows, sizes.hidden_size)),
        ("bias_ih", letters, (rows,)),
        ("bias_hh", letters, (rows,)),
    )
    for name, axes, shape in weights:
        short = name.replace("weight", "W").replace("bias", "b")
        torch_name = f"{name}_l{layer}{'_reverse' if backward else ''}"
        yield TensorShape(layer, backward, short, torch_name, axes, shape, True)
    row = layer * sizes.directions + backward
    for state in ("h", "c") if sizes.cell == "lstm" else ("h",):
        shape = (sizes.batch_size, sizes.hidden_size)
        yield TensorShape(layer, backward, state, f"{state}_n[{row}]", "B, H", shape, False)
