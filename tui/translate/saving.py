"""A map as a picture or as text, for a file. This module uses no screen; it loads matplotlib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from charlm.console.program import format_name
from tui.translate.answers import Answer
from tui.translate.contents import ATTENTION

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture
    from seq.scan.inside import CommandTrace

SUFFIXES = {"png": "Picture (PNG)", "txt": "Text"}
"""Kinds of files, by what their names end with."""
UNITS = 30
"""Units of a picture."""
WIDTH = 160
"""Columns of a text file."""


def name_file(answer: Answer, suffix: str) -> str:
    """Return the name that is proposed for the file."""
    return f"{'_'.join(map(format_name, answer.found.command))}.{suffix}"


def draw_file(shown: Sequence[tuple[Answer, str]], suffix: str) -> bytes:
    """Return the content of a file.

    Args:
        shown: answers with what their map shows; those of attention stand in one picture.
        suffix: png or txt.
    """
    if suffix == "txt":
        return "\n\n".join(draw_text(answer, what) for answer, what in shown).encode() + b"\n"
    return draw_picture(shown).to_png()


def draw_picture(shown: Sequence[tuple[Answer, str]]) -> Picture:
    """Return the picture of attention maps, or of the units of the first answer."""
    from charlm.drawing.picture import draw_heat_maps

    answer, what = shown[0]
    if what != ATTENTION and answer.trace is not None:
        return select_units(answer.trace, what).plot()
    maps = [
        (one.found.attention, _format_names(one.found.command), _format_names(one.found.steps))
        for one, its in shown
        if its == ATTENTION and one.found.attention is not None
    ]
    return draw_heat_maps(maps, label="weight of the word")


def draw_text(answer: Answer, what: str) -> str:
    """Return a map as text, with the command, the translator and its verdict above it."""
    from charlm.drawing.colored_text import PLAIN
    from charlm.drawing.heat import draw_heat_map

    found = answer.found
    verdict = "right" if answer.right else "wrong"
    lines = [
        format_name(" ".join(found.command)),
        f"{format_name(answer.model)}: {verdict}, probability {math.exp(found.log_prob):.1%}",
        "",
    ]
    if what != ATTENTION and answer.trace is not None:
        lines.append(select_units(answer.trace, what).draw(WIDTH, PLAIN).plain)
    elif found.attention is not None:
        words, steps = _format_names(found.command), _format_names(found.steps)
        drawn = draw_heat_map(found.attention, words, steps, color=False, numbers=True)
        lines += ["attention, in hundredths", drawn.plain]
    else:
        lines += _format_names(found.steps)
    return "\n".join(line.rstrip() for line in "\n".join(lines).split("\n"))


def select_units(trace: CommandTrace, field: str) -> CommandTrace:
    """Return a trace of the units that move most in a field."""
    return trace.select(tuple(trace.top(UNITS, of=field)), field)


def _format_names(names: Sequence[str]) -> list[str]:
    return [*map(format_name, names)]
