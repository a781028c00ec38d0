"""What is done with the run at the cursor: drawn, renamed, noted, deleted, used, made longer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import on

from charlm.runs.files import MODEL, exists
from charlm.runs.registry import WORD_MODEL
from corpora.errors import UserError
from tui.pane import Pane
from tui.tabs import TABS
from tui.train.forms import Forms
from tui.train.marks import LETTERS, Marks
from tui.train.owner import Trainings
from tui.train.run_dialogs import ask_for_more, ask_new_name, ask_note, ask_to_delete
from tui.train.runs import Run, Runs
from tui.train.runs_table import RunsTable
from tui.workers import in_turns


class RunActions(Pane):
    """The actions of the pane Train on the run at the cursor of the table."""

    runs: Runs
    marks: Marks
    forms: Forms
    trainings: Trainings
    chosen: str | None

    def show_runs(self) -> None:
        """Show what has changed of the runs."""
        raise NotImplementedError

    def list_runs(self) -> None:
        """Look for runs again."""
        raise NotImplementedError

    def resume(self, options: Sequence[str]) -> None:
        """Go on with the chosen run."""
        raise NotImplementedError

    async def show_form(self) -> None:
        """Show the form that is to be shown now."""
        raise NotImplementedError

    @on(RunsTable.Asked)
    async def act(self, event: RunsTable.Asked) -> None:
        """Do what was asked for with the run at the cursor."""
        run = self.runs.by_name.get(self.chosen or "")
        if run is None or self.chosen is None:
            return
        match event.what:
            case "draw":
                if not self.marks.toggle(self.chosen):
                    self.notify(f"{len(LETTERS)} runs are drawn already", severity="warning")
                self.show_runs()
                self.remember()
            case "sort":
                self.runs.sort_next()
                self.show_runs()
                self.remember()
            case "settings":
                await self._show_settings(run)
            case "use":
                self.action_generate()
            case asked:
                self._ask(asked, run, self.chosen)

    async def _show_settings(self, run: Run) -> None:
        if self.forms.fill_from_run(run.config):
            await self.show_form()
            self.remember()
        else:
            self.notify("the form cannot show the settings of this run", severity="warning")

    def action_generate(self) -> None:
        """Open the chosen run in the pane that uses such models."""
        run = self.runs.by_name.get(self.chosen or "")
        if run is None:
            return
        tab = next((tab for tab in TABS if tab.kind == run.kind), None)
        if not exists(run.folder / MODEL):
            self.notify("the chosen run has no model yet", severity="warning")
        elif tab is not None:
            self.post_message(self.Open(tab.name, str(run.folder)))
        elif run.kind == WORD_MODEL:
            self.notify("a classifier can begin with it: see the form of reviews")
        else:
            self.notify("no pane uses such a model", severity="warning")

    @in_turns("ask")
    async def _ask(self, asked: str, run: Run, name: str) -> None:
        """Ask what is needed for an action on a run, and do it."""
        try:
            await self._do(asked, run, name)
        finally:
            self.list_runs()
            self.remember()

    async def _do(self, asked: str, run: Run, name: str) -> None:
        match asked:
            case "rename":
                if (moved := await ask_new_name(self.app, run)) is not None:
                    self._follow(name, moved)
            case "note":
                if await ask_note(self.app, run):
                    run.refresh()
            case "delete":
                if await ask_to_delete(self.app, run):
                    self.notify(f"{run.folder.name} is deleted", markup=False)
            case "more":
                if self.trainings.is_running(name):
                    raise UserError("the chosen run is still training")
                options = await ask_for_more(self.app, run)
                if options is not None and self.chosen == name:
                    self.resume(options)

    def _follow(self, name: str, moved: Path) -> None:
        """Keep letter and cursor with a run that has another name now."""
        self.marks.rename(name, str(moved))
        self.runs.rename(name, moved)
        if self.chosen == name:
            self.chosen = str(moved)
