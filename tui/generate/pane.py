"""The pane Generate: a model writes, and shows its probabilities at every character."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Select
from textual.worker import get_current_worker

from charlm.console.program import format_name
from corpora.errors import UserError
from tui.files import save
from tui.generate.controls import Controls, ControlsRow
from tui.generate.desk import Desk
from tui.models import find_model
from tui.pane import Pane
from tui.widgets.choice import ModelChoice

if TYPE_CHECKING:
    from charlm.language_model import LanguageModel
    from tui.generate.author import Author
    from tui.generate.manuscript import Manuscript, Version

NO_MODEL = "no model is chosen: choose one above"
PROMPT = "Prince Andrew "
"""Prompt of the first session."""


class GeneratePane(Pane):
    """A prompt, controls, the text, and the likeliest characters at any position."""

    HELP = """\
Enter in the prompt begins a new text. `F6` continues the text at its end, or stops. `F7` replaces
the text from the cursor on; the arrow keys and the mouse move the cursor. `ctrl+z` undoes a change.

The list on the right shows the ten likeliest characters at the cursor: the characters that the
model expected there, or, at the end of the text, those that may come next. In step mode (`F8`) you
choose each character: the keys `1` to `0`, or a click, take one from the list. `F9` colours each
character by its surprisal.

Arrow keys, the mouse wheel and clicks on `◂ ▸` change the controls; you can also type a number. The
same seed gives the same text.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "write", "Write/stop"),
        Binding("f7", "rewrite", "Rewrite"),
        Binding("f8", "toggle_steps", "Steps"),
        Binding("f9", "toggle_colors", "Colour"),
        Binding("ctrl+z", "undo", "Undo"),
        Binding("ctrl+s", "save", "Save"),
        Binding("ctrl+y", "copy", "Copy", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.prompt, self.initial = PROMPT, Controls()

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        with Horizontal(id="first-row"):
            yield ModelChoice("charlm", none="no model", id="model")
            yield Input(self.prompt, placeholder="a prompt", id="prompt", compact=True)
        yield ControlsRow(self.initial, id="controls")
        yield Desk(id="desk")

    @property
    def desk(self) -> Desk:
        """The desk, which shows the text."""
        return self.query_one(Desk)

    @property
    def controls(self) -> Controls:
        """The values of the controls."""
        return self.query_one(ControlsRow).controls

    def get_state(self) -> dict[str, Any]:
        """Return prompt and controls."""
        return {"prompt": self.query_one("#prompt", Input).value, **vars(self.controls)}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Begin with the prompt and the controls of the last session."""
        self.initial = self.initial.restore(state)
        if isinstance(prompt := state.get("prompt"), str):
            self.prompt = prompt

    def use(self, name: str) -> None:
        """Write with this model."""
        self.query_one(ModelChoice).use(name)

    @on(Select.Changed, "#model")
    def load_chosen(self, event: Select.Changed) -> None:
        """Load the model that was chosen."""
        self.desk.stop()
        if isinstance(event.value, str):
            self.desk.show_line(f"loading {format_name(event.value)} …")
            self.load(event.value)
        else:
            self.workers.cancel_group(self, "generate")
            if self.desk.author is not None:
                self.desk.author.stepping = False
            self.desk.show_line(NO_MODEL)

    @work(thread=True, group="generate", exclusive=True, exit_on_error=False)
    def load(self, name: str) -> None:
        """Load the model called `name` in a thread, and have it read the text."""
        from charlm.language_model import load

        worker = get_current_worker()
        try:
            model = replace(load(str(find_model(name))), name=name)
        except Exception:
            self.show_later(worker, self._show_loaded)
            raise
        self.show_later(worker, self._have_read, model)

    def _have_read(self, model: LanguageModel) -> None:
        from tui.generate.author import Author
        from tui.generate.manuscript import Manuscript

        self.desk.stop()
        author = self.desk.author or Author(model)
        old = author.manuscript.freeze()
        if old.tokens:
            self.read_again(author, old, model)
        else:
            self._show_model(author, old, Manuscript(model), "")

    @work(thread=True, group="generate", exclusive=True, exit_on_error=False)
    def read_again(self, author: Author, old: Version, model: LanguageModel) -> None:
        """Have another model read the text, in a thread."""
        from tui.generate.manuscript import transfer

        worker = get_current_worker()
        try:
            new, unknown = transfer(old, model)
        except Exception:
            self.show_later(worker, self._show_loaded)
            raise
        self.show_later(worker, self._show_model, author, old, new, unknown)

    def _show_model(self, author: Author, old: Version, new: Manuscript, unknown: str) -> None:
        self.desk.stop()
        if not author.take_over(new, old):
            self._have_read(new.model)  # the text was changed meanwhile
            return
        self.desk.use(author)
        name = format_name(new.model.name)
        self.desk.show_line(f"{name} is ready: enter begins a text, F6 continues it")
        if unknown:
            self.notify(f"left out, unknown to {name}: {unknown!r}", markup=False)

    def _show_loaded(self) -> None:
        """Show the name of the model that writes; another one could not be loaded."""
        self.desk.show_line("")
        if self.desk.author is not None:
            self.query_one(ModelChoice).show(self.desk.author.manuscript.model.name)

    def _can_write(self) -> bool:
        """Return whether a model is chosen; if none is, say so."""
        if self.query_one(ModelChoice).chosen is None:
            self.desk.show_line(NO_MODEL)
            return False
        return True

    @on(Input.Submitted, "#prompt")
    def begin(self) -> None:
        """Begin a new text with the prompt."""
        if not self._can_write():
            return
        try:
            self.desk.begin(self.query_one("#prompt", Input).value, self.controls)
        except UserError as error:
            self.fail(str(error))

    def action_write(self) -> None:
        """Stop writing, or continue the text at its end."""
        author = self.desk.author
        if not self._can_write() or author is None:
            return
        if author.writer.busy:
            self.desk.stop()
        elif not len(author.manuscript):
            self.begin()
        elif author.stepping:
            self.notify("in step mode you choose each character; F8 leaves it")
        else:
            self.desk.continue_from(len(author.manuscript), self.controls)

    def action_rewrite(self) -> None:
        """Replace the text from the cursor on."""
        if self._can_write():
            self.desk.continue_from(self.desk.view.cursor, self.controls)

    def action_toggle_steps(self) -> None:
        """Switch the step mode, in which the user chooses each character, on or off."""
        if self._can_write():
            self.desk.toggle_steps()

    def action_toggle_colors(self) -> None:
        """Switch the colours, which show the surprisal of each character, on or off."""
        self.desk.toggle_colors()

    def action_undo(self) -> None:
        """Restore the previous version of the text, with the model that it is of."""
        author = self.desk.author
        if author is None or not author.manuscript.versions:
            self.notify("there is nothing to undo")
            return
        self.workers.cancel_group(self, "generate")
        self.desk.undo()
        self.query_one(ModelChoice).show(author.manuscript.model.name)

    def action_copy(self) -> None:
        """Copy the text to the clipboard of the terminal."""
        if self.desk.author is not None:
            text = self.desk.author.manuscript.text
            self.app.copy_to_clipboard(text)
            self.notify(f"{len(text):,} characters copied")

    @work(exit_on_error=False)
    async def action_save(self) -> None:
        """Ask for a file name, and write the text to that file."""
        if self.desk.author is not None:
            data = self.desk.author.manuscript.text.encode("utf-8", "replace")
            await save(self.app, "Save the text to which file?", "text.txt", lambda: data)
