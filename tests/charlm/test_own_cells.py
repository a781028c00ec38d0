"""A cell and an attention of the user's, through every kind of model: from training to use."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from command_helpers import flags, signalled
from commands_of_scan import put, shape, training
from own_parts import forget, registered, write_plugin
from reviews import reviews, write_csv
from training_helpers import options, result, short_text

from charlm.config import ModelConfig
from charlm.language_model import load, make_network
from charlm.model import CharLM
from charlm.runs.files import CONFIG, MODEL
from charlm.start import load_torch_model
from charlm.stepped_network import SteppedNetwork
from charlm.task import LanguageModelling
from charlm.training.task import copy_weights

__all__ = ["registered"]

pytestmark = pytest.mark.long
Charlm = Callable[..., Any]
PLUGIN = ("--plugin", "mycells")


@pytest.fixture(autouse=True)
def plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    write_plugin()
    forget(monkeypatch, "mycells")


@pytest.mark.parametrize("cell", ["mgu", "pair"])
@pytest.mark.parametrize("residual", [True, False])
def test_a_network_steps_as_the_model_reads(registered: None, cell: str, residual: bool) -> None:
    config = ModelConfig(
        cell=cell, hidden_size=6, embedding_size=6, num_layers=2, residual=residual
    )
    model = CharLM(config, 9).eval()
    network = make_network(config, copy_weights(model), 9)
    assert isinstance(network, SteppedNetwork)
    ids = np.random.default_rng(1).integers(9, size=(12, 3))
    state = network.start(3)
    with torch.no_grad():
        expected = model(torch.from_numpy(ids.T.copy()))[0].numpy()
    for step, row in enumerate(ids):
        if step == 5:
            state = state.take(np.array([0, 1, 2]))
        logits = network.step(state, row)
        np.testing.assert_allclose(logits.T, expected[:, step], atol=1e-5)


def test_a_language_model_from_training_to_use(
    charlm: Charlm, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = short_text(tmp_path)
    given = options(cell="mgu", epochs=1)
    assert "must be one of" in refused("train", text, *given, "--out", "run")
    ended = charlm("train", text, *given, "--out", "run", *PLUGIN)
    assert ended.code == 0, ended.err
    assert "generate run --plugin mycells" in ended.out
    assert "--resume run --epochs" in ended.out
    about = json.loads(Path("run", CONFIG).read_text())
    assert about["model"]["modules"] == {"cell": "mycells"}
    wrote = charlm("generate", "run", "--seed", "1", "--length", "50", *PLUGIN)
    assert len(wrote.out) >= 50
    assert wrote.err.count("torch steps it") == 1
    assert charlm("evaluate", "run", text, *PLUGIN).code == 0
    assert "mgu" in charlm("info", "run", *PLUGIN).out
    for wrong in (("--hold", "1.0=1"), ("--compiled",)):
        assert "registered" in refused("generate", "run", *wrong, *PLUGIN)
    assert "registered" in charlm("inside", "trace", "run", "the", *PLUGIN).err
    assert charlm("inside", "memory", "run", "--corpus", text, *PLUGIN).code == 0
    # A process that has not imported it: one line, and nothing is imported.
    forget(monkeypatch, "mycells")
    for command in (("generate", "run"), ("evaluate", "run", text), ("train", "--resume", "run")):
        line = refused(*command)
        assert "'mgu' is not registered here" in line
        assert "--plugin mycells" in line
    assert "is not registered here" in charlm("models", "--folder", ".").out
    again = charlm("train", "--resume", "run", "--epochs", "2", *PLUGIN)
    assert again.code == 0, again.err


def test_a_stopped_run_resumes_exactly(
    charlm: Charlm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = short_text(tmp_path)
    for cell in ("mgu", "pair"):
        given = options(cell=cell, epochs=1, dropout=0.2)
        assert charlm("train", text, *given, "--out", f"{cell}-whole", *PLUGIN).code == 0
        with monkeypatch.context() as inner:
            signalled(inner, LanguageModelling, 20)
            assert charlm("train", text, *given, "--out", cell, *PLUGIN).code == 130
        assert charlm("train", "--resume", cell, *PLUGIN).code == 0
        one, other = result(Path(cell)), result(Path(f"{cell}-whole"))
        assert (one.tensors, one.logged) == (other.tensors, other.logged)


def test_a_module_may_move(charlm: Charlm, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cell of a notebook's, later named by a plugin: the run goes on, and its files agree."""
    text = short_text(tmp_path)
    assert charlm("train", text, *options(cell="mgu", epochs=1), "--out", "run", *PLUGIN).code == 0
    write_plugin("moved")
    forget(monkeypatch, "mycells", "moved")
    moved = ("--plugin", "moved")
    assert charlm("train", "--resume", "run", "--epochs", "2", *moved).code == 0
    assert charlm("generate", "run", "--length", "5", *moved).code == 0


