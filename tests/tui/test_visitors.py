"""Visitors of an app that is served read and write in one folder, or nowhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from app_helpers import run_app, until, wait_for_note
from stand_ins import Critic
from textual.pilot import Pilot
from textual.widgets import DataTable, Input
from tiny_models import write_run

from charlm import language_model
from corpora.errors import UserError
from tui import visitors
from tui.classify.opinions import Opinion
from tui.classify.reviews import Reviews
from tui.classify.rows import Row
from tui.models import list_models
from tui.screens import Ask
from tui.train.owner import Trainings
from tui.widgets.choice import ModelChoice

OUTSIDE = ["../home/secret.csv", "HOME/secret.csv", "out/secret.csv", "a/../../home/secret.csv"]
NONE = "without files"
ELSEWHERE = "no files but those in"


@pytest.fixture
def home(tmp_path: Path, models: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is closed to visitors, beside the one that is theirs, where the app runs."""
    home, given = tmp_path / "home", tmp_path / "given"
    home.mkdir()
    given.mkdir()
    (home / "secret.csv").write_text("text\nsecret\n")
    (given / "out").symlink_to(home)
    monkeypatch.chdir(given)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv(visitors.FILES, str(given))
    monkeypatch.setattr("tui.classify.pane.load_classifier", lambda path: Critic())
    monkeypatch.setattr("tui.classify.pane.ClassifyPane.explain", lambda *_: None)
    return home


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines of the processes that the app starts; none is started."""
    found: list[list[str]] = []
    start = subprocess.Popen

    class Process:
        returncode = None
        pid = 2**22  # no process has it

        def __init__(self, command: list[str]) -> None:
            found.append(command)

        def poll(self) -> None:
            return None

    def open_process(command: list[str], **options: Any) -> Any:
        if "tui.train.estimating" in command:  # one that says nothing stands in for it
            return start([sys.executable, "-c", ""], **options)
        return Process(command)

    monkeypatch.setattr(subprocess, "Popen", open_process)
    return found


def list_files(folder: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


async def answer(pilot: Pilot[None], key: str, typed: str) -> None:
    """Press a key that asks for a path, and type the path."""
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, Ask))
    pilot.app.screen.query_one(Input).value = typed
    await pilot.press("enter")
    await until(pilot, lambda: len(pilot.app.screen_stack) == 1)


@pytest.mark.wide(3)
@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_is_opened(
    home: Path, path: str, files: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not files:
        monkeypatch.setenv(visitors.FILES, "")
    read: list[str] = []
    monkeypatch.setattr("corpora.labelled.texts.read", lambda spec, **_: read.append(spec))

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.query_one(ModelChoice).chosen)
        await answer(pilot, "ctrl+o", path.replace("HOME", str(home)))
        note = await wait_for_note(pilot)
        assert (ELSEWHERE if files else NONE) in note.message

    run_app(drive, "classify")
    assert not read


@pytest.mark.wide(4)
@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("path", [*OUTSIDE, "../home/new.csv", "out/new/new.csv"])
@pytest.mark.parametrize("pane", ["classify", "generate"])
def test_nothing_outside_is_written(
    home: Path, pane: str, path: str, files: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not files:
        monkeypatch.setenv(visitors.FILES, "")
    before = list_files(home.parent)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        if pane.id == "classify-pane":
            pane.query_one(Reviews).shown.add(
                [Row(1, "a", Opinion("b", {"b": 0.5}), values=("a",))]
            )
        else:
            await until(pilot, lambda: pane.desk.author is not None)
        await answer(pilot, "ctrl+s", path.replace("HOME", str(home)))
        note = await wait_for_note(pilot)
        assert (ELSEWHERE if files else NONE) in note.message

    run_app(drive, pane)
    after = list_files(home.parent)
    assert {name: after.get(name) for name in before} == before
    assert all("/state/" in name for name in set(after) - set(before))


def test_files_of_the_folder_are_read_and_written(home: Path) -> None:
    Path("reviews.csv").write_text("text\none\ntwo\n")
    for folder in ("made", "~"):
        Path(folder).mkdir()

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.query_one(ModelChoice).chosen)
        await answer(pilot, "ctrl+o", "reviews.csv")
        await until(pilot, lambda: len(pane.query_one(Reviews).shown.results) == 2)
        await answer(pilot, "ctrl+s", "made/table.csv")
        await until(pilot, Path("made/table.csv").exists)
        await answer(pilot, "ctrl+s", "~/table.csv")
        await until(pilot, Path("~/table.csv").exists)  # a folder of that name, not the home

    run_app(drive, "classify")
    assert not (home / "table.csv").exists()


@pytest.mark.wide(2)
@pytest.mark.parametrize("path", [*OUTSIDE, "corpora/../../home/secret.csv", "sample"])
def test_nothing_outside_is_trained_on(home: Path, path: str, started: list[list[str]]) -> None:
    Path("sample").symlink_to(home / "secret.csv")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        pane.query_one("#corpus", Input).value = path.replace("HOME", str(home))
        pane.start()
        assert ELSEWHERE in (await wait_for_note(pilot)).message

    run_app(drive, "train")
    assert not started
    assert not Path("runs").exists()


def test_corpora_of_the_folder_and_of_the_catalogue_are_trained_on(
    home: Path, started: list[list[str]]
) -> None:
    for name in ("own.txt", "--init-from=x"):
        Path(name).write_text("text")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        for corpus in ("own.txt", "sample", "--init-from=x"):
            pane.query_one("#corpus", Input).value = corpus
            pane.start()
            await pilot.pause()

    run_app(drive, "train")
    wanted = [str(Path("own.txt").absolute()), "sample", str(Path("--init-from=x").absolute())]
    assert [command[3] for command in started] == wanted


def test_without_files_nothing_is_trained(
    home: Path, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(Path("runs/own"))
    monkeypatch.setenv(visitors.FILES, "")

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        assert not pane.query_one(DataTable).row_count  # and runs of the server are not shown
        pane.query_one("#corpus", Input).value = "sample"
        pane.start()
        assert NONE in (await wait_for_note(pilot)).message
        pilot.app.clear_notifications()
        pane.chosen = "runs/own"
        pane.action_resume()
        assert NONE in (await wait_for_note(pilot)).message

    run_app(drive, "train")
    assert not started


def test_a_run_that_is_a_link_is_not_resumed(home: Path, started: list[list[str]]) -> None:
    write_run(home / "run")
    Path("runs").mkdir()
    Path("runs/link").symlink_to(home / "run")
    with pytest.raises(UserError, match=ELSEWHERE):
        Trainings().resume(Path("runs/link"))
    assert not started


def name_models(home: Path) -> list[str]:
    """Return names that lead to models, but are not in the list."""
    write_run(home / "run")
    write_run(Path("elsewhere"))
    Path("runs").mkdir()
    Path("runs/link").symlink_to(home / "run")
    return ["runs/link", str(home / "run"), "../home/run", "elsewhere", "out/run"]


def test_only_models_of_the_list_are_loaded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("tiny").write_text("a file that is called like a model")
    loaded: list[str] = []
    names = name_models(home)
    load = language_model.load
    monkeypatch.setattr(language_model, "load", lambda path: loaded.append(path) or load(path))

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.desk.author is not None)
        assert set(names).isdisjoint(list_models())
        for name in names:
            pane.use(name)
            pane.load(name)
            assert "in the list" in (await wait_for_note(pilot)).message
            pilot.app.clear_notifications()

    run_app(drive)
    assert [Path(path).name for path in loaded] == ["tiny"]


def test_outside_of_a_browser_every_path_is_open(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(visitors.FILES)

    async def drive(pilot: Pilot[None], pane: Any) -> None:
        await until(pilot, lambda: pane.query_one(ModelChoice).chosen)
        await answer(pilot, "ctrl+o", "~/secret.csv")
        await until(pilot, lambda: len(pane.query_one(Reviews).shown.results) == 1)

    run_app(drive, "classify")
