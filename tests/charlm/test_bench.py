"""The benchmark runs both rivals for real, on sizes that take no time."""

import json

import pytest

from charlm.commands import bench


@pytest.mark.parametrize("streams", [1, 3])
def test_both_rivals_step(streams: int) -> None:
    assert bench.step_ours(1, 8, streams, 0.01) > 0
    assert bench.step_torch(1, 8, streams, 0.01) > 0


def test_report_is_one_json_object_with_consistent_ratios(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "SIZES", ((1, 8),))
    monkeypatch.setattr(bench, "STREAMS", (2,))
    bench.bench(what="generation", seconds=0.01, rounds=1, json=True)
    (row,) = json.loads(capsys.readouterr().out)["measurements"]
    assert row["ratio"] == pytest.approx(row["ours"] / row["torch"])
    assert row["streams"] == 2


def test_the_plain_loop_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = bench.PRESETS["tiny"]
    monkeypatch.setattr(bench, "PRESETS", {bench.DEFAULT_PRESET: tiny})
    assert bench.train_torch(0.01) > 0
