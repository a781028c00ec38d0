"""A pane in which a model writes: how a model is chosen, and what the user can have it do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Select
from textual.worker import get_current_worker

from charlm.console.program import format_name
from corpora.text.vocabulary import UnknownSymbol
from tui.generate.controls import Controls, ControlsGrid
from tui.generate.desk import Desk
from tui.generate.prompt import Prompt
from tui.generate.prompt_panel import PromptPanel
from tui.models import find_model
from tui.pane import Pane
from tui.widgets.choice import ModelChoice
from tui.workers import in_thread

if TYPE_CHECKING:
    from charlm.language_model import LanguageModel
    from tui.generate.author import Author
    from tui.generate.drafts import Draft
    from tui.generate.kept import Kept
    from tui.generate.manuscript import Manuscript

NO_MODEL = "no model is chosen: choose one below"
PROMPT = "Prince Andrew "
"""Prompt of the first session."""
FIRST_SEED, FIRST_LENGTH = 980, 496
"""Seed and length of the text that is written at the first visit. It ends where much may follow."""


class WritingPane(Pane):
    """What a pane needs whose model writes: the model, the prompt, the text."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.prompt = PROMPT
        self.kept: Kept | None = None
        """The text of the last session, until a model has read it."""
        self.first_visit = True

    @property
    def desk(self) -> Desk:
        """The panel of the text."""
        return self.query_one(Desk)

    @property
    def controls(self) -> Controls:
        """The values of the controls."""
        return self.query_one(ControlsGrid).controls

    @property
    def choice(self) -> ModelChoice:
        """The choice of the model."""
        return self.query_one("#model", ModelChoice)

    def use(self, name: str) -> None:
        """Write with this model."""
        self.choice.use(name)

    # The model

    @on(Select.Changed, "#model")
    def load_chosen(self, event: Select.Changed) -> None:
        """Load the model that was chosen."""
        self.desk.stop()
        if isinstance(event.value, str):
            self.desk.note = f"loading {format_name(event.value)} …"
            self.load(event.value)
        else:
            self.workers.cancel_group(self, "generate")
            self.desk.note = NO_MODEL
            if self.desk.author is not None:
                self.set_stepping(False)

    @in_thread("generate")
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
        if len(old) or self.kept is not None:
            self.desk.show_work(f"{format_name(model.name)} reads the text")
            self.read_again(author, old, model, None if len(old) else self.kept)
        else:
            self._show_model(author, old, Manuscript(model), "")

    @in_thread("generate")
    def read_again(
        self, author: Author, old: Draft, model: LanguageModel, kept: Kept | None
    ) -> None:
        """Have another model read the text, or the one of the last session, in a thread."""
        from tui.generate import reading
        from tui.generate.kept import read_kept

        worker = get_current_worker()
        try:
            if kept is not None:
                new, unknown = read_kept(model, kept)
            else:
                new, unknown = reading.transfer(old, model, author.manuscript.history)
        except Exception:
            self.show_later(worker, self._show_loaded)
            raise
        self.show_later(worker, self._show_model, author, old, new, unknown)

    def _show_model(self, author: Author, old: Draft, new: Manuscript, unknown: str) -> None:
        self.desk.stop()
        if not author.take_over(new, old):
            self._have_read(new.model)  # the text was changed meanwhile
            return
        self.desk.end_work()
        self.desk.stale, self.desk.note = False, ""
        kept, self.kept = self.kept, None
        self.desk.use(author)
        if kept is not None:
            self.desk.view.cursor = kept.cursor
        name = format_name(new.model.name)
        if unknown:
            self.notify(f"left out, unknown to {name}: {unknown!r}", markup=False)
        self.show_model(new.model)
        if self.first_visit:
            self.write_first(new.model)

    def show_model(self, model: LanguageModel) -> None:
        """Show which model writes."""
        config = model.config
        size = sum(array.size for array in model.network.weights.values())
        shape = f"{config.num_layers}×{config.hidden_size} {config.cell.upper()}"
        number = f"{size / 1e6:.1f}M" if size >= 1e6 else f"{size / 1000:,.0f}k"
        self.about = f"{format_name(model.name)} · {shape} · {number}"

    def write_first(self, model: LanguageModel) -> None:
        """Write a text from the example, the same for everybody."""
        self.first_visit = False
        prompt = model.vocabulary.drop_unknown(self.query_one(Prompt).value)
        length = replace(self.controls, length=FIRST_LENGTH, seed=FIRST_SEED)
        self._begin(prompt, length, focus=False)

    def _show_loaded(self) -> None:
        """Show the name of the model that writes; another one could not be loaded."""
        self.desk.end_work()
        self.desk.note = ""
        if self.desk.author is not None:
            self.choice.show(self.desk.author.manuscript.model.name)

    def can_write(self) -> bool:
        """Return whether a model is chosen and loaded; if none is, say so."""
        if self.choice.chosen is None:
            self.desk.note = NO_MODEL
            return False
        return self.desk.author is not None

    # The text

    def begin(self) -> None:
        """Begin a new text with the prompt."""
        if self.can_write():
            self._begin(self.query_one(Prompt).value, self.controls)

    def _begin(self, prompt: str, controls: Controls, *, focus: bool = True) -> None:
        from tui.generate.reading import list_unknown

        author = self.desk.author
        assert author is not None
        self.desk.stop()
        author.writer.pace = controls.pace
        try:
            author.begin(prompt, controls)
        except UnknownSymbol as error:
            self.fail(str(error))
            model = author.manuscript.model
            line = f"{format_name(model.name)} does not know {list_unknown(model, prompt)!r}"
            self.query_one(PromptPanel).complain(line)
            return
        self.desk.show_up_to(0, focus=focus)

    def continue_from(self, position: int) -> None:
        """Continue the text from `position`; what stood there is kept as another ending."""
        author = self.desk.author
        if not self.can_write() or author is None:
            return
        self.desk.stop()
        author.writer.pace = self.controls.pace
        author.continue_from(position, self.controls)
        self.desk.show_up_to(position)

    def set_stepping(self, stepping: bool) -> None:
        """Switch the step mode, in which the user chooses each character."""
        author = self.desk.author
        if author is not None:
            self.desk.stop()
            author.stepping = self.desk.view.typing = stepping
            self.desk.describe()

    def go_back(self, *, forward: bool = False) -> None:
        """Undo, or redo, with the model that the text is of."""
        author = self.desk.author
        if author is None:
            return
        self.workers.cancel_group(self, "generate")
        self.desk.end_work()
        self.desk.note = ""
        self.desk.stop()
        if author.redo() if forward else author.undo():
            self.desk.show_all()
            self.choice.show(author.manuscript.model.name)
            self.show_model(author.manuscript.model)
        else:
            self.notify(f"there is nothing to {'redo' if forward else 'undo'}")
