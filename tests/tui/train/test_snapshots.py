"""The pane Train in its states looks like the pictures that are kept."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from app_helpers import run_app, until
from states import SIZES, Compare, Look, Show, Size, list_states
from textual.pilot import Pilot
from textual.widgets import Input
from training_logs import make_config, write_log

from tui.train.estimate import Estimator
from tui.train.field import SettingField
from tui.train.new_panel import NewPanel
from tui.train.pane import TrainPane
from tui.train.runs_table import RunsTable
from tui.widgets.workspace import Workspace


def write_runs(newest: str | None) -> None:
    """Write two runs of texts and one of reviews, which may be the newest."""
    other = make_config(num_layers=4, learning_rate=0.004, epochs=14)
    judge = {**make_config(num_layers=1, hidden_size=64, cell="gru", epochs=8)}
    judge["kind"] = "classifier"
    write_log(Path("runs/mine"))
    (Path("runs/mine") / "note.txt").write_text("the first one\n")
    write_log(Path("runs/mine-2"), other, best=1.552, passes=14, total=14, end="out of time")
    write_log(
        Path("runs/sst"), judge, passes=5, total=8, best=0.41, best_at=3, accuracy=0.841, end=newest
    )
    for at, name in enumerate(("sst", "mine", "mine-2")):
        os.utime(f"runs/{name}/metrics.jsonl", (at, at))


async def show_first(pilot: Pilot[None], pane: TrainPane) -> None:
    await until(pilot, lambda: pane.query_one("#corpus", Input).has_focus)


async def show_finished(pilot: Pilot[None], pane: TrainPane) -> None:
    table = pane.query_one(RunsTable)
    pane.query_one(Workspace).show_tab("runs")
    await until(pilot, lambda: table.row_count == 3 and table.display)
    table.focus()
    await until(pilot, lambda: table.has_focus)
    await pilot.press("space", "down", "space")


async def show_working(pilot: Pilot[None], pane: TrainPane) -> None:
    log = Path("runs/sst/metrics.jsonl")
    ahead = time.time() + 1000  # it does not age while it is looked at
    os.utime(log, (ahead, ahead))
    pane.runs.by_name["runs/sst"].refresh()
    pane.runs.order()
    pane.choose("runs/sst")
    pane.query_one(Workspace).show_tab("progress")
    pane.chart.focus()


async def show_error(pilot: Pilot[None], pane: TrainPane) -> None:
    pane.query_one(Workspace).show_tab("new")
    field = pane.query_one("#set-dropout", SettingField)
    field.focus()
    await until(pilot, lambda: field.has_focus)
    await pilot.press("2")
    await until(pilot, lambda: field.wrong)


STATES: dict[str, tuple[Show, str | None]] = {
    "first": (show_first, None),
    "finished": (show_finished, "finished"),
    "working": (show_working, None),
    "error": (show_error, "diverged"),
}
OTHERS = {
    "pairs": ("my/pairs.tsv", "1,200 pairs", 339_000),
    "series": ("noisy_seasons", "4,000 rows · value", 25_858),
    "pictures": ("scenes", "8,000 scenes a pass, drawn by rule", 176_164),
}
"""Tasks whose forms are drawn once, with their data, and what is found out about it."""
LOOKED_AT = SIZES[1:]


@pytest.mark.parametrize("task", OTHERS)
@pytest.mark.parametrize("size", LOOKED_AT, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_forms_of_other_tasks_look_as_they_did(
    task: str,
    size: Size,
    compare: Compare,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source, data, parameters = OTHERS[task]
    found = {"data": data, "parameters": parameters, "units": 8000, "speed": 1000.0}
    monkeypatch.setattr(Estimator, "ask", lambda *_, **__: found)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.forms.shown = task
        pane.forms.current.source = source
        await pane.show_form()
        for field in pane.query(Input):
            field.cursor_blink = False
        await show_first(pilot, pane)
        new = pane.query_one(NewPanel)
        await until(pilot, lambda: "parameters" in new.foot)
        await compare(pilot, f"train-{task}-{size[0]}x{size[1]}-dark")

    run_app(drive, "train", size)


@list_states(STATES)
def test_the_pane_looks_as_it_did(state: str, size: Size, theme: str, look: Look) -> None:
    show, end = STATES[state]
    if state != "first":
        write_runs(end)

    async def show_counted(pilot: Pilot[None], pane: TrainPane) -> None:
        await show(pilot, pane)
        new = pane.query_one(NewPanel)
        await until(pilot, lambda: state == "error" or "parameters" in new.foot)

    look("train", state, show_counted, size, theme)
