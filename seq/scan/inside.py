"""What a translator's decoder does, action by action: gates, cells, hidden states, attention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from rich.text import Text

from charlm.arrays import Singles
from charlm.config import Cell, ModelConfig
from charlm.drawing.colored_text import PLAIN, Scale
from charlm.generation.hold import check_field, check_layer, check_unit, default_field
from charlm.inside.other_kinds import DrawnResult, Progress, TraceRequest
from charlm.inside.traces import SIGNED, Unit, name_unit
from corpora.errors import UserError
from corpora.notice import Notice, silent
from seq.scan.library import CommandTranslator, TranslatedCommand, load
from seq.scan.steps import trace_decoder

if TYPE_CHECKING:
    from charlm.drawing.picture import Picture


SHOWN = 6
"""Units that are shown when none is named: with the attention beside them, 80 columns hold them."""
GAP = 3
"""Columns between the units and the attention."""


@dataclass(frozen=True)
class CommandTrace(DrawnResult):
    """What happened in the decoder in each of T steps."""

    cell: Cell
    """Its cell."""
    translation: TranslatedCommand
    """The command, its translation and, if the model has one, the attention (T, S)."""
    fields: Mapping[str, Singles]
    """Values (T, L, H) after each step, by the names of `charlm.generation.cells.FIELDS`. A step
    reads the action before, or the start, and then names its own action."""
    units: tuple[Unit, ...] = ()
    """The K units that are shown: a layer and a unit of it, both from 0."""
    of: str = "hidden"
    """What is shown of them."""

    @property
    def values(self) -> Singles:
        """Values of the units that are shown, (T, K)."""
        return np.stack([self.fields[self.of][:, layer, unit] for layer, unit in self.units], 1)

    def scaled(self) -> npt.NDArray[np.float64]:
        """Return them from -1 to 1: each unit's largest absolute value is 1; gates stay."""
        values = self.values.astype(np.float64)
        if self.of not in SIGNED:
            return values
        return np.asarray(values / np.maximum(np.abs(values).max(axis=0), 1e-12))

    def select(self, units: tuple[Unit, ...], of: str | None = None) -> CommandTrace:
        """Return the same trace with other units to show.

        Args:
            units: pairs of a layer and a unit, both from 0.
            of: what of them: hidden, cell, a gate; by default the field that carries the memory.

        Raises:
            UserError: the decoder has no such layer, unit or field.
        """
        field = of or default_field(self.cell)
        check_field(field, self.cell)
        layers, size = self.fields[field].shape[1:]
        shape = ModelConfig(cell=self.cell, num_layers=layers, hidden_size=size)
        for layer, unit in units:
            check_layer(layer, shape)
            check_unit(unit, shape)
        return replace(self, units=units, of=field)

    def top(
        self, count: int, by: Literal["change", "variance"] = "change", of: str | None = None
    ) -> list[Unit]:
        """Return the units that move most, first the one that moves most.

        Args:
            count: how many.
            by: mean absolute change from step to step, or variance over the steps.
            of: what of them; see `select`.
        """
        field = of or default_field(self.cell)
        check_field(field, self.cell)
        values = self.fields[field].astype(np.float64)
        moved = np.abs(np.diff(values, axis=0)) if len(values) > 1 else np.abs(values)
        scores = moved.mean(axis=0) if by == "change" else values.var(axis=0)
        order = np.argsort(-scores, axis=None, kind="stable")[:count]
        layers, units = np.unravel_index(order, scores.shape)
        return list(zip(layers.tolist(), units.tolist(), strict=True))

    def records(self) -> list[dict[str, Any]]:
        """Return a row for each step: its action, the units, and the attention to each word."""
        names = [name_unit(unit) for unit in self.units]
        attention = self.translation.attention
        return [
            {
                "step": number,
                "action": action,
                **dict(zip(names, self.values[number].tolist(), strict=True)),
                "attention": None if attention is None else attention[number].tolist(),
            }
            for number, action in enumerate(self.translation.steps)
        ]

    def about(self) -> dict[str, Any]:
        """Return the command, its actions, and what is shown of the units."""
        found = self.translation
        return {"command": list(found.command), "actions": list(found.actions), "of": self.of}

    def draw(self, width: int, scale: Scale) -> Text:
        """Return the units as rows of steps and, beside or under them, the attention."""
        from charlm.drawing.heat import draw_heat_map
        from charlm.drawing.signed_cells import draw_signed_cells

        steps, attention = self.translation.steps, self.translation.attention
        names = [name_unit(unit) for unit in self.units]
        lines = draw_signed_cells(self.scaled(), names, steps, scale)
        if attention is not None:
            color = scale is not PLAIN
            words = self.translation.command
            beside = draw_heat_map(attention, words, [""] * len(steps), color=color, numbers=True)
            pairs = list(zip(lines, beside.split("\n"), strict=True))
            if all(a.cell_len + GAP + b.cell_len <= width for a, b in pairs):
                lines = [Text.assemble(a, " " * GAP, b) for a, b in pairs]
            else:
                below = draw_heat_map(attention, words, steps, color=color, numbers=True)
                lines += [Text(), Text("attention, in hundredths", "dim"), *below.split("\n")]
        low, high = float(self.values.min()), float(self.values.max())
        about = f"{self.of} of {len(names)} units of {self.model}: {low:.2f} to {high:.2f}"
        if self.of in SIGNED:
            about += "; in hundredths of each unit's largest"
        lines += [Text(), Text(about, "dim")]
        return Text("\n", no_wrap=True).join(lines)

    def plot(self) -> Picture:
        """Return a picture: the units, a column each, and the attention beside them."""
        from seq.scan.state_picture import draw_states

        found = self.translation
        names = [name_unit(unit) for unit in self.units]
        title = f"{self.model}, {self.of} of the decoder: {' '.join(found.command)}"
        return draw_states(
            self.scaled(), names, found.steps, found.attention, found.command, title=title,
            signed=self.of in SIGNED,
        )  # fmt: skip

    def _repr_html_(self) -> str:
        from charlm.drawing.signed_cells import table_signed_html

        found = self.translation
        names = [name_unit(unit) for unit in self.units]
        parts = [table_signed_html(self.scaled(), names, found.steps, f"{self.of} of units")]
        if found.attention is not None:
            parts.append(
                table_signed_html(found.attention, found.command, found.steps, "attention")
            )
        return "".join(parts)


