"""The pane Train: start, watch, stop and resume trainings; list the runs on disk."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.suggester import SuggestFromList
from textual.widgets import Button, DataTable, Input, Label, Static

from charlm.config import PRESETS
from charlm.console.program import format_name, printable
from corpora.errors import UserError
from corpora.known.catalog import CATALOG
from tui.models import list_runs
from tui.pane import Pane
from tui.strangers import format_label
from tui.train.curves import Curves
from tui.train.figures import format_figures
from tui.train.log import RunLog
from tui.train.process import (
    Training,
    can_generate,
    parse_minutes,
    resume_training,
    start_training,
)
from tui.widgets.choice import Choice

EVERY = 0.5
"""Seconds between two reads of the chosen log."""
READ_FOR = 0.02
"""Seconds for which logs are read at a time, while no key is handled."""
READ_AT_ONCE = 100
"""Events of a log that are read before the clock is looked at."""
READ_AGAIN = 0.02
"""Seconds until the next such time, if not all was read."""
NO_RUN = "no run is chosen"
RUNS_EVERY = 5.0
"""Seconds between two searches for runs, which may have been started elsewhere."""


class TrainPane(Pane):
    """A form to start a training, the runs on disk, and the curves of the chosen run."""

    HELP = """\
Choose a corpus (a name from the catalogue, a file or a folder), a preset and, if you like, a limit
in minutes, and press Start. The training runs in a process of its own. `F8` saves and stops it, and
`F7` resumes the chosen run. The list also shows runs that were started elsewhere.

