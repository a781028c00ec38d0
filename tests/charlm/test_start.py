"""Trainings of a character model, from a text to a run folder."""

from __future__ import annotations

import errno
import io
import json
import math
import os
import re
import types
from contextlib import ExitStack
from pathlib import Path

import pytest
import torch
from training_helpers import (
    last_step,
    request,
    result,
    resume,
    short_text,
    start,
    trained,
    trained_until,
)

import charlm
from charlm.config import ModelConfig, TrainingConfig
from charlm.evaluation import evaluate
from charlm.runs.files import CONFIG, METRICS, MODEL, VOCABULARY
from charlm.start import load_torch_model
from charlm.task import LanguageModelling
from charlm.training import precision
from charlm.training.events import Evaluated, Finished, Started
from charlm.training.log import best_loss
from corpora.errors import UserError
from corpora.known.resolve import encode
from corpora.text.vocabulary import Vocabulary

CPU = torch.device("cpu")


def content(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_training_learns_and_leaves_a_model_that_writes(text: Path) -> None:
    events = trained(start(request(text, Path("run"), epochs=12, learning_rate=0.02, dropout=0.0)))
    losses = [event.loss for event in events if isinstance(event, Evaluated)]
    symbols = len(set(text.read_text()))
    assert losses[0] < 1.3 * math.log(symbols)
    assert min(losses) < 0.8 * math.log(symbols)
    end = events[-1]
    assert isinstance(end, Finished)
    assert end.best_loss == min(losses) == best_loss(Path("run"))
    model = charlm.load("run")
    written = model.generate("The ", length=50, seed=1)
    assert len(written) == 50
    assert set(written) <= set(text.read_text())


def test_the_model_on_disk_is_the_one_that_was_evaluated_as_the_best(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, penalties = LanguageModelling.evaluate, iter([5.0, 0.0, 5.0, 5.0, 5.0])

    def best_at_the_second(self: LanguageModelling) -> dict[str, float]:
        figures = dict(real(self))
        return figures | {"loss": figures["loss"] + next(penalties)}

    monkeypatch.setattr(LanguageModelling, "evaluate", best_at_the_second)
    events = trained(start(request(text, Path("run"))))
    best = [event for event in events if isinstance(event, Evaluated) and event.best][-1]
    model, vocabulary = load_torch_model(Path("run"), CPU)
    encoded = encode(str(text))
    assert vocabulary == encoded.vocabulary
    found = evaluate(model, encoded.split("validation"), device=CPU, line_feed=None)
    assert found.nats_per_character == pytest.approx(best.loss, rel=1e-6)
    assert best.step == 30


def test_a_new_run_is_named_after_its_text_and_never_takes_the_place_of_another(
    text: Path,
) -> None:
    with ExitStack() as stack:
        for expected in ("runs/text", "runs/text-2", "runs/text-3"):
            training = stack.enter_context(start(request(text, None)))
            assert training.run.path == Path(expected)
            assert (training.run.path / CONFIG).exists()


@pytest.mark.parametrize(
    "name",
    ["war & peace; rm.txt", "Überfahrt – 1.txt", "...txt", "-.txt", ".hidden.txt", "a/b.txt"],
)
def test_a_name_is_one_that_any_shell_takes(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "texts" / Path(name).parent
    folder.mkdir(parents=True)
    text = short_text(folder, name=Path(name).name)
    with start(request(text, None)) as training:
        assert training.run.path.parent == Path("runs")
        assert re.fullmatch(r"\w[\w.-]*", training.run.path.name)


def test_the_run_folder_says_how_it_was_made(text: Path) -> None:
    asked = request(text, Path("deep/run"), cell="gru", seed=7)
    with start(asked) as training:
        told = json.loads((training.run.path / CONFIG).read_text())
        vocabulary = (training.run.path / VOCABULARY).read_text()
    encoded = encode(str(text))
    assert Vocabulary.from_json(vocabulary) == encoded.vocabulary
    assert ModelConfig.from_json(told["model"]) == asked.model
    assert TrainingConfig.from_json(told["training"]) == asked.training
    assert told["corpus"] == {
        "spec": str(text),
        "path": str(text.resolve()),
        "encoding": "utf-8",
        "characters": len(encoded),
        "sha256": encoded.sha256,
    }
    assert told["resolved"] == {
        "device": "cpu",
        "precision": "fp32",
        "processes": 1,
        "threads": torch.get_num_threads(),
        "recurrent": "fp32",
    }
    assert (told["kind"], told["init_from"]) == ("charlm", None)
    assert told["versions"]["torch"] == torch.__version__


def test_the_seed_decides_everything(text: Path) -> None:
    for run, seed, unrelated in (("a", 1, 5), ("b", 1, 6), ("c", 2, 5)):
        torch.manual_seed(unrelated)
        trained(start(request(text, Path(run), seed=seed)))
    a, b, c = (result(Path(run)) for run in "abc")
    assert a == b
    assert a.tensors["model.output.weight"] != c.tensors["model.output.weight"]
    assert a.logged != c.logged


def test_a_run_in_the_way_is_left_as_it_is(text: Path) -> None:
    run = Path("run")
    trained_until(5, start, request(text, run))
    before = content(run)
    with (
        pytest.raises(UserError, match="--resume it, or name another --out"),
        start(request(text, run, seed=2)),
    ):
        pass
    assert content(run) == before


@pytest.mark.parametrize("place", ["file", "file/run", "file/deep/run"])
def test_a_folder_that_cannot_be_made_is_a_line(text: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(UserError, match=r"cannot make .*file"),
        start(request(text, tmp_path / place)),
    ):
        pass
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.parametrize("name", [METRICS, "last", MODEL])
def test_a_thing_in_the_way_of_a_file_is_a_line(text: Path, name: str) -> None:
    run = Path("run")
    if name == "last":
        run.mkdir()
        (run / name).write_text("in the way")
    else:
        (run / name).mkdir(parents=True)
    with pytest.raises(UserError, match=rf"cannot write .*{name}|{name} is not a regular file"):
        trained(start(request(text, run)))


def test_a_text_that_is_too_short_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with (
        pytest.raises(UserError, match="characters, too few for one batch"),
        start(request(short_text(tmp_path, 100), None)),
    ):
        pass
    assert not Path("runs").exists()


def test_a_full_disk_ends_the_training_and_spoils_nothing(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, run = Path("whole"), Path("run")
    trained(start(request(text, whole)))
    real = os.fsync

    def full_after_a_while(handle: int) -> None:
        if last_step(run) >= 30:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full_after_a_while)
        with pytest.raises(UserError, match="the disk is full; free some space"):
            trained(start(request(text, run)))
    assert last_step(run) == 30
    charlm.load("run")
    trained(resume(run))
    assert result(run) == result(whole)


def standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", types.SimpleNamespace(buffer=io.BytesIO(data)))


def test_a_text_from_standard_input_has_to_be_given_again(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, run = Path("whole"), Path("runs/stdin")
    trained(start(request(text, whole)))
    standard_input(monkeypatch, text.read_bytes())
    trained_until(20, start, request("-", None))
    with pytest.raises(UserError, match="give its text again: CORPUS --resume"), resume(run):
        pass
    trained(resume(run, corpus=str(text)))
    assert result(run) == result(whole)


def test_a_resumed_training_keeps_the_precision_that_it_began_with(
    text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Path("run")
    found = []
    monkeypatch.setattr(precision, "measure_gain", lambda *_: 2.0)
    for able in (True, False):
        for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"):
            monkeypatch.setattr(torch.cpu, name, lambda able=able: able)
        if able:
            events = trained_until(3, start, request(text, run, precision="auto"))
        else:
            events = trained_until(6, resume, run)
        assert isinstance(events[0], Started)
        found.append(events[0].precision)
    assert found == ["bf16", "bf16"]
