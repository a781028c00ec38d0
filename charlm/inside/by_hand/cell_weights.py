"""The weights of one cell that is worked out by hand: the classic example, a seed, or a file."""

from __future__ import annotations

import json
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from charlm.arrays import Floats
from charlm.config import GATES, Cell
from charlm.inside.by_hand.recurrences import Neuron
from corpora.errors import UserError, os_error

LARGEST = 1e6
"""Largest size of a weight or of an input."""
MOST_UNITS = 1024
"""Most hidden units, and most inputs, of a cell."""
MOST_STEPS = 1000
"""Most steps of time."""
MOST_BYTES = 64 << 20
"""Largest file of weights."""


@dataclass(frozen=True, eq=False)
class CellWeights:
    """The weights of a cell with H hidden units and I inputs, under the names that torch has.

    G is the number of the gates, in torch's order: 1 for an RNN; 3 for a GRU (reset, update,
    candidate); 4 for an LSTM (input, forget, candidate, output).
    """

    cell: Cell
    """The kind of cell."""
    weight_ih: Floats
    """Weights of the input, (G H, I): U in textbooks."""
    weight_hh: Floats
    """Weights of the hidden state, (G H, H): W in textbooks."""
    bias_ih: Floats
    """Bias of the input, (G H,)."""
    bias_hh: Floats
    """Bias of the hidden state, (G H,)."""

    @property
    def input_size(self) -> int:
        """Return the number of inputs, I."""
        return int(self.weight_ih.shape[1])

    @property
    def hidden_size(self) -> int:
        """Return the number of hidden units, H."""
        return int(self.weight_hh.shape[1])


def make_classic(cell: Cell = "rnn") -> CellWeights:
    """Return the classic example: one neuron, and the same three numbers in every gate.

    For an RNN, h_t = tanh(0.2 x_t + 0.3 h_(t-1) - 0.1); the classic inputs 0.7, 0.9 and 1.1 give
    h = 0.0400, 0.0917, 0.1465.
    """
    u, w, b = (np.full(GATES[cell], value) for value in (Neuron.u, Neuron.w, Neuron.b))
    return CellWeights(cell, u[:, None], w[:, None], b, np.zeros(GATES[cell]))


def draw_weights(
    cell: Cell, input_size: int, hidden_size: int, seed: int, steps: int = 3
) -> tuple[CellWeights, Floats]:
    """Draw weights and inputs with few decimals, so that one can work with them by hand.

    Weights are uniform between -1/sqrt(H) and 1/sqrt(H), as in torch, and have two decimals. Inputs
    are normal, with one decimal.

    Args:
        cell: kind of cell.
        input_size: number of inputs, I.
        hidden_size: number of hidden units, H.
        seed: seed of the numbers, not negative.
        steps: number of inputs in time, T.

    Returns:
        The weights, and the inputs (T, I).

    Raises:
        UserError: a size or the seed is out of range.
    """
    for name, size in (("inputs", input_size), ("hidden units", hidden_size)):
        if not 1 <= size <= MOST_UNITS:
            raise UserError(f"the number of {name} must lie between 1 and {MOST_UNITS}, not {size}")
    if not 0 <= seed < 1 << 63:
        raise UserError(f"a seed must be a whole number from 0 to 2^63 - 1, not {seed}")
    random = np.random.default_rng(seed)
    rows, bound = GATES[cell] * hidden_size, hidden_size**-0.5
    shapes = ((rows, input_size), (rows, hidden_size), (rows,), (rows,))
    # Adding 0.0 makes 0.0 of -0.0, which would be printed with its sign.
    drawn = [np.round(random.uniform(-bound, bound, shape), 2) + 0.0 for shape in shapes]
    x = np.round(random.normal(size=(steps, input_size)), 1) + 0.0
    return CellWeights(cell, *drawn), x


def shape_inputs(numbers: Sequence[float], input_size: int) -> Floats:
    """Return inputs (T, I) from numbers in the order of time: all I numbers of a step together.

    Raises:
        UserError: there are none, too many, or not I for each step; or one is not finite or too
            large.
    """
    values = np.asarray(numbers, dtype=np.float64).ravel()
    if not len(values) or len(values) % input_size:
        raise UserError(
            f"the cell has {input_size:,} inputs, so each step needs {input_size:,} numbers; "
            f"{len(values):,} numbers make no whole steps"
        )
    if len(values) > MOST_STEPS * input_size:
        raise UserError(f"there are more than {MOST_STEPS:,} steps; take fewer")
    for value in values.tolist():
        _check_number(value, "an input")
    return values.reshape(-1, input_size)


