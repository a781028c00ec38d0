"""One cell, worked out by hand: every term of every step, in double precision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from charlm.arrays import Floats
from charlm.config import GATES, Cell
from charlm.inside.by_hand.cell_weights import CellWeights, make_classic
from charlm.inside.by_hand.recurrences import CLASSIC_INPUTS
from charlm.inside.results import Result, table_html

if TYPE_CHECKING:
    from charlm.drawing.figures import Figure

GATE_NAMES: Mapping[Cell, tuple[str, ...]] = {
    "rnn": ("h",),
    "gru": ("reset", "update", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
}
"""The gates of each cell, in the order of torch's rows. An RNN has none: its sum gives h."""

FORMULAS: Mapping[Cell, tuple[str, ...]] = {
    "rnn": ("h = tanh(W_ih x + W_hh h + b)",),
    "gru": (
        "reset, update = sigmoid(W_ih x + W_hh h + b)",
        "candidate = tanh(W_ih x + b_ih + reset (W_hh h + b_hh))",
        "h = (1 - update) candidate + update h",
    ),
    "lstm": (
        "input, forget, output = sigmoid(W_ih x + W_hh h + b)",
        "candidate = tanh(W_ih x + W_hh h + b)",
        "c = forget c + input candidate",
        "h = output tanh(c)",
    ),
}
"""The formulas, with b = b_ih + b_hh; h and c on the right are those of the step before."""

SHOWN_UNITS = 4
"""Units of a picture, and of a table in a notebook."""
SHOWN_STEPS = 10
"""Steps of a table in a notebook; `to_frame` has them all."""


@dataclass(frozen=True, eq=False)
class Gate:
    """The terms of one gate: (H,) at one step, or (T, H) at all."""

    name: str
    """Name of the gate; h for the sum of an RNN."""
    input_part: Floats | None
    """W_ih x; None where the input has no part in it."""
    hidden_part: Floats | None
    """W_hh h, with the h of the step before; None where it is in the term before."""
    bias: Floats
    """b_ih + b_hh. In a GRU the candidate has b_ih, and the term before it b_hh."""
    total: Floats
    """What goes into the sigmoid or the tanh: the sum of the three. The candidate of a GRU adds
    the value of the term before it."""
    value: Floats
    """What comes out."""


@dataclass(frozen=True, eq=False)
class CellSteps(Result):
    """A cell that was worked out by hand over T steps."""

    weights: CellWeights
    """Its weights."""
    x: Floats
    """The inputs, (T, I)."""
    gates: tuple[Gate, ...]
    """The gates, in torch's order."""
    parts: Mapping[str, Floats]
    """What is made of the gates, (T, H) each, in the order of the computation: products, c, h."""
    expected: Mapping[str, Floats] | None = None
    """What `torch.nn` gives, (T, H), for h and for the c of an LSTM; None if it was not asked."""

    @property
    def h(self) -> Floats:
        """Return the hidden states, (T, H)."""
        return self.parts["h"]

    def largest_difference(self) -> float | None:
        """Return the largest difference from `torch.nn`; None if it was not asked."""
        if self.expected is None:
            return None
        pairs = self.expected.items()
        return max(float(np.abs(self.parts[name] - values).max()) for name, values in pairs)

    def compare(self, expected: Mapping[str, Floats]) -> CellSteps:
        """Return the same steps, with what `torch.nn` gives beside them."""
        return replace(self, expected=expected)

    def records(self) -> list[dict[str, Any]]:
        """Return a row a step: every term as a list of H numbers."""
        return [dict(self._list_terms(step)) for step in range(len(self.x))]

    def _list_terms(self, step: int) -> Iterator[tuple[str, Any]]:
        yield "t", step + 1
        yield "x", self.x[step].tolist()
        for gate in self.gates:
            prefix = "" if self.weights.cell == "rnn" else f"{gate.name}: "
            for name, values in (("W_ih x", gate.input_part), ("W_hh h", gate.hidden_part)):
                if values is not None:
                    yield prefix + name, values[step].tolist()
            yield f"{prefix}b", gate.bias[step].tolist()
            yield f"{prefix}sum", gate.total[step].tolist()
            if prefix:
                yield gate.name, gate.value[step].tolist()
        for name, values in self.parts.items():
            yield name, values[step].tolist()
        for name, values in (self.expected or {}).items():
            yield f"torch.nn {name}", values[step].tolist()

    def _repr_html_(self) -> str:
        # A row a term and a column a step, as one works with pen and paper.
        records = self.records()[:SHOWN_STEPS]
        rows = [
            {"": name, **{f"t = {row['t']}": _show_numbers(row[name]) for row in records}}
            for name in records[0]
            if name != "t"
        ]
        return table_html(rows)

    def plot(self) -> Figure:
        """Return a picture of h, and of the c of an LSTM, over time."""
        from charlm.drawing.figures import MaxNLocator
        from charlm.drawing.panels import Line, Panel
        from charlm.drawing.picture import draw_panels

        states = ["c", "h"] if "c" in self.parts else ["h"]
        units = range(min(SHOWN_UNITS, self.weights.hidden_size))
        panels = [
            Panel(
                {"c": "cell c", "h": "hidden state h"}[state],
                "step t",
                state,
                [
                    Line(unit, [(0.0, 0.0), *((t + 1.0, v) for t, v in enumerate(column))])
                    for unit, column in zip(units, values.T.tolist(), strict=False)
                ],
            )
            for state in states
            for values in [self.parts[state]]
        ]
        names = [f"unit {unit}" for unit in units]
        title = f"{self.weights.cell.upper()}, {self.weights.hidden_size:,} hidden units, by hand"
        picture = draw_panels(panels, names, title=title)
        for axes in picture.axes:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        return picture


