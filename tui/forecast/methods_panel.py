"""The methods in a table: how far off each is from this origin, and on the test part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import DataTable

from charlm.console.program import printable
from tui.forecast.study import Outlook, Study, Verdict
from tui.widgets.caption import Caption
from tui.widgets.panel import Panel

FIRST, BESIDE = "●", "○"
"""Marks of the methods that are drawn: the first one, and the one beside it."""
COLUMNS = (("", 2), ("method", 21), ("here", 7), ("mean", 7), ("band", 5))
"""Names of the columns, and their widths in cells."""
UNKNOWN = "–"
BAND = 0.8


def format_error(value: float | None) -> str:
    """Return an error in at most seven cells."""
    return UNKNOWN if value is None or value != value else f"{value:.3g}"


class MethodsPanel(Panel):
    """The methods, the first one first; enter draws one beside it."""

    @dataclass
    class Chosen(Message):
        """A method is to be drawn beside the first one, or no longer."""

        name: str

    def __init__(self, *, id: str) -> None:
        super().__init__(title="Methods · mean absolute error", tab="Methods", id=id)
        self._names: list[str] = []

    def compose(self) -> ComposeResult:
        """Lay out the table, and what is to be said of it."""
        yield DataTable(cursor_type="row", cell_padding=0, id="methods-table")
        yield Caption(id="methods-said", markup=False)

    def on_mount(self) -> None:
        """Make the columns."""
        for name, width in COLUMNS:
            self.table.add_column(name, width=width)

    @property
    def table(self) -> DataTable[Text]:
        """The table."""
        return self.query_one(DataTable)

    def show_methods(
        self,
        study: Study | None,
        outlook: Outlook | None,
        verdicts: Sequence[Verdict],
        beside: str,
    ) -> None:
        """Show how the methods do.

        Args:
            study: the methods; None for none.
            outlook: what they say from the origin, if that is known.
            verdicts: how good those are that were measured.
            beside: name of the method that is drawn beside the first one.
        """
        table, at = self.table, self.table.cursor_row
        table.clear()
        self._names = [] if study is None else [method.name for method in study.methods]
        here = {} if outlook is None else {view.name: view.error for view in outlook.views}
        means = {one.name: one for one in verdicts}
        errors = [value for value in here.values() if value == value]
        least = min((one.measures.mae for one in verdicts), default=None)
        for number, name in enumerate(self._names):
            mark = FIRST if number == 0 else BESIDE if name == beside else ""
            error, verdict = here.get(name), means.get(name)
            mean = None if verdict is None else verdict.measures.mae
            best_here = "bold" if error is not None and errors and error == min(errors) else ""
            best = "bold" if mean is not None and mean == least else ""
            band = UNKNOWN if verdict is None else f"{verdict.measures.coverage:.0%}"
            table.add_row(
                Text(mark),
                Text(printable(name), no_wrap=True),
                Text(format_error(error), best_here, justify="right"),
                Text(format_error(mean), best, justify="right"),
                Text(band, justify="right"),
            )
        if self._names:
            table.move_cursor(row=min(max(at, 0), len(self._names) - 1))
        self.query_one(Caption).update("" if study is None else describe(study, verdicts))
        self.foot = "enter draws it beside · bold: the best" if self._names else ""

    @on(DataTable.RowSelected, "#methods-table")
    def choose(self, event: DataTable.RowSelected) -> None:
        """Draw the method of the row beside the first one."""
        event.stop()
        if 0 < event.cursor_row < len(self._names):
            self.post_message(self.Chosen(self._names[event.cursor_row]))


def describe(study: Study, verdicts: Sequence[Verdict]) -> str:
    """Return in words what the table says of the first method."""
    if len(verdicts) < len(study.methods):
        return ""
    first, others = verdicts[0], verdicts[1:]
    lines = [
        f"mean and band: {len(study.trial.origins):,} forecasts of {study.horizon:,} steps from "
        f"the test part; {BAND:.0%} of what came should lie in the band."
    ]
    if others:
        best = min(others, key=lambda one: one.measures.mae)
        lines.append(compare(first, best))
    measures = first.measures
    lines.append(f"{first.name}: MASE {measures.mase:.3g}, CRPS {measures.crps:.3g}.")
    return printable(" ".join(lines))


def compare(first: Verdict, best: Verdict) -> str:
    """Return how far off the first method is beside the best of the others."""
    ratio = first.measures.mae / max(best.measures.mae, 1e-12)
    if ratio > 2:
        return f"{first.name} is off by {ratio:.3g} times as much as {best.name}."
    word = "better" if ratio <= 1 else "worse"
    return f"{first.name} is {abs(1 - ratio):.0%} {word} than {best.name}."
