"""`auto` takes bf16 where a layer of the model is measured to be faster in it, on every rank."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from training_helpers import request, resume, short_text, start

from charlm.runs.files import CONFIG
from charlm.training import precision
from charlm.training.config import LoopConfig, Precision
from charlm.training.distributed import World
from charlm.training.precision import WORTH, find_gain, measure_gain, settle_precision
from charlm.training.request import Job

Able = Callable[..., None]


@pytest.fixture
def processor(monkeypatch: pytest.MonkeyPatch) -> Able:
    """What a processor can, and how many times as fast each cell is in bf16 on it."""

    def be(*, native: bool, **gains: float) -> None:
        names = ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
        for name in names:
            monkeypatch.setattr(torch.cpu, name, lambda: native, raising=False)
        monkeypatch.setattr(precision, "measure_gain", lambda cell, size, rows: gains[cell])

    return be


def job_of(wanted: Precision, **model: Any) -> Job:
    training = LoopConfig(precision=wanted)
    return Job(
        kind="x", name="x", training=training, model=model, vocabulary="", about={},
        task=lambda *_: pytest.fail("no task is made"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gain", "chosen"), [(2.2, "bf16"), (0.7, "fp32"), (1.02, "fp32"), (WORTH, "bf16")]
)
def test_auto_takes_what_is_faster_and_says_where_that_is_not_bf16(
    processor: Able, gain: float, chosen: str
) -> None:
    processor(native=True, rnn=gain)
    said: list[str] = []
    wanted = job_of("auto", cell="rnn", hidden_size=128)
    assert settle_precision(wanted, World(), said.append) == chosen
    assert [f"{gain:.1f} times" in line for line in said] == [True] * (chosen == "fp32")


@pytest.mark.parametrize("native", [False, True])
def test_nothing_is_measured_where_nothing_is_to_be_chosen(processor: Able, native: bool) -> None:
    processor(native=native)  # which would raise a KeyError
    layers = {"cell": "lstm", "hidden_size": 8}
    for wanted in ("bf16", "fp32", *(() if native else ("auto",))):
        said: list[str] = []
        found = settle_precision(job_of(wanted, **layers), World(), said.append)
        assert found == ("fp32" if wanted == "auto" else wanted)
        assert len(said) == (wanted == "bf16" and not native)
    if native:  # a task of a Python program does not say what its layers are
        assert settle_precision(job_of("auto"), World(), said.append) == "bf16"


def test_all_ranks_take_what_the_leader_measured(processor: Able) -> None:
    processor(native=True)

    class Follower(World):
        def share(self, text: str) -> str:
            assert text == ""
            return "0.5"

    wanted = job_of("auto", cell="lstm", hidden_size=8)
    assert settle_precision(wanted, Follower(rank=1, size=2), lambda _: None) == "fp32"


@pytest.mark.long
def test_a_run_keeps_what_was_chosen_when_it_began(processor: Able, tmp_path: Path) -> None:
    processor(native=True, lstm=0.5)
    run = tmp_path / "run"
    asked = request(short_text(tmp_path), run, precision="auto")
    with start(asked) as training:
        assert training.trainer.precision == "fp32"
        training.trainer.save()
    assert json.loads((run / CONFIG).read_text())["resolved"]["precision"] == "fp32"
    processor(native=True, lstm=2.0)
    with resume(run) as training:
        assert training.trainer.precision == "fp32"


def test_a_layer_is_tried_in_both_and_the_answer_remembered() -> None:
    measure_gain.cache_clear()
    before = torch.get_rng_state()
    calls = {"fp32": 0, "bf16": 0}
    whole = precision._try

    def count(layer: Any, x: torch.Tensor, kind: Precision) -> float:
        calls[kind] += 1
        return whole(layer, x, kind)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(precision, "_try", count)
        with torch.inference_mode():
            found = measure_gain("gru", 6, 3)
        assert 0 < found < math.inf
        assert calls["fp32"] == calls["bf16"] >= 1
        assert measure_gain("gru", 6, 3) == found
        assert sum(calls.values()) == 2 * calls["fp32"]
    assert torch.equal(torch.get_rng_state(), before)
    measure_gain.cache_clear()


def test_the_best_of_the_trials_counts_without_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    measure_gain.cache_clear()
    times = {"fp32": [1e-9, 4.0, 3.0, 9.0, 9.0, 9.0], "bf16": [1e-9, 2.0, 8.0, 1.5, 9.0, 9.0]}
    monkeypatch.setattr(precision, "_try", lambda layer, x, kind: times[kind].pop(0))
    monkeypatch.setattr(precision, "SECONDS", math.inf)
    assert measure_gain("rnn", 4, 2) == 2.0
    measure_gain.cache_clear()


def test_wide_layers_and_large_batches_are_measured_as_smaller_ones() -> None:
    asked: list[tuple[int, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            precision, "measure_gain", lambda cell, size, rows: asked.append((size, rows)) or 1.0
        )
        find_gain(job_of("auto", cell="lstm", hidden_size=40_000))
        find_gain(job_of("auto", cell="lstm", hidden_size=33))
    assert asked == [(512, 64), (33, 64)]
