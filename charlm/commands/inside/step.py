"""`charlm inside step`: one cell, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.table import Table

from charlm.commands.inside.output import (
    OUTPUTS,
    Outputs,
    format_figure,
    print_records,
    save_outputs,
)
from charlm.console.options import SEVERAL
from charlm.console.program import notice, printable, stdout
from charlm.console.tables import print_table
from charlm.inside.by_hand.recurrences import CLASSIC_INPUTS
from charlm.parts import CellByHand
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.arrays import Floats
    from charlm.inside.by_hand.cell_steps import CellSteps
    from charlm.inside.by_hand.cell_weights import CellWeights

SHOWN_STEPS, SHOWN_UNITS, SHOWN_NUMBERS = 6, 3, 8
"""Steps, units and numbers of a row of weights that are printed; --json has them all."""
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


def step(
    *,
    cell: CellByHand | None = None,
    weights: Annotated[Path | None, Parameter(name="--weights")] = None,
    seed: int | None = None,
    input: int | None = None,
    hidden: int | None = None,
    x: Annotated[tuple[float, ...], SEVERAL, Parameter(show_default=False)] = (),
    outputs: Outputs = OUTPUTS,
) -> None:
    """Work one cell out by hand, number by number, and compare it with torch.nn.

    Without options, it is the classic example of textbooks: one neuron, U = 0.2, W = 0.3,
    b = -0.1, and the inputs 0.7, 0.9, 1.1. Another --cell has these numbers in every gate.

    Parameters
    ----------
    cell
        Kind of cell; by default an RNN, or what the file holds.
    weights
        Read the weights from this JSON file, which holds one object with torch's names. The
        classic example is {"weight_ih": [[0.2]], "weight_hh": [[0.3]], "b": [-0.1],
        "x": [0.7, 0.9, 1.1]}. Both weights have a row for each unit of each gate (lstm: input,
        forget, candidate, output; gru: reset, update, candidate); weight_ih has a column for each
        input, weight_hh for each unit. Biases are bias_ih and bias_hh, or b for their sum. x is a
        list of steps, numbers for one input and lists for several; it may be left out.
    seed
        Draw weights and inputs with this seed (by default 0 where --input or --hidden is given).
    input
        Number of inputs of drawn weights.
    hidden
        Number of hidden units of drawn weights.
    x
        The inputs: all those of the first step, then all those of the second.
    """
    cell_weights, inputs = _choose(cell, weights, (seed, input, hidden), x)
    from charlm.inside.by_hand import cell_steps

    worked = _compare(cell_steps.step(cell_weights, inputs))
    save_outputs(worked, outputs.png)
    if outputs.json:
        difference = worked.largest_difference()
        print_records(worked, {**_list_weights(cell_weights), "largest_difference": difference})
    else:
        _show(worked)


def _choose(
    cell: CellByHand | None,
    file: Path | None,
    drawn: tuple[int | None, int | None, int | None],
    x: tuple[float, ...],
) -> tuple[CellWeights, Floats]:
    """Return the weights and the inputs that the options ask for."""
    from charlm.inside.by_hand.cell_weights import (
        draw_weights,
        make_classic,
        read_weights,
        shape_inputs,
    )

    found: Floats | None
    if file is not None:
        if any(number is not None for number in drawn):
            raise UserError("give --weights, or --seed, --input and --hidden, but not both")
        weights, found = read_weights(file)
        if cell not in (None, weights.cell):
            raise UserError(f"{file} holds weights of the kind {weights.cell}, not {cell}")
    elif any(number is not None for number in drawn):
        seed, inputs, hidden = drawn
        sizes = (1 if inputs is None else inputs, 1 if hidden is None else hidden)
        weights, found = draw_weights(cell or "rnn", *sizes, seed or 0)
    else:
        weights, found = make_classic(cell or "rnn"), shape_inputs(CLASSIC_INPUTS, 1)
    if x:
        found = shape_inputs(x, weights.input_size)
    if found is None:
        if weights.input_size != 1:
            raise UserError(f"{file} holds no x; give the inputs with --x")
        found = shape_inputs(CLASSIC_INPUTS, 1)
    return weights, found


def _compare(worked: CellSteps) -> CellSteps:
    try:
        from charlm.inside.by_hand.torch_cells import run_torch_cell
    except ImportError:
        notice("torch is not installed: there is no column of torch.nn")
        return worked
    return worked.compare(run_torch_cell(worked.weights, worked.x))


def _list_weights(weights: CellWeights) -> dict[str, Any]:
    return {"cell": weights.cell, **{name: getattr(weights, name).tolist() for name in WEIGHTS}}


def _show(worked: CellSteps) -> None:
    console, weights = stdout(), worked.weights
    for line in _describe(worked):
        console.print(printable(line), soft_wrap=True)
    shown = range(len(worked.x))
    if weights.cell == "rnn":
        console.print()
        print_table(console, _tabulate_rnn(worked, list(shown[:SHOWN_STEPS])))
    else:
        for t in shown[:SHOWN_STEPS]:
            console.print(f"\nt = {t + 1}, x = {_join(worked.x[t])}", soft_wrap=True)
            print_table(console, _tabulate_gates(worked, t))
    hidden = [
        f"{count - most:,} more {what}"
        for count, most, what in (
            (weights.hidden_size, SHOWN_UNITS, "units"),
            (len(shown), SHOWN_STEPS, "steps"),
        )
        if count > most
    ]
    if hidden:
        console.print(f"and {' and '.join(hidden)}: see --json")
    if (difference := worked.largest_difference()) is not None:
        verdict = "equal to" if difference <= 1e-6 else "NOT EQUAL TO"
        console.print(f"\n{verdict} torch.nn: the largest difference is {difference:.1g}")


def _describe(worked: CellSteps) -> Iterator[str]:
    """Yield the size of the cell, its formulas and its weights."""
    from charlm.inside.by_hand.cell_steps import FORMULAS

    weights = worked.weights
    yield (
        f"{weights.cell.upper()}: inputs {weights.input_size:,}, "
        f"hidden units {weights.hidden_size:,}, steps {len(worked.x):,}"
    )
    yield from (f"  {formula}" for formula in FORMULAS[weights.cell])
    for name in WEIGHTS:
        array = getattr(weights, name)
        size = " x ".join(map(str, array.shape))
        short = name.replace("weight", "W").replace("bias", "b")
        yield f"{short} ({size}): {_join_rows(array)}"


def _tabulate_rnn(worked: CellSteps, steps: list[int]) -> Table:
    """Return the table of an RNN: a row for each step and unit."""
    (gate,) = worked.gates
    one_input, one_unit = worked.weights.input_size == 1, worked.weights.hidden_size == 1
    names = ["t", *["x"] * one_input, *["unit"] * (not one_unit)]
    names += ["W_ih x", "W_hh h", "b", "sum", "h", *["torch.nn"] * (worked.expected is not None)]
    table = Table(*names)
    for t in steps:
        for unit in range(min(SHOWN_UNITS, worked.weights.hidden_size)):
            row = [str(t + 1) if not unit else ""]
            row += [format_figure(worked.x[t, 0])] * one_input if not unit else [""] * one_input
            row += [str(unit)] * (not one_unit)
            terms = (gate.input_part, gate.hidden_part, gate.bias, gate.total, gate.value)
            compared = (worked.expected["h"],) if worked.expected is not None else ()
            table.add_row(*row, *(_pick(values, t, unit) for values in (*terms, *compared)))
    return _align(table)


def _tabulate_gates(worked: CellSteps, t: int) -> Table:
    """Return the table of one step: for each unit, its gates and what is made of them."""
    one_unit = worked.weights.hidden_size == 1
    compared = worked.expected is not None
    names = ("W_ih x", "W_hh h", "b", "sum", "value", *["torch.nn"] * compared)
    table = Table("", *names)
    for unit in range(min(SHOWN_UNITS, worked.weights.hidden_size)):
        indent = "" if one_unit else "  "
        if not one_unit:
            table.add_row(f"unit {unit}")
        for gate in worked.gates:
            terms = (gate.input_part, gate.hidden_part, gate.bias, gate.total, gate.value)
            table.add_row(indent + gate.name, *(_pick(values, t, unit) for values in terms))
        for name, values in worked.parts.items():
            own = (values, (worked.expected or {}).get(name)) if compared else (values,)
            table.add_row(indent + name, *[""] * 4, *(_pick(array, t, unit) for array in own))
    return _align(table)


def _pick(values: Floats | None, t: int, unit: int) -> str:
    return "" if values is None else format_figure(values[t, unit])


def _align(table: Table) -> Table:
    for column in table.columns:
        column.justify = "right" if column.header else "left"
    return table


def _join_rows(array: Floats) -> str:
    """Return the first rows of a matrix in brackets; those of one number, or many, have none."""
    if array.ndim == 1 or array.shape[1] == 1 or array.shape[1] > SHOWN_NUMBERS:
        return _join(array.ravel())
    count = SHOWN_NUMBERS // array.shape[1]
    more = f" … ({len(array) - count:,} more rows)" if len(array) > count else ""
    return " ".join(f"[{_join(row)}]" for row in array[:count]) + more


def _join(values: Floats) -> str:
    more = "" if len(values) <= SHOWN_NUMBERS else f" … ({len(values) - SHOWN_NUMBERS:,} more)"
    return " ".join(f"{value:g}" for value in values[:SHOWN_NUMBERS].tolist()) + more
