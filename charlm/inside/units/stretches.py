"""Stretches of a text through which the same units are on, as in LSTMVis (Strobelt et al. 2016).

A stretch is selected in a text. The units that are on throughout it, and off just outside, are
taken for what the model knows of it; other stretches with these units on show what that may be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from charlm.generation.hold import default_field
from charlm.inside.results import ModelResult
from charlm.inside.traces import Unit, UnitTrace, name_unit, trace
from charlm.inside.units.samples import Progress, ignore
from charlm.inside.units.stretch_matches import Match, find_matches, read_bits
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

THRESHOLD = 0.3
"""Least absolute value of a unit that is on, by default: that of LSTMVis."""
SHOWN_UNITS = 20
"""Units of a picture, at most."""
BEFORE, AFTER = 24, 16
"""Characters of a text that are shown beside a stretch."""


@dataclass(frozen=True)
class StretchSearch(ModelResult):
    """The units of a stretch, and other stretches with these units on."""

    text: str
    """The text with the selected stretch."""
    start: int
    """First character of the stretch, from 0."""
    end: int
    """The character after its last."""
    threshold: float
    """The absolute value above which a unit is on."""
    units: tuple[Unit, ...]
    """The units that are on throughout, and off just outside."""
    signs: tuple[int, ...]
    """1 for a unit that is on above the threshold, -1 for one that is on below its negative."""
    trace: UnitTrace
    """What the units did in the text."""
    other: str
    """The text that was searched."""
    matches: tuple[Match, ...]
    """What was found in it, the best first."""

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each stretch that was found, with the text on either side."""
        rows = []
        for match in self.matches:
            before, stretch, after = cut_out(self.other, match.start, match.end)
            rows.append(
                {
                    "position": match.start,
                    "length": match.end - match.start,
                    "units": match.units,
                    "before": before,
                    "stretch": stretch,
                    "after": after,
                }
            )
        return rows

    def describe_units(self) -> list[str]:
        """Return the names of the units, each with the sign it has when it is on."""
        pairs = zip(self.units, self.signs, strict=True)
        return [f"{'+' if sign > 0 else '-'}{name_unit(unit)}" for unit, sign in pairs]

    def plot(self) -> Figure:
        """Return a picture of the units, in rows, over the text; without units, the stretch."""
        if not self.units:
            from charlm.drawing.colored_text import draw_text_figure

            marks = np.zeros(len(self.text))
            marks[self.start : self.end] = 0.5
            return draw_text_figure(self.text, marks, title="No unit is on in this stretch alone")
        shown = self.units[:SHOWN_UNITS]
        traced, values = self.trace, self.trace.values[:, : len(shown)]
        return UnitTrace(traced.model, traced.text, traced.field, shown, values).plot()


def cut_out(text: str, start: int, end: int) -> tuple[str, str, str]:
    """Return a part of a text, with some of what lies before and after it."""
    return text[max(0, start - BEFORE) : start], text[start:end], text[end : end + AFTER]


def select_units(
    model: LanguageModel,
    text: str,
    start: int,
    end: int,
    *,
    of: str | None = None,
    threshold: float = THRESHOLD,
) -> tuple[UnitTrace, tuple[int, ...]]:
    """Return what units did that are on throughout a stretch and off just outside, and their signs.

    A unit is on where it is above the threshold, or where it is below its negative: on one side
    throughout. The state after a character counts as that of the character: a quotation begins with
    its opening mark, and ends before its closing one.

    Args:
        model: the model.
        text: the text, T characters.
        start: first character of the stretch, from 0.
        end: the character after its last, at most T.
        of: what of the units; by default the field that carries the memory.
        threshold: 0 asks for the sign alone.

    Raises:
        UserError: the stretch is empty, does not lie in the text or leaves nothing outside; the
            threshold is negative or no number; or the text cannot be traced.
    """
    if not 0 <= start < end <= len(text):
        raise UserError(
            f"a stretch from {start} to {end} does not lie in a text of {len(text)} characters"
        )
    if end - start == len(text):
        raise UserError("the stretch is the whole text: leave some of it on one side at least")
    if not 0 <= threshold < np.inf:
        raise UserError(f"the threshold must be a number of at least 0, not {threshold:g}")
    field = of or default_field(model.config.cell)
    traced = trace(model, text, fields=[field])
    values = traced.field(field)
    outside = [place for place in (start - 1, end) if 0 <= place < len(text)]
    chosen: dict[Unit, int] = {}
    for sign in (1, -1):
        on = sign * values > threshold
        layers, units = np.nonzero(on[start:end].all(axis=0) & ~on[outside].any(axis=0))
        chosen |= dict.fromkeys(zip(layers.tolist(), units.tolist(), strict=True), sign)
    ordered = sorted(chosen)
    return traced.select(ordered, field), tuple(chosen[unit] for unit in ordered)


def find_stretches(
    model: LanguageModel | str,
    text: str,
    start: int,
    end: int,
    other: str,
    *,
    of: str | None = None,
    threshold: float = THRESHOLD,
    count: int = 10,
    progress: Progress = ignore,
) -> StretchSearch:
    """Find the units of a stretch, and stretches of another text with these units on.

    They are put in order by how many of the units are on throughout, then by length. Stretches with
    less than half of the units, or less than half as long as the selected one, are left out.

    Args:
        model: a model, or its name.
        text: the text with the stretch.
        start: first character of the stretch, from 0.
        end: the character after its last.
        other: the text to search.
        of: what of the units; by default the field that carries the memory.
        threshold: see `select_units`.
        count: how many stretches to return, at most.
        progress: takes the number of characters that were read since the last call.

    Raises:
        UserError: see `select_units`; or the model does not know a character of the other text, or
            it is empty, or `count` is below 1.
    """
    model = load(model) if isinstance(model, str) else model
    if count < 1:
        raise UserError(f"at least 1 stretch must be asked for, not {count}")
    if not other:
        raise UserError("there is no text to search")
    selected, signs = select_units(model, text, start, end, of=of, threshold=threshold)
    ids = model.vocabulary.encode(other)
    matches: list[Match] = []
    if selected.units:
        units, field = selected.units, selected.field
        bits = read_bits(model.network, ids, units, signs, field, threshold, progress)
        matches = find_matches(bits, len(units), max(1, (end - start + 1) // 2), count)
    return StretchSearch(
        model.name,
        text,
        start,
        end,
        threshold,
        selected.units,
        signs,
        selected,
        other,
        tuple(matches),
    )
