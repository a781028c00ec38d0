"""The work of the pane Forecast that takes its time, in threads."""

from __future__ import annotations

from collections.abc import Sequence

from textual.worker import WorkerState, get_current_worker

from charlm.console.program import format_name
from tui.failures import describe as describe_error
from tui.files import begin_path
from tui.forecast.charts import ForecastChart, StepsChart, Timeline, WholeChart
from tui.forecast.choices_panel import ChoicesPanel
from tui.forecast.gaze_view import GazeView, describe
from tui.forecast.methods_panel import MethodsPanel
from tui.forecast.opening import Loaded, Wanted, open_study
from tui.forecast.remembered import Remembered
from tui.forecast.saving import SUFFIXES, draw_file, name_file
from tui.forecast.study import Outlook, Study, Verdict
from tui.model_pane import ModelPane, save_drawn
from tui.widgets.panel import Panel
from tui.workers import in_thread, in_turns


class Working(ModelPane[Loaded]):
    """A pane whose threads read series, forecast from an origin, and measure."""

    MAIN = "series"

    kept: Remembered

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.study: Study | None = None
        self.outlook: Outlook | None = None
        self.verdicts: list[Verdict] = []

    @property
    def choices(self) -> ChoicesPanel:
        """The panel in which forecaster and series are chosen."""
        return self.query_one(ChoicesPanel)

    @property
    def chart(self) -> ForecastChart:
        """The chart around the origin."""
        return self.query_one(ForecastChart)

    @property
    def measures(self) -> bool:
        """Whether the methods are being measured."""
        return any(
            worker.group == "measure" and worker.state in (WorkerState.PENDING, WorkerState.RUNNING)
            for worker in self.workers
        )

    # A series

    def open_series(self) -> None:
        """Read the series that is wanted, and forecast it."""
        kept, model = self.kept, self.model_choice.chosen
        self.workers.cancel_group(self, "measure")
        self.panel("methods").end_work()
        for panel in self.query(Panel):
            panel.stale = panel.id != "choices" and self.study is not None
        self.panel("series").show_work("reading the series")
        self.read_study(Wanted(model, kept.path, kept.target, kept.seed, kept.horizon))

    @in_thread("study")
    def read_study(self, wanted: Wanted) -> None:
        """Read the series and load the forecaster."""
        worker = get_current_worker()
        notices: list[str] = []
        try:
            loaded = self.get_model(wanted.model, worker)
            if worker.is_cancelled:
                return
            study = open_study(wanted, loaded, notices.append)
        except Exception as error:
            self.show_later(worker, self.give_up, describe_error(error))
            raise
        self.show_later(worker, self.show_study, study, notices)

    def show_study(self, study: Study, notices: Sequence[str]) -> None:
        """Show another series, and begin to forecast and to measure."""
        for panel in self.query(Panel):
            panel.stale = False
            panel.end_work()
        for line in notices:
            self.notify(line, markup=False)
        self.study, self.outlook, self.verdicts = study, None, []
        self.choices.show_study(study)
        names = {method.name for method in study.methods[1:]}
        if self.kept.beside not in names:
            self.kept.beside = ""
        first, last = study.origins
        middle = (study.trial.parts.validation + last - study.horizon) // 2
        wanted = middle if self.kept.origin is None else self.kept.origin
        self.chart.show_study(study, 0)
        self.query_one(WholeChart).show_study(study, 0)
        self.query_one(StepsChart).show_verdicts([])
        self._stand_at(study, max(first, min(wanted, last)))  # the wish stays: ends may change
        self.measure_all()
        self.describe_study(study)
        self.remember()

    def describe_study(self, study: Study) -> None:
        """Say in the first line of the app what is looked at."""
        name = study.methods[0].name if study.methods else ""
        self.about = f"{name} · {format_name(study.series.name)}"

    # An origin

    def move_to(self, origin: int) -> None:
        """Forecast from another row."""
        if (study := self.study) is None:
            return
        first, last = study.origins
        self.kept.origin = max(first, min(origin, last))
        self._stand_at(study, self.kept.origin)

    def _stand_at(self, study: Study, origin: int) -> None:
        for chart in self.query(Timeline):
            chart.stand(origin)
        self.ask(study, origin)

    @in_thread("outlook")
    def ask(self, study: Study, origin: int) -> None:
        """Ask all methods what comes from a row on."""
        worker = get_current_worker()
        if not worker.is_cancelled:
            found = study.look_ahead(origin)
            self.show_later(worker, self.show_outlook, study, found)

    def show_outlook(self, study: Study, outlook: Outlook) -> None:
        """Show what the methods say."""
        if study is not self.study:
            return
        self.outlook = outlook
        self.chart.show_outlook(outlook)
        self.draw_said()
        self.remember()

    def draw_said(self) -> None:
        """Say in words and tables what the charts show."""
        study, outlook = self.study, self.outlook
        if study is None or outlook is None:
            return
        origin, main = outlook.origin, outlook.views[0]
        part, rows = study.name_part(origin), len(study.series)
        time = study.series.times
        when = f" · {time[origin]}" if time and origin < len(time) and time[origin] else ""
        self.panel(
            "series"
        ).title = f"{main.name} · from row {origin:,} of {rows:,}{format_name(when)} · {part}"
        said = "nobody knows what came"
        if main.compared:
            said = f"off by {main.error:.3g} · {main.inside} of {main.compared} in the band"
        self.panel("series").foot = f"{said} · ← → origin · + - room"
        self.query_one(MethodsPanel).show_methods(study, outlook, self.verdicts, self.kept.beside)
        self._show_gaze(study, outlook)

    def _show_gaze(self, study: Study, outlook: Outlook) -> None:
        hint = (
            f"{study.methods[0].name} has no attention. Of a forecaster that has one, trained with "
            "charlm forecast train … --attention additive, this map shows how much each step "
            "looks at each row before the origin."
        )
        self.query_one(GazeView).show_weights(outlook.weights, hint)
        looks = outlook.weights
        self.panel("gaze").foot = "" if looks is None else describe(looks)

    # Measures

    def measure_all(self) -> None:
        """Measure all methods on the test part, anew."""
        if self.study is not None:
            self.verdicts = []
            self.panel("methods").show_work("measuring", 0, len(self.study.methods))
            self.measure(self.study)

    @in_thread("measure")
    def measure(self, study: Study) -> None:
        """Measure all methods of a study."""
        worker, panel, total = get_current_worker(), self.panel("methods"), len(study.methods)
        try:
            for done, verdict in enumerate(study.judge(), 1):
                if worker.is_cancelled:
                    return
                self.show_later(worker, self._add_verdict, study, verdict)
                self.show_later(worker, panel.show_work, "measuring", done, total)
        finally:
            self.show_later(worker, panel.end_work)

    def _add_verdict(self, study: Study, verdict: Verdict) -> None:
        if study is self.study:
            self.verdicts.append(verdict)
            self.query_one(StepsChart).show_verdicts([*self.verdicts])
            self.draw_said()

    # Files

    @in_turns("browse", exclusive=True)
    async def action_open(self) -> None:
        """Choose a table from a tree of files."""
        from tui.browser import Browser

        taken = await self.app.push_screen_wait(
            Browser("Which table of numbers?", self.kept.path or begin_path(self.app))
        )
        if taken is not None:
            self.kept.path, self.kept.target, self.kept.origin = taken, "", None
            self.open_series()

    @in_thread("save")
    def draw_file(self, study: Study, outlook: Outlook, suffix: str) -> bytes:
        """Return the forecast as the content of a file."""
        return draw_file(study, outlook, suffix)

    @in_turns()
    async def action_save(self) -> None:
        """Save the forecast as a picture or as a table."""
        study, outlook = self.study, self.outlook
        if study is None or outlook is None:
            self.notify("there is no forecast yet", severity="warning")
            return
        await save_drawn(
            self,
            "the forecast",
            SUFFIXES,
            lambda suffix: self.draw_file(study, outlook, suffix),
            lambda suffix: name_file(study, outlook, suffix),
        )