def trace_command(translator: CommandTranslator, command: str) -> CommandTrace:
    """Translate a command, and return what happened in the decoder in every step.

    The translation is that of greedy search; see `trace_decoder`.

    Args:
        translator: the translator.
        command: words of its vocabulary.

    Raises:
        UserError: the command is empty, or a word is not known.
    """
    (found,) = translator.translate(command)
    steps = trace_decoder(translator, found)
    whole = CommandTrace(translator.name, steps.cell, found, steps.fields)
    return whole.select(tuple(whole.top(SHOWN)))


def trace_named(
    name: str, request: TraceRequest, *, progress: Progress | None = None, notice: Notice = silent
) -> CommandTrace:
    """Load a translator, and trace a command with it; see `trace_command`.

    Raises:
        UserError: the translator, or what is asked of it, does not exist.
    """
    if "effect" in (request.of, request.by):
        raise UserError("effects are computed for models of characters only")
    trace = trace_command(load(name, device="cpu"), request.text)
    by: Literal["change", "variance"] = "variance" if request.by == "variance" else "change"
    layers, size = trace.fields["hidden"].shape[1:]
    if request.layer is not None:
        check_layer(request.layer, ModelConfig(num_layers=layers))
    if request.units:
        chosen = [(request.layer or 0, unit) for unit in request.units]
    else:
        ranked = trace.top(layers * size, by, request.of)
        own = [unit for unit in ranked if request.layer in (None, unit[0])]
        chosen = own[: request.top or SHOWN]
    return trace.select(tuple(chosen), request.of)
