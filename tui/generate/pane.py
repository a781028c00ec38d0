"""The pane Generate: a model writes, and shows what it expects at every character."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import TextArea

from tui.generate.buttons import Buttons
from tui.generate.compare_view import CompareView
from tui.generate.comparing_pane import ComparingPane
from tui.generate.controls import Controls, ControlsGrid
from tui.generate.desk import Desk
from tui.generate.inside_panel import InsidePanel
from tui.generate.next_panel import NextPanel
from tui.generate.prompt import Prompt
from tui.generate.prompt_panel import PromptPanel
from tui.generate.surprises_panel import SurprisesPanel
from tui.keys import bind
from tui.widgets.stepper import Stepper
from tui.widgets.workspace import Workspace

WHILE_WRITING = 5.0
"""Seconds between two times that a text is kept while it grows."""
EXAMPLES = (
    "Prince Andrew ",
    "In the evening the old count ",
    '"Why do you not answer?" said ',
    "The snow had begun to melt, and ",
    "Natasha ran to the window and ",
)
"""Beginnings of texts."""


class GeneratePane(ComparingPane):
    """The text, what may come next, the network inside, the prompt, and the surprises."""

    HELP = """\
A model writes, character by character, from a prompt. Enter in the prompt begins a new text, and
the text can be continued at its end or rewritten from the cursor; the endings that were there
before are kept. The same seed gives the same text.

**Next character** shows the ten likeliest characters at the cursor, or those that may come next: at
the left what the model expects, at the right what temperature, top-k and top-p make of it. In step
mode you choose each character: type any letter, or a digit for a candidate of the list; `\\` before
a digit takes the digit itself.

**Surprises** lists the words that the model expected least. **Inside** shows the units that move
most near the cursor. Open a file, or paste many lines into the prompt, to have a text of your own
read: nothing is written then.

