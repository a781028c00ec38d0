"""The panel of the prompt and the settings of writing."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.widgets import TextArea

from tui.generate.buttons import Buttons
from tui.generate.controls import Controls, ControlsGrid
from tui.generate.prompt import Prompt
from tui.widgets.panel import Panel

KEYS = "enter begins · alt+enter new line · paste to read"
BUTTONS = {
    "write": "▶ write or stop",
    "rewrite": "↻ rewrite",
    "toggle_steps": "● steps",
    "toggle_colors": "◑ colours",
    "compare": "⇄ compare",
}
"""Words to click, by the action of the pane."""


class PromptPanel(Panel):
    """The prompt, the model, and a stepper for each setting."""

    def __init__(self, prompt: str, controls: Controls, *, id: str | None = None) -> None:
        super().__init__(title="Prompt and sampling", tab="Prompt", id=id)
        self._prompt, self._controls = prompt, controls
        self.foot = KEYS

    def compose(self) -> ComposeResult:
        """Lay out prompt, settings and buttons."""
        yield Prompt(self._prompt, id="prompt")
        yield ControlsGrid(self._controls, id="controls")
        yield Buttons(BUTTONS, id="buttons")

    def complain(self, line: str) -> None:
        """Show what is wrong with the prompt, until it is changed."""
        self.foot = line

    @on(TextArea.Changed)
    def stop_complaining(self) -> None:
        """Show the keys again."""
        self.foot = KEYS
