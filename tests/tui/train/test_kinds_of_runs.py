"""What the panels of Train show of runs of several kinds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from app_helpers import run_app, until
from textual.pilot import Pilot
from training_logs import make_config, make_events, write_log

from charlm.runs.registry import CHARACTERS
from tui.train.figures import AVERAGED, format_best, format_figures
from tui.train.own_prompt import OwnPrompt
from tui.train.pane import TrainPane
from tui.train.runs import COLUMNS, TASKS, Run
from tui.train.runs_table import RunsTable
from tui.train.sample_panel import SamplePanel

KINDS = {kind: kind == CHARACTERS for kind in TASKS}


def test_only_a_model_of_characters_is_given_a_prompt() -> None:
    for kind in KINDS:
        write_log(Path("runs") / kind, {**make_config(), "kind": kind})

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        prompt = pane.query_one(SamplePanel).query_one(OwnPrompt)
        await until(pilot, lambda: len(pane.runs.by_name) == len(KINDS))
        for kind, writes in KINDS.items():
            pane.choose(f"runs/{kind}")
            await until(pilot, lambda writes=writes: prompt.display == writes)
            assert pane.chosen == f"runs/{kind}"

    run_app(drive, "train", (120, 36))


def test_without_a_run_there_is_nothing_to_give_a_prompt_to() -> None:
    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await until(pilot, lambda: not pane.query_one(OwnPrompt).display)
        assert pane.get_state()["own"] == ["", 0.7]  # it is kept nevertheless

    run_app(drive, "train", (120, 36))


def write_averaged(folder: Path, averaged_at: int, best_at: int) -> Path:
    """Write a run in whose evaluation after a pass the average of the weights was better."""
    write_log(folder)
    lines = []
    for event in make_events(best_at=best_at):
        if event["event"] == "evaluated":
            event["averaged"] = event["epoch"] == averaged_at
        lines.append(f"{json.dumps(event)}\n")
    (folder / "metrics.jsonl").write_text("".join(lines))
    return folder


@pytest.mark.parametrize(("averaged_at", "kept"), [(11, True), (12, False)])
def test_the_average_is_told_of_where_it_is_the_model_that_is_kept(
    tmp_path: Path, averaged_at: int, kept: bool
) -> None:
    run = Run.open(str(write_averaged(tmp_path / "mine", averaged_at, 11)))
    run.log.read()
    assert format_best(run.log) == ("1.465 nats avg" if kept else "1.465 nats")
    assert ("average of the weights" in format_figures(run.log)) == kept


def test_the_table_shows_which_runs_keep_an_average() -> None:
    write_averaged(Path("runs/mean"), 11, 11)
    write_log(Path("runs/plain"))

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        table, column = pane.query_one(RunsTable), 1 + COLUMNS.index("best")
        await until(pilot, lambda: table.row_count == 2)
        await until(pilot, lambda: "nats" in str(table.get_row("runs/plain")[column]))
        assert AVERAGED in str(table.get_row("runs/mean")[column])
        assert AVERAGED not in str(table.get_row("runs/plain")[column])

    run_app(drive, "train", (120, 36))
