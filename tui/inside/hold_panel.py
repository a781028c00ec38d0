"""Hold a unit at a value and write on: the text as it is beside the text as it would be."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from charlm.console.program import printable
from charlm.inside.traces import Unit
from tui.inside.cards import MUTED, STRONG, name_long
from tui.inside.continuations import count_equal, join_line_ends
from tui.inside.number_field import NumberField
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel

HINT = "Hold a unit at a value: what the model writes on from the cursor then stands here."


class HoldPanel(Panel):
    """A value for the chosen unit, and the text written on with the unit held, and without."""

    @dataclass
    class Typed(Message):
        """Another value was typed."""

        value: str

    class Submitted(Message):
        """The text is to be written on."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(title="Hold and write on", tab="Hold", id=id)
        self.free, self.held = "", ""
        """What was written as it is, and with the unit held."""
        self.value_of = ""
        """What was held."""

    def compose(self) -> ComposeResult:
        """Lay out the value above the texts."""
        with Horizontal(id="hold-form"):
            yield Caption("hold", id="hold-unit", markup=False)
            yield NumberField(id="hold-value")
        with VerticalScroll(id="hold-texts"):
            yield Caption(Content(HINT).stylize(MUTED), id="hold-text")

    @property
    def field(self) -> NumberField:
        """The value."""
        return self.query_one(NumberField)

    def show_unit(self, unit: Unit, quantity: str) -> None:
        """Show which unit is held."""
        line = f"hold {quantity} of {name_long(unit)} at"
        shown = self.query_one("#hold-unit", Caption)
        if str(shown.content) != line:  # an update has the whole screen laid out
            shown.update(line)

    def show_lack(self, line: str) -> None:
        """Show why nothing can be written on, or nothing at all."""
        self.query_one("#hold-form").display = not line
        if line:
            self.forget()
        if line or not self.free:
            self.query_one("#hold-text", Caption).update(Content(line or HINT).stylize(MUTED))

    def forget(self) -> None:
        """Forget what was written on."""
        self.free = self.held = self.foot = ""

    def show_texts(self, free: str, held: str, what: str) -> None:
        """Show what was written so far; what is equal in both is muted."""
        self.free, self.held, self.value_of = free, held, what
        equal = count_equal(free, held)
        parts: list[Content | tuple[str, str]] = []
        for name, text in (("as it is", free), (what, held)):
            text = join_line_ends(text)
            same, other = printable(text[:equal]), printable(text[equal:])
            parts += [(f"{name}\n", STRONG), (same, MUTED), other, "\n"]  # type: ignore[list-item]
        self.query_one("#hold-text", Caption).update(Content.assemble(*parts[:-1]))
        self.foot = "the same text" if equal == len(free) else f"equal for {equal} characters"

    @on(Input.Changed, "#hold-value")
    def note_value(self, event: Input.Changed) -> None:
        """Tell what was typed."""
        event.stop()
        self.post_message(self.Typed(event.value))

    @on(Input.Submitted, "#hold-value")
    def submit(self, event: Input.Submitted) -> None:
        """Have the text written on."""
        event.stop()
        self.post_message(self.Submitted())