def test_a_model_file_alone_imports_nothing(
    charlm: Charlm, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = short_text(tmp_path)
    charlm("train", text, *options(cell="mgu", epochs=1), "--out", "run", *PLUGIN)
    Path("mycells.py").write_text("open('imported', 'w').close()\n")
    monkeypatch.syspath_prepend(Path.cwd())
    forget(monkeypatch, "mycells")
    for path in ("run", f"run/{MODEL}"):
        assert "not registered here" in refused("generate", path)
    assert not Path("imported").exists()


def test_weights_that_do_not_fit_an_own_cell(
    charlm: Charlm, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = short_text(tmp_path)
    charlm("train", text, *options(cell="mgu", epochs=1), "--out", "run", *PLUGIN)
    path = Path("mycells.py")
    path.write_text(path.read_text().replace("self.gate", "self.door"))
    forget(monkeypatch, "mycells")
    assert "the weight layers.0.cell." in refused("generate", "run", *PLUGIN)


def test_a_classifier_from_training_to_use(charlm: Charlm, tmp_path: Path) -> None:
    data = write_csv(tmp_path / "own.csv", reviews(60))
    sizes = ("--embedding-size", "6", "--hidden-size", "6", "--epochs", "1", "--device", "cpu")
    given = (*sizes, "--cell", "mgu", "--bidirectional", "--warmup-steps", "2", *PLUGIN)
    for sequences in ("packed", "padded"):
        run = f"run-{sequences}"
        ended = charlm("imdb", "train", data, *given, "--sequences", sequences, "--out", run)
        assert ended.code == 0, ended.err
        found = charlm("imdb", "classify", "a good film", "--model", run, "--json", *PLUGIN)
        assert json.loads(found.out)["label"]
        assert charlm("imdb", "evaluate", run, data, *PLUGIN).code == 0
    one, other = (Path(f"run-{name}", MODEL).read_bytes() for name in ("packed", "padded"))
    assert len(one) == len(other)
    assert charlm("imdb", "train", "--resume", "run-padded", "--epochs", "2", *PLUGIN).code == 0
    assert charlm("inside", "trace", "run-padded", "a good film", *PLUGIN).code == 0


def test_a_translator_from_training_to_use(charlm: Charlm, monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)
    given = [*flags(shape(), training(epochs=1)), "--cell=mgu", "--attention=bilinear"]
    given = [one for one in given if one not in ("--cell=lstm", "--attention=scaled_dot")]
    ended = charlm("scan", "train", "--split", "tiny", *given, "--out", "run", *PLUGIN)
    assert ended.code == 0, ended.err
    for command in (
        ("translate", "jump", "--model", "run"),
        ("attention", "jump", "--model", "run"),
        ("evaluate", "run"),
    ):
        done = charlm("scan", *command, *PLUGIN)
        assert done.code == 0, done.err
    assert charlm("scan", "train", "--resume", "run", "--epochs", "2", *PLUGIN).code == 0
    assert "mgu" in charlm("inside", "trace", "run", "jump", *PLUGIN).err


def test_samples_and_scores_are_those_of_the_model(
    charlm: Charlm, tmp_path: Path, registered: None
) -> None:
    text = short_text(tmp_path)
    assert charlm("train", text, *options(cell="pair", epochs=1), "--out", "run").code == 0
    model = load("run")
    assert isinstance(model.network, SteppedNetwork)
    part = text.read_text()[:60]
    surprisals = [token.surprisal for token in model.score(part)]
    torch_model, vocabulary = load_torch_model(Path("run"), torch.device("cpu"))
    ids = torch.from_numpy(vocabulary.encode("\n" + part).astype(np.int64))
    with torch.no_grad():
        log_probs = torch_model.eval()(ids[None, :-1])[0][0].log_softmax(1)
    expected = -log_probs[torch.arange(60), ids[1:]].numpy()
    np.testing.assert_allclose(surprisals, expected, atol=1e-4)
