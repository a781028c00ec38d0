"""`charlm inside shapes`: the shape of every tensor, and the count of the parameters."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.table import Table

from charlm.commands.inside.output import OUTPUTS, Outputs, print_records, save_outputs
from charlm.console.options import SWITCH
from charlm.console.program import notice, stderr, stdout
from charlm.console.slow import slow
from charlm.console.tables import print_table
from charlm.inside.by_hand.shapes import PRESETS, Shapes, StackSizes, TensorShape, list_tensors
from charlm.parts import CellByHand

Preset = Literal["basic", "hidden", "multivariate", "layers"]


def shapes(
    *,
    preset: Preset | None = None,
    cell: CellByHand | None = None,
    input: int | None = None,
    hidden: int | None = None,
    layers: int | None = None,
    bidirectional: Annotated[bool, SWITCH] = False,
    steps: int | None = None,
    batch: Annotated[int | None, Parameter(name=["--batch", "--batch-size"])] = None,
    outputs: Outputs = OUTPUTS,
) -> None:
    """List the shape of every tensor of recurrent layers, and count the parameters.

    Parameters
    ----------
    preset
        One of four exercises: basic (one input, one unit), hidden (3 units), multivariate
        (3 inputs, 2 units), layers (2 layers of 3 units). Other options change it.
    cell
        Kind of cell, by default rnn.
    input
        Number of inputs at each step, I.
    hidden
        Number of hidden units of each layer, H.
    layers
        Number of layers, L.
    bidirectional
        Read backwards as well, with weights of their own.
    steps
        Steps of time, T, by default 3.
    batch
        Sequences side by side, B, by default 1.
    """
    given: dict[str, Any] = {
        "cell": cell,
        "input_size": input,
        "hidden_size": hidden,
        "num_layers": layers,
        "bidirectional": bidirectional or None,
        "steps": steps,
        "batch_size": batch,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    sizes: StackSizes = replace(PRESETS[preset or "basic"], **changes)
    listed = _compare(list_tensors(sizes))
    save_outputs(listed, outputs.png)
    if outputs.json:
        print_records(listed, {**vars(sizes), "parameters": listed.parameters})
    else:
        _show(listed)


def _compare(listed: Shapes) -> Shapes:
    try:
        from charlm.inside.by_hand.torch_cells import list_torch_shapes
    except ImportError:
        notice("torch is not installed: the shapes are not compared with torch.nn")
        return listed
    with slow(stderr(), "asking torch.nn …"):
        return listed.compare(list_torch_shapes(listed.sizes))


def _show(listed: Shapes) -> None:
    console, sizes = stdout(), listed.sizes
    console.print(
        f"{sizes.cell.upper()}: inputs I = {sizes.input_size:,}, hidden units H = "
        f"{sizes.hidden_size:,}, layers L = {sizes.num_layers}, steps T = {sizes.steps:,}, "
        f"batch B = {sizes.batch_size:,}",
        soft_wrap=True,
    )
    compared = listed.tensors[0].equal is not None
    table = Table("tensor", "axes", "shape", "numbers", "torch.nn", *[""] * compared)
    for column in table.columns[2:4]:
        column.justify = "right"
    place: tuple[int | None, bool] = (None, False)
    for tensor in listed.tensors:
        if (tensor.layer, tensor.backward) != place and tensor.name in ("W_ih", "h"):
            place = (tensor.layer, tensor.backward)
            table.add_row(_name_place(tensor, sizes.bidirectional))
        indent = "  " if tensor.layer is not None else ""
        table.add_row(
            indent + tensor.name,
            tensor.axes,
            " x ".join(f"{side:,}" for side in tensor.shape),
            f"{tensor.count:,}",
            tensor.torch_name,
            *["✓" if tensor.equal else "✗"] * compared,
        )
    print_table(console, table)
    console.print(f"\n{listed.parameters:,} parameters: the numbers of all W and b")
    if compared:
        wrong = sum(not tensor.equal for tensor in listed.tensors)
        verdict = f"{wrong} are NOT those of torch.nn" if wrong else "all as in torch.nn"
        console.print(f"{len(listed.tensors)} shapes, {verdict}")


def _name_place(tensor: TensorShape, bidirectional: bool) -> str:
    if tensor.layer is None:
        return "after the last step"
    direction = (", backward" if tensor.backward else ", forward") if bidirectional else ""
    return f"layer {tensor.layer + 1}{direction}"
