"""Training a forecaster: that it learns, and that it resumes exactly."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from series_helpers import request
from training_helpers import last_step, result, resume, start, trained, trained_until

from charlm.training.events import Evaluated, Sampled
from corpora.errors import UserError
from seq.forecast.data import Source
from seq.forecast.library import load

pytestmark = pytest.mark.long


KINDS: dict[str, dict[str, Any]] = {
    "direct": {"strategy": "direct", "dropout": 0.2},
    "recursive": {"strategy": "recursive", "likelihood": "student", "teacher_forcing": 1.0},
    "attention": {"attention": "additive", "dropout": 0.2, "teacher_forcing": 0.5},
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_forecaster_resumes_exactly(tmp_path: Path, kind: str) -> None:
    """Before the first step, in a pass, and between passes."""
    whole, run = tmp_path / "whole", tmp_path / "cut"
    trained(start(request(whole, "lorenz", **KINDS[kind])))
    trained_until(0, lambda **hooks: start(request(run, "lorenz", **KINDS[kind]), **hooks))
    for step in (1, 3, 4):
        trained_until(step, resume, run)
        assert last_step(run) == step
    trained(resume(run))
    assert result(run) == result(whole)


def test_a_series_that_has_changed_is_refused_and_one_that_has_moved_is_not(tmp_path: Path) -> None:
    rows = [f"{(7 * n) % 13},{n % 5}" for n in range(160)]
    own, moved = tmp_path / "own.csv", tmp_path / "moved.csv"
    own.write_text("\n".join(["a,b", *rows]))
    run = tmp_path / "run"
    source = Source(spec=str(own), target="a", inputs=("b",))
    asked = replace(request(run, epochs=1), source=source)
    trained(start(asked))
    own.rename(moved)
    with pytest.raises(UserError, match="there is no file and no series"):
        trained(resume(run))
    trained(resume(run, changes={"epochs": 2}, spec=str(moved)))
    moved.write_text("\n".join(["a,b", *rows[1:], "1,1"]))
    with pytest.raises(UserError, match="has changed, or is another corpus"):
        trained(resume(run, spec=str(moved)))


def test_a_forecaster_learns_a_sine(tmp_path: Path) -> None:
    run = tmp_path / "run"
    events = trained(
        start(request(run, "sines", length=300, epochs=30, hidden_size=24, learning_rate=0.01))
    )
    losses = [event.metrics["mae"] for event in events if isinstance(event, Evaluated)]
    assert losses[-1] < 0.1 < losses[0]
    assert any(isinstance(event, Sampled) and "●" in event.text for event in events)
    forecaster = load(str(run), device="cpu")
    assert forecaster.columns.names == ("value",)
