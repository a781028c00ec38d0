"""Generate: a model writes, and shows what it thinks of every character."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Select

from charlm.runs.registry import find
from corpora.errors import UserError
from tui.files import save
from tui.generate.controls import Controls, ControlsRow
from tui.generate.desk import Desk
from tui.pane import Pane
from tui.widgets.choice import ModelChoice

if TYPE_CHECKING:
    from tui.generate.author import Author
    from tui.generate.manuscript import Manuscript

PROMPT = "Prince Andrew "


class GeneratePane(Pane):
    """A prompt and controls, the text as it is written, the likeliest characters at any place."""

    HELP = """\
Enter in the prompt begins a new text. `F6` writes on and stops; `F7` writes anew from the cursor,
which the arrow keys and the mouse move; `ctrl+z` brings back what was there.

On the right stand the ten likeliest characters at the cursor: behind the end, what may come next;
elsewhere, what the model expected there. In step mode (`F8`) you choose: the keys `1` to `0`, or
a click, take a character from the list. `F9` colours each character by its surprisal.

The controls are stepped with `◂ ▸`, by arrow keys, wheel or clicks, or take a number that is typed.
The same seed, the same text.
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
        self.prompt, self.first = PROMPT, Controls()

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        with Horizontal(id="first-row"):
            yield ModelChoice("charlm", none="no model", id="model")
            yield Input(self.prompt, placeholder="a prompt", id="prompt", compact=True)
        yield ControlsRow(self.first, id="controls")
        yield Desk(id="desk")

    @property
    def desk(self) -> Desk:
        """Where the text is."""
        return self.query_one(Desk)

    @property
    def controls(self) -> Controls:
        """What the controls say."""
        return self.query_one(ControlsRow).controls

    def kept(self) -> dict[str, Any]:
        """Return prompt and controls."""
        return {"prompt": self.query_one("#prompt", Input).value, **vars(self.controls)}

    def restore(self, kept: dict[str, Any]) -> None:
        """Begin with the prompt and the controls of the last time."""
        self.first = self.first.restored(kept)
        if isinstance(prompt := kept.get("prompt"), str):
            self.prompt = prompt

    def use(self, name: str) -> None:
        """Write with this model."""
        self.query_one(ModelChoice).use(name)

    @on(Select.Changed, "#model")
    def chosen(self, event: Select.Changed) -> None:
        """Load the model that was chosen."""
        if isinstance(event.value, str):
            self.desk.say(f"loading {event.value} …")
            self.desk.stop()
            self.load(event.value, self.desk.author)

    @work(thread=True, group="generate", exclusive=True)
    def load(self, name: str, author: Author | None) -> None:
        """Load a model, and have it read the text that stands there."""
        from charlm.language_model import load
        from tui.generate.author import Author

        try:
            model = load(str(find(name)))
        except UserError as error:
            self.call_later(self.fail, str(error))
            return
        author = author or Author(model)
        self.call_later(self._loaded, name, author, *author.with_model(model))

    def _loaded(self, name: str, author: Author, made: Manuscript, unknown: str) -> None:
        self.desk.seat(author, made)
        self.desk.say(f"{name} is ready: enter begins a text from the prompt, F6 writes on")
        if unknown:
            self.notify(f"{name} does not know {unknown!r}: left out", markup=False)

    @on(Input.Submitted, "#prompt")
    def begin(self) -> None:
        """Begin a new text with the prompt, and write."""
        try:
            self.desk.begin(self.query_one("#prompt", Input).value, self.controls)
        except UserError as error:
            self.fail(str(error))

    def action_write(self) -> None:
        """Stop, or write on from the end."""
        author = self.desk.author
        if author is None:
            return
        if author.writer.busy:
            self.desk.stop()
        elif not len(author.manuscript):
            self.begin()
        else:
            self.desk.go_on(len(author.manuscript), self.controls)

    def action_rewrite(self) -> None:
        """Write anew from the cursor on."""
        self.desk.go_on(self.desk.view.cursor, self.controls)

    def action_toggle_steps(self) -> None:
        """Choose each character, or have the model do so."""
        self.desk.toggle_steps()

    def action_toggle_colors(self) -> None:
        """Colour the characters by their surprisal, or not."""
        self.desk.toggle_colors()

    def action_undo(self) -> None:
        """Bring back what was there before."""
        if not self.desk.undo():
            self.notify("there is nothing to undo")

    def action_copy(self) -> None:
        """Put the text into the clipboard of the terminal."""
        if self.desk.author is not None:
            text = self.desk.author.manuscript.text
            self.app.copy_to_clipboard(text)
            self.notify(f"{len(text):,} characters copied")

    @work
    async def action_save(self) -> None:
        """Ask for a file, and write the text into it."""
        if self.desk.author is not None:
            data = self.desk.author.manuscript.text.encode("utf-8", "replace")
            await save(self.app, "Save the text to which file?", "text.txt", lambda: data)
