"""What goes wrong in a thread is one notice; the app goes on, and keeps what was typed."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until
from stand_ins import Critic, Interpreter
from terminals import ENTERED, RESTORED, Terminal
from textual.pilot import Pilot
from textual.widgets import Select, Static, TextArea

import tui
from charlm import language_model
from corpora.errors import UserError
from tui import failures, state
from tui.generate.manuscript import Manuscript
from tui.generate.prompt import Prompt
from tui.widgets.choice import ModelChoice
from tui.workers import in_thread, in_turns

pytestmark = pytest.mark.usefixtures("models")


class OutOfMemoryError(RuntimeError):
    """Stands in for torch's."""


MEMORY = "out of memory: choose a smaller model or text"
ERRORS = [
    pytest.param(UserError("say what"), "say what", False, id="user"),
    pytest.param(MemoryError(), MEMORY, False, id="memory"),
    pytest.param(OutOfMemoryError("CUDA out of memory"), MEMORY, False, id="torch"),
    pytest.param(
        KeyError("[b]x\x1b\nmore"),
        "an error of charlm's: KeyError: '[b]x\\x1b\\nmore'; please report it",
        True,
        id="ours",
    ),
    pytest.param(
        ValueError("\x1b]52;first\nsecond"),
        "an error of charlm's: ValueError: \N{REPLACEMENT CHARACTER}]52;first; please report it",
        True,
        id="escape",
    ),
]


def read_log() -> str:
    path = state.find_folder() / failures.LOG
    return path.read_text() if path.exists() else ""


async def check_note(pilot: Pilot[None], line: str, logged: bool) -> None:
    """Check that notices have this line alone, and that there is a traceback if it is logged.

    The text before may fail as well, as the example of a first visit does.
    """
    await until(pilot, lambda: len(pilot.app._notifications) > 0)
    said = {(note.message, note.severity, note.markup) for note in pilot.app._notifications}
    assert said == {(line, "error", False)}
    assert ("Traceback" in read_log()) == logged
    await pilot.pause(0.1)
    assert pilot.app._exception is None
    pilot.app.clear_notifications()