Arrow keys, the mouse wheel and clicks on `◂ ▸` change the settings; a number can be typed as well.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("run", "write", "write/stop"),
        bind("go_on", "rewrite", "rewrite"),
        bind("steps", "toggle_steps", "steps"),
        bind("colors", "toggle_colors", "colours"),
        bind("beside", "compare", "compare"),
        bind("open", "open", "open"),
        bind("save", "save", "save"),
        bind("new", "new", "new", show=False),
        bind("example", "example", "example", show=False),
        bind("undo", "undo", "undo", show=False),
        bind("redo", "redo", "redo", show=False),
        bind("stop", "stop", "stop", show=False),
        bind("copy", "copy", "copy the text", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._state: dict[str, Any] = {}
        self._example = 0
        self._kept_at = 0.0

    def compose(self) -> ComposeResult:
        """Lay out the panels."""
        settings = self._settings = self.app.settings
        controls = Controls(pace=settings.pace, wrap=settings.wrap).restore(self._state)
        with Workspace():
            yield Desk(id="text")
            yield NextPanel(id="next")
            yield InsidePanel(id="inside")
            yield PromptPanel(self.prompt, controls, id="writing")
            yield SurprisesPanel(id="surprising")
        yield CompareView(id="beside")

    def on_mount(self) -> None:
        """Use the settings that were kept."""
        self.desk.view.joined = self.controls.wrap == "re-flow"
        self.desk.view.colored = self._state.get("colored") is True
        if (kept := self.kept) is not None:
            self.desk.view.show_text(kept.text, b"", kept.prompt_length)
            self.desk.stale = True
            self.choice.use(kept.model)

    def on_resize(self) -> None:
        """Put the panels into the order of the grid of a narrower or wider window."""
        workspace = self.query_one(Workspace)
        words, writing = self.query_one(SurprisesPanel), self.query_one(PromptPanel)
        if self.screen.has_class("-wide"):
            workspace.move_child(words, before=writing)
        else:
            workspace.move_child(words, after=writing)

    # What is kept until the next session

    def get_state(self) -> dict[str, Any]:
        """Return prompt, settings and text."""
        kept = self._keep_text()
        state = {"prompt": self.query_one(Prompt).value, **vars(self.controls)}
        return state | {"colored": self.desk.view.colored, "text": kept}

    def _keep_text(self) -> dict[str, Any] | None:
        from tui.generate.kept import Kept

        author, kept = self.desk.author, self.kept
        if author is not None and kept is None and len(author.manuscript):
            kept = Kept.of(author.manuscript, self.desk.view.cursor)
        return None if kept is None else kept.to_json()

    def restore_state(self, state: dict[str, Any]) -> None:
        """Begin with the prompt, the settings and the text of the last session."""
        from tui.generate.kept import Kept

        self._state, self.first_visit = state, not state
        self.kept = Kept.from_json(state.get("text"))
        if isinstance(prompt := state.get("prompt"), str):
            self.prompt = prompt

    def focus_first(self) -> None:
        """Move the focus to the prompt."""
        # Later than the workspace, which looks after the focus when it has been laid out.
        self.call_after_refresh(self.query_one(Prompt).focus)

    def use_settings(self) -> None:
        """Use pace, wrap and scale of the settings, those that have changed."""
        new, old, self._settings = self.app.settings, self._settings, self.app.settings
        controls = self.controls
        if new.pace != old.pace:
            controls = replace(controls, pace=new.pace)
        if new.wrap != old.wrap:
            controls = replace(controls, wrap=new.wrap)
        self.query_one(ControlsGrid).show(controls)
        self.desk.recolor()

    @on(TextArea.Changed, "#prompt")
    def keep_prompt(self) -> None:
        """Keep what was typed."""
        self.remember()

    @on(Desk.Written)
    def keep_text(self) -> None:
        """Keep the text once nothing more is written, and now and then before."""
        now = time.perf_counter()
        if not self.desk.busy or now - self._kept_at > WHILE_WRITING:
            self._kept_at = now
            self.remember()

    @on(Stepper.Changed, "#wrap")
    def wrap_otherwise(self) -> None:
        """Break the lines otherwise."""
        self.desk.view.joined = self.controls.wrap == "re-flow"

    # What the user can do

    @on(Prompt.Submitted)
    def begin_submitted(self) -> None:
        """Begin a new text with the prompt."""
        self.begin()

    @on(Buttons.Pressed)
    async def press(self, event: Buttons.Pressed) -> None:
        """Do what was clicked."""
        await self.run_action(event.name)

    def action_write(self) -> None:
        """Stop writing, or continue the text at its end."""
        author = self.desk.author
        if not self.can_write() or author is None:
            return
        if self.comparing:
            if not self.stop_sides():
                self.compare()
        elif author.writer.busy:
            self.desk.stop()
        elif not len(author.manuscript):
            self.begin()
        elif author.stepping:
            self.notify("in step mode you choose each character; esc leaves it")
        else:
            self.continue_from(len(author.manuscript))

    def action_rewrite(self) -> None:
        """Replace the text from the cursor on; the old ending is kept."""
        self.continue_from(self.desk.view.cursor)

    def action_toggle_steps(self) -> None:
        """Switch the step mode, in which the user chooses each character, on or off."""
        author = self.desk.author
        if self.can_write() and author is not None:
            self.set_stepping(not author.stepping)
            self.query_one(Workspace).show_tab("next")
            self.desk.view.focus()

    def action_toggle_colors(self) -> None:
        """Switch the colours, which show the surprisal of each character, on or off."""
        for panel in self.beside.sides if self.comparing else (self.desk,):
            panel.toggle_colors()
        self.remember()

    def action_new(self) -> None:
        """Begin anew: no text, and the cursor in the prompt; undo brings the text back."""
        author = self.desk.author
        if author is not None:
            self.desk.stop()
            author.manuscript.read("")
            self.desk.show_all()
        self.query_one(Prompt).focus()

    def action_example(self) -> None:
        """Begin a text from the next example."""
        self._example = (self._example + 1) % len(EXAMPLES)
        self.query_one(Prompt).value = EXAMPLES[self._example]
        self.begin()

    def action_undo(self) -> None:
        """Restore the text before, with the model that it is of."""
        self.go_back()

    def action_redo(self) -> None:
        """Restore the text that was undone last."""
        self.go_back(forward=True)

    async def action_stop(self) -> None:
        """Stop writing, leave the step mode, or go back to the one text."""
        if self.comparing:
            await self.show_one()
        elif self.desk.busy:
            self.desk.stop()
        else:
            self.set_stepping(False)
