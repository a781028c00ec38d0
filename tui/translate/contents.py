"""What a map shows: a row for each step, a column for each word or unit. Uses no screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from charlm.console.program import format_name
from tui.translate.symbols import END, SYMBOLS, name_action

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from seq.scan.inside import CommandTrace
    from seq.scan.library import TranslatedCommand

    Numbers = npt.NDArray[np.floating]

ATTENTION = "attention"
LETTERS = {
    "a": ATTENTION,
    "h": "hidden",
    "c": "cell",
    "i": "input",
    "f": "forget",
    "o": "output",
    "g": "candidate",
}
"""What a map can show, by its key: the attention, or a field of the decoder's units."""
MOST_UNITS = 100
"""Units of a map: those that move most."""
BLOCKS = "▁▂▃▄▅▆▇█"
"""Blocks that stand for a value, from the lowest to the highest."""
NEAR = 0.15
"""Share of a unit's largest value below which a value counts as neither low nor high."""
UNLIKE, WRONG = "≠", "✗"
"""Marks of a step: unlike that of the other translator; not what the grammar asks for."""


@dataclass(frozen=True)
class Row:
    """The label of a step."""

    symbol: str
    """Short symbol of the action, or its name if it has none."""
    name: str
    """Name of the action, where the symbol is not the name already."""
    mark: str = ""
    """What is to be said of it: `UNLIKE`, `WRONG`, or nothing."""


@dataclass(frozen=True)
class States:
    """What units of the decoder did, step by step."""

    field: str
    """What is shown of them: hidden, cell, a gate."""
    names: Sequence[str]
    """Names of the K units, those that move most first."""
    values: Numbers
    """Their values (T, K)."""
    scaled: Numbers
    """The same, from -1 to 1; those of gates from 0 to 1."""
    signed: bool
    """Whether they lie on both sides of 0."""


@dataclass(frozen=True)
class Map:
    """The contents of a map."""

    words: Sequence[str] = ()
    """The S words of the command."""
    rows: Sequence[Row] = ()
    """The T steps of the translation."""
    weights: Numbers | None = None
    """Attention weights (T, S), from 0 to 1; None for a translator without attention."""
    states: States | None = None
    """What is shown instead of the weights."""

    @property
    def columns(self) -> int:
        """Number of columns that the cursor can be in."""
        if self.states is not None:
            return len(self.states.names)
        return len(self.words)


def make_map(found: TranslatedCommand, marks: Sequence[str], states: States | None = None) -> Map:
    """Return the map of a translation.

    Args:
        found: the translation.
        marks: a mark for each step.
        states: what to show instead of its attention.
    """
    rows = [make_row(action, mark) for action, mark in zip(found.actions, marks, strict=False)]
    if found.ended:
        rows.append(Row(END, "end", marks[-1]))
    return Map([*map(format_name, found.command)], rows, found.attention, states)


def make_row(action: str, mark: str = "") -> Row:
    """Return the label of an action."""
    name = name_action(action)
    return Row(SYMBOLS[action], name, mark) if action in SYMBOLS else Row(name, "", mark)


def mark_steps(
    steps: Sequence[str], wanted: Sequence[str], other: Sequence[str] | None
) -> list[str]:
    """Return the mark of each step of a translation.

    Args:
        steps: its actions and, if it ended, the end.
        wanted: the actions that the grammar asks for, and the end.
        other: the steps of the other translator, if there is one.
    """
    marks = []
    for number, step in enumerate(steps):
        if wanted[number : number + 1] != steps[number : number + 1]:
            marks.append(WRONG)
        else:
            same = other is None or list(other[number : number + 1]) == [step]
            marks.append("" if same else UNLIKE)
    return marks


def find_mistake(steps: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Return the index of the first step that is not as wanted, or None."""
    for number, (step, right) in enumerate(zip(steps, wanted, strict=False)):
        if step != right:
            return number
    return None if len(steps) == len(wanted) else min(len(steps), len(wanted))


def make_states(trace: CommandTrace, field: str) -> States:
    """Return the units of a trace that move most in a field.

    Raises:
        UserError: the decoder's cell has no such field.
    """
    from charlm.inside.traces import SIGNED, name_unit

    chosen = trace.select(tuple(trace.top(MOST_UNITS, of=field)), field)
    names = [name_unit(unit) for unit in chosen.units]
    return States(field, names, chosen.values, chosen.scaled(), field in SIGNED)


def draw_block(value: float, signed: bool) -> str:
    """Return the block of a value from -1 to 1, or from 0 to 1 for one that is not signed."""
    share = (value + 1) / 2 if signed else value
    return BLOCKS[min(len(BLOCKS) - 1, max(0, int(share * len(BLOCKS))))]


def find_sign(value: float, signed: bool) -> int:
    """Return -1 for a low value, 1 for a high one, and 0 for one that is neither."""
    height = value if signed else 2 * value - 1
    return 0 if abs(height) < NEAR else (1 if height > 0 else -1)
