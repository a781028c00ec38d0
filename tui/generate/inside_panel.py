"""The panel that shows what happens inside the network around the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message

from charlm.console.live import BARS
from charlm.console.program import printable
from tui.generate.candidate_bars import NAMES
from tui.generate.flow import Flow
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper
from tui.widgets.word_stepper import WordStepper

if TYPE_CHECKING:
    from charlm.config import ModelConfig
    from tui.generate.unit_strip import UnitStrip, WindowTrace

EMPTY = "Here will be seen which units move while the text is read."
NUMBER = 5
"""Cells before the first character of a strip: the number of the unit."""
BELOW = 2
"""Lines below the units."""
INITIALS = {"forget": "f", "input": "i", "output": "o", "reset": "r", "update": "z"}


class InsidePanel(Panel):
    """The units of a layer that moved most near the cursor, and what the gates do there."""

    class Wanted(Message):
        """Another layer, field or width is to be shown."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(title="Inside", id=id)
        self.trace: WindowTrace | None = None
        self._text = ""
        self.pins: Sequence[tuple[str, int, int]] = ()
        """Units that the user has pinned: model by name, layer and unit, from 0."""
        self._model = ""
        self._config: ModelConfig | None = None

    def compose(self) -> ComposeResult:
        """Lay out the choice of layer and field, and the strip."""
        with Flow(id="quantity"):
            yield Stepper("layer", [1], 1, id="layer")
            yield WordStepper("shows", ["cell"], id="field")
        yield Caption(EMPTY, id="strip")

    @property
    def columns(self) -> int:
        """Characters that there is room for: a cell each, and a blank."""
        return max(1, (self.query_one("#strip").size.width - NUMBER) // 2)

    def use(self, model: str, config: ModelConfig) -> None:
        """Offer the layers and fields of another model, by its name."""
        from tui.generate.unit_strip import list_fields

        self._model = model
        if config == self._config:
            return
        self._config = config
        layer, field = self.query_one("#layer", Stepper), self.query_one("#field", WordStepper)
        with self.prevent(Stepper.Changed):
            layer.offer(range(1, config.num_layers + 1), config.num_layers)
            field.offer_words(list_fields(config.cell))

    def show(self, trace: WindowTrace, text: str) -> None:
        """Show what happened in a part of a text.

        Args:
            trace: what happened.
            text: the part of the text.
        """
        self.stale = False
        self.trace, self._text = trace, printable(text)
        self.draw()

    def clear(self) -> None:
        """Show nothing: there is no text."""
        self.trace = None
        self.foot = ""
        self.query_one("#strip", Caption).update(EMPTY)

    @on(Stepper.Changed)
    def show_other(self, event: Stepper.Changed) -> None:
        """Show another layer or field of the same part of the text."""
        event.stop()
        self.draw()

    def on_resize(self) -> None:
        """Ask for a part of the text that fits."""
        self.post_message(self.Wanted())

    def draw(self) -> None:
        """Draw the strip: of another part of the text, layer or field, or with other pins."""
        strip = self.query_one("#strip", Caption)
        if self.trace is None or self._config is None:
            return
        field = self.query_one("#field", WordStepper).word
        layer = int(self.query_one("#layer", Stepper).value or 1)
        if field not in self.trace.fields or layer > self._config.num_layers:
            return
        rows = max(1, strip.size.height - 1 - BELOW)
        found = self.trace.cut(layer - 1, field, rows, self._list_pinned(layer - 1))
        lines = [self._draw_characters(found.at), *draw_units(found), *draw_sizes(found)]
        strip.update(Text("\n").join(lines[: max(2, strip.size.height)]))
        self.foot = "F6 opens it large"

    def _list_pinned(self, layer: int) -> list[int]:
        return [unit for model, at, unit in self.pins if (model, at) == (self._model, layer)]

    def _draw_characters(self, at: int) -> Text:
        line = Text(" " * NUMBER, no_wrap=True)
        for place, character in enumerate(self._text):
            sign = NAMES.get(character, character) if character != " " else " "
            sign += " " * (2 - cell_len(sign))
            line.append(sign, "reverse bold" if place == at else "")
        return line


def draw_units(strip: UnitStrip) -> list[Text]:
    """Return a line for each unit: the higher a bar, the greater its value."""
    lines = []
    top = len(BARS) - 1
    for row, unit in enumerate(strip.units):
        bars = [BARS[round((value + 1) / 2 * top)] for value in strip.values[:, row].tolist()]
        mark = "●" if unit in strip.pinned else " "
        lines.append(Text(f"{unit:03d}{mark} ".ljust(NUMBER) + " ".join(bars), no_wrap=True))
    return lines


def draw_sizes(strip: UnitStrip) -> list[Text]:
    """Return the lines below: the size of the hidden states by layer, and the gates."""
    top = len(BARS) - 1
    sizes = [
        "".join(BARS[round(min(1.0, value) * top)] for value in layer)
        for layer in strip.sizes.T.tolist()
    ]
    lines = [Text("|h| by layer  " + "  ".join(sizes), no_wrap=True)]
    if strip.gates:
        gates = " ".join(f"{INITIALS[name]} {value:.0%}" for name, value in strip.gates.items())
        lines.append(Text(f"gates open    {gates}", no_wrap=True))
    return lines