def fail_with(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


@pytest.mark.wide
@pytest.mark.parametrize(("error", "line", "logged"), ERRORS)
def test_a_model_that_cannot_be_loaded(
    error: Exception, line: str, logged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = language_model.load

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        pane.query_one(Prompt).value = "typed "
        monkeypatch.setattr(language_model, "load", fail_with(error))
        pane.query_one("#model", Select).value = "unlike"
        await check_note(pilot, line, logged)
        monkeypatch.setattr(language_model, "load", load)
        assert pane.query_one(Prompt).value == "typed "
        assert pane.query_one("#model", Select).value == "tiny"  # the one that writes
        await pilot.press("enter")
        await until(pilot, lambda: len(pane.desk.view.text) > 20)

    run_app(drive)


@pytest.mark.wide(2)
@pytest.mark.parametrize(("error", "line", "logged"), ERRORS)
def test_a_thread_that_writes(
    error: Exception, line: str, logged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Manuscript.add

    def fail_later(self: Manuscript, index: int) -> Any:
        if len(self) == 20:
            raise error
        return add(self, index)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        monkeypatch.setattr(Manuscript, "add", fail_later)
        await pilot.press("enter")
        await check_note(pilot, line, logged)
        assert len(pane.desk.view.text) == 20
        monkeypatch.setattr(Manuscript, "add", add)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(pane.desk.view.text) > 40)

    run_app(drive)


@pytest.mark.wide
@pytest.mark.parametrize(("error", "line", "logged"), ERRORS)
def test_a_classifier(
    error: Exception, line: str, logged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.classify.pane.load_classifier", lambda path: Critic())
    monkeypatch.setattr("seq.imdb.explain.explain", fail_with(error))
    Path("table.csv").write_text("text\none\n")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.query_one(ModelChoice).chosen)
        pane.query_one("#review", TextArea).text = "typed"
        await check_note(pilot, line, logged)
        assert pane.query_one("#review", TextArea).text == "typed"
        monkeypatch.setattr(Critic, "classify", fail_with(error))
        pane.read_file("reviews", "table.csv")
        await check_note(pilot, line, logged)

    run_app(drive, "classify")


@pytest.mark.wide
@pytest.mark.parametrize(("error", "line", "logged"), ERRORS)
def test_a_translator_beside_one_that_works(
    error: Exception, line: str, logged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(path: str) -> Interpreter:
        if path.endswith("look"):
            raise error
        return Interpreter(path)

    monkeypatch.setattr("tui.translate.pane.load_translator", load)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.translations and pilot.app._notifications)
        assert len(pane.translations) == 1
        assert {note.message for note in pilot.app._notifications} == {line}
        assert ("Traceback" in read_log()) == logged

    run_app(drive, "translate")


@pytest.mark.wide(2)
@pytest.mark.parametrize(("error", "line", "logged"), ERRORS)
def test_a_list_of_models_and_a_file_to_write(
    error: Exception, line: str, logged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        with monkeypatch.context() as patch:
            patch.setattr("tui.widgets.choice.list_names", fail_with(error))
            pane.query_one(ModelChoice).find()
            await check_note(pilot, line, logged)
        monkeypatch.setattr("tui.files.write_atomic", fail_with(error))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await pilot.press("enter")
        await check_note(pilot, line, logged)

    run_app(drive)


def test_who_was_cancelled_reports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    going = threading.Event()

    def wait(path: str) -> Any:
        going.wait(20)
        raise ValueError("late")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        monkeypatch.setattr(language_model, "load", wait)
        pane.load("unlike")
        await pilot.pause(0.1)
        pane.workers.cancel_group(pane, "generate")
        before = (pane.desk.title, pane.desk.foot)
        going.set()
        await pilot.pause(0.3)
        assert not pilot.app._notifications
        assert (pane.desk.title, pane.desk.foot) == before

    run_app(drive)
    assert not read_log()


def test_an_error_that_nothing_catches_ends_the_app_in_a_line_and_loses_nothing() -> None:
    """Such an error is one of charlm's; in a terminal, without the test's own look at it."""
    code = """
from tui.train.pane import TrainPane
def fail(self, name):
    1 / 0
TrainPane.use = fail
"""
    terminal = Terminal("translate", code=code)
    try:
        terminal.wait_for(ENTERED)
        terminal.wait_for(b"jump around")
        terminal.press(b" twice")
        terminal.press(b"\x10")  # the palette
        terminal.wait_for(b"Search")
        terminal.press(b"Train on sample")
        terminal.wait_for(b"sample")
        time.sleep(1)
        terminal.press(b"\r\r")
        seen = terminal.wait_for_end()
    finally:
        terminal.close()
    assert all(code in seen for code in RESTORED)
    assert b"charlm: an error of charlm's: ZeroDivisionError: division by zero" in seen
    assert b"Traceback" not in seen
    assert terminal.process.returncode == 1
    assert "ZeroDivisionError" in (terminal.state / failures.LOG).read_text()
    assert terminal.read_state()["panes"]["translate"]["command"].endswith("twice")


def test_the_log_stays_small() -> None:
    for number in range(30):
        failures.log_error(ValueError(f"{number:04}" + "x" * 100_000))
    log = read_log()
    assert len(log) <= failures.MOST_BYTES
    assert "0029xxx" in log
    assert "0010xxx" not in log
    failures.log_error(ValueError("y" * 3_000_000))
    assert len(read_log()) <= failures.MOST_BYTES


class Reading(Static):
    """Begins workers with an argument whose repr nobody wants to wait for."""

    @in_thread("reading")
    def read(self, text: object) -> None: ...

    @in_turns()
    async def wait(self, text: object) -> None: ...


class Endless:
    def __repr__(self) -> str:
        raise AssertionError("a worker was described by its arguments")


def test_a_worker_is_described_by_its_name() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        widget = Reading()
        await pane.mount(widget)
        for worker in (widget.read(Endless()), widget.wait(Endless())):
            await worker.wait()
            assert worker.description in ("read", "wait")

    run_app(drive)


def test_every_worker_of_the_app_is_one_that_does_not_end_it() -> None:
    paths = list(Path(tui.__file__).parent.rglob("*.py"))
    users = [path for path in paths if "import work\n" in path.read_text()]
    assert [path.name for path in users] == ["workers.py"]
    assert sum("@in_t" in path.read_text() for path in paths) > 5
