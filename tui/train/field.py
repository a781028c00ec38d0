"""A field of the form of a training: a number, a choice, a switch or a short text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Blur, Click, Focus, Key, MouseScrollDown, MouseScrollUp, Paste
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from charlm.console.program import format_name
from charlm.drawing.panels import shorten
from tui.train.settings import NO, YES, Setting
from tui.train.stepping import step_value

LONGEST = 400
"""Characters that can be typed into a field."""
CARET = "▏"


class SettingField(Widget, can_focus=True):
    """A setting and its value: arrows step it, and any value can be typed.

    What is typed is kept as it is, also if it is no such value; the form says what is wrong.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "less, or the one before", show=False),
        Binding("right", "step(1)", "more, or the next one", show=False),
        Binding("up", "app.focus_previous", "field above", show=False),
        Binding("down", "app.focus_next", "field below", show=False),
        Binding("backspace", "erase", "erase what was typed last", show=False),
        Binding("delete", "reset", "the preset's value again", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "field--label", "field--value", "field--changed", "field--wrong", "field--given",
    }  # fmt: skip

    value: reactive[str] = reactive("", init=False)
    """What the field shows."""
    wrong: reactive[str] = reactive("", init=False)
    """What is wrong with it, in a line."""
    given: reactive[bool] = reactive(False, init=False)
    """Whether the model to begin with decides the value."""

    @dataclass
    class Changed(Message):
        """The user has changed the value."""

        field: SettingField

        @property
        def control(self) -> SettingField:
            """The field whose value has changed."""
            return self.field

    @dataclass
    class Focused(Message):
        """The focus has come to a field, or left it."""

        field: SettingField | None

    def __init__(self, setting: Setting, value: str, *, label: str = "", wide: int = 0) -> None:
        """Show a setting.

        Args:
            setting: the setting.
            value: its value now, as it is typed.
            label: what the field is called; by default as the setting.
            wide: letters for the label, before a blank; by default as many as it has. A label with
                one letter more takes the blank, so that all values stand in one column.
        """
        super().__init__(id=f"set-{setting.name}")
        self.setting, self.label, self.wide = setting, label or setting.label, wide
        self.usual = value
        """Value of the preset."""
        self._typing = False
        self.set_reactive(SettingField.value, value)

    @property
    def choices(self) -> tuple[str, ...]:
        """The values to choose from; none for what is typed."""
        return self.setting.choices or ((NO, YES) if self.setting.kind == "switch" else ())

    @property
    def is_text(self) -> bool:
        """Whether words are typed, which nothing steps."""
        return self.setting.is_text

    @property
    def before(self) -> int:
        """Cells before the arrow, or before the value of a text."""
        return max(self.wide or len(self.label), len(self.label) - 1) + 1

    def show(self, value: str, usual: str) -> None:
        """Show another value, which the user has not typed, and the one of the preset."""
        self.usual = usual
        self._typing = False
        self.value = value
        self.refresh()

    def render(self) -> Text:
        """Draw label, arrows and value; a mark where it is wrong or not the preset's."""
        style = self.get_component_rich_style
        label = Text(self.label.ljust(self.before), style("field--label"))
        if self.given:
            return label.append("as the model has it", style("field--given"))
        wrong, changed = bool(self.wrong), self.value != self.usual
        name = "field--wrong" if wrong else "field--changed" if changed else "field--value"
        room = max(1, self.size.width - cell_len(label.plain) - 4)
        shown = format_name(self.value)
        if self._typing and self.has_focus:
            shown = f"{shown[-max(1, room - 1) :]}{CARET}"
        shown = shorten(shown, room) if shown.strip() else shown or "–"
        if self.is_text and not wrong:
            return Text.assemble(label, "  ", (shown, style(name)), no_wrap=True)
        mark = "!" if wrong else "▸"
        return Text.assemble(label, "◂ ", (shown, style(name)), f" {mark}", no_wrap=True)

    def on_focus(self, event: Focus) -> None:
        """Tell the form, which shows what the setting means."""
        self.post_message(self.Focused(self))

    def on_blur(self, event: Blur) -> None:
        """Let the next key begin a new value."""
        self._typing = False
        self.refresh()
        self.post_message(self.Focused(None))

    def action_step(self, steps: int) -> None:
        """Go to the next or to an earlier value."""
        self._typing = False
        self._change(step_value(self.setting, self.value, steps))

    def action_erase(self) -> None:
        """Erase the last character."""
        if not self.choices:
            self._typing = True
            self._change(self.value[:-1])

    def action_reset(self) -> None:
        """Take the value of the preset again."""
        self._typing = False
        self._change(self.usual)

    def on_key(self, event: Key) -> None:
        """Take a character of a number or of a text, or go to the choice that it begins."""
        typed = event.character
        if typed is None or not event.is_printable:
            return
        event.stop()
        event.prevent_default()
        if self.choices:
            self._choose(typed)
        else:
            self._type(typed)

    def on_paste(self, event: Paste) -> None:
        """Take the first line of what is pasted."""
        event.stop()
        if not self.choices and event.text.strip():
            self._type(event.text.strip().splitlines()[0])

    def _choose(self, letter: str) -> None:
        after = self.choices.index(self.value) + 1 if self.value in self.choices else 0
        turned = (*self.choices[after:], *self.choices[:after])
        if letter == " ":
            self._change(turned[0])
            return
        found = (one for one in turned if one.lower().startswith(letter.lower()))
        self._change(next(found, self.value))

    def _type(self, text: str) -> None:
        """Add to what was typed; the first character of a number begins a new one."""
        begun = self._typing or self.is_text
        self._typing = True
        self._change(((self.value if begun else "") + text)[:LONGEST])

    def _change(self, value: str) -> None:
        if self.given:
            return
        self.refresh()
        if value != self.value:
            self.value = value
            self.post_message(self.Changed(self))

    def on_click(self, event: Click) -> None:
        """Step down for a click on the left arrow, and up for a click to the right of the value."""
        offset = event.get_content_offset(self)
        if offset is None or self.is_text:
            return
        left = self.before + 1
        if self.choices:
            self.action_step(-1 if left - 2 < offset.x <= left else 1)
        elif left - 2 < offset.x <= left:
            self.action_step(-1)
        elif offset.x > left + cell_len(self.value):
            self.action_step(1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Step up, if the field has the focus: otherwise the wheel scrolls the form."""
        if self.has_focus:
            event.stop()
            self.action_step(1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Step down, if the field has the focus."""
        if self.has_focus:
            event.stop()
            self.action_step(-1)
