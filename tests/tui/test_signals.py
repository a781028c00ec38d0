"""A signal, or a terminal that has gone, ends the app: remembered, with the terminal in order."""

from __future__ import annotations

import asyncio
import os
import signal
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, wait_until
from terminals import ENTERED, RESTORED, Terminal
from textual.pilot import Pilot
from textual.widgets import Input

from charlm.runs.run_folder import RunFolder
from tui import state
from tui.app import CharlmApp

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture
def opened() -> Iterator[list[Terminal]]:
    """Terminals to close at the end of the test."""
    found: list[Terminal] = []
    yield found
    for one in found:
        one.close()


def check_end(terminal: Terminal, number: int) -> None:
    """Check that the app ended by a signal and left the terminal as it was."""
    written = terminal.wait_for_end()
    assert terminal.process.returncode == 128 + number
    assert all(code in written for code in RESTORED)
    assert b"Traceback" not in written
    assert termios.tcgetattr(terminal.theirs) == terminal.before


@pytest.mark.wide(2)
@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        pytest.param(b"", 0.0, id="start-up"),
        pytest.param(b"x\r", 1.0, id="writing"),
        pytest.param(b"x\r\x13", 1.0, id="dialog"),
        pytest.param(b"x\x10", 0.5, id="palette", marks=pytest.mark.slow),
        *(pytest.param(b"", after, marks=pytest.mark.slow) for after in (0.05, 0.1, 0.2, 0.4)),
    ],
)
def test_a_signal_restores_the_terminal(
    opened: list[Terminal], number: int, keys: bytes, seconds: float
) -> None:
    terminal = Terminal("generate")
    opened.append(terminal)
    terminal.wait_for(ENTERED)
    if keys:
        terminal.wait_for(b"seed 980")  # the text of the first visit
    for key in keys:
        terminal.press(bytes([key]))
        terminal.read(0.2)
    terminal.read(seconds)
    terminal.process.send_signal(number)
    check_end(terminal, number)
    if keys:
        assert terminal.read_state()["panes"]["generate"]["prompt"].endswith("x")


@pytest.mark.wide
@pytest.mark.parametrize("number", SIGNALS)
def test_an_app_that_does_not_answer_is_ended(opened: list[Terminal], number: int) -> None:
    stuck = "import time, tui.app\ntui.app.CharlmApp.end = lambda *_: time.sleep(60)"
    terminal = Terminal("generate", code=stuck)
    opened.append(terminal)
    terminal.wait_for(b"Generate")
    terminal.process.send_signal(number)
    check_end(terminal, number)


@pytest.mark.wide(2)
@pytest.mark.parametrize("controlling", [True, False], ids=["signal", "no-signal"])
@pytest.mark.parametrize("keys", [b"x", b"x\r"], ids=["idle", "writing"])
def test_a_terminal_that_has_gone_ends_the_app(
    opened: list[Terminal], controlling: bool, keys: bytes
) -> None:
    terminal = Terminal("generate", controlling=controlling)
    opened.append(terminal)
    terminal.wait_for(b"seed 980")  # the text of the first visit
    for key in keys:
        terminal.press(bytes([key]))
        terminal.read(0.3)
    began = time.perf_counter()
    terminal.hang_up()
    assert terminal.process.wait(10) == 128 + signal.SIGHUP
    assert time.perf_counter() - began < 2
    assert terminal.read_state()["panes"]["generate"]["prompt"].endswith("x")


def test_trainings_go_on(opened: list[Terminal]) -> None:
    terminal = Terminal("train")
    opened.append(terminal)
    terminal.wait_for(b"preset")
    terminal.read(0.5)
    terminal.press(b"\x12")  # ctrl+r starts it
    terminal.read(60, lambda _: Path("runs/sample/metrics.jsonl").exists())
    terminal.process.send_signal(signal.SIGHUP)
    check_end(terminal, signal.SIGHUP)
    log = Path("runs/sample/metrics.jsonl")
    size = log.stat().st_size
    asyncio.run(wait_until(lambda: log.stat().st_size > size))
    process = RunFolder(Path("runs/sample")).find_training()
    assert process is not None
    os.kill(process, signal.SIGINT)
    asyncio.run(wait_until(lambda: RunFolder(Path("runs/sample")).find_training() is None))


def test_what_ends_early_keeps_what_was_remembered() -> None:
    kept = state.State("train", {"generate": {"prompt": "kept"}})
    state.StateFile().write(kept.encode(), 1)
    CharlmApp().end(143)
    assert state.load() == kept


def test_a_pane_that_cannot_be_remembered_does_not_keep_the_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        pane.query_one(Input).value = "typed"
        monkeypatch.setattr(pane, "get_state", lambda: 1 / 0)
        assert isinstance(pilot.app, CharlmApp)
        pilot.app.end(143)

    app = run_app(drive)
    assert app.return_code == 143
    assert "ZeroDivisionError" in (state.find_folder() / "errors.log").read_text()