def _show_numbers(values: list[float]) -> str:
    more = " …" if len(values) > SHOWN_UNITS else ""
    return " ".join(f"{value:.4f}" for value in values[:SHOWN_UNITS]) + more


def step(weights: CellWeights | None = None, x: Floats | None = None) -> CellSteps:
    """Work a cell out, number by number; see `FORMULAS`, which are those of torch.

    Args:
        weights: the weights of the cell; by default the classic example, an RNN of one neuron.
        x: the inputs, (T, I); by default those of the classic example.

    Raises:
        ValueError: the inputs have another shape.

    Sources: Elman 1990 for the RNN, Hochreiter and Schmidhuber 1997 with the forget gate of Gers,
    Schmidhuber and Cummins 2000 for the LSTM, Cho et al. 2014 for the GRU. As in torch, the reset
    gate of the GRU multiplies W_hh h + b_hh; in that paper it multiplies h before W_hh does.
    """
    weights = make_classic() if weights is None else weights
    x = np.array(CLASSIC_INPUTS)[:, None] if x is None else np.asarray(x, dtype=np.float64)
    if x.ndim != 2 or x.shape[1] != weights.input_size or not len(x):
        raise ValueError(f"x must be (T, {weights.input_size}), not {x.shape}")
    state = {name: np.zeros(weights.hidden_size) for name in ("h", "c")}
    gates: list[list[Gate]] = []
    parts: list[dict[str, Floats]] = []
    for row in x:
        gates.append(_work_out(weights, row, state["h"]))
        values = {gate.name: gate.value for gate in gates[-1]}
        parts.append(_combine(weights.cell, values, state))
        state = {name: parts[-1].get(name, before) for name, before in state.items()}
    joined = {name: np.stack([part[name] for part in parts]) for name in parts[0]}
    return CellSteps(weights, x, tuple(map(_stack, zip(*gates, strict=True))), joined)


def _stack(gates: tuple[Gate, ...]) -> Gate:
    """Return one gate at all steps, from itself at each step."""

    def join(name: str) -> Floats | None:
        values = [getattr(gate, name) for gate in gates]
        return None if values[0] is None else np.stack(values)

    parts: Any = [join(field.name) for field in fields(Gate)[1:]]
    return Gate(gates[0].name, *parts)


PARTS: Mapping[Cell, tuple[str, ...]] = {
    "rnn": ("h",),
    "gru": ("(1 - update) candidate", "update h", "h"),
    "lstm": ("forget c", "input candidate", "c", "tanh(c)", "h"),
}
"""What is made of the gates, in the order of the computation."""


RESET_PART = "reset (W_hh h + b_hh)"
"""The term of a GRU that the reset gate multiplies."""


def _work_out(weights: CellWeights, x: Floats, h: Floats) -> list[Gate]:
    """Return the terms of every gate at one step, given x (I,) and the h (H,) before it."""
    count = GATES[weights.cell]
    input_parts = np.split(weights.weight_ih @ x, count)
    hidden_parts = np.split(weights.weight_hh @ h, count)
    b_ih, b_hh = np.split(weights.bias_ih, count), np.split(weights.bias_hh, count)
    found: list[Gate] = []
    for index, name in enumerate(GATE_NAMES[weights.cell]):
        i, s = input_parts[index], hidden_parts[index]
        if weights.cell == "gru" and name == "candidate":
            inner = s + b_hh[index]
            part = found[0].value * inner
            found.append(Gate(RESET_PART, None, s, b_hh[index], inner, part))
            total = i + b_ih[index] + part
            found.append(Gate(name, i, None, b_ih[index], total, np.tanh(total)))
            continue
        bias = b_ih[index] + b_hh[index]
        total = i + s + bias
        value = np.tanh(total) if name in ("h", "candidate") else _sigmoid(total)
        found.append(Gate(name, i, s, bias, total, value))
    return found


def _sigmoid(a: Floats) -> Floats:
    # exp(-|a|) never overflows.
    small = np.exp(-np.abs(a))
    return np.asarray(np.where(a >= 0, 1, small) / (1 + small))


def _combine(
    cell: Cell, gates: Mapping[str, Floats], before: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Return what is made of the gates of one step, by the names of `PARTS`."""
    if cell == "rnn":
        return {"h": gates["h"]}
    if cell == "gru":
        new, old = (1 - gates["update"]) * gates["candidate"], gates["update"] * before["h"]
        return dict(zip(PARTS["gru"], (new, old, new + old), strict=True))
    kept, added = gates["forget"] * before["c"], gates["input"] * gates["candidate"]
    c = kept + added
    tanh_c = np.tanh(c)
    h = gates["output"] * tanh_c
    return dict(zip(PARTS["lstm"], (kept, added, c, tanh_c, h), strict=True))
