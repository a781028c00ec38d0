"""The panels of the pane Train that show runs: chart, table, sample, gradient and progress."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on

from charlm.console.program import format_name, printable
from charlm.runs.registry import CHARACTERS
from tui.pane import Pane
from tui.train.differences import describe_difference
from tui.train.figures import describe_progress, format_speed, format_time_left
from tui.train.forms import Forms
from tui.train.gradient_panel import GradientPanel
from tui.train.log import RunLog
from tui.train.loss_chart import ChartPanel, Drawn, LossChart
from tui.train.marks import LETTERS, Marks
from tui.train.new_panel import NewPanel
from tui.train.owner import Trainings
from tui.train.progress_panel import ProgressPanel
from tui.train.runs import NOTED, Run, Runs
from tui.train.runs_table import KEPT, LOOKED_AT, RunsTable
from tui.train.sample_panel import SamplePanel
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel

KEYS = "space draws it too · enter settings · r rename · e note · s sort"
NO_RUNS = "The runs stand here, with what became of them; two that are drawn are compared in words."
ONE_DRAWN = "space on another run draws it too, and says in which settings the two differ"


class Watched(Pane):
    """What the pane Train shows of its runs."""

    runs: Runs
    marks: Marks
    trainings: Trainings
    chosen: str | None

    def make_panels(self, forms: Forms) -> Iterator[Panel]:
        """Yield the panels, the main one first."""
        yield ChartPanel()
        yield NewPanel(forms)
        difference = Caption(NO_RUNS, id="difference", markup=False)
        yield Panel(RunsTable(), difference, title="Runs", id="runs")
        yield SamplePanel()
        yield GradientPanel()
        yield ProgressPanel()

    @property
    def logs(self) -> dict[str, RunLog]:
        """The logs of the runs, by name."""
        return {name: run.log for name, run in self.runs.by_name.items()}

    @property
    def chart(self) -> LossChart:
        """The chart of the losses."""
        return self.query_one(LossChart)

    def get_run_state(self, name: str) -> str:
        """Return the state of a run: the app knows it of its own trainings before they log."""
        training = self.trainings.by_name.get(name)
        if training is not None and training.running:
            return "saving" if training.stopping else "training"
        return self.runs.by_name[name].log.state

    def show_runs(self) -> None:
        """Show table, curves and the panels of the chosen run."""
        drawn = self.marks.list_drawn(self.chosen)
        states = {name: self.get_run_state(name) for name in self.runs.by_name}
        self._show_table(states, dict(drawn))
        self.chart.show_runs([self._draw(name, letter) for name, letter in drawn])
        run = self.runs.by_name.get(self.chosen or "")
        state = states.get(self.chosen or "")
        self.query_one(SamplePanel).show_log(
            run.log if run is not None else None,
            run.passes if run is not None else None,
            writes=run is not None and run.kind == CHARACTERS,
        )
        self.query_one(GradientPanel).show_run(run)
        self.query_one(ProgressPanel).show_run(run, state)
        self._show_difference(drawn)
        self._show_edges(run, state)
        count = len(self.trainings.list_running())
        self.about = f"{count} training{'s' * (count != 1)}" if count else ""

    def _draw(self, name: str, letter: str) -> Drawn:
        run = self.runs.by_name[name]
        look = LETTERS.index(letter) if letter else 0
        return Drawn(format_name(run.folder.name), letter, look, run.log)

    def _show_table(self, states: dict[str, str], drawn: dict[str, str]) -> None:
        rows = {name: run.format_row(states[name]) for name, run in self.runs.by_name.items()}
        letters = {
            name: f"{KEPT if name in self.marks.letters else LOOKED_AT}{letter}"
            for name, letter in drawn.items()
        }
        table = self.query_one(RunsTable)
        table.display = bool(rows)
        table.show_rows(rows, letters, self.chosen)
        panel = self.query_one("#runs", Panel)
        panel.title = f"Runs · {len(rows)} · sorted by {self.runs.sort}" if rows else "Runs"
        panel.foot = KEYS if rows else ""

    def _show_difference(self, drawn: list[tuple[str, str]]) -> None:
        line = NO_RUNS if not self.runs.by_name else ONE_DRAWN if len(self.runs.by_name) > 1 else ""
        if len(drawn) > 1:
            by_letter = sorted(drawn, key=lambda item: item[1])
            (first, letter), *others = by_letter
            one = self.runs.by_name[first]
            line = "\n".join(
                describe_difference(
                    (letter, other_letter),
                    (one.log, self.runs.by_name[other].log),
                    (one.config, self.runs.by_name[other].config),
                )
                for other, other_letter in others
            )
        run = self.runs.by_name.get(self.chosen or "")
        if run is not None and run.note:
            line = f"{line}\n{run.folder.name}{NOTED}: {run.note}".strip()
        said = self.query_one("#difference", Caption)
        said.update(printable(line))
        said.set_class(len(drawn) > 1 or bool(run is not None and run.note), "-told")

    @on(LossChart.Moved)
    def follow_cursor(self) -> None:
        """Show the values at the cursor of the chart."""
        run, name = self.runs.by_name.get(self.chosen or ""), self.chosen or ""
        self._show_edges(run, self.get_run_state(name) if run is not None else None)
        self.remember()

    def _show_edges(self, run: Run | None, state: str | None) -> None:
        """Show axes and progress in the top edge of the chart, figures in the bottom one."""
        chart, panel = self.chart, self.query_one("#chart", Panel)
        axes = f"x ◂ {chart.x_axis} ▸ · y ◂ {chart.y_axis} ▸"
        parts = [f"Loss in nats · {axes}"] if run is not None else ["Loss in nats"]
        if run is not None and state in ("training", "saving"):
            told = (
                format_name(run.folder.name),
                describe_progress(run.log, run.passes),
                format_speed(run.log),
                format_time_left(run.log),
            )
            parts = [*filter(None, told)]
            if len(" · ".join([*parts, axes])) < panel.size.width:
                parts.append(axes)
        panel.title = " · ".join(parts)
        panel.foot = chart.describe_cursor() or self._describe_best(run)

    @staticmethod
    def _describe_best(run: Run | None) -> str:
        best = run.log.best_evaluation if run is not None else None
        if run is None or best is None:
            return ""
        losses = run.log.columns["train_loss"]
        train = f" · train {losses[-1]:.3f}" if losses else ""
        return f"best {best.loss:.3f} at pass {best.epoch:.3g}{train} · ← → reads the curves"
