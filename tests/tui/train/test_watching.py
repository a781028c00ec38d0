"""Runs are watched and compared: curves, cursor, marks in words, samples, gradient, progress."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from app_helpers import read_line, run_app, until
from textual.pilot import Pilot
from textual.widgets import Input
from training_logs import make_config, write_log

from tui.train.gradient_panel import Norms
from tui.train.pane import TrainPane
from tui.train.progress_panel import Progress
from tui.train.runs_table import RunsTable
from tui.train.sample_panel import SampleRoom
from tui.widgets.panel import Panel

SIZE = (120, 36)


@pytest.fixture(autouse=True)
def runs() -> None:
    """Three runs, the newest last: two of texts, one of reviews."""
    other = make_config(num_layers=4, learning_rate=0.004)
    judge = {**make_config(num_layers=1, hidden_size=64, cell="gru"), "kind": "classifier"}
    write_log(Path("runs/sst"), judge, passes=5, best=0.41, best_at=3, accuracy=0.841)
    write_log(Path("runs/mine"))
    write_log(Path("runs/mine-2"), other, best=1.552, passes=14, end="out of time")
    for at, name in enumerate(("sst", "mine", "mine-2")):
        os.utime(f"runs/{name}/metrics.jsonl", (at, at))


async def go_to_table(pilot: Pilot[None], pane: TrainPane) -> RunsTable:
    table = pane.query_one(RunsTable)
    table.focus()
    await until(pilot, lambda: table.has_focus and table.row_count == 3)
    return table


def draw(pane: TrainPane) -> str:
    return str(pane.chart.render())


def test_the_newest_run_is_drawn_with_its_marks() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await until(pilot, lambda: "mine-2 1.552" in draw(pane))
        assert pane.chosen == "runs/mine-2"
        assert "▲ best at pass 11" in draw(pane)
        await go_to_table(pilot, pane)
        await pilot.press("down")
        await until(pilot, lambda: "mine 1.465" in draw(pane))
        assert "from here on it learns by heart" in draw(pane)
        assert "mine-2" not in draw(pane)
        assert "best 1.465 at pass 11" in pane.query_one("#chart", Panel).foot

    run_app(drive, "train", SIZE)


def test_space_draws_runs_together_and_says_how_they_differ() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        table = await go_to_table(pilot, pane)
        await pilot.press("space", "down", "space")
        line = "A → B: layers 4 → 2, rate 0.004 → 0.003: 0.087 nats better"
        await until(pilot, lambda: read_line(pane, "#difference") == line)
        assert table.get_cell("runs/mine-2", "mark").plain == "●A "
        assert table.get_cell("runs/mine", "mark").plain == "●B "
        assert "A mine-2 1.552" in draw(pane)
        assert "B mine 1.465" in draw(pane)
        await pilot.press("down")  # a third one, only looked at
        assert table.get_cell("runs/sst", "mark").plain == "○C "
        await until(pilot, lambda: "another task" in read_line(pane, "#difference"))
        await pilot.press("up", "space")
        assert table.get_cell("runs/sst", "mark").plain.strip() == ""
        assert table.get_cell("runs/mine", "mark").plain == "○B "
        assert pane.get_state()["marks"] == ["runs/mine-2"]

    run_app(drive, "train", SIZE)


def test_the_cursor_gives_the_values_of_all_curves() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await go_to_table(pilot, pane)
        await pilot.press("space", "down", "space")
        pane.chart.focus()
        await pilot.press("right", "right", "right")
        panel = pane.query_one("#chart", Panel)
        await until(pilot, lambda: panel.foot.startswith("pass "))
        assert "│" in draw(pane).splitlines()[3][4:]
        await pilot.press("home")
        for _ in range(40):
            await pilot.press("right")
        assert "A 1." in panel.foot
        assert "B 1." in panel.foot
        assert "train" in panel.foot
        await pilot.press("end")
        await until(pilot, lambda: panel.foot.startswith("best"))

    run_app(drive, "train", SIZE)


def test_axes_are_turned_and_remembered() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.chart.focus()
        await until(pilot, lambda: "passes" in draw(pane))
        await pilot.press("x")
        await until(pilot, lambda: "minutes" in draw(pane))
        await pilot.press("x", "y")
        await until(pilot, lambda: "steps" in draw(pane))
        title = pane.query_one("#chart", Panel).title
        assert "x ◂ steps ▸ · y ◂ log ▸" in title
        assert pane.get_state()["axes"] == ["steps", "log"]
        await pilot.click("#chart", offset=(3 + title.index("y ◂") + 2, 0))
        await until(pilot, lambda: pane.chart.y_axis == "linear")
        await pilot.press("y")
        pilot.app.save_state()  # type: ignore[attr-defined]

    async def look(pilot: Pilot[None], pane: TrainPane) -> None:
        assert (pane.chart.x_axis, pane.chart.y_axis) == ("steps", "log")

    run_app(drive, "train", SIZE)
    run_app(look, "train", SIZE)


def test_samples_are_shown_by_pass() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await go_to_table(pilot, pane)
        await pilot.press("down")
        panel = pane.query_one("#sample-panel", Panel)
        await until(pilot, lambda: panel.title == "Sample · pass ◂ 25 ▸ of 25")
        assert read_line(pane, "#sample") == "Present, to copy, and as 25"
        pane.query_one(SampleRoom).focus()
        await pilot.press("left", "left")
        await until(pilot, lambda: "◂ 23 ▸" in panel.title)
        await pilot.press("home")
        await until(pilot, lambda: read_line(pane, "#sample").endswith("lisen the 1"))
        await pilot.click("#sample-panel", offset=(3 + panel.title.index("▸"), 0))
        await until(pilot, lambda: "◂ 2 ▸" in panel.title)
        await pilot.press("end")
        await until(pilot, lambda: "◂ 25 ▸" in panel.title)

    run_app(drive, "train", SIZE)


def test_gradient_speed_and_rate_are_small_charts() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await go_to_table(pilot, pane)
        await pilot.press("down")
        panel = pane.query_one("#gradient", Panel)
        await until(pilot, lambda: "clipped at 1" in panel.title)
        assert "of the steps clipped" in panel.foot
        assert "┄┄┄" in str(pane.query_one(Norms).render())
        progress = str(pane.query_one(Progress).render())
        assert "100%" in progress
        assert "characters/s" in progress
        assert "0.0029 → 0.0003" in progress
        assert "runs/mine: finished" in read_line(pane, "#figures")

    run_app(drive, "train", SIZE)


def test_a_training_shows_how_far_it_is() -> None:
    write_log(Path("runs/now"), passes=5, end=None)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        chart = pane.query_one("#chart", Panel)
        await until(pilot, lambda: chart.title.startswith("now · pass 5.0 of 25 · 38,600"))
        assert "0:44 left" in chart.title
        assert "20%" in str(pane.query_one(Progress).render())
        with Path("runs/now/metrics.jsonl").open("a") as file:  # it goes on
            event = {"event": "evaluated", "step": 51, "epoch": 5.1, "loss": 1.234}
            file.write(json.dumps(event) + "\n")
        await until(pilot, lambda: "now 1.234" in draw(pane))

    run_app(drive, "train", SIZE)


def test_a_run_is_renamed_noted_sorted_and_deleted() -> None:
    async def answer(pilot: Pilot[None], text: str) -> None:
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        pilot.app.screen.query_one(Input).value = text
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await go_to_table(pilot, pane)
        await pilot.press("space", "e")
        await answer(pilot, "four layers")
        await until(pilot, lambda: "mine-2 ✎: four layers" in read_line(pane, "#difference"))
        await pilot.press("r")
        await answer(pilot, "deep")
        await until(pilot, lambda: pane.chosen == "runs/deep")
        assert Path("runs/deep/note.txt").read_text() == "four layers\n"
        assert pane.get_state()["marks"] == ["runs/deep"]
        await pilot.press("s")
        await until(pilot, lambda: "sorted by best" in pane.query_one("#runs", Panel).title)
        assert [*pane.runs.by_name] == ["runs/sst", "runs/mine", "runs/deep"]
        await pilot.press("delete")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        assert Path("runs/deep").exists()
        await pilot.press("delete")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await pilot.click("#delete")
        await until(pilot, lambda: not Path("runs/deep").exists())
        await until(pilot, lambda: pane.chosen == "runs/mine")

    run_app(drive, "train", SIZE)


def test_more_passes_and_resume_go_on_with_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, list[str]]] = []

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        def resume(folder: Path, options: list[str]) -> None:
            asked.append((str(folder), [*options]))

        monkeypatch.setattr(pane.trainings, "resume", resume)
        await go_to_table(pilot, pane)
        await pilot.press("down", "plus")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        pilot.app.screen.query_one(Input).value = "20"  # fewer than it has had
        await pilot.press("enter")
        await until(pilot, lambda: "more than 25" in str([*pilot.app._notifications][-1].message))
        await pilot.press("plus")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await pilot.press("enter")
        await until(pilot, lambda: asked == [("runs/mine", ["--epochs", "50"])])
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await pilot.press("f7")
        await until(pilot, lambda: asked[1:] == [("runs/mine", [])])

    run_app(drive, "train", SIZE)


def test_without_colours_letters_dashes_and_marks_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await go_to_table(pilot, pane)
        await pilot.press("space", "down", "space")
        await until(pilot, lambda: "B mine 1.465" in draw(pane))
        assert "A mine-2 1.552" in draw(pane)
        assert "◆" in draw(pane)
        assert "── validation  ┄┄ training" in draw(pane)

    run_app(drive, "train", SIZE)


@pytest.mark.wide(2)
@pytest.mark.parametrize("size", [(20, 5), (60, 16), (80, 24), (120, 18), (200, 60)])
def test_every_size_is_drawn(size: tuple[int, int]) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await until(pilot, lambda: pane.runs.by_name)
        for key in ("alt+1", "alt+2", "alt+3", "alt+4", "alt+5"):
            await pilot.press(key)
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: "mine-2 1.552" in draw(pane))

    run_app(drive, "train", size)


def test_a_forecast_over_what_came_is_drawn_as_wide_as_the_panel() -> None:
    import numpy as np

    from seq.forecast.figure import draw_sample

    values = np.sin(np.arange(60) / 5)
    drawing = draw_sample(values[:48], values[48:], values[48:] + 0.1)
    folder = write_log(Path("runs/forecast"), {"kind": "forecaster"}, passes=1)
    with (folder / "metrics.jsonl").open("a") as log:
        for epoch in (2, 3):
            for event in (
                {"event": "evaluated", "step": 10 * epoch, "epoch": epoch, "loss": 1.0,
                 "train_loss": 1.0, "best": True, "metrics": {"true": 0.5}},
                {"event": "sampled", "step": 10 * epoch, "text": drawing},
            ):  # fmt: skip
                log.write(f"{json.dumps(event)}\n")

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        pane.choose("runs/forecast")
        await until(pilot, lambda: "●" in read_line(pane, "#sample"))
        lines = read_line(pane, "#sample").splitlines()
        room = pane.query_one(SampleRoom).scrollable_content_region.width
        inside = [line for line in lines if "│" in line or "┤" in line]
        assert len(inside) == 9
        assert all(len(line) <= room < len(drawing.splitlines()[4]) for line in inside)
        assert any("●" in line for line in inside)
        best = pane.runs.by_name["runs/forecast"].log.best_evaluation
        assert best is not None
        assert best.accuracy == 0.5

    run_app(drive, "train", SIZE)
