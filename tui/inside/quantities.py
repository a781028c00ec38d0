"""What can be seen of a unit: the keys, names and letters. This module uses no screen."""

from __future__ import annotations

from collections.abc import Mapping

from charlm.config import Cell
from charlm.generation.cells import FIELDS

LETTERS: Mapping[Cell, Mapping[str, str]] = {
    "lstm": {
        "cell": "c",
        "hidden": "h",
        "input": "i",
        "forget": "f",
        "output": "o",
        "candidate": "g",
    },
    "gru": {"hidden": "h", "reset": "r", "update": "z", "candidate": "n"},
    "rnn": {"hidden": "h"},
    "rnn_relu": {"hidden": "h"},
}
"""The letter of each field in the equations of its cell."""
KEYS: Mapping[str, Mapping[Cell, str]] = {
    "c": {"lstm": "cell"},
    "h": {"lstm": "hidden", "gru": "hidden", "rnn": "hidden", "rnn_relu": "hidden"},
    "i": {"lstm": "input", "gru": "reset"},
    "f": {"lstm": "forget", "gru": "update"},
    "o": {"lstm": "output"},
    "g": {"lstm": "candidate", "gru": "candidate"},
}
"""The field that a key shows, by cell. A GRU's update gate keeps, as the forget gate does, and its
reset gate lets in: they lie on the same keys."""


def name_field(field: str, cell: Cell) -> str:
    """Return how a field is called on the screen: `cell c`, `forget gate f`."""
    gate = field not in ("hidden", "cell", "candidate")
    return f"{field}{' gate' * gate} {LETTERS[cell][field]}"


def find_field(key: str, cell: Cell) -> str | None:
    """Return the field that a key shows; None if the cell has none on this key."""
    return KEYS[key].get(cell)


def list_keys(cell: Cell) -> str:
    """Return the keys of a cell with what they show, for a line."""
    known = [(key, by_cell[cell]) for key, by_cell in KEYS.items() if cell in by_cell]
    assert {field for _, field in known} == set(FIELDS[cell])
    return ", ".join(f"{key} {field}" for key, field in known)
