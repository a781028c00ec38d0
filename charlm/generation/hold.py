"""Units that are held at a value while a network reads or writes, to see what they do.

A layer is written from 1 at the bottom, a unit from 0: `3.42=1.0` holds unit 42 of layer 3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charlm.arrays import Ints
from charlm.config import Cell, ModelConfig
from charlm.generation.cells import FIELDS
from corpora.errors import UserError


@dataclass(frozen=True)
class Hold:
    """Units of one layer whose field is replaced, at every step, by values."""

    layer: int
    """The layer, from 0 at the bottom."""
    field: str
    """What is held: a name of `FIELDS`, such as hidden, cell or forget."""
    units: Ints
    """The units, (K,), from 0."""
    values: np.ndarray
    """Their values: one, (K, 1) for the units, or (K,) for pairs of `units` and `streams`."""
    streams: Ints | None = None
    """The stream (K,) in which each unit is held; None holds all units in all streams."""

    @property
    def index(self) -> Ints | tuple[Ints, Ints]:
        """What selects the held values of a field (H, N)."""
        return self.units if self.streams is None else (self.units, self.streams)


def default_field(cell: Cell) -> str:
    """Return the field that carries the memory of a cell: the cell state, or the hidden state."""
    return "cell" if cell == "lstm" else "hidden"


def check_field(field: str, cell: Cell) -> None:
    """Raise `UserError` unless `cell` has this field."""
    if field not in FIELDS[cell]:
        known = ", ".join(FIELDS[cell])
        raise UserError(f"{cell} cells have no {field!r}; they have: {known}")


def check_hold(hold: Hold, config: ModelConfig) -> None:
    """Raise `UserError` unless a model of this shape has what `hold` names."""
    check_field(hold.field, config.cell)
    check_layer(hold.layer, config)
    for unit in hold.units.tolist():
        check_unit(unit, config)


def check_layer(layer: int, config: ModelConfig) -> None:
    """Raise `UserError` unless there is a layer with this index, from 0."""
    if not 0 <= layer < config.num_layers:
        raise UserError(
            f"there is no layer {layer + 1}: the model has {config.num_layers}, from 1 at the "
            "bottom"
        )


def check_unit(unit: int, config: ModelConfig) -> None:
    """Raise `UserError` unless a layer has a unit with this index."""
    if not 0 <= unit < config.hidden_size:
        raise UserError(
            f"there is no unit {unit}: a layer of this model has {config.hidden_size}, from 0"
        )


LARGEST = float(np.finfo(np.float32).max)
"""Larger numbers are none in single precision."""
STATES = ("hidden", "cell", "candidate")
"""Fields with values on both sides of 0; the others are gates, from 0 to 1."""
HIGHEST = 1000.0
"""Largest size of a value that a state is held at: with much larger ones, sums overflow."""


def check_value(value: float, field: str) -> None:
    """Raise `UserError` unless `value` is one that `field` can be held at."""
    if field not in STATES and not 0 <= value <= 1:
        raise UserError(f"the {field} gate lies from 0 to 1: it cannot be held at {value:g}")
    if abs(value) > HIGHEST:
        raise UserError(f"a unit is held at a value from -1,000 to 1,000, not at {value:g}")


PATTERN = re.compile(
    r"(?P<layer>\d{1,6})\.(?P<unit>\d{1,9}|\*)(\.(?P<field>[a-z]+))?=(?P<value>[^=]+)"
)


def parse_hold(text: str, config: ModelConfig) -> Hold:
    """Read `LAYER.UNIT=VALUE` or `LAYER.UNIT.FIELD=VALUE`; a UNIT of * means all of the layer.

    Without a field, the cell state of an LSTM is held, and the hidden state of other cells.

    Raises:
        UserError: `text` has another form, or names what a model of this shape does not have.
    """
    match = PATTERN.fullmatch(text.strip())
    value = _to_float(match["value"]) if match else None
    if match is None or value is None:
        raise UserError(
            f"{text!r} holds nothing; write LAYER.UNIT=VALUE or LAYER.UNIT.FIELD=VALUE, for "
            "example 3.42=1.0 or 3.42.forget=0"
        )
    everything = np.arange(config.hidden_size)
    units = everything if match["unit"] == "*" else np.array([int(match["unit"])])
    field = match["field"] or default_field(config.cell)
    hold = Hold(int(match["layer"]) - 1, field, units, np.full((1, 1), value, np.float32))
    check_hold(hold, config)
    check_value(value, field)
    return hold


def parse_holds(texts: Sequence[str], config: ModelConfig) -> list[Hold]:
    """Read several holds; see `parse_hold`."""
    return [parse_hold(text, config) for text in texts]


def _to_float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= LARGEST else None  # NaN is not <= anything
