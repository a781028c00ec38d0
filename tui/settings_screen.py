"""The settings, in front of the app."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

from docstring_parser import parse_from_object
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Label, Static, Switch

from corpora.errors import UserError
from tui import settings
from tui.keys import bind
from tui.screens import Modal
from tui.settings import PACES, SCALES, WRAPS, Settings
from tui.widgets.caption import Caption
from tui.widgets.choice import Choice
from tui.widgets.key_table import KeyTable
from tui.widgets.stepper import Stepper


class SettingsScreen(Modal):
    """The settings. What is changed is used and written when the screen is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bind("settings", "keep", "Keep and close"),
        bind("save", "keep", "Keep and close"),
        Binding("escape", "dismiss", "Leave as it was"),
    ]

    def __init__(self, now: Settings, use: Callable[[Settings], None]) -> None:
        """Show the settings.

        Args:
            now: settings to begin with.
            use: uses other settings from now on.
        """
        super().__init__()
        self.now, self.use = now, use
        documented = parse_from_object(Settings).params
        self.helps = {one.arg_name: one.description or "" for one in documented}

    def compose(self) -> ComposeResult:
        """Lay out a line for each setting."""
        with VerticalScroll() as room:
            room.border_title = "Settings"
            room.border_subtitle = "F10 or ^s keeps them · escape leaves them"
            yield Static(str(settings.find_path()), classes="where", markup=False)
            for field in dataclasses.fields(Settings):
                if field.name != "keys":
                    yield from self._compose_line(field.name)
            yield Static(
                "Keys: ↑ ↓ choose one, and a name is typed: ctrl+r, f7, alt+x", classes="heading"
            )
            yield KeyTable(self.now.keys, id="keys")
            yield Caption("", id="wrong", markup=False)

    def _compose_line(self, name: str) -> ComposeResult:
        value = getattr(self.now, name)
        with Horizontal():
            yield Label(name)
            match name:
                case "theme":
                    themes = sorted(self.app.available_themes)
                    yield Choice(themes, value=self.app.theme, id=name)
                case "pace":
                    yield Stepper("", [*PACES, None], value, none="full speed", id=name)
                case "wrap":
                    yield Choice(WRAPS, value=value, id=name)
                case "scale":
                    yield Choice(SCALES, value=value, id=name)
                case "autosave":
                    yield Switch(value, id=name)
                case _:
                    yield Input(value, id=name, compact=True)
            yield Static(self.helps[name], classes="help")

    def read(self) -> Settings:
        """Return what is set on the screen.

        Raises:
            UserError: a value does not exist.
        """
        values: dict[str, Any] = {
            "theme": self.query_one("#theme", Choice).chosen,
            "pace": self.query_one("#pace", Stepper).value,
            "wrap": self.query_one("#wrap", Choice).chosen,
            "scale": self.query_one("#scale", Choice).chosen,
            "folder": self.query_one("#folder", Input).value.strip(),
            "autosave": self.query_one("#autosave", Switch).value,
            "keys": self.query_one(KeyTable).changed,
        }
        return Settings(**values)

    def action_keep(self) -> None:
        """Use the settings, write them and close; or say what is wrong with them."""
        if not self.query("#wrong"):
            return  # a key that came before the screen was laid out
        try:
            new = self.read()
            settings.save(new)
        except UserError as error:
            self.query_one("#wrong", Caption).update(f"✗ {error}")
            self.query_one(VerticalScroll).scroll_end(animate=False)
            return
        self.use(new)
        self.dismiss()

    @on(Input.Submitted)
    def submit(self) -> None:
        """Keep the settings."""
        self.action_keep()
