"""The benchmark runs both rivals for real, on sizes that take no time."""

from __future__ import annotations

import json

import numpy as np
import pytest

from charlm.commands import bench
from charlm.config import ModelConfig
from charlm.experiments import speed, speed_floors, speed_jobs
from charlm.generation.network import Network
from charlm.generation.weights import list_shapes
from charlm.language_model import choose_network
from charlm.training.config import Precision
from corpora.errors import UserError

pytestmark = pytest.mark.long


@pytest.mark.parametrize("streams", [1, 3])
def test_all_rivals_step(streams: int) -> None:
    assert speed_jobs.step_ours(1, 8, streams, 0.01) > 0
    assert speed_jobs.step_ours(1, 8, streams, 0.01, compiled=True) > 0
    assert speed_jobs.step_torch(1, 8, streams, 0.01) > 0


@pytest.mark.parametrize("compiled", [False, True])
def test_the_floor_of_generation_reads_the_weights_that_a_step_reads(
    monkeypatch: pytest.MonkeyPatch, compiled: bool
) -> None:
    """As many bytes as the network that is stepped keeps for its products."""
    random, sizes = np.random.default_rng(1), []
    config = ModelConfig(hidden_size=32, num_layers=3, embedding_size=32)
    weights = {
        name: random.uniform(-1, 1, shape).astype(np.float16).astype(np.float32)
        for name, shape in list_shapes(config, speed_jobs.VOCABULARY).items()
    }
    if compiled:
        network = choose_network(True)(config, weights, speed_jobs.VOCABULARY)
        expected = network.matrices.nbytes  # type: ignore[attr-defined]
    else:
        plain = Network(config, weights, speed_jobs.VOCABULARY)
        expected = sum(one.matrix.nbytes for one in plain.layers) + plain.output.nbytes
    dot = np.dot
    monkeypatch.setattr(np, "dot", lambda a, *rest: sizes.append(a.nbytes) or dot(a, *rest))
    assert speed_floors.multiply_generation(3, 32, 2, 0.01, compiled) > 0
    assert set(sizes) == {expected}


def test_report_is_one_json_object_with_consistent_ratios(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(speed, "SIZES", ((1, 8),))
    monkeypatch.setattr(speed, "STREAMS", (1, 2))
    bench.bench(what="generation", seconds=0.01, rounds=1, json=True)
    rows = json.loads(capsys.readouterr().out)["measurements"]
    for row in rows:
        assert row["ratio"] == pytest.approx(row["ours"] / row["torch"])
        assert row["floor"] > 0
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
    assert speed_floors.multiply_training("tiny", precision, 0.01) > 0


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(UserError, match="there is no preset 'huge'"):
        bench.bench(presets=("huge",))
