"""Names and texts of strangers are shown as they are, and nothing in them is a command."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from app_helpers import read_line, run_app, until, wait_for_note
from stand_ins import Critic, Interpreter
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import DataTable, Input, OptionList, TextArea
from tiny_models import write_run

from charlm.console.program import BIDI, format_name
from seq.imdb.library import Prediction
from seq.scan.library import TranslatedCommand
from tui.app import CharlmApp
from tui.classify.opinions import Opinion
from tui.classify.reviews import Reviews
from tui.classify.rows import Row
from tui.palette import Palette, find_letters
from tui.screens import Ask, Choose
from tui.widgets.choice import ModelChoice

NAMES = (
    "lstm[lr=1e-3]",
    "x[t=0:5]",
    "x[p=50%]",
    "[@click=app.quit]q",
    "[/nope]",
    "[bold]b[/bold]\\",
    "a\x1b]52;c;eA==\x07b",
    "c\x9b31m\r\t\x7f",
    "\u202egnp.exe\u2066\u200f\u061c",
    "line\nfeed",
    "İ[$x]",
    "w[" + "o" * 198,
)
RUNS = [name for name in NAMES if "/" not in name]
SAFE = [format_name(name) for name in NAMES]


@pytest.fixture(params=["charlm", "reviews", "look"])
def kind_of_runs(request: pytest.FixtureRequest, small_models: Path) -> str:
    """Runs with such names, of one kind; the name of the tab that uses them."""
    for name in RUNS:
        if request.param == "charlm":
            write_run(Path("runs", name))
        else:
            shutil.copytree(small_models / "seq" / request.param, Path("runs", name))
    return {"charlm": "generate", "reviews": "classify", "look": "translate"}[request.param]


def read_screen(app: CharlmApp) -> str:
    """Return the characters of the screen, and check that they hold no action."""
    shown = ""
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            shown += text
            action = "" if style is None else style.meta.get("@click", "")
            assert "quit" not in str(action)  # what one of the names asks for
        shown += "\n"
    return shown


def check_screen(app: CharlmApp) -> None:
    """Check that the app lives, and that its screen shows no control character and no action."""
    assert app._exception is None
    assert not app._exit
    for picture in (app.export_screenshot(), read_screen(app)):
        codes = {ord(character) for character in picture} - {ord("\n")}
        assert min(codes) >= 0x20
        assert codes.isdisjoint({*range(0x7F, 0xA0), *BIDI})


async def check_shown(pilot: Pilot[None], wanted: str) -> None:
    """Check the screen once it shows something."""
    app = pilot.app
    assert isinstance(app, CharlmApp)
    await until(pilot, lambda: wanted in read_screen(app))
    check_screen(app)


async def drive_all(pilot: Pilot[None], pane: Any) -> None:
    """Unfold the list of models, and choose every one."""
    app = pilot.app
    assert isinstance(app, CharlmApp)
    choice = pane.query_one(ModelChoice)
    await until(pilot, lambda: len(choice.offered) == len(RUNS))
    choice.expanded = True
    overlay = choice.query_one(OptionList)
    await until(pilot, lambda: overlay.display)
    for index in range(overlay.option_count):
        overlay.highlighted = index
        await pilot.pause()
        check_screen(app)
    choice.expanded = False
    for name in RUNS:
        pane.use(f"runs/{name}")
        await until(pilot, lambda name=name: choice.chosen == f"runs/{name}")
        await check_shown(pilot, f"runs/{format_name(name)[:10]}")


@pytest.mark.wide
def test_names_of_runs_in_the_panes(kind_of_runs: str) -> None:
    run_app(drive_all, kind_of_runs)


@pytest.mark.wide
def test_names_of_runs_in_the_pane_that_trains(kind_of_runs: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = pilot.app
        assert isinstance(app, CharlmApp)
        table = pane.query_one(DataTable)
        assert table.row_count == len(RUNS)
        for row in range(table.row_count):
            table.move_cursor(row=row)
            await until(pilot, lambda row=row: pane.chosen == table.ordered_rows[row].key.value)
            safe = format_name(pane.chosen)
            await until(pilot, lambda safe=safe: safe in read_line(pane, "#figures"))
            await check_shown(pilot, safe[:20])
        if kind_of_runs == "generate":  # these runs were never trained: the process says so
            pane.action_resume()
            await until(
                pilot, lambda: any("runs/" in note.message for note in app._notifications), 60
            )
            check_screen(app)
        pane.action_generate()
        await pilot.pause(0.2)
        check_screen(app)

    run_app(drive, "train", size=(140, 40))


@pytest.mark.wide
def test_names_of_runs_in_the_palette(kind_of_runs: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = pilot.app
        assert isinstance(app, CharlmApp)
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, Palette))
        commands = app.screen.query_one(CommandList)
        for typed in ("", "with runs", "w o o o o o o", "with runs/["):
            app.screen.query_one(Input).value = typed
            await pilot.pause(0.5)
            await until(pilot, lambda: commands.option_count > 0)
            for index in range(commands.option_count):
                commands.highlighted = index
                await pilot.pause()
                check_screen(app)
        offered = [str(one.prompt).splitlines()[0] for one in commands.options]
        assert any(safe in line for safe in SAFE for line in offered)

    run_app(drive)


def test_the_palette_finds_letters_in_time() -> None:
    began = time.perf_counter()
    assert find_letters("abbaabbaX", "ab" * 100) == ()
    assert len(find_letters("aabbaabbaabb", "ab" * 100)) == 12
    assert list(find_letters("WITH", "Generate with x")) == [9, 10, 11, 12]
    assert list(find_letters("gw", "Generate with x")) == [0, 9]
    assert list(find_letters("x", "İİx")) == [2]
    assert time.perf_counter() - began < 1


class Renamer(Critic):
    """Gives every text a label with such a name."""

    def classify(self, texts: list[str]) -> list[Prediction]:
        share = dict.fromkeys(NAMES, 1 / len(NAMES))
        return [
            Prediction(NAMES[len(text.split()) % len(NAMES)], share, len(text.split()), 1)
            for text in texts
        ]


@pytest.mark.usefixtures("models")
def test_names_of_classes_and_texts_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.classify.pane.load_classifier", lambda path: Renamer())
    monkeypatch.setattr("tui.classify.pane.ClassifyPane.explain", lambda *_: None)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = pilot.app
        assert isinstance(app, CharlmApp)
        table = pane.query_one(Reviews).shown
        await until(pilot, lambda: pane.query_one(ModelChoice).chosen)
        for count, safe in enumerate(SAFE[1:], 1):
            text = " ".join([*["a"] * (count - 1), NAMES[count].translate({10: 32, 13: 32, 9: 32})])
            table.add([Row(count, text, Opinion(NAMES[count], {NAMES[count]: 0.5}))])
            words = len(text.split())
            label = SAFE[words % len(NAMES)]
            pane.query_one("#review", TextArea).text = text
            await until(
                pilot, lambda label=label: label.upper() in pane.query_one("#verdict-panel").title
            )
            await check_shown(pilot, safe[:10] if count < 5 else "")

    run_app(drive, "classify", size=(160, 50))


class Stranger(Interpreter):
    """Translates to actions with such names."""

    def translate(self, command: str) -> list[TranslatedCommand]:
        words, count = tuple(command.split()), len(NAMES)
        shares = np.eye(count)
        attention = np.full((count, len(words)), 1 / len(words))
        return [TranslatedCommand(words, NAMES[:-1], True, -0.05, NAMES, shares, attention)]


@pytest.mark.usefixtures("models")
def test_names_of_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.translate.pane.load_translator", Stranger)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = pilot.app
        assert isinstance(app, CharlmApp)
        await until(pilot, lambda: SAFE[0] in read_line(pane, "#left-said"))
        await pilot.press("down")
        for _ in NAMES:
            await pilot.press("down")
            await check_shown(pilot, SAFE[0])

    run_app(drive, "translate", size=(160, 50))


@pytest.mark.wide(2)
@pytest.mark.usefixtures("models")
@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_in_questions_and_notices(name: str) -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        app = pilot.app
        assert isinstance(app, CharlmApp)
        await until(pilot, lambda: pane.query_one(ModelChoice).chosen)
        pane.query_one(Reviews).shown.add([Row(1, "a", Opinion("b", {"b": 0.5}), values=("a",))])
        for again in (False, True):
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(app.screen, Ask))
            Path(f"x{name}x.csv").parent.mkdir(parents=True, exist_ok=True)  # Save makes none
            app.screen.query_one(Input).value = f"x{name}x.csv"
            await pilot.pause()
            check_screen(app)
            await pilot.press("enter")
            if again:
                await until(pilot, lambda: isinstance(app.screen, Choose))
                await check_shown(pilot, format_name(name)[:8])
                await pilot.click("#over")
            note = await wait_for_note(pilot)
            assert "written" in note.message
            await pilot.pause(0.1)
            check_screen(app)
            app.clear_notifications()
        pane.read_file("reviews", f"nowhere{name}.csv")
        assert "nowhere" in (await wait_for_note(pilot)).message
        await pilot.pause(0.1)
        check_screen(app)

    run_app(drive, "classify")


def test_what_is_pasted_draws_no_control_characters() -> None:
    async def drive(pilot: Pilot[None], pane: Any) -> None:
        assert isinstance(pilot.app, CharlmApp)
        for name in NAMES:
            pane.query_one("#corpus", Input).value = name
            pane.query_one("#run-name", Input).placeholder = name
            pilot.app.notify(name, title=name, markup=False)
            await pilot.pause(0.05)
            check_screen(pilot.app)

    run_app(drive, "train")
