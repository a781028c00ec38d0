"""What only a GPU can show. `stand_in_device_checks.py` shows the rest everywhere."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import commands_of_scan
import numpy as np
import pytest
import reviews
import torch
from training_helpers import SAMPLE, request, result, resume, start, trained, trained_until

from charlm.experiments import speed_jobs
from charlm.nn.cells import LAYERS
from charlm.nn.recurrent import run_layer, runs_bf16
from charlm.runs.files import CONFIG
from charlm.training.device import _tf32, autocast, set_rounding
from charlm.training.events import Evaluated, Step
from charlm.training.session import Training

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")

CPU, CUDA = torch.device("cpu"), torch.device("cuda", 0)
SHAPE: dict[str, Any] = {
    "hidden_size": 64,
    "embedding_size": 64,
    "num_layers": 2,
    "dropout": 0.1,
    "weight_dropout": 0.1,
    "batch_size": 16,
    "window": 32,
    "learning_rate": 2e-3,
    "epochs": 50,
    "evaluate_every": 50,
}


def train_steps(run: Path, **changes: Any) -> list[float]:
    """Train a language model for a hundred steps; return the training losses and evaluations."""
    losses: list[float] = []
    with start(request(SAMPLE, run, **{**SHAPE, **changes})) as training:
        for event in training.events():
            if isinstance(event, Step):
                losses.append(event.train_loss)
            if isinstance(event, Evaluated):
                losses.append(event.loss)
            if event.step >= 100 and isinstance(event, Evaluated):
                break
    assert len(losses) == 12
    return losses


@pytest.mark.parametrize("cell", LAYERS)
def test_in_fp32_a_hundred_steps_are_those_of_the_cpu(tmp_path: Path, cell: str) -> None:
    """Dropout included: its masks are drawn on the CPU."""
    here = train_steps(tmp_path / "cpu", cell=cell, device="cpu")
    there = train_steps(tmp_path / "cuda", cell=cell, device="cuda")
    assert there == pytest.approx(here, abs=1e-4)
    about = json.loads((tmp_path / "cuda" / CONFIG).read_text())["resolved"]
    assert (about["device"], about["recurrent"]) == ("cuda", "fp32")


@pytest.mark.parametrize("cell", LAYERS)
def test_bf16_stays_within_two_percent(tmp_path: Path, cell: str) -> None:
    before = _tf32.read()
    here = train_steps(tmp_path / "cpu", cell=cell, device="cpu")
    there = train_steps(tmp_path / "cuda", cell=cell, device="cuda", precision="bf16")
    assert there == pytest.approx(here, rel=0.02)
    about = json.loads((tmp_path / "cuda" / CONFIG).read_text())["resolved"]
    assert (about["recurrent"] == "bf16") == runs_bf16(CUDA)
    assert _tf32.read() == before


def test_recurrences_run_in_bf16_where_cudnn_has_them() -> None:
    version = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])
    if torch.cuda.get_device_capability(CUDA) < (8, 0):
        pytest.skip("only Ampere and later GPUs have bf16")
    expected = version >= (2, 10) and (torch.backends.cudnn.version() or 0) >= 91300
    assert runs_bf16(CUDA) == expected


@pytest.mark.parametrize("cell", LAYERS)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("replaced", [False, True])
def test_a_layer_computes_what_it_computes_on_the_cpu(
    cell: str, precision: Any, packed: bool, replaced: bool
) -> None:
    """In eval mode, too. A warning that cuDNN had to copy the weights is an error here."""
    torch.manual_seed(1)
    layer, upstream = LAYERS[cell](24, 32).eval(), torch.randn(9, 5, 32)
    x, lengths = torch.randn(9, 5, 24), torch.tensor([9, 4, 7, 1, 9]) if packed else None
    if packed:
        for row, length in enumerate([9, 4, 7, 1, 9]):
            upstream[length:, row] = 0
    found: list[list[torch.Tensor]] = []
    for device, kind in ((CPU, "fp32"), (CUDA, precision)):
        layer = layer.to(device)
        weights = {"weight_hh_l0": layer.get_parameter("weight_hh_l0") * 0.5} if replaced else {}
        with set_rounding(device, kind):
            with autocast(device, kind):
                y, state = run_layer(layer, x.to(device), lengths=lengths, weights=weights)
            gradients = torch.autograd.grad(
                y, list(layer.parameters()), upstream.to(device, y.dtype)
            )
        parts = [state] if isinstance(state, torch.Tensor) else list(state)
        found.append([part.float().cpu() for part in (y, *parts, *gradients)])
    bound = 1e-4 if precision == "fp32" else 0.03
    for one, other in zip(*found, strict=True):
        assert (one - other).norm() <= bound * one.norm()


@contextmanager
def no_waiting() -> Iterator[None]:
    """Make every operation of torch that waits for the GPU an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the mode does not see everything
        torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode("default")


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("clip_by", ["norm", "value"])
def test_a_step_waits_for_nothing(tmp_path: Path, precision: str, clip_by: str) -> None:
    given = {**SHAPE, "device": "cuda", "precision": precision, "clip_by": clip_by}
    with start(request(SAMPLE, tmp_path / "run", **given)) as training:
        trainer, events = training.trainer, training.events()
        while trainer.position.step < 10:  # memory is allocated, and kernels are loaded
            next(events)
        batches = trainer.task.batches(0, trainer.position.step)
        torch.cuda.synchronize()
        with no_waiting():
            for _ in range(5):
                trainer._step(next(batches))
        torch.cuda.synchronize()
        events.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_run_is_resumed_where_it_stopped(tmp_path: Path, precision: str) -> None:
    """Not to the last bit: cuDNN and the gradient of the embedding may add in another order."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    given = {**SHAPE, "epochs": 1, "device": "cuda", "precision": precision}
    trained(start(request(SAMPLE, whole, **given)))
    trained_until(17, start, request(SAMPLE, parts, **given))
    trained(resume(parts))
    one, other = result(whole), result(parts)
    assert one.tensors.keys() == other.tensors.keys()
    assert one.tensors["generator"] == other.tensors["generator"]
    for a, b in zip(one.logged, other.logged, strict=True):
        assert (a["event"], a["step"]) == (b["event"], b["step"])
        if a["event"] != "sampled":
            assert b["train_loss"] == pytest.approx(a["train_loss"], rel=5e-3)


def test_a_run_moves_from_the_gpu_to_the_cpu_and_back(tmp_path: Path) -> None:
    run, given = tmp_path / "run", {**SHAPE, "epochs": 1}
    trained_until(5, start, request(SAMPLE, run, **given, device="cuda", precision="bf16"))

    def move(device: str, **hooks: Any) -> AbstractContextManager[Training]:
        return resume(run, changes={"device": device}, **hooks)

    trained_until(8, move, "cpu")
    trained_until(11, move, "cuda")
    losses = [event.train_loss for event in trained(resume(run)) if isinstance(event, Step)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("sequences", ["packed", "padded"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_classifier_trains_classifies_and_explains(
    tmp_path: Path, sequences: str, precision: Any
) -> None:
    from seq.imdb.explain import explain
    from seq.imdb.library import load

    file = reviews.write_csv(tmp_path / "own.csv", reviews.reviews(120))
    given = {"bidirectional": True, "sequences": sequences, "adversarial": 0.1, "epochs": 6}
    asked = reviews.request(
        file, tmp_path / "run", device="cuda", precision=precision, pooling="max", **given
    )
    trained(start(asked))
    there = load(str(tmp_path / "run"), device="cuda", precision=precision)
    here = load(str(tmp_path / "run"), device="cpu")
    texts = [text for text, _ in reviews.reviews(30, seed=5)]
    bound = 1e-4 if precision == "fp32" else 0.05
    np.testing.assert_allclose(
        np.exp(there.log_probs(texts)), np.exp(here.log_probs(texts)), atol=bound
    )
    for method in ("gradient", "occlusion"):
        found, expected = (explain(one, texts[0], method) for one in (there, here))  # type: ignore[arg-type]
        scale = np.abs(expected.contributions).max() + 1e-3
        np.testing.assert_allclose(
            found.contributions, expected.contributions, atol=10 * bound * scale
        )


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_word_model_trains(tmp_path: Path, precision: str) -> None:
    file = reviews.write_csv(tmp_path / "own.csv", reviews.reviews(200))
    asked = reviews.word_request(file, tmp_path / "run", device="cuda", precision=precision)
    losses = [e.loss for e in trained(start(asked)) if isinstance(e, Evaluated)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("cell", LAYERS)
def test_a_translator_trains_and_decodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: Any, cell: str
) -> None:
    from seq.scan.library import load

    commands_of_scan.put(monkeypatch)
    run = tmp_path / "run"
    given = {"precision": precision, "cell": cell, "teacher_forcing": 0.5, "dropout": 0.1}
    trained(start(commands_of_scan.request(run, device="cuda", **given)))
    there, here = load(str(run), device="cuda"), load(str(run), device="cpu")
    for width in (1, 4):
        found, expected = (one.translate("jump twice", width=width) for one in (there, here))
        assert [one.log_prob for one in found] == pytest.approx(
            [one.log_prob for one in expected], abs=1e-3
        )
    low = load(str(run), device="cuda", precision="bf16")
    assert low.actions(["jump", "walk left"])


@pytest.mark.slow
def test_the_loop_is_not_slower_than_a_plain_one() -> None:
    """One layer, for cuDNN computes several layers of one module at the same time."""
    ours, plain = 0.0, 0.0
    for _ in range(3):
        ours = max(ours, speed_jobs.train_ours("textbook", "bf16", 5, "cuda"))
        plain = max(plain, speed_jobs.train_torch("textbook", 5, "cuda"))
    assert ours >= 0.95 * plain