def read_weights(path: Path) -> tuple[CellWeights, Floats | None]:
    """Read the weights of a cell, and its inputs if they are there, from a JSON file.

    The file holds one object with torch's names. This is the classic example::

        {"weight_ih": [[0.2]], "weight_hh": [[0.3]], "b": [-0.1], "x": [0.7, 0.9, 1.1]}

    `weight_ih` has G H rows of I numbers, `weight_hh` G H rows of H numbers; the kind of cell
    follows from G. Biases are `bias_ih` and `bias_hh`, G H numbers each, or `b` in the place of
    both (it then becomes `bias_ih`); without them they are zero. `x` is a list of steps, each a
    list of I numbers; for one input, a list of numbers. It may be left out.

    Raises:
        UserError: the file cannot be read, or is anything else.
    """
    data = _load(path)
    try:
        return _parse(data)
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def _load(path: Path) -> object:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise os_error(error, path) from error
    if len(content) > MOST_BYTES:
        raise UserError(f"{path} is larger than {MOST_BYTES >> 20} MB; a cell needs less")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = str(error) or type(error).__name__
        raise UserError(f"{path} is not JSON ({reason})") from error


NAMES = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "b", "x")


def _parse(data: object) -> tuple[CellWeights, Floats | None]:
    if not isinstance(data, dict):
        raise UserError("a JSON object is expected, with weight_ih, weight_hh and biases")
    if unknown := sorted(set(data) - set(NAMES)):
        raise UserError(f"there is no {reprlib.repr(unknown[0])}; known are {', '.join(NAMES)}")
    for name in NAMES[:2]:
        if name not in data:
            raise UserError(f"{name} is missing")
    weight_ih, weight_hh = (_read_matrix(data[name], name) for name in NAMES[:2])
    (rows, inputs), hidden = weight_ih.shape, weight_hh.shape[1]
    if max(inputs, hidden) > MOST_UNITS:
        raise UserError(f"a cell by hand has at most {MOST_UNITS:,} inputs and hidden units")
    if len(weight_hh) != rows:
        raise UserError(
            f"weight_ih has {rows} rows and weight_hh {len(weight_hh)}; they must be the same"
        )
    cell = next((cell for cell, gates in GATES.items() if rows == gates * hidden), None)
    if cell is None:
        raise UserError(
            f"weight_hh is {rows} x {hidden}, which is no cell: with {hidden} hidden units, it has "
            f"{hidden} rows (rnn), {3 * hidden} (gru) or {4 * hidden} (lstm)"
        )
    weights = CellWeights(cell, weight_ih, weight_hh, *_read_biases(data, rows))
    return weights, _read_inputs(data["x"], inputs) if "x" in data else None


def _read_biases(data: Mapping[str, Any], rows: int) -> tuple[Floats, Floats]:
    if "b" in data and ("bias_ih" in data or "bias_hh" in data):
        raise UserError("give b, or bias_ih and bias_hh, but not both")
    found = []
    for name in ("b" if "b" in data else "bias_ih", "bias_hh"):
        bias = np.array(_read_row(data[name], name)) if name in data else np.zeros(rows)
        if len(bias) != rows:
            raise UserError(f"{name} has {len(bias)} numbers; the weights have {rows} rows")
        found.append(bias)
    return found[0], found[1]


def _read_inputs(x: object, inputs: int) -> Floats:
    if isinstance(x, list) and x and not isinstance(x[0], list):
        return shape_inputs(_read_row(x, "x"), inputs)
    steps = _read_matrix(x, "x")
    if steps.shape[1] != inputs:
        raise UserError(
            f"each step of x has {steps.shape[1]} numbers; weight_ih has {inputs} columns"
        )
    return shape_inputs(steps.ravel().tolist(), inputs)


def _read_matrix(value: object, name: str) -> Floats:
    if not isinstance(value, list) or not value:
        raise UserError(f"{name} must be a list of rows, each a list of numbers")
    rows = [_read_row(row, f"a row of {name}") for row in value]
    if len({len(row) for row in rows}) > 1:
        raise UserError(f"the rows of {name} must have the same length")
    return np.array(rows)


def _read_row(value: object, name: str) -> list[float]:
    if not isinstance(value, list) or not value:
        raise UserError(f"{name} must be a list of numbers, not {reprlib.repr(value)}")
    return [_check_number(number, name) for number in value]


def _check_number(value: object, name: str) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    # NaN is not within bounds; a whole number may be too large for a float.
    if not number or not -LARGEST <= value <= LARGEST:  # type: ignore[operator]
        shown = reprlib.repr(value)
        raise UserError(f"{name}: a number from {-LARGEST:g} to {LARGEST:g} is needed, not {shown}")
    return float(value)  # type: ignore[arg-type]
