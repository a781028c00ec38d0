"""The average of the weights in the trainings of every job: taken, looked at, resumed exactly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import scene_helpers
import series_helpers
from reviews import request as classifier
from reviews import reviews, word_request, write_csv
from training_helpers import result, resume, start, trained, trained_until

from charlm.runs.run_folder import RunFolder
from charlm.training.events import Evaluated
from charlm.training.request import Request

pytestmark = pytest.mark.long

ON: dict[str, Any] = {"ema_decay": 0.9, "ema_start": 0.3}
Ask = Callable[[Path], Request]


@pytest.fixture(params=["reviews", "words", "series", "scenes"])
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Ask:
    """What asks for a training of one of the jobs in a folder."""
    file = write_csv(tmp_path / "own.csv", reviews(120))
    jobs: dict[str, Ask] = {
        "reviews": lambda run: classifier(file, run, **ON),
        "words": lambda run: word_request(file, run, **ON),
        "series": lambda run: series_helpers.request(run, "sines", **ON),
        "scenes": lambda run: scene_helpers.request(run, **ON),
    }
    return jobs[request.param]


def test_it_is_looked_at_beside_the_weights_and_resumed_exactly(ask: Ask, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    events = trained(start(ask(whole)))
    last = [event for event in events if isinstance(event, Evaluated)][-1]
    assert last.other_loss is not None
    assert last.loss <= last.other_loss
    state = RunFolder(whole).load_last()[1]
    steps, averaged = state["step"], state["averaged"]
    assert 0 < averaged < steps
    trained_until(steps - averaged + 1, lambda **hooks: start(ask(cut), **hooks))
    trained(resume(cut))
    assert result(cut) == result(whole)
