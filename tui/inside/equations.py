"""The equations of a cell, worked out in the numbers of one step. This module uses no screen."""

from __future__ import annotations

import math

from charlm.inside.recurrent_steps import RecurrentSteps
from tui.inside.quantities import LETTERS

MINUS = "\N{MINUS SIGN}"
LARGEST_SUM = 8.0
"""From here on tanh rounds to 1, and its argument cannot be told from its value."""


def write_number(value: float, decimals: int = 2) -> str:
    """Return a number as one writes it by hand: `.94`, `1.00`."""
    written = f"{abs(value):.{decimals}f}"
    digits = written.removeprefix("0") if abs(float(written)) < 1 else written
    return (MINUS if value < 0 and float(written) else "") + digits


def list_figures(
    steps: RecurrentSteps, place: int, layer: int, unit: int
) -> list[tuple[str, float]]:
    """Return the gates and states of a unit after a step, by letter, in the order of the equations.

    Args:
        steps: the steps.
        place: the step, from 0.
        layer: the layer, from 0.
        unit: the unit, from 0.
    """
    order = {"lstm": "fiogch", "gru": "rznh"}.get(steps.cell, "h")
    fields = {letter: field for field, letter in LETTERS[steps.cell].items()}
    return [(letter, float(steps.fields[fields[letter]][place, layer, unit])) for letter in order]


def write_equations(
    steps: RecurrentSteps, place: int, layer: int, unit: int, decimals: int = 2
) -> list[str]:
    """Return the equations of a unit's step, each with its numbers.

    The c or h on the right is that of the step before: for a unit that reads backwards, that of the
    next word.

    Args:
        steps: the steps.
        place: the step, from 0.
        layer: the layer, from 0.
        unit: the unit, from 0.
        decimals: decimals of the numbers.
    """
    figures = dict(list_figures(steps, place, layer, unit))

    def number(value: float) -> str:
        return write_number(value, decimals)

    def factor(value: float) -> str:
        written = number(value)
        return f"({written})" if written.startswith(MINUS) else written

    if steps.cell == "lstm":
        f, i, g, c = (figures[letter] for letter in "figc")
        before = steps.previous("cell", place, layer, unit)
        return [
            f"c = f·c + i·g = {number(f)}·{factor(before)} + {number(i)}·{factor(g)} = {number(c)}",
            f"h = o·tanh c = {number(figures['o'])}·tanh {factor(c)} = {number(figures['h'])}",
        ]
    if steps.cell == "gru":
        z, n, h = (figures[letter] for letter in "znh")
        before = steps.previous("hidden", place, layer, unit)
        parts = f"{number(1 - z)}·{factor(n)} + {number(z)}·{factor(before)}"
        return [f"h = (1{MINUS}z)·n + z·h = {parts} = {number(h)}"]
    assert steps.recurrent_part is not None
    h, inner = figures["h"], float(steps.recurrent_part[place, layer, unit])
    if steps.cell == "rnn_relu":
        left = number(h - inner) if h > 0 else "…"
        shut = "" if h > 0 else ", shut"
        return [f"h = max(0, Wx + b + Uh) = max(0, {left} + {factor(inner)}) = {number(h)}{shut}"]
    if abs(h) >= math.tanh(LARGEST_SUM):
        return [f"h = tanh(Wx + b + Uh) = tanh(… + {factor(inner)}) = {number(h)}, full"]
    outer = math.atanh(h) - inner
    return [f"h = tanh(Wx + b + Uh) = tanh({number(outer)} + {factor(inner)}) = {number(h)}"]


def name_previous(steps: RecurrentSteps, unit: int) -> str:
    """Return whose state stands on the right of the equations, in a few words."""
    return "the next one (it reads backwards)" if steps.reads_backwards(unit) else "the one before"
