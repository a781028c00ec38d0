"""The app with small models of its own, a state of its own, and screens to compare."""

from __future__ import annotations

import os
import re
import string
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from app_helpers import standing_clock, until
from commands_of_scan import put
from commands_of_scan import request as translator_request
from review_helpers import understanding
from reviews import reviews
from series_helpers import request as forecaster_request
from states import Compare, Look, open_and_compare
from textual.pilot import Pilot
from tiny_models import vocabulary_of, write_run
from training_helpers import start, trained

from charlm.runs import registry
from tui.train.form import Form
from tui.widgets.work import Work

HERE = Path(__file__).parent
SNAPSHOTS = HERE / "snapshots"
REWRITE = "CHARLM_REWRITE_SNAPSHOTS"
"""Variable of the environment that has the snapshots written anew instead of compared."""


QUICK = (120, 36)
"""Size of the pictures that are compared in the dark theme; `-m slow` compares all."""
OPENERS = {"run_app", "list_states", "run_loaded", "App", "CharlmApp", "Terminal", "open_and_quit"}
"""What a module imports or defines whose tests open an app."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave what opens an app to the long set, and most of its pictures to the slow one."""
    for item in items:
        if not isinstance(item, pytest.Function) or not item.path.is_relative_to(HERE):
            continue
        if OPENERS & vars(item.module).keys():
            item.add_marker("long")
        if item.path.name == "test_snapshots.py":
            shown = item.callspec.params  # some compare both themes in one test
            if shown["size"] != QUICK or not str(shown.get("theme", "dark")).endswith("dark"):
                item.add_marker("slow")


@pytest.fixture(scope="session")
def small_models(once: Callable[..., Path]) -> Path:
    """A folder with character models, a classifier, two translators, a forecaster, by package."""
    return once("small-models", make_small_models)


def make_small_models(folder: Path) -> None:
    letters = vocabulary_of(string.ascii_letters + " .,\n")
    write_run(folder / "charlm" / "tiny", vocabulary=letters)
    write_run(folder / "charlm" / "unlike", vocabulary=vocabulary_of("abc \n"))
    made = understanding(folder, reviews(160), adversarial=0.0, learning_rate=0.03)
    (folder / "seq").mkdir()
    made.rename(folder / "seq" / "reviews")
    with pytest.MonkeyPatch.context() as patch:
        put(patch)
        for name, kind in (("look", "scaled_dot"), ("plain", "none")):
            wanted = {"attention": kind, "epochs": 30, "hidden_size": 32}
            trained(start(translator_request(folder / "seq" / name, **wanted)))
    wanted = {"attention": "additive", "length": 400, "epochs": 6}
    trained(start(forecaster_request(folder / "seq" / "waves", **wanted)))


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app a state folder of its own, and no models."""
    monkeypatch.setattr(registry, "pretrained", lambda package: tmp_path / "shipped" / package)
    monkeypatch.setenv("CHARLM_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CHARLM_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("COLUMNS")


@pytest.fixture
def models(small_models: Path, at_home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the app the small models as those that ship."""
    monkeypatch.setattr(registry, "pretrained", lambda package: small_models / package)


@pytest.fixture
def stand_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a module of the working folder stand in for every training; it waits for Ctrl-C."""
    Path("standin.py").write_text(
        "import signal, sys, time\n"
        "said = []\n"
        "signal.signal(signal.SIGINT, lambda *_: said.append(1))\n"
        "open('ready', 'w').close()\n"
        "while not said:\n    time.sleep(0.01)\n"
        "time.sleep(0.3)\n"
        "sys.exit(130 if len(said) == 1 else 99)\n"
    )
    monkeypatch.setattr(
        Form,
        "make_arguments",
        lambda form, folder: ["standin", *map(str, form.changes.values()), str(folder)],
    )


@pytest.fixture
def compare() -> Compare:
    """Wait until the screen of an app is the SVG that is kept under a name."""
    SNAPSHOTS.mkdir(exist_ok=True)

    async def check(pilot: Pilot[None], name: str) -> None:
        path = SNAPSHOTS / f"{name}.svg"
        if os.environ.get(REWRITE):
            await pilot.pause(2)
            path.write_text(take_picture(pilot), encoding="utf-8")
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        try:
            await until(pilot, lambda: take_picture(pilot) == kept, seconds=10)
        except AssertionError:  # say where to look, instead of what was waited for
            seen = Path(f"{name}.svg").absolute()
            seen.write_text(take_picture(pilot), encoding="utf-8")
            pytest.fail(f"{seen} is not {path}; look at both, and set {REWRITE}=1 if it is right")

    return check


def take_picture(pilot: Pilot[None]) -> str:
    """Return the screen as an SVG, without the ids of styles, which differ between exports."""
    return re.sub(r"terminal-\d+-", "terminal-", pilot.app.export_screenshot(title="charlm"))


@pytest.fixture
def going(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Have the clock of shown work stand; work that should stand waits for the event."""
    monkeypatch.setattr("tui.widgets.panel.Work", lambda: Work(standing_clock()))
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def look(compare: Compare, going: threading.Event) -> Look:
    """Open a pane in a state, and compare its screen with the picture that is kept."""
    return open_and_compare(compare, going)
