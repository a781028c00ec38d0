"""`charlm imdb compare` where a training diverges."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reviews import reviews, write_csv

from seq.imdb.task import Classification

pytestmark = pytest.mark.long

QUICK = ("--epochs=2", "--batch-size=8", "--warmup-steps=2", "--device=cpu")


@pytest.mark.wide
@pytest.mark.parametrize("bad", [("rnn50",), ("rnn50", "rnn100")], ids=["one", "all"])
def test_a_preset_that_diverges_is_shown_and_the_comparison_goes_on(
    charlm: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, bad: tuple[str, ...]
) -> None:
    write_csv(Path("own.csv"), reviews(60))
    write_csv(Path("test.csv"), reviews(20, seed=1))
    real, units = Classification.loss, {"rnn50": 50, "rnn100": 100}

    def loss(self: Classification, *given: Any) -> Any:
        diverges = self.model.config.hidden_size in {units[name] for name in bad}
        return real(self, *given) * (math.nan if diverges else 1.0)

    monkeypatch.setattr(Classification, "loss", loss)
    given = ("--data=own.csv", "--test=test.csv", "--out=both", *QUICK)
    ended = charlm("imdb", "compare", *units, *given)
    assert ended.code == 0
    rows = json.loads(Path("both/compare.json").read_text())
    assert [row["test_accuracy"] is None for row in rows] == [name in bad for name in units]
    lines = Path("both/compare.md").read_text().splitlines()[2:]
    assert [line.count("diverged") for line in lines] == [2 * (name in bad) for name in units]
    again = charlm("imdb", "compare", *units, *given, "--json")
    assert (again.code, json.loads(again.out)["rows"]) == (0, rows)
    assert "both/rnn50 diverged; remove it" in again.err
