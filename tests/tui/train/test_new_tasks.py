"""Every task has its form, which starts its command."""

from __future__ import annotations

import shlex
from pathlib import Path

from app_helpers import read_line, run_app, until
from filling import SIZE, Started, choose_task, find, focus, join_only, set_field, start
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import Input

from tui.train.pane import TrainPane


def test_every_task_has_its_form(started: Started) -> None:
    Path("mine.csv").write_text("text,label\n" + "good,yes\nbad,no\n" * 50)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await choose_task(pilot, pane, "c", "source")
        assert "charlm scan train --split simple" in read_line(pane, "#command-line")
        await set_field(pilot, pane, "attention", "n")
        await pilot.press("ctrl+r")
        await choose_task(pilot, pane, "r", "pooling")
        pane.query_one("#corpus", Input).value = "mine.csv"
        await set_field(pilot, pane, "preset", "t")
        assert find(pane, "hidden_size").value == "64"
        await pilot.press("ctrl+r")

    run_app(drive, "train", SIZE)
    commands, reviews = map(shlex.join, started)
    assert commands == (
        "seq.scan train --split simple --attention none --out runs/scan-simple-none"
    )
    assert reviews == "seq.imdb train mine.csv --preset textbook --out runs/mine-textbook"


def test_own_pairs_are_trained(started: Started) -> None:
    Path("pairs.tsv").write_text("say hello\tHELLO\n" * 9)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await choose_task(pilot, pane, "p", "teacher_forcing")
        source = pane.query_one("#corpus", Input)
        assert source.value == ""
        await pilot.press("ctrl+r")  # there is nothing to train on yet
        assert started == []
        source.value = "pairs.tsv"
        await set_field(pilot, pane, "attention", "a")
        await start(pilot, started)

    run_app(drive, "train", SIZE)
    assert join_only(started) == (
        "seq.scan train pairs.tsv --attention additive --out runs/scan-pairs-additive"
    )


def test_a_series_of_several_columns_is_trained(started: Started) -> None:
    Path("power.csv").write_text("time,load,air temp\n" + "1,2,3\n" * 9)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await choose_task(pilot, pane, "s", "horizon")
        assert "charlm forecast train noisy_seasons" in read_line(pane, "#command-line")
        pane.query_one("#corpus", Input).value = "power.csv"
        field = await set_field(pilot, pane, "target", *"load")
        assert field.value == "load"
        inputs = await focus(pilot, pane, "inputs")
        inputs.post_message(Paste("air temp"))
        await until(pilot, lambda: inputs.value == "air temp")
        horizon = await set_field(pilot, pane, "horizon", "0")
        assert horizon.wrong == "horizon must lie between 1 and 100000, not 0"
        assert read_line(pane, "#hint") == f"! {horizon.wrong}"
        await focus(pilot, pane, "context")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: horizon.has_focus)
        await pilot.press("1", "2")
        assert horizon.wrong == ""
        attention = await set_field(pilot, pane, "attention", "d")
        strategy = await set_field(pilot, pane, "strategy", "r")  # the two do not go together
        await until(pilot, lambda: attention.wrong)
        assert attention.wrong == "attention needs the strategy decoder, not recursive"
        attention.focus()
        await pilot.press("delete")
        assert (attention.wrong, strategy.wrong) == ("", "")
        await start(pilot, started)

    run_app(drive, "train", SIZE)
    assert join_only(started) == (
        "seq.forecast train power.csv --target load --inputs 'air temp' --horizon 12 "
        "--strategy recursive --out runs/forecast-power-recursive"
    )


def test_pictures_are_trained(started: Started) -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await choose_task(pilot, pane, "pp", "channels")
        assert pane.query_one("#corpus", Input).value == "scenes"
        await set_field(pilot, pane, "split", "c")
        assert pane.forms.current.source == "scenes"  # the split is a setting here, not the data
        channels = await set_field(pilot, pane, "channels", "2", "0")
        assert channels.wrong == "channels must be a multiple of 16, not 20"
        await pilot.press("right")
        assert (channels.value, channels.wrong) == ("32", "")
        await start(pilot, started)

    run_app(drive, "train", SIZE)
    assert join_only(started) == (
        "seq.caption train scenes --split counts --channels 32 --out runs/caption-counts-scaled_dot"
    )
