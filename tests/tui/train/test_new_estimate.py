"""What the form of a new training says of its time and its data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from app_helpers import read_line, run_app, until
from filling import SIZE, focus, set_field
from textual.pilot import Pilot
from training_logs import write_log

from tui.train.estimate import Estimator
from tui.train.form import Form
from tui.train.new_panel import NewPanel
from tui.train.pane import TrainPane


def test_the_estimate_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def ask(self: Estimator, form: Form, *, measured: bool) -> dict[str, Any]:
        asked.append(measured)
        found = {"data": "x", "parameters": 10, "unit": "characters", "units": 1000}
        return {**found, "speed": 100.0} if measured else found

    monkeypatch.setattr(Estimator, "ask", ask)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        new = pane.query_one(NewPanel)
        await until(pilot, lambda: new.foot == "≈ 4:10 (measured) · 10 parameters")
        await focus(pilot, pane, "epochs")
        await pilot.press("1", "2")  # nothing is asked again: the time is proportional
        await until(pilot, lambda: "2:00 (measured)" in new.foot)
        await set_field(pilot, pane, "max_minutes", "1")
        await until(pilot, lambda: "1:00 (your limit)" in new.foot)
        await pilot.press("0")
        assert asked == [True]
        made = pane.forms.current.make_configs()
        config = {
            "kind": "charlm",
            "model": made.model.to_json(),
            "training": made.training.to_json(),
        }
        (write_log(Path("runs/quick")) / "config.json").write_text(json.dumps(config))
        pane.list_runs()
        pane.remember_speed(pane.runs.by_name["runs/quick"])
        await set_field(pilot, pane, "max_minutes", "delete")
        await until(pilot, lambda: "(as quick)" in new.foot)

    run_app(drive, "train", SIZE)


def test_an_error_of_the_data_stands_at_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(self: Estimator, form: Form, *, measured: bool) -> dict[str, Any]:
        return {"error": "there is no file, folder or corpus called 'nowhere'"}

    monkeypatch.setattr(Estimator, "ask", ask)

    async def drive(pilot: Pilot[None], pane: TrainPane) -> None:
        await until(pilot, lambda: "called 'nowhere'" in read_line(pane, "#data"))
        assert pane.query_one("#data").has_class("-wrong")

    run_app(drive, "train", SIZE)
