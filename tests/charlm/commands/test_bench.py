"""The benchmark runs both rivals for real, on sizes that take no time."""

from __future__ import annotations

import json

import pytest

from charlm.commands import bench
from charlm.experiments import speed, speed_jobs
from charlm.training.config import Precision
from corpora.errors import UserError

pytestmark = pytest.mark.long


@pytest.mark.parametrize("streams", [1, 3])
def test_all_rivals_step(streams: int) -> None:
    assert speed_jobs.step_ours(1, 8, streams, 0.01) > 0
    assert speed_jobs.step_ours(1, 8, streams, 0.01, compiled=True) > 0
    assert speed_jobs.step_torch(1, 8, streams, 0.01) > 0


def test_report_is_one_json_object_with_consistent_ratios(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(speed, "SIZES", ((1, 8),))
    monkeypatch.setattr(speed, "STREAMS", (1, 2))
    bench.bench(what="generation", seconds=0.01, rounds=1, json=True)
    rows = json.loads(capsys.readouterr().out)["measurements"]
    for row in rows:
        assert row["ratio"] == pytest.approx(row["ours"] / row["torch"])
    assert [(row["what"], row["streams"]) for row in rows] == [
        ("generate 1x8", 1),
        ("generate 1x8, compiled", 1),
        ("generate 1x8", 2),
    ]


@pytest.mark.wide
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_training_is_compared_with_the_plain_loop_and_the_floor(precision: Precision) -> None:
    assert speed_jobs.train_ours("tiny", precision, 0.01) > 0
    assert speed_jobs.train_torch("tiny", 0.01) > 0
    assert speed_jobs.multiply("tiny", precision, 0.01) > 0


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(UserError, match="there is no preset 'huge'"):
        bench.bench(presets=("huge",))
