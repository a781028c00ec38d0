"""Gates and states of a unit around the cursor, a line each. This module uses no screen."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content

from charlm.inside.traces import Unit
from charlm.runs.registry import CHARACTERS
from tui.inside.cards import MARKED, MUTED, join_lines
from tui.inside.excerpts import write_label
from tui.inside.map_columns import draw_block
from tui.inside.palette import Palette
from tui.inside.quantities import LETTERS
from tui.inside.runs import assemble_runs
from tui.inside.sights import Sight

NAME = 3
"""Cells of the letter before a line."""
FIELDS = ("forget", "input", "output", "update", "reset", "candidate", "cell", "hidden")
"""Gates and states, in the order of the equations."""


def draw_around(sight: Sight, place: int, unit: Unit, palette: Palette, width: int) -> Content:
    """Return a line of blocks for each gate and state of a unit, one for each step.

    Args:
        sight: what is seen of the model.
        place: place of the cursor.
        unit: the unit.
        palette: colours of numbers.
        width: cells of a line.
    """
    layer, number = unit
    room = max(1, width - NAME)
    at = place - sight.start
    first = max(0, min(at - room // 2, len(sight.labels) - room))
    places = range(first, min(first + room, len(sight.labels)))
    lines = [_draw_head(sight, places, at)]
    for field in FIELDS:
        if field not in sight.steps.fields:
            continue
        values = sight.scale(layer, field)[:, number]
        parts: list[tuple[str, str]] = [(f"{LETTERS[sight.cell][field]}".ljust(NAME), MUTED)]
        for one in places:
            value = float(values[one])
            ground = f" on {palette.here.css}" if one == at else ""
            parts.append((draw_block(value), palette.pick(value).css + ground))
        lines.append(assemble_runs(parts))
    return join_lines(lines)


def _draw_head(sight: Sight, places: range, at: int) -> Content:
    """Return the characters above the blocks; of words and steps, a mark at the cursor."""
    parts: list[tuple[str, str]] = [(" " * NAME, "")]
    for one in places:
        shown = write_label(sight.labels[one]) if sight.anatomy.kind == CHARACTERS else "·"
        shown = shown if cell_len(shown) == 1 else "?"
        parts.append((shown, MARKED if one == at else MUTED))
    return assemble_runs(parts)