The curves show the training loss (dashed) and the validation loss, in nats, over passes. Below them
stands the newest text that the model wrote. `F9` opens the chosen run in Generate.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f7", "resume", "Resume"),
        Binding("f8", "stop", "Stop"),
        Binding("f9", "generate", "Generate with it"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.trainings: dict[str, Training] = {}
        """Trainings that this app has started, by run folder."""
        self.forms: dict[str, tuple[str, str, float]] = {}
        """Corpus, preset and minutes of these trainings, by run folder."""
        self.logs: dict[str, RunLog] = {}
        self.chosen: str | None = None
        """Folder of the run that is shown."""

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        with Vertical(id="choice"):
            yield Label("Corpus, file or folder")
            names = SuggestFromList(CATALOG)
            yield Input("sample", suggester=names, id="corpus", compact=True)
            yield Label("Preset")
            yield Choice(PRESETS, value="tiny", id="preset")
            yield Label("Minutes at most (0: no limit)")
            yield Input("0", type="number", id="minutes", compact=True)
            with Horizontal(id="buttons"):
                yield Button("Start", id="start", variant="success", compact=True)
                yield Button("Stop", id="stop", variant="error", compact=True)
                yield Button("Resume", id="resume", compact=True)
                yield Button("Write", id="generate", compact=True)
            yield DataTable[Text](id="runs", cursor_type="row")
        with Vertical(id="watched"):
            yield Static(NO_RUN, id="figures", markup=False)
            yield Curves(id="curves")
            with VerticalScroll(id="sample-room", can_focus=False):
                yield Static("", id="sample", markup=False)

    def on_mount(self) -> None:
        """List the runs, and start the timers that keep list and curves up to date."""
        self.query_one(DataTable).add_columns("run", "state", "best")
        self.list_runs()
        self.set_interval(RUNS_EVERY, self.list_runs)
        self.set_interval(EVERY, self.update_log)

    def use(self, name: str) -> None:
        """Put the name of a corpus into the form."""
        field = self.query_one("#corpus", Input)
        field.value = name
        field.focus()

    def list_runs(self) -> None:
        """Show the runs on disk, and the trainings whose run is not on disk yet."""
        table = self.query_one(DataTable)
        found = dict.fromkeys([*list_runs(), *self.trainings])
        self._read_logs(found)
        if self.chosen not in found:  # it has been removed, or its training has failed
            self.chosen = None
        row = 0 if self.chosen is None else list(found).index(self.chosen)
        with self.prevent(DataTable.RowHighlighted):
            table.clear()
            for name in found:
                table.add_row(*self._format_row(name), key=name)
            if found:
                table.move_cursor(row=row)
        if self.chosen is None:
            self.choose(next(iter(found), None))

    def _read_logs(self, names: Iterable[str]) -> None:
        """Read the logs of runs for a moment; if there is more, go on a little later."""
        end = time.perf_counter() + READ_FOR
        for name in names:
            log = self.logs.setdefault(name, RunLog(Path(name)))
            while time.perf_counter() < end and log.read(READ_AT_ONCE):
                pass
        if time.perf_counter() >= end:
            self.set_timer(READ_AGAIN, self.list_runs)

    def _format_row(self, name: str) -> tuple[Text, Text, Text]:
        log = self.logs[name]
        own = self.trainings.get(name)
        state = "training" if own is not None and own.running else log.state
        best = "–" if log.best is None else f"{log.best:.4f}"
        return format_label(Path(name).name), format_label(state), Text(best)

    @on(DataTable.RowHighlighted)
    def choose_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show the run at the cursor of the table."""
        if event.row_key.value is not None:
            self.choose(event.row_key.value)

    def choose(self, name: str | None) -> None:
        """Show a run, or that there is none."""
        self.chosen = name
        self.show_log()

    def update_log(self) -> None:
        """Report trainings that have failed, and show what the chosen run has logged."""
        for name, training in list(self.trainings.items()):
            if not training.running and (error := training.get_error()):
                self.notify(
                    error, title=format_name(Path(name).name), severity="error", markup=False
                )
                del self.trainings[name]
                training.remove_unused()
                self.list_runs()
        log = self.logs.get(self.chosen or "")
        if log is not None and log.read():
            self.show_log()

    def show_log(self) -> None:
        """Show figures, curves and text of the chosen run."""
        log = self.logs.get(self.chosen or "")
        if log is None:
            self.query_one("#figures", Static).update(NO_RUN)
            self.query_one(Curves).show_curves((), (), ())
            self.query_one("#sample", Static).update("")
            return
        self.query_one("#figures", Static).update(format_figures(log))
        self.query_one(Curves).show_curves(log.train, log.validation, log.norms)
        self.query_one("#sample", Static).update(printable(log.sample))

    @on(Button.Pressed, "#start")
    def start(self) -> None:
        """Start a training as the form says."""
        corpus = self.query_one("#corpus", Input).value.strip()
        preset = self.query_one("#preset", Choice).chosen
        if not corpus or preset is None:
            self.notify("enter a corpus to train on", severity="warning")
            return
        try:
            minutes = parse_minutes(self.query_one("#minutes", Input).value)
            form = (corpus, preset, minutes)
            if any(self._is_starting(name) for name, one in self.forms.items() if one == form):
                self.notify("this training is starting already", severity="warning")
                return
            training = start_training(corpus, preset, minutes)
        except UserError as error:
            self.fail(str(error))
            return
        name = str(training.folder)
        self.trainings[name], self.forms[name] = training, form
        self.logs[name] = RunLog(training.folder)
        self.choose(name)
        self.list_runs()

    def _is_starting(self, name: str) -> bool:
        training = self.trainings.get(name)
        return training is not None and training.running and not training.has_logged

    @on(Button.Pressed, "#stop")
    def action_stop(self) -> None:
        """Stop the chosen run, if this app has started it."""
        training = self.trainings.get(self.chosen or "")
        if training is None or not training.running:
            self.notify("this app is not training the chosen run", severity="warning")
            return
        if training.stopping:
            self.notify("the training is saving already")
            return
        training.stop()
        self.notify("the training saves and stops")

    @on(Button.Pressed, "#resume")
    def action_resume(self) -> None:
        """Resume the chosen run."""
        if self.chosen is None:
            return
        training = self.trainings.get(self.chosen)
        if training is not None and training.running:
            self.notify("the chosen run is already training", severity="warning")
            return
        try:
            self.trainings[self.chosen] = resume_training(Path(self.chosen))
        except UserError as error:
            self.fail(str(error))
        self.list_runs()

    @on(Button.Pressed, "#generate")
    def action_generate(self) -> None:
        """Open the chosen run in Generate."""
        if self.chosen is not None and can_generate(Path(self.chosen)):
            self.post_message(self.Open("generate", self.chosen))
        else:
            self.notify("the chosen run has no character model yet", severity="warning")

    def list_trainings(self) -> Sequence[Training]:
        """Return the trainings of this app that still run."""
        return [training for training in self.trainings.values() if training.running]
