"""`charlm scan compare` where a training diverges."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import flags
from commands_of_scan import put, shape, training

from seq.scan.task import Translation

pytestmark = pytest.mark.long


def untimed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "minutes": None} for row in rows]


@pytest.mark.wide
@pytest.mark.parametrize("bad", [{"dot"}, {"none", "dot"}], ids=["one", "all"])
def test_a_translator_that_diverges_is_shown_and_the_comparison_goes_on(
    charlm: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, bad: set[str]
) -> None:
    put(monkeypatch)
    real = Translation.loss

    def loss(self: Translation, *given: Any) -> Any:
        return real(self, *given) * (math.nan if self.model.config.attention in bad else 1.0)

    monkeypatch.setattr(Translation, "loss", loss)
    given = [f for f in flags(shape(), training(epochs=1)) if not f.startswith("--attention")]
    kinds = ("--attention", "none", "--attention", "dot")
    command = ("scan", "compare", "tiny", "--seeds", "2", "--out", "out", *kinds, *given)
    assert charlm(*command).code == 0
    rows = json.loads(Path("out/compare.json").read_text())
    assert [row["diverged"] for row in rows] == [2 * (kind in bad) for kind in ("none", "dot")]
    assert [len(row["exact_match"]) for row in rows] == [2 - row["diverged"] for row in rows]
    line = Path("out/compare.md").read_text().splitlines()[-1]
    assert line.startswith("| tiny | dot | diverged | – | 0, 2 diverged |")
    again = charlm(*command, "--json")
    assert again.code == 0
    assert untimed(json.loads(again.out)["rows"]) == untimed(rows)
