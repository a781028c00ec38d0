"""Traces: every gate, cell and hidden state of every unit while a model reads a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from charlm.arrays import Singles
from charlm.config import ModelConfig
from charlm.generation.cells import FIELDS
from charlm.generation.generate import opening_ids
from charlm.generation.hold import STATES, check_field, check_layer, check_unit, default_field
from charlm.inside.reading import record_stream
from charlm.inside.results import ModelResult
from charlm.language_model import LanguageModel, load
from corpora.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BYTES = 4 << 30
"""Memory of a trace, at most."""
SHOWN_UNITS = 20
"""Units of a picture of a whole trace."""

Unit = tuple[int, int]
"""A layer, from 0 at the bottom, and a unit of it, from 0."""
Order = Literal["change", "variance", "effect"]
"""By what units are put in order: the mean of |v_t - v_(t-1)|, the variance of v over the text, or
the mean of the absolute effect on the next character (see `charlm.inside.effects`)."""
SIGNED = (*STATES, "effect")
"""Fields with values on both sides of 0; the others are gates, from 0 to 1."""


def name_unit(unit: Unit) -> str:
    """Return the name of a unit: its layer, counted from 1, and its number, counted from 0."""
    return f"{unit[0] + 1}.{unit[1]}"


@dataclass(frozen=True)
class Trace(ModelResult):
    """What happened in a model while it read a text."""

    config: ModelConfig
    """Its shape."""
    text: str
    """The text, T characters."""
    surprisals: npt.NDArray[np.float64]
    """Surprisal (T,) of each character before it was read, in nats. The first one was predicted
    after a line feed."""
    fields: Mapping[str, Singles]
    """Values (T, L, H) after each character, by the names of `charlm.generation.cells.FIELDS`."""

    def select(self, units: Iterable[Unit], of: str | None = None) -> UnitTrace:
        """Return what some units did.

        Args:
            units: pairs of a layer and a unit, both from 0.
            of: what of them: hidden, cell, a gate; by default the field that carries the memory.

        Raises:
            UserError: the model has no such layer, unit or field, or it was not traced.
        """
        chosen = list(units)
        field = default_field(self.config.cell) if of is None else of
        for layer, unit in chosen:
            check_layer(layer, self.config)
            check_unit(unit, self.config)
        values = self.field(field)
        columns = [values[:, layer, unit] for layer, unit in chosen]
        shape = (len(self.text), len(chosen))
        stacked = np.stack(columns, axis=1) if columns else np.zeros(shape, np.float32)
        return UnitTrace(self.model, self.text, field, tuple(chosen), stacked)

    def top(self, count: int, by: Order = "change", of: str | None = None) -> list[Unit]:
        """Return the units that move most, first the one that moves most.

        Args:
            count: how many.
            by: what counts as moving.
            of: what of them; see `select`. An order by effect does not need it.
        """
        if by == "effect":
            of = "effect"
        values = self.field(default_field(self.config.cell) if of is None else of)
        values = values.astype(np.float64)
        if by == "change":
            moved = np.diff(values, axis=0) if len(values) > 1 else values
            scores = np.abs(moved).mean(axis=0)
        else:
            scores = values.var(axis=0) if by == "variance" else np.abs(values).mean(axis=0)
        order = np.argsort(-scores, axis=None, kind="stable")[:count]
        layers, units = np.unravel_index(order, scores.shape)
        return list(zip(layers.tolist(), units.tolist(), strict=True))

    def records(self) -> list[dict[str, Any]]:
        """Return a row a character: its surprisal, and the size of each layer's hidden state."""
        hidden = self.fields.get("hidden")
        norms = None if hidden is None else np.linalg.norm(hidden, axis=2)
        rows: list[dict[str, Any]] = []
        for place, character in enumerate(self.text):
            row = {
                "position": place,
                "character": character,
                "surprisal": float(self.surprisals[place]),
            }
            if norms is not None:
                row |= {f"hidden_norm_{n + 1}": float(v) for n, v in enumerate(norms[place])}
            rows.append(row)
        return rows

    def plot(self) -> Figure:
        """Return a picture of the twenty units that change most, one in each row."""
        field = default_field(self.config.cell)
        of = field if field in self.fields else next(iter(self.fields))
        return self.select(self.top(SHOWN_UNITS, of=of), of).plot()

    def field(self, name: str) -> Singles:
        """Return the values (T, L, H) of a field.

        Raises:
            UserError: the cell has no such field, or it was not traced.
        """
        if name in self.fields:
            return self.fields[name]
        check_field(name, self.config.cell)
        raise UserError(f"{name} was not traced; traced were: {', '.join(self.fields)}")


