"""The map of units as a picture in a file. This module uses no screen."""

from __future__ import annotations

import io
from typing import Literal

from charlm.inside.traces import SIGNED, name_unit
from charlm.runs.registry import CHARACTERS
from tui.inside.excerpts import write_label
from tui.inside.sights import Sight

Format = Literal["png", "svg"]
MOST_UNITS = 40
"""Units of a picture: the first ones of the map."""
MOST_WORDS = 150
"""Words or steps of a picture, around the cursor: each has a wide column."""


def draw_picture(
    sight: Sight, layer: int, quantity: str, units: list[int], place: int, kind: Format
) -> bytes:
    """Return the file of a picture of some units over the part of the text that is looked at.

    Args:
        sight: what is seen of the model.
        layer: the layer, from 0.
        quantity: what of its units.
        units: the units, from the top row down.
        place: place of the cursor.
        kind: form of the file.
    """
    from charlm.drawing.picture import draw_heat_maps
    from charlm.drawing.unit_rows import draw_unit_rows

    shown = units[:MOST_UNITS]
    names = [name_unit((layer, unit)) for unit in shown]
    values = sight.scale(layer, quantity)[:, shown]
    title = f"{sight.anatomy.name}, {quantity} of layer {layer + 1}"
    if sight.anatomy.kind == CHARACTERS:
        figure = draw_unit_rows("".join(sight.labels), values.T, names, title=title)
    else:
        at = place - sight.start
        first = max(0, min(at - MOST_WORDS // 2, len(sight.labels) - MOST_WORDS))
        part = slice(first, first + MOST_WORDS)
        labels = [write_label(label) for label in sight.labels[part]]
        low = -1.0 if quantity in SIGNED else 0.0
        figure = draw_heat_maps(
            [(values[part].T, labels, names)], label=title, scale=(low, 1.0), colors="RdBu_r"
            if low else "viridis",
        )  # fmt: skip
    if kind == "png":
        return figure.to_png()
    made = io.BytesIO()
    figure.savefig(made, format="svg")
    return made.getvalue()
