"""`charlm inside recurrences`: the three places where a recurrence may come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from rich.table import Table

from charlm.commands.inside.output import (
    OUTPUTS,
    Outputs,
    format_figure,
    print_records,
    save_outputs,
)
from charlm.console.options import SEVERAL
from charlm.console.program import stdout
from charlm.console.tables import print_table
from charlm.inside.by_hand.recurrences import (
    CLASSIC_INPUTS,
    FORMULAS,
    Neuron,
    Recurrences,
    compare_recurrences,
)

SHOWN_STEPS = 12
"""Steps that are printed; --json has them all."""


def recurrences(
    *,
    x: Annotated[tuple[float, ...], SEVERAL] = CLASSIC_INPUTS,
    u: float = Neuron.u,
    w: float = Neuron.w,
    b: float = Neuron.b,
    v: float = Neuron.v,
    c: float = Neuron.c,
    outputs: Outputs = OUTPUTS,
) -> None:
    """Compare the three places where a recurrence may come from, on the same inputs.

    Parameters
    ----------
    x
        The inputs of the neuron. An impulse, 1 0 0 0 0, shows how it is forgotten.
    u
        Weight of the input, U.
    w
        Weight of what comes from the step before, W.
    b
        Bias of the neuron.
    v
        Weight of the output, V.
    c
        Bias of the output.
    """
    found = compare_recurrences(x, Neuron(u=u, w=w, b=b, v=v, c=c))
    save_outputs(found, outputs.png)
    if outputs.json:
        print_records(found, {**vars(found.neuron), "x": list(found.x)})
    else:
        _show(found)


def _show(found: Recurrences) -> None:
    console = stdout()
    names = ("U", "W", "b", "V", "c")
    numbers = zip(names, vars(found.neuron).values(), strict=True)
    console.print(", ".join(f"{name} = {value:g}" for name, value in numbers), soft_wrap=True)
    for letter, path in zip("ABC", found.paths, strict=True):
        console.print(f"{letter}  {path.kind}: {FORMULAS[path.kind]}", soft_wrap=True)
    console.print()
    states = ["t", "x", *(f"{name} of {letter}" for letter in "ABC" for name in "hy")]
    _print(found, states, [values for path in found.paths for values in (path.h, path.y)])
    console.print("\nwhat is left of the first input in each output, dy_t / dx_1")
    _print(found, ["t", "x", *"ABC"], [path.influence for path in found.paths])
    if (more := len(found.x) - SHOWN_STEPS) > 0:
        console.print(f"and {more:,} more steps: see --json")


def _print(found: Recurrences, names: Sequence[str], columns: Sequence[Sequence[float]]) -> None:
    table = Table(*names)
    for column in table.columns:
        column.justify = "right"
    for t, row in enumerate(list(zip(found.x, *columns, strict=True))[:SHOWN_STEPS]):
        table.add_row(str(t + 1), *map(format_figure, row))
    print_table(stdout(), table)
