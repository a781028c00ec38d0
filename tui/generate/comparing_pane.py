"""A pane that lays texts of several models or temperatures side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on
from textual.worker import get_current_worker

from charlm.console.program import format_name
from tui.generate.compare_view import CompareView
from tui.generate.comparing import Setup
from tui.generate.controls import Controls
from tui.generate.filing_pane import FilingPane
from tui.generate.prompt import Prompt
from tui.generate.side import Side
from tui.models import find_model
from tui.widgets.workspace import Workspace
from tui.workers import in_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from charlm.language_model import LanguageModel
    from tui.generate.comparing import Opinion

MOST_COMPARED = 2000
"""Characters that each side writes, at most."""
ALONE = frozenset(("rewrite", "toggle_steps", "new", "example", "open", "undo", "redo"))
"""Actions on the one text, which wait while several are compared."""


class ComparingPane(FilingPane):
    """How texts are laid beside each other, written and read by one another's models."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._models: dict[str, LanguageModel] = {}
        """Models by name, while texts are compared."""
        self._compared = Controls()
        """Settings that all sides share."""

    @property
    def comparing(self) -> bool:
        """Whether several texts are shown."""
        return any(view.display for view in self.query(CompareView))

    @property
    def beside(self) -> CompareView:
        """The texts side by side."""
        return self.query_one(CompareView)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return whether an action can be done now."""
        return not (action in ALONE and self.comparing)

    async def action_compare(self) -> None:
        """Lay another model or temperature beside the text, or go back to the one text."""
        author = self.desk.author
        if self.comparing:
            await self.show_one()
        elif self.can_write() and author is not None:
            self.desk.stop()
            self._models = {author.manuscript.model.name: author.manuscript.model}
            self.query_one(Workspace).display = False
            self.beside.display = True
            first = Setup(author.manuscript.model.name, self.controls.temperature)
            await self.beside.open(first, self.choice.offered)
            self.compare()

    async def show_one(self) -> None:
        """Go back to the one text."""
        await self.beside.close()
        self.workers.cancel_group(self, "opinions")
        self._models = {}
        self.beside.display = False
        self.query_one(Workspace).display = True
        self.desk.view.focus()
        if self.desk.author is not None:
            self.show_model(self.desk.author.manuscript.model)

    def compare(self) -> None:
        """Have all sides write from the prompt, with one seed."""
        controls = self.controls
        seed = controls.draw_seed()
        length = min(controls.length or MOST_COMPARED, MOST_COMPARED)
        self._compared = replace(controls, seed=seed, length=length)
        self.about = f"compare · same prompt, same seed {seed}"
        for side in self.beside.sides:
            self.write_side(side, side.setup)

    def stop_sides(self) -> bool:
        """Stop what the sides write; return whether one of them wrote."""
        busy = [side for side in self.beside.sides if not side.finished]
        for side in busy:
            side.stop()
        return bool(busy)

    @on(CompareView.Added)
    def write_added(self, event: CompareView.Added) -> None:
        """Have one more side write."""
        self.write_side(event.side, event.side.setup)

    @on(Side.Changed)
    def write_changed(self, event: Side.Changed) -> None:
        """Have a side write again, with another model or temperature."""
        self.write_side(event.side, event.side.setup)

    def write_side(self, side: Side, setup: Setup) -> None:
        """Load the model of a side, if need be, and have it write."""
        side.stop()
        self.beside.forget_opinions()
        self.workers.cancel_group(self, "opinions")
        if (model := self._models.get(setup.model)) is not None:
            self._begin_side(side, setup, model)
        else:
            side.show_work("loading")
            self.load_side(side, setup)

    @in_thread("sides", exclusive=False)
    def load_side(self, side: Side, setup: Setup) -> None:
        """Load a model for a side, in a thread."""
        from charlm.language_model import load

        worker = get_current_worker()
        try:
            model = replace(load(str(find_model(setup.model))), name=setup.model)
        except Exception:
            self.show_later(worker, side.end_work)
            raise
        self.show_later(worker, self._begin_side, side, setup, model)

    def _begin_side(self, side: Side, setup: Setup, model: LanguageModel) -> None:
        from tui.generate.author import Author
        from tui.generate.reading import list_unknown

        if not side.is_attached or side.setup != setup:
            return
        side.end_work()
        self._models[setup.model] = model
        author = Author(model)
        author.writer.pace = self._compared.pace
        controls = replace(self._compared, temperature=setup.temperature)
        prompt = self.query_one(Prompt).value
        if unknown := list_unknown(model, prompt):
            name = format_name(model.name)
            self.notify(f"left out of the prompt, unknown to {name}: {unknown!r}", markup=False)
        author.begin(model.vocabulary.drop_unknown(prompt), controls)
        side.view.joined = True  # a side is narrower than the lines of a book
        side.use(author)

    @on(Side.Finished)
    def read_finished(self) -> None:
        """Have all models read all texts, once all are written."""
        sides = self.beside.sides
        if all(side.finished for side in sides):
            authors = [side.author for side in sides if side.author is not None]
            models = [author.manuscript.model for author in authors]
            self.read_sides([author.manuscript.text for author in authors], models)

    @in_thread("opinions")
    def read_sides(self, texts: Sequence[str], models: Sequence[LanguageModel]) -> None:
        """Have all models read all texts, in a thread."""
        from tui.generate.comparing import read_all

        worker = get_current_worker()
        found = read_all(texts, models)
        self.show_later(worker, self._show_opinions, found)

    def _show_opinions(self, opinions: Sequence[Sequence[Opinion]]) -> None:
        if len(opinions) == len(self.beside.sides):
            self.beside.show_opinions(opinions)

    def find_text(self) -> str | None:
        """Return the text that is saved or copied: the one that has the focus."""
        if not self.comparing:
            return super().find_text()
        sides = self.beside.sides
        side = next((one for one in sides if one.has_focus_within), sides[0])
        return None if side.author is None else side.author.manuscript.text