@dataclass(frozen=True)
class UnitTrace(ModelResult):
    """What some units did while a model read a text."""

    text: str
    """The text, T characters."""
    field: str
    """What is shown of the units: hidden, cell, a gate."""
    units: tuple[Unit, ...]
    """The K units."""
    values: Singles
    """Their values after each character, (T, K)."""

    def scaled(self) -> npt.NDArray[np.float64]:
        """Return the values from -1 to 1, (T, K): each unit's largest absolute value becomes 1.

        Gates lie from 0 to 1 already, and stay as they are.
        """
        values = self.values.astype(np.float64)
        if self.field not in SIGNED:
            return values
        largest = np.abs(values).max(axis=0, initial=0.0)
        return np.asarray(values / np.maximum(largest, 1e-12))

    def records(self) -> list[dict[str, Any]]:
        """Return a row a character, with the value of each unit."""
        names = [name_unit(unit) for unit in self.units]
        return [
            {"position": place, "character": character, **dict(zip(names, row, strict=True))}
            for place, (character, row) in enumerate(
                zip(self.text, self.values.tolist(), strict=True)
            )
        ]

    def plot(self) -> Figure:
        """Return a picture: the text coloured by one unit, or a row of colours for each of many."""
        from charlm.drawing.colored_text import draw_text_figure
        from charlm.drawing.unit_rows import draw_unit_rows

        title = f"{self.model}, {self.field} of "
        if len(self.units) == 1:
            title += f"unit {name_unit(self.units[0])}"
            return draw_text_figure(self.text, self.scaled()[:, 0], title=title)
        names = [name_unit(unit) for unit in self.units]
        title += f"{len(names)} units"
        return draw_unit_rows(self.text, self.scaled().T, names, title=title)

    def _repr_html_(self) -> str:
        from charlm.drawing.colored_text import color_html

        parts = []
        for index, unit in enumerate(self.units):
            shown = [f"{value:.3f}" for value in self.values[:, index].tolist()]
            colored = color_html(self.text, self.scaled()[:, index], shown)
            parts.append(f"<p>{self.field} of unit {name_unit(unit)}</p>{colored}")
        return "".join(parts)


def trace(
    model: LanguageModel | str,
    text: str,
    *,
    fields: Sequence[str] | None = None,
) -> Trace:
    """Read a text with a model, and return what happened in every unit.

    The text follows a line feed in a state of zeros, as in `charlm score`. Reading steps in NumPy;
    100,000 characters with a model of 4x128 take some ten seconds, and 1.2 GB if all is traced.

    Args:
        model: a model, or its name.
        text: the text, at least one character.
        fields: what to keep, by the names of `FIELDS`; by default all that the cell has.

    Raises:
        UserError: the text is empty or too long, the model does not know one of its characters, or
            has no such field.
    """
    model = load(model) if isinstance(model, str) else model
    config, network = model.config, model.network
    kept = tuple(fields) if fields is not None else FIELDS[config.cell]
    for field in kept:
        check_field(field, config.cell)
    if not text:
        raise UserError("there is no text to trace")
    ids = model.vocabulary.encode(text)
    size = 4 * len(ids) * len(kept) * config.num_layers * config.hidden_size
    if size > MOST_BYTES:
        raise UserError(
            f"a trace of {len(ids):,} characters would take {size / 1e9:,.1f} GB; take a shorter "
            "text, or fewer fields"
        )
    shape = (len(ids), config.num_layers, config.hidden_size)
    values = {field: np.empty(shape, np.float32) for field in kept}
    surprisals = record_stream(network, opening_ids(model.vocabulary, ""), ids, values)
    return Trace(model.name, config, text, surprisals, values)
