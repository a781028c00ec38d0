"""Where the translators break: a table of the splits of SCAN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import DataTable

from charlm.console.program import format_name
from corpora.scan.splits import SPLITS
from tui.translate.breaks import SAMPLE, Finding
from tui.translate.start_line import StartLine
from tui.widgets.panel import Panel

TITLE = "Where does it break?"
LETTERS = ("A", "B")
COLUMNS = ("split", *LETTERS, "a command that goes wrong")
WIDTHS = (max(map(len, SPLITS)) + 2, 5, 5, None)
"""Widths of the columns; None for one that is as wide as what is in it."""
NOTHING = "–"


class BreakPanel(Panel):
    """How often each translator is right on each split, and commands that go wrong."""

    @dataclass
    class Chosen(Message):
        """A command was chosen that goes wrong."""

        command: str

    def __init__(self, *, id: str) -> None:
        super().__init__(title=TITLE, tab="Breaks", id=id)
        self.findings: list[Finding] = []
        self.models: Mapping[str, str] = {}
        """Names of the translators that were tried, by their letter."""
        self._commands: list[str] = []
        """The command of each row of the table; empty where there is none."""

    def compose(self) -> ComposeResult:
        """Lay out what will be here, and the table."""
        yield StartLine(id="break-hint", markup=False)
        yield DataTable(cursor_type="row", cell_padding=0, id="break-table")

    def on_mount(self) -> None:
        """Make the columns."""
        for name, least in zip(COLUMNS, WIDTHS, strict=True):
            self.query_one(DataTable).add_column(name, width=least)

    def explain(self, key: str) -> None:
        """Say what will be here, and by which key."""
        self.query_one(StartLine).update(
            f"{key}, or enter here, tries {SAMPLE} test commands of each of the {len(SPLITS)} "
            "splits of SCAN on A and B, and lists commands that go wrong."
        )
        self._draw()

    def begin(self, models: Mapping[str, str]) -> None:
        """Forget what was found: these translators, by their letter, are tried now."""
        self.models, self.stale = dict(models), False
        self.show_findings([])

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """Show these findings."""
        self.findings = list(findings)
        self._draw()

    def add(self, finding: Finding) -> None:
        """Show one more finding."""
        self.findings.append(finding)
        self._draw()

    def _draw(self) -> None:
        table = self.query_one(DataTable)
        table.display = bool(self.findings)
        hint = self.query_one(StartLine)
        focused, hint.display = hint.has_focus, not self.findings
        if focused and self.findings:
            table.focus()
        at = table.cursor_row
        table.clear()
        self._commands = []
        for finding in self.findings:
            for number, (letters, command) in enumerate(finding.failing.items() or [("", "")]):
                self._commands.append(command)
                cells = self._describe(finding) if number == 0 else [""] * (len(COLUMNS) - 1)
                said = f"{letters} ✗ {command}" if command else NOTHING
                cells = [*cells, format_name(said)]
                table.add_row(*(Text(cell, no_wrap=True) for cell in cells))
        if self._commands:
            table.move_cursor(row=min(at, len(self._commands) - 1))
        self._draw_edges()

    def _describe(self, finding: Finding) -> list[str]:
        shares = [
            f"{finding.right[letter] / finding.commands:.0%}" if letter in finding.right else ""
            for letter in LETTERS
        ]
        name = finding.split if finding.official else f"{finding.split}*"
        return [format_name(name), *shares]

    def _draw_edges(self) -> None:
        names = " · ".join(f"{letter} {format_name(name)}" for letter, name in self.models.items())
        self.title = f"{TITLE} · {names}" if self.findings else TITLE
        drawn = any(not finding.official for finding in self.findings)
        sample = max((finding.commands for finding in self.findings), default=0)
        notes = ["enter puts it above" if any(self._commands) else ""]
        notes.append(f"{sample} commands of each" if sample else "")
        notes.append("* a draw, not the official one" if drawn else "")
        self.foot = " · ".join(filter(None, notes))

    @on(DataTable.RowSelected, "#break-table")
    def choose(self, event: DataTable.RowSelected) -> None:
        """Put the command of the row into the command line."""
        event.stop()
        if event.cursor_row < len(self._commands) and self._commands[event.cursor_row]:
            self.post_message(self.Chosen(self._commands[event.cursor_row]))
