"""What is looked at: the forecaster, the series, and how many steps are forecast."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Select

from charlm.console.program import printable
from charlm.runs.registry import FORECASTER
from tui.forecast.study import LONGEST, Study
from tui.widgets.caption import Caption
from tui.widgets.choice import Choice, ModelChoice, list_options
from tui.widgets.panel import Panel
from tui.widgets.stepper import Stepper

MOST_SEEDS = 9999


class ChoicesPanel(Panel):
    """The forecaster, the steps, and the seed or the column of the series."""

    def __init__(self, *, id: str) -> None:
        super().__init__(title="Forecaster and series", tab="Series", id=id)

    def compose(self) -> ComposeResult:
        """Lay out the fields."""
        yield ModelChoice(FORECASTER, none="no forecaster", id="forecaster")
        yield Caption(id="series-said", markup=False)
        with Horizontal(id="series-choices"):
            yield Stepper("steps", range(1, LONGEST + 1), 24, limits=(1, LONGEST), id="steps-ahead")
            yield Stepper("seed", range(MOST_SEEDS + 1), 1, limits=(0, MOST_SEEDS), id="seed")
            yield Choice(none="column", id="target")
        yield Caption(id="why", markup=False)

    @property
    def model_choice(self) -> ModelChoice:
        """The forecaster that is chosen."""
        return self.query_one(ModelChoice)

    def show_study(self, study: Study) -> None:
        """Show what can be chosen for a series."""
        steps, seed = self.query_one("#steps-ahead", Stepper), self.query_one("#seed", Stepper)
        column = self.query_one("#target", Choice)
        steps.limits = (1, study.most_steps)
        with self.prevent(Stepper.Changed, Select.Changed):
            steps.offer(range(1, study.most_steps + 1), study.horizon)
            seed.display = study.seed is not None
            if study.seed is not None:
                seed.value = study.seed
            column.display = len(study.columns) > 1
            if column.display:
                column.set_options(list_options(study.columns))
                column.value = study.series.columns[0]
        series, period = study.series, study.trial.period
        season = f"a season of {period:,}" if period > 1 else "no season"
        said = f"{series.name}, {series.columns[0]}: {len(series):,} rows, {season}"
        self.query_one("#series-said", Caption).update(printable(said))
        why = self.query_one("#why", Caption)
        why.update(printable(study.why))
        why.display = bool(study.why)
