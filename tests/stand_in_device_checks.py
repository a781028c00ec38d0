"""Every job on a device that is not the CPU: training, resuming, evaluation, decoding, explaining.

Whatever mixes host and device, or needs float64 or NumPy on the device, fails here.
`test_stand_in_device.py` runs this file in a process of its own. By hand: `pytest -n 0 FILE`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import commands_of_scan
import numpy as np
import pytest
import reviews
import stand_in_device
import torch
from training_helpers import request, result, resume, short_text, start, trained, trained_until

from charlm.nn import recurrent
from charlm.nn.cells import LAYERS
from charlm.nn.recurrent import run_layer, runs_bf16
from charlm.runs.files import CONFIG
from charlm.runs.model_file import read_model
from charlm.runs.run_folder import RunFolder
from charlm.training import session
from charlm.training.device import autocast, pick_arithmetic
from seq.scan import library
from seq.scan import task as scan_task

Opening = Callable[..., Any]


@pytest.fixture(scope="module")
def device() -> torch.device:
    found = stand_in_device.register()
    runs_bf16(found)  # tried once, before any test looks at what was called
    return found


@pytest.fixture
def everywhere(device: torch.device, monkeypatch: pytest.MonkeyPatch) -> torch.device:
    """Let every training and every loader that may choose its device take this one."""
    from seq import model_file

    for module in (session, model_file):
        monkeypatch.setattr(
            module, "pick_device", lambda name: device if name != "cpu" else torch.device("cpu")
        )
    # Translators that know nothing yet write as long as they may: a hundred actions.
    usual = scan_task.find_rules
    for scan_module in (scan_task, library):
        monkeypatch.setattr(
            scan_module, "find_rules", lambda shape: dataclasses.replace(usual(shape), limit=8)
        )
    known = Literal["auto", "cpu", "standin"]
    monkeypatch.setattr(session, "Device", known)
    return device


def open_language_model(folder: Path, run: Path, **changes: Any) -> Opening:
    text = short_text(folder, 700)
    given = {"epochs": 1, "evaluate_every": 4, "weight_dropout": 0.2, "sample_length": 4, **changes}
    return lambda **hooks: start(request(text, run, **given), **hooks)


def open_classifier(folder: Path, run: Path, **changes: Any) -> Opening:
    file = reviews.write_csv(folder / "own.csv", reviews.reviews(30, longest=6))
    shape = {"num_layers": 2, "bidirectional": True, "dropout": 0.2, "embedding_dropout": 0.1}
    given = {"epochs": 1, "adversarial": 0.1, "sequences": "packed", **shape, **changes}
    return lambda **hooks: start(reviews.request(file, run, **given), **hooks)


def open_word_model(folder: Path, run: Path, **changes: Any) -> Opening:
    file = reviews.write_csv(folder / "own.csv", reviews.reviews(60))
    given = {"epochs": 1, "evaluate_every": 5, "validation_share": 0.5, **changes}
    return lambda **hooks: start(reviews.word_request(file, run, **given), **hooks)


def open_translator(folder: Path, run: Path, **changes: Any) -> Opening:
    given = {"epochs": 1, "num_layers": 2, "dropout": 0.2, "teacher_forcing": 0.5, **changes}
    return lambda **hooks: start(commands_of_scan.request(run, **given), **hooks)


JOBS = {
    "language model": open_language_model,
    "classifier": open_classifier,
    "word model": open_word_model,
    "translator": open_translator,
}


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_job_trains_stops_and_resumes_on_the_device(
    everywhere: torch.device,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    job: str,
    precision: str,
) -> None:
    commands_of_scan.put(monkeypatch)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    given = {"device": "auto", "precision": precision}
    trained(JOBS[job](tmp_path, whole, **given)())
    about = json.loads((whole / CONFIG).read_text())["resolved"]
    assert (about["device"], about["recurrent"]) == ("standin", precision)
    trained_until(3, JOBS[job](tmp_path, parts, **given))
    trained(resume(parts))
    assert result(parts) == result(whole)


@pytest.mark.parametrize(
    ("job", "cell"),
    [(job, cell) for cell, job in zip(("rnn", "gru", "lstm", "gru"), JOBS, strict=True)],
)
def test_in_fp32_the_device_trains_what_the_cpu_trains(
    everywhere: torch.device,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    job: str,
    cell: str,
) -> None:
    commands_of_scan.put(monkeypatch)
    for name in ("cpu", "auto"):
        opening = JOBS[job](tmp_path, tmp_path / name, cell=cell, precision="fp32", device=name)
        trained_until(3, opening)
    one, other = (RunFolder(tmp_path / name).load_last()[0] for name in ("cpu", "auto"))
    for name, array in one.items():
        np.testing.assert_allclose(other[name], array, rtol=1e-3, atol=1e-4, err_msg=name)


def test_a_device_without_bf16_recurrences_computes_them_in_fp32(
    everywhere: torch.device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recurrent, "runs_bf16", lambda device: False)
    monkeypatch.setattr("charlm.training.device.runs_bf16", lambda device: False)
    run, dtypes = tmp_path / "run", set[torch.dtype]()
    opening = open_language_model(tmp_path, run, device="auto", precision="bf16")
    with opening() as training:
        list(training.events())
        dtypes |= {tensor.dtype for tensor in training.trainer.task.carried().values()}
    assert dtypes == {torch.float32}
    about = json.loads((run / CONFIG).read_text())["resolved"]
    assert (about["precision"], about["recurrent"]) == ("bf16", "fp32")


@pytest.mark.parametrize("method", ["gradient", "occlusion"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_classifier_classifies_and_explains_on_the_device(
    everywhere: torch.device, tmp_path: Path, method: Any, precision: Any
) -> None:
    from seq.imdb.explain import explain
    from seq.imdb.library import load

    run = tmp_path / "run"
    trained(open_classifier(tmp_path, run, device="cpu")())
    there = load(str(run), device="auto", precision=precision)
    here = load(str(run), device="cpu")
    assert there.device == everywhere
    modes = [module.training for module in there.model.modules()]
    seen: list[bool] = []
    for layer in there.model.encoder.layers_at(0):
        layer.train = lambda mode=True: seen.append(mode)  # type: ignore[method-assign, misc]
    text = "a film of superb plot and lovely cast"
    explained = explain(there, text, method)
    expected = explain(here, text, method)
    tolerance = 1e-5 if precision == "fp32" else 0.05
    np.testing.assert_allclose(explained.contributions, expected.contributions, atol=tolerance)
    assert [module.training for module in there.model.modules()] == modes
    assert True not in seen


@pytest.mark.parametrize("attention", ["scaled_dot", "none"])
def test_a_translator_decodes_on_the_device(
    everywhere: torch.device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attention: str
) -> None:
    from seq.scan.library import load

    commands_of_scan.put(monkeypatch)
    run = tmp_path / "run"
    trained(open_translator(tmp_path, run, attention=attention, device="cpu")())
    there, here = load(str(run), device="auto"), load(str(run), device="cpu")
    for width in (1, 4):
        found, expected = (one.translate("jump twice", width=width) for one in (there, here))
        assert [one.actions for one in found] == [one.actions for one in expected]
        for one, other in zip(found, expected, strict=True):
            assert one.log_prob == pytest.approx(other.log_prob, abs=1e-4)
    commands = ["jump", "walk left", "run twice"]
    assert there.actions(commands) == here.actions(commands)


def test_a_language_model_is_evaluated_on_the_device(
    everywhere: torch.device, tmp_path: Path
) -> None:
    from charlm.dynamic_evaluation import Dynamic, evaluate_dynamically
    from charlm.evaluation import evaluate
    from charlm.start import load_torch_model

    run = tmp_path / "run"
    trained(open_language_model(tmp_path, run, device="cpu")())
    ids = np.random.default_rng(0).integers(10, size=700).astype(np.uint8)
    scores, adapted = [], []
    for device in (torch.device("cpu"), everywhere):
        model, _ = load_torch_model(run, device)
        with autocast(device, "fp32"):
            scores.append(evaluate(model, ids, device=device, line_feed=0))
        score = evaluate_dynamically(
            model, ids[:200], ids, Dynamic(gradients=3), device=device, line_feed=0
        )
        adapted.append(score)
    for one, other in (scores, adapted):
        assert one.nats == pytest.approx(other.nats, rel=1e-5)
        assert (one.characters, one.line_feeds) == (other.characters, other.line_feeds)
    assert read_model(run, "charlm").weights.keys()


@pytest.mark.parametrize("cell", LAYERS)
@pytest.mark.parametrize("packed", [False, True])
def test_layers_run_in_the_type_that_was_chosen(
    device: torch.device, monkeypatch: pytest.MonkeyPatch, cell: str, packed: bool
) -> None:
    """The device itself refuses arguments of several types, and a layer under autocast."""
    layer = LAYERS[cell](4, 5).to(device)
    x = torch.randn(6, 3, 4).to(device)
    lengths = torch.tensor([4, 6, 2]) if packed else None
    for able, kind in ((True, torch.bfloat16), (False, torch.float32)):
        monkeypatch.setattr(recurrent, "runs_bf16", lambda device, able=able: able)
        with autocast(device, "bf16"):
            y, state = run_layer(layer, x.bfloat16(), lengths=lengths)
            again, _ = run_layer(layer, x.bfloat16(), state, lengths=lengths)
        parts = [state] if isinstance(state, torch.Tensor) else list(state)
        assert {part.dtype for part in parts} == {kind}
        assert (y.dtype, again.dtype) == (torch.bfloat16, torch.bfloat16)
        again.float().sum().backward()
        assert all(p.grad is not None and p.grad.dtype == p.dtype for p in layer.parameters())
        layer.zero_grad()


def test_what_layers_compute_in_is_named(
    device: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pick_arithmetic("bf16", device) == "bf16"
    assert pick_arithmetic("fp32", device) == "fp32"
    monkeypatch.setattr("charlm.training.device.runs_bf16", lambda device: False)
    assert pick_arithmetic("bf16", device) == "fp32"
    assert pick_arithmetic("bf16", torch.device("cpu")) == "bf16"
    for version, named in (((8, 0), "tf32"), ((7, 5), "fp32")):
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device, v=version: v)
        assert pick_arithmetic("bf16", torch.device("cuda", 0)) == named


def test_the_stand_in_is_as_strict_as_it_says(device: torch.device) -> None:
    ours, plain = torch.ones(3).to(device), torch.ones(3)
    assert (ours + torch.tensor(1.0)).tolist() == [2.0] * 3  # one number may come from the CPU
    for forbidden in (
        lambda: ours + plain,
        lambda: ours.numpy(),
        lambda: np.asarray(ours),
        lambda: ours.double(),
        lambda: torch.zeros(2, dtype=torch.float64, device=device),
        lambda: torch.nn.functional.linear(plain[None], torch.ones(2, 3, device=device)),
    ):
        with pytest.raises((RuntimeError, TypeError)):
            forbidden()
    layer = torch.nn.LSTM(3, 2).to(device)
    with autocast(device, "bf16"), pytest.raises(AssertionError, match="half"):
        layer(torch.ones(1, 1, 3).to(device))
    layer.eval()
    y, _ = layer(torch.ones(1, 1, 3).to(device))
    with pytest.raises(RuntimeError, match="training mode"):
        y.sum().backward()
