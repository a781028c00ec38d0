"""The lines of the panels about one unit and one step. This module uses no screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.content import Content

from charlm.inside.traces import Unit
from tui.inside.equations import list_figures, name_previous, write_equations, write_number
from tui.inside.excerpts import Excerpt, write_label
from tui.inside.findings import Findings, measure_range
from tui.inside.sights import Sight

MUTED = "auto 60%"
MARKED = "bold reverse"
"""The character, word or step that an excerpt is about."""
STRONG = "bold"
CHOSEN = "bold $text-warning"
UNREAD = "Where the unit is high and low stands here as soon as the text is read."
CONTEXTS, MORE_CONTEXTS = 3, 5
"""Excerpts of either kind, in a narrow and in a wide panel."""
WIDE = 60
FITS, PUSHES = 3, 6
COLUMN, NARROW_COLUMN = 6, 5
"""Cells of a gate or a state, and where there is no room for six of them."""
NAME = 10
"""Cells of the names at the left."""


def name_long(unit: Unit) -> str:
    """Return the name of a unit as the map has it: layer from 1, and three digits."""
    return f"{unit[0] + 1}.{unit[1]:03}"


def join_lines(lines: Iterable[Content]) -> Content:
    """Return lines one under another."""
    return Content("\n").join(lines)


def name_lines(name: str, contents: Sequence[Content]) -> list[Content]:
    """Return lines with a name before the first of them."""
    names = [name, *[""] * (len(contents) - 1)]
    return [
        Content.assemble((label.ljust(NAME), MUTED), content)
        for label, content in zip(names, contents, strict=False)
    ]


def draw_excerpt(excerpt: Excerpt) -> Content:
    """Return an excerpt whose middle is marked."""
    before, here, after = excerpt
    return Content.assemble(before, (here, MARKED), after)


def draw_unit(
    findings: Findings | None, sight: Sight, unit: Unit, lacks_pushes: str, width: int
) -> Content:
    """Return what is said of a unit: contexts, what it goes with, what it pushes.

    Args:
        findings: what was found on the text; None while it is being read.
        sight: what is seen of the model.
        unit: the unit.
        lacks_pushes: what is said if the output layer does not read the unit.
        width: cells of a line.
    """
    lines: list[Content] = []
    if findings is None:
        lines += wrap_hint(UNREAD, width)
    else:
        count = MORE_CONTEXTS if width >= WIDE else CONTEXTS
        highs, lows = findings.list_contexts(unit, count, max(8, width - NAME))
        lines += name_lines("high in", [draw_excerpt(one) for one in highs])
        lines += name_lines("low in", [draw_excerpt(one) for one in lows])
        lines += name_lines("goes with", _draw_fits(findings, unit))
        low, high = (write_number(value) for value in measure_range(findings.material, unit))
        field = findings.material.field
        lines += name_lines("mostly", [Content(f"{field} from {low} to {high}")])
    pushes = sight.anatomy.list_pushes(*unit, PUSHES)
    lines += name_lines("pushes", _draw_pushes(pushes, width - NAME) or [Content(lacks_pushes)])
    return join_lines(lines)


def _draw_fits(findings: Findings, unit: Unit) -> list[Content]:
    fitting = findings.list_fitting(unit, FITS)
    if not fitting:
        return [Content("too short a text to say")]
    longest = max(cell_len(name) for name, _ in fitting)
    return [Content(f"{name.ljust(longest)}  r {write_number(r).rjust(4)}") for name, r in fitting]


def _draw_pushes(pushes: Sequence[tuple[str, float]], width: int) -> list[Content]:
    """Return what a unit pushes, as many on a line as fit, on two lines at most."""
    lines: list[Content] = []
    line: list[Content] = []
    used = 0
    for name, logit in pushes:
        sign = "+" if logit >= 0 else ""
        shown = {" ": "␣"}.get(name) or write_label(name)
        cells = cell_len(shown) + 1 + len(sign + write_number(logit, 1)) + 2
        if line and used + cells - 2 > width:
            lines.append(Content("  ").join(line))
            line, used = [], 0
        line.append(Content.assemble((shown, STRONG), f" {sign}{write_number(logit, 1)}"))
        used += cells
    return [*lines, Content("  ").join(line)][:2] if line else []


def draw_step(sight: Sight, place: int, units: Sequence[Unit], width: int) -> Content:
    """Return gates and states of units at a place, and the equations of the first of them.

    Args:
        sight: what is seen of the model.
        place: the place of the text.
        units: the units, the chosen one first.
        width: cells of a line.
    """
    steps, at = sight.steps, place - sight.start
    names = [name_long(unit) for unit in units]
    margin = max(map(len, names), default=0)
    rows = [list_figures(steps, at, *unit) for unit in units]
    lines = []
    column = COLUMN if margin + COLUMN * max(map(len, rows), default=0) <= width else NARROW_COLUMN
    if rows:
        head = "".join(letter.rjust(column) for letter, _ in rows[0])
        lines.append(Content.assemble((" " * margin + head, MUTED)))
    for number, (name, row) in enumerate(zip(names, rows, strict=True)):
        figures = "".join(fit_number(value, column - 1).rjust(column) for _, value in row)
        style = CHOSEN if number == 0 else ""
        lines.append(Content.assemble((name.rjust(margin), style), figures))
    if units:
        lines.append(Content(""))
        for decimals in (3, 2):
            equations = write_equations(steps, at, *units[0], decimals=decimals)
            parts = [part for one in equations for part in break_equation(one, width)]
            if all(cell_len(part) <= width for part in parts):
                break
        lines += map(Content, parts)
        if steps.backward_from is not None:
            before = f"on the right: {name_previous(steps, units[0][1])}"
            lines.append(Content.assemble((before, MUTED)))
    return join_lines(lines)


def fit_number(value: float, cells: int) -> str:
    """Return a number with two decimals, or with fewer if it would take more than these cells."""
    written = [write_number(value, decimals) for decimals in (2, 1, 0)]
    return next((one for one in written if len(one) <= cells), written[-1])


def wrap_hint(line: str, width: int) -> list[Content]:
    """Return a sentence in muted lines of a width."""
    lines: list[str] = []
    for word in line.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [Content.assemble((one, MUTED)) for one in lines]


def break_equation(equation: str, width: int) -> list[str]:
    """Return an equation in lines of a width, broken at its equal signs."""
    if cell_len(equation) <= width:
        return [equation]
    left, *sides = equation.split(" = ")
    return [f"{left} = {sides[0]}", *(" " * cell_len(left) + f" = {side}" for side in sides[1:])]


def name_step(sight: Sight, place: int) -> str:
    """Return what stands at a place, for a title: `the g of "anything"`."""
    at, labels = place - sight.start, sight.labels
    here = labels[at]
    if sight.anatomy.kind == "classifier":
        return f'the word "{write_label(here)}"'
    if sight.anatomy.kind == "translator":
        return f"step {place + 1}: {write_label(here)}"
    if not here.isalnum():
        return {"\n": "the line feed", " ": "the space"}.get(here, f"the {write_label(here)}")
    start, end = at, at + 1
    while start and labels[start - 1].isalnum():
        start -= 1
    while end < len(labels) and labels[end].isalnum():
        end += 1
    word = "".join(map(write_label, labels[start:end]))
    return f'the {write_label(here)} of "{word}"'
