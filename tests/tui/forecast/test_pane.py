"""Forecast: what a person can do there."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_helpers import run_app, save_as, until, wait_for_note
from textual.pilot import Pilot
from textual.widgets import DataTable, Select

from tui.browser import Browser, Files
from tui.forecast.charts import WholeChart
from tui.forecast.gaze_view import GazeView
from tui.forecast.pane import ForecastPane
from tui.widgets.choice import Choice, ModelChoice
from tui.widgets.stepper import Stepper

pytestmark = pytest.mark.usefixtures("forecasters")
SIZE = (120, 40)


async def settle(pilot: Pilot[None], pane: ForecastPane) -> None:
    """Wait until the forecast from the origin is shown, and all is measured."""
    await until(pilot, lambda: pane.study is not None and not pane.panel("series").stale)
    await until(pilot, lambda: pane.outlook and pane.outlook.origin == pane.chart.origin)
    await until(pilot, lambda: pane.study and len(pane.verdicts) == len(pane.study.methods))


def test_the_first_visit_shows_a_forecast_with_its_figures() -> None:
    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        await settle(pilot, pane)
        assert pane.study is not None
        assert pane.outlook is not None
        assert pane.study.methods[0].name == "waves"
        assert "test part" in pane.panel("series").title
        view = pane.outlook.views[0]
        said = f"off by {view.error:.3g} · {view.inside} of 12 in the band"
        assert pane.panel("series").foot.startswith(said)
        table: DataTable[object] = pane.query_one(DataTable)
        assert table.row_count == len(pane.study.methods)
        cells = [str(cell) for cell in table.get_row_at(0)]
        assert cells[:4] == [
            "●",
            "waves",
            f"{view.error:.3g}",
            f"{pane.verdicts[0].measures.mae:.3g}",
        ]
        assert pane.query_one(GazeView).weights is not None
        assert pane.about == "waves · noisy_seasons"
        assert pane.chart.has_focus

    run_app(drive, "forecast", SIZE)


def test_the_keys_move_the_origin_through_the_series() -> None:
    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        await settle(pilot, pane)
        assert pane.study is not None
        start = pane.chart.origin
        for key, row in (
            ("right", start + 1), ("pagedown", start + 13), ("pageup", start + 1), ("left", start),
            ("home", 24), ("left", 24), ("end", 412), ("right", 412),
        ):  # fmt: skip
            await pilot.press(key)
            await until(pilot, lambda row=row: pane.outlook and pane.outlook.origin == row)
            assert pane.query_one(WholeChart).origin == row
        assert pane.panel("series").foot.startswith("nobody knows what came")
        assert "the future" in pane.panel("series").title
        await pilot.click("#chart-whole", offset=(20, 3))
        await until(pilot, lambda: 24 < pane.chart.origin < 412)
        before = pane.chart.zoom
        pane.chart.focus()
        await pilot.press("minus", "minus", "plus")
        await until(pilot, lambda: pane.chart.zoom == before + 1)

    run_app(drive, "forecast", SIZE)


def test_the_origin_walks_on_by_itself_until_it_is_stopped() -> None:
    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        await settle(pilot, pane)
        start = pane.chart.origin
        await pilot.press("ctrl+r")
        await until(pilot, lambda: pane.chart.origin > start + 2)
        await pilot.press("escape")
        stopped = pane.chart.origin
        await pilot.pause(0.5)
        assert pane.chart.origin == stopped
        await pilot.press("end", "ctrl+r")  # from the end it begins with the test part
        await until(pilot, lambda: pane.chart.origin < 412)
        await pilot.press("ctrl+r")

    run_app(drive, "forecast", SIZE)


def test_a_method_is_laid_beside() -> None:
    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        await settle(pilot, pane)
        assert pane.study is not None
        names = [method.name for method in pane.study.methods[1:]]
        for name in [*names, ""]:
            await pilot.press("ctrl+l")
            await until(pilot, lambda name=name: pane.chart.beside == name)
        table: DataTable[object] = pane.query_one(DataTable)
        table.focus()
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: pane.chart.beside == names[1])
        assert str(table.get_row_at(2)[0]) == "○"
        await pilot.press("enter")
        await until(pilot, lambda: pane.chart.beside == "")

    run_app(drive, "forecast", SIZE)


def test_steps_seed_and_model_are_chosen() -> None:
    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        await settle(pilot, pane)
        pane.query_one("#steps-ahead", Stepper).value = 20
        await until(pilot, lambda: pane.study and pane.study.horizon == 20)
        await settle(pilot, pane)
        assert pane.outlook is not None
        assert len(pane.outlook.views[0].point) == 20
        await pilot.press("f8")
        await until(pilot, lambda: pane.study and pane.study.seed == 2)
        await settle(pilot, pane)
        assert "never seen" in pane.panel("series").title
        assert pane.query_one("#seed", Stepper).value == 2
        pane.query_one("#forecaster", ModelChoice).value = "without"
        await until(pilot, lambda: pane.study and pane.study.methods[0].name == "without")
        await settle(pilot, pane)
        assert pane.query_one(GazeView).weights is None
        assert "no attention" in pane.query_one(GazeView).hint

    run_app(drive, "forecast", SIZE)


def test_an_own_table_is_opened_and_comes_back_at_the_next_start() -> None:
    lines = ["when,up,down", *(f"{row},{row % 7},{-(row % 5)}" for row in range(120))]
    Path("own.csv").write_text("\n".join(lines))

    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        await settle(pilot, pane)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(pilot.app.screen, Browser))
        tree = pilot.app.screen.query_one(Files)
        await until(pilot, lambda: any("own.csv" in str(one.label) for one in tree.root.children))
        for _ in tree.root.children:
            await pilot.press("down")
            if tree.cursor_node and "own.csv" in str(tree.cursor_node.label):
                break
        await pilot.press("enter")
        await until(pilot, lambda: pane.study and pane.study.series.name == "own.csv")
        await settle(pilot, pane)
        assert pane.study is not None
        assert pane.study.forecaster is None
        assert "waves reads a column value" in str(pane.query_one("#why").render())
        assert pane.study.series.columns == ("when",)
        target = pane.query_one("#target", Choice)
        target.value = "down"
        await until(pilot, lambda: pane.study and pane.study.series.columns == ("down",))
        await settle(pilot, pane)
        pane.query_one("#chart-around").focus()
        before = pane.chart.origin
        await pilot.press("left", "left")
        await until(pilot, lambda: pane.chart.origin == before - 2)
        await settle(pilot, pane)
        kept.append(pane.chart.origin)
        pilot.app.save_state()  # type: ignore[attr-defined]

    kept: list[int] = []
    run_app(drive, "forecast", SIZE)

    async def look_again(pilot: Pilot[None], pane: ForecastPane) -> None:
        await until(pilot, lambda: pane.query_one("#forecaster", Select).value == "waves")
        await settle(pilot, pane)
        assert pane.study is not None
        assert pane.study.series.columns == ("down",)
        assert pane.chart.origin == kept[0]
        await pilot.press("f8")  # the example: what the forecaster was trained on
        await until(pilot, lambda: pane.study and pane.study.series.name == "noisy_seasons")

    run_app(look_again, "forecast", SIZE)


@pytest.mark.parametrize(
    ("suffix", "begins"), [("csv", b"row,came,waves,lower,upper,"), ("png", b"\x89PNG")]
)
def test_the_forecast_is_saved(suffix: str, begins: bytes) -> None:
    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        await settle(pilot, pane)
        proposed = await save_as(pilot, suffix, f"saved.{suffix}")
        assert proposed.startswith("noisy_seasons-")
        assert Path(f"saved.{suffix}").read_bytes().startswith(begins)

    run_app(drive, "forecast", SIZE)


def test_a_table_that_cannot_be_read_is_said_and_the_one_before_stays() -> None:
    Path("bad.csv").write_text("a,b\nx,y\n")

    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        await settle(pilot, pane)
        before = pane.study
        pane.kept.path = "bad.csv"
        pane.open_series()
        note = await wait_for_note(pilot)
        assert "no column of numbers" in note.message
        assert pane.study is before
        assert pane.panel("series").stale

    run_app(drive, "forecast", SIZE)


def test_without_a_forecaster_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charlm.runs.registry.pretrained", lambda package: Path("nowhere"))

    async def drive(pilot: Pilot[None], pane: ForecastPane) -> None:
        assert "^o opens a table" in str(pane.chart.render())
        for key in ("left", "end", "ctrl+r", "ctrl+l", "escape", "plus", "ctrl+s"):
            await pilot.press(key)
        note = await wait_for_note(pilot)
        assert note.message == "there is no forecast yet"

    run_app(drive, "forecast", SIZE)
