"""What some units do around the cursor: read by a thread, drawn as a strip. It uses no screen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from charlm.config import Cell
from charlm.generation.cells import FIELDS
from charlm.generation.hold import STATES, default_field
from charlm.generation.network import Network
from tui.generate.pages import PAGE, Page

GATES: Mapping[Cell, tuple[str, ...]] = {
    "rnn": (),
    "rnn_relu": (),
    "lstm": ("forget", "input", "output"),
    "gru": ("reset", "update"),
}
"""Gates whose openness is shown, by cell."""
RECENT = 4
"""Characters whose hidden states are shown by layer."""


@dataclass(frozen=True)
class Window:
    """A part of a text, and the pages that it lies in."""

    pages: Sequence[Page]
    first: int
    """Index of the first character of the pages."""
    start: int
    """Index of the first character of the part."""
    end: int
    """Index of the character after its last one."""
    cursor: int
    """Index of the character at the cursor."""


@dataclass(frozen=True)
class WindowTrace:
    """What happened in a network while it read a part of a text."""

    window: Window
    cell: Cell
    fields: Mapping[str, np.ndarray]
    """Values (T, L, H) after each character of the part."""

    def cut(self, layer: int, field: str, count: int, pinned: Collection[int] = ()) -> UnitStrip:
        """Return what some units of a layer did: those that are pinned, and those that moved most.

        Args:
            layer: the layer, from 0.
            field: what of the units: hidden, cell, a gate.
            count: how many units.
            pinned: units that come first.
        """
        values = self.fields[field][:, layer].astype(np.float64)
        moved = np.abs(np.diff(values, axis=0)).mean(axis=0) if len(values) > 1 else values[0]
        order = np.argsort(-np.abs(moved), kind="stable")
        first = np.isin(order, [*pinned])
        units = np.concatenate([order[first], order[~first]])[:count]
        chosen = values[:, units]
        if field in STATES:
            chosen = chosen / np.maximum(np.abs(chosen).max(axis=0, initial=0.0), 1e-12)
        else:
            chosen = chosen * 2 - 1  # gates lie from 0 to 1
        at = self.window.cursor - self.window.start
        hidden = self.fields["hidden"][max(0, at - RECENT + 1) : at + 1]
        sizes = np.sqrt((hidden.astype(np.float64) ** 2).mean(axis=2))
        gates = {name: float(self.fields[name][at, layer].mean()) for name in GATES[self.cell]}
        return UnitStrip(at, units.tolist(), chosen, sizes, gates, frozenset(pinned))


@dataclass(frozen=True)
class UnitStrip:
    """What is shown of a part of a text."""

    at: int
    """Place of the cursor in the part."""
    units: Sequence[int]
    """The K units: those that are pinned, then those that moved most."""
    values: np.ndarray
    """Their values (T, K) after each character, from -1 to 1."""
    sizes: np.ndarray
    """Root mean square (N, L) of the hidden states after the last characters, by layer."""
    gates: Mapping[str, float]
    """Mean of each gate at the cursor, from 0 to 1."""
    pinned: Collection[int] = ()
    """Those units that the user has pinned."""


def choose_window(cursor: int, length: int, columns: int) -> tuple[int, int]:
    """Return where a part of a text begins and ends that has the cursor in its right half.

    Args:
        cursor: index of a character.
        length: characters of the text, at least one.
        columns: characters that there is room for.
    """
    start = max(0, min(cursor - columns * 3 // 5, length - columns))
    return start, min(length, start + columns)


def trace_window(network: Network, cell: Cell, window: Window) -> WindowTrace:
    """Read the pages of a part up to its end, and return what happened in it."""
    ids = np.concatenate([page.ids for page in window.pages])
    state = window.pages[0].before.restore(network)
    length = window.end - window.start
    config = network.config
    shape = (length, config.num_layers, config.hidden_size)
    fields = {name: np.empty(shape, np.float32) for name in FIELDS[cell]}
    for place in range(window.end - window.first):
        network.step(state, ids[place : place + 1])
        row = place + window.first - window.start
        if row >= 0:
            for name, values in fields.items():
                for number, layer in enumerate(state.layers):
                    values[row, number] = layer.fields[name][:, 0]
    return WindowTrace(window, cell, fields)


def list_fields(cell: Cell) -> list[str]:
    """Return what can be shown of the units of a cell, the field that carries the memory first."""
    first = default_field(cell)
    return [first, *(name for name in FIELDS[cell] if name != first)]


def find_window(pages: Sequence[Page], cursor: int, columns: int) -> Window | None:
    """Return the part of a text around the cursor; None if the text is empty."""
    length = sum(map(len, pages))
    if not length:
        return None
    cursor = min(cursor, length - 1)
    start, end = choose_window(cursor, length, columns)
    first = start // PAGE
    return Window(pages[first : (end - 1) // PAGE + 1], first * PAGE, start, end, cursor)
