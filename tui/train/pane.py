"""The pane Train: start, watch, compare, stop and resume trainings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Button, DataTable, Input

from corpora.errors import UserError
from tui.keys import bind
from tui.train.estimate import Speeds
from tui.train.following import EVERY, RUNS_EVERY, Follows
from tui.train.forms import Forms
from tui.train.loss_chart import LossChart
from tui.train.marks import Marks
from tui.train.new_panel import NewPanel
from tui.train.own_prompt import OwnPrompt
from tui.train.owner import Trainings
from tui.train.process import Training
from tui.train.run_actions import RunActions
from tui.train.runs import SORTS, Run, Runs
from tui.widgets.panel import Panel
from tui.widgets.workspace import Workspace


class TrainPane(Follows, RunActions):
    """A form to start a training, the runs on disk, and the curves of several of them."""

    HELP = """\
Fill the form, or start it as it is: a training runs in a process of its own and goes on if the app
ends. Arrows step a value, and any value can be typed; what the library refuses is said under the
form. `^o` there shows a tree of files. Below stands the command line that does the same. The task
says what is trained: a writer of text, a judge of reviews, a translator of SCAN's commands or of
pairs of your own, a forecaster of a series, or what says in words what pictures show. Of several
`inputs`, write the names of the columns with commas between them.

The table shows all runs, also those that were started elsewhere. The one at the cursor is drawn;
others are kept in the chart with a letter, and a line says in which settings they differ. In the
chart, validation is a line and training is dashed; the mark ◆ is the best evaluation, and from ┊ on
the model learns its text by heart: training improves and validation does not. Behind
the best figure, avg says that the model which was kept is the average of the weights (`ema decay`).
Under the samples of a text you can give a prompt of your own: the best model of the run so far
writes on.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        bind("run", "run", "start/stop"),
        bind("go_on", "resume", "resume"),
        bind("new", "new", "new", show=False),
        bind("stop", "escape", "stop", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.trainings = Trainings()
        self.runs = Runs()
        self.marks = Marks()
        self.forms = Forms()
        self.chosen: str | None = None
        """Folder of the run at the cursor."""
        self.axes: tuple[str, str] = ("", "")
        self.own: object = None
        """Prompt and temperature of the last session."""

    def compose(self) -> ComposeResult:
        """Lay out the panels."""
        with Workspace():
            yield from self.make_panels(self.forms)

    def on_mount(self) -> None:
        """List the runs, and start the timers that keep table and curves up to date."""
        self.chart.restore_axes(*self.axes)
        self.query_one(OwnPrompt).restore(self.own)
        self.show_begin()
        self.list_runs()
        self.find_models()
        self.estimate_soon()
        self.set_interval(RUNS_EVERY, self.list_runs)
        self.set_interval(EVERY, self.update_logs)

    def on_shown(self) -> None:
        """Look for runs and models that have come meanwhile."""
        if self.is_mounted:
            self.list_runs()
            self.find_models()

    def focus_first(self) -> None:
        """Move the focus to the data of the form, once it is laid out."""
        self.call_after_refresh(self.action_new)

    # What is remembered

    @classmethod
    def prepare(cls, state: dict[str, Any]) -> None:
        """Load the task whose form is shown first."""
        assert Forms(state.get("forms")).current.task.settings

    def get_state(self) -> dict[str, Any]:
        """Return forms, marks, axes, and the speeds that runs had on this machine."""
        chart, own = self.query(LossChart), self.query(OwnPrompt)
        axes = [chart.first().x_axis, chart.first().y_axis] if chart else [*self.axes]
        return {
            "forms": self.forms.to_json(),
            "marks": [*self.marks.letters],
            "axes": axes,
            "own": [own.first().prompt, own.first().temperature] if own else self.own,
            "sort": self.runs.sort,
            "speeds": self.speeds.known,
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        """Begin with what the last session had."""
        self.forms = Forms(state.get("forms"))
        self.marks = Marks(state.get("marks"))
        self.speeds = Speeds.from_json(state.get("speeds"))
        axes = state.get("axes")
        if isinstance(axes, list) and len(axes) == 2:
            self.axes = (str(axes[0]), str(axes[1]))
        self.own = state.get("own")
        if state.get("sort") in SORTS:
            self.runs.sort = state["sort"]

    def use(self, name: str) -> None:
        """Put the name of a corpus into the form."""
        self.forms.shown = "text"
        self.forms.current.source = name
        self.run_worker(self.show_form(), group="form", exit_on_error=False)

    async def show_form(self) -> None:
        """Show the form that is to be shown now, with the focus in it."""
        new = self.query_one(NewPanel)
        await new.show_form()
        self.action_new()

    # Runs

    @on(DataTable.RowHighlighted)
    def choose_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Show the run at the cursor of the table."""
        if event.row_key.value is not None:
            self.choose(event.row_key.value)

    def choose(self, name: str | None) -> None:
        """Show a run, or that there is none; one that is gone meanwhile is not chosen."""
        if name is None or name in self.runs.by_name:
            self.chosen = name
            self.show_runs()

    @property
    def chosen_run(self) -> Run | None:
        """The run at the cursor."""
        return self.runs.by_name.get(self.chosen or "")

    # Trainings

    @on(Button.Pressed, "#start")
    def start(self) -> None:
        """Start a training as the form says."""
        try:
            training = self.trainings.start(self.query_one(NewPanel).collect())
        except UserError as error:
            self.fail(str(error))
            self.query_one(Workspace).show_tab("new")
            self.call_after_refresh(self.query_one(NewPanel).show_wrong)
            return
        if training is None:
            self.notify("this training is starting already", severity="warning")
            return
        self.estimator.close()  # it would take a core from the training
        self.chosen = str(training.folder)
        self.list_runs()
        self.query_one(NewPanel).show_command()
        self.remember()

    def action_run(self) -> None:
        """Start what the form says; outside the form, stop the chosen run if it is training."""
        inside = self.query_one(NewPanel).has_focus_within
        if not inside and self.trainings.is_running(self.chosen or ""):
            self.action_stop()
        else:
            self.start()

    def action_escape(self) -> None:
        """Stop the chosen run, unless the focus is in the form."""
        if self.trainings.is_running(self.chosen or ""):
            if self.query_one(NewPanel).has_focus_within:
                self.query_one(Workspace).open_tab(self.query_one("#runs", Panel))
            else:
                self.action_stop()

    def action_stop(self) -> None:
        """Have the chosen run save and stop, whoever has started it."""
        if self.chosen is None:
            return
        try:
            self.notify(self.trainings.stop(self.chosen))
        except UserError as error:
            self.notify(str(error), severity="warning", markup=False)

    def action_resume(self) -> None:
        """Go on with the chosen run."""
        self.resume(())

    def resume(self, options: Sequence[str]) -> None:
        """Go on with the chosen run, perhaps for longer than it was to be."""
        if self.chosen is None:
            return
        try:
            self.trainings.resume(Path(self.chosen), options)
        except UserError as error:
            self.fail(str(error))
        else:
            self.notify("the training goes on from its last save")
        self.list_runs()

    def action_new(self) -> None:
        """Go to the form."""
        self.query_one(Workspace).show_tab("new")
        self.call_after_refresh(self.query_one(NewPanel).action_choose_source)

    @on(Input.Submitted, "#corpus, #run-name")
    def go_to_start(self) -> None:
        """Move the focus to the button that starts."""
        self.query_one("#start", Button).focus()

    def list_trainings(self) -> Sequence[Training]:
        """Return the trainings of this app that still run."""
        return self.trainings.list_running()
