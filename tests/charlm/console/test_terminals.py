"""What is redrawn in place, and where: terminals, logs, notebooks."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from story import STORY
from training_helpers import short_text

import charlm
from charlm.console.lines import PlainLines
from charlm.console.notebook import NotebookLine
from charlm.console.program import stderr, stdout
from charlm.console.terminals import can_redraw
from charlm.console.watch import display

ROOT = Path(charlm.__file__).resolve().parents[1]
MOVES = re.compile(r"\x1b\[(?:\?25[lh]|[0-9;]*[ABCDGHJKsu])|\r")
"""What moves the cursor, hides it, or erases; colours end in m."""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_that_are_forced_make_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for make in (stdout, stderr):
        console = make()
        assert not console.is_terminal
        assert console.color_system is not None
    with display(stdout()) as sink:
        assert isinstance(sink, PlainLines)


def test_the_shell_of_a_notebook_is_no_place_to_redraw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_PARENT_PID", raising=False)
    assert can_redraw(Terminal())
    assert not can_redraw(io.StringIO())
    monkeypatch.setenv("JPY_PARENT_PID", "123")
    assert not can_redraw(Terminal())


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        ["train", "{text}", "--preset", "tiny", "--epochs", "1", "--out", "run"],
        ["scan", "failures", "--help"],
        ["inside", "step"],
        ["novelty", "war_and_peace", "sample", "--help"],
    ],
)
def test_a_log_gets_no_cursor_movements(tmp_path: Path, command: list[str]) -> None:
    text = short_text(tmp_path)
    ended = subprocess.run(
        [sys.executable, "-m", "charlm", *(word.format(text=text) for word in command)],
        env={**os.environ, "FORCE_COLOR": "1", "PYTHONPATH": str(ROOT), "TERM": "xterm"},
        capture_output=True,
        check=True,
    )
    for written in (ended.stdout, ended.stderr):
        assert not MOVES.search(written.decode()), written
    assert ended.stdout


class Kernel:
    """What IPython's display gives and takes."""

    def __init__(self) -> None:
        self.messages: list[dict[str, str]] = []
        self.handles = 0

    def display(self, data: dict[str, str], **options: Any) -> Any:
        assert options == {"raw": True, "display_id": True}
        self.handles += 1
        self.messages.append(data)
        return self

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.messages.append(data)


def test_a_notebook_has_one_line_changed_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Kernel()
    monkeypatch.setattr("IPython.display.display", kernel.display)
    monkeypatch.setattr("charlm.console.notebook.PAUSE_SECONDS", 0.0)
    line = NotebookLine()
    for event in STORY:
        line(event)
    assert kernel.handles == 1
    assert len(kernel.messages) > 2
    last = kernel.messages[-1]
    assert "finished at step 30" in last["text/plain"]
    assert "\n" not in last["text/plain"]
    assert "<progress" in kernel.messages[1]["text/html"]


def test_a_notebook_is_not_sent_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Kernel()
    monkeypatch.setattr("IPython.display.display", kernel.display)
    line = NotebookLine()
    for _ in range(100):
        for event in STORY[:-1]:
            line(event)
    assert len(kernel.messages) < 150  # STORY has one start, which is always shown


def test_names_are_text_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    kernel = Kernel()
    monkeypatch.setattr("IPython.display.display", kernel.display)
    line = NotebookLine()
    line(dataclasses.replace(STORY[0], run="<script>"))  # type: ignore[type-var]
    assert "<script>" not in kernel.messages[0]["text/html"]
