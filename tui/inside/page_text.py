"""The text coloured by one unit, in lines. This module uses no screen."""

from __future__ import annotations

from textual.content import Content

from charlm.drawing.colored_text import wrap_text
from charlm.runs.registry import CHARACTERS
from tui.inside.cards import MARKED
from tui.inside.excerpts import write_label
from tui.inside.map_columns import is_marked
from tui.inside.palette import Palette
from tui.inside.runs import assemble_runs
from tui.inside.sights import Sight

LEAST = 1 / 8
"""Least size of a number that gives a colour: what is near 0 looks as the text does."""


def draw_page(
    sight: Sight, layer: int, unit: int, quantity: str, place: int, palette: Palette, width: int
) -> Content:
    """Return the part of the text that is looked at, each character or word as the unit stands.

    Negative numbers are underlined as well.

    Args:
        sight: what is seen of the model.
        layer: the layer, from 0.
        unit: the unit, from 0.
        quantity: what of it.
        place: place of the cursor.
        palette: colours of numbers.
        width: cells of a line.
    """
    values = sight.scale(layer, quantity)[:, unit].tolist()
    joint = "" if sight.anatomy.kind == CHARACTERS else " "
    shown = ["↵\n" if label == "\n" else write_label(label) + joint for label in sight.labels]
    text = "".join(shown)
    owners = [at for at, label in enumerate(shown) for _ in label]
    parts: list[tuple[str, str]] = []
    for line in wrap_text(text, max(1, width)):
        for at in line:
            if text[at] == "\n":
                continue
            value = values[owners[at]]
            style = ""
            if abs(value) >= LEAST:
                style = palette.pick(value).css + " underline" * is_marked(value)
            if sight.start + owners[at] == place and text[at] != joint:
                style = MARKED
            parts.append((text[at], style))
        parts.append(("\n", ""))
    return assemble_runs(parts[:-1])
