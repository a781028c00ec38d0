from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_models import log_loss, random_weights, write_run

from charlm import language_model
from charlm.config import ModelConfig
from charlm.runs.files import LAST, MODEL, read_json
from charlm.runs.run_folder import RunFolder
from charlm.runs.tensors import read_tensors

Refused = Callable[..., str]


TINY = "runs/tiny"


pytestmark = pytest.mark.usefixtures("run")


def test_an_export_is_the_same_model_in_half_the_size(charlm: Any, listed: Any) -> None:
    config = ModelConfig(hidden_size=64, num_layers=2, embedding_size=32)
    source = write_run(Path("runs/large"), config=config, training={"epochs": 3})
    log_loss(source, 1.5)
    ended = charlm("export", source, "out/large")
    assert (ended.code, ended.err) == (0, "")
    assert sorted(path.name for path in Path("out/large").iterdir()) == sorted(
        ["config.json", "README.md", MODEL, "vocabulary.json"]
    )
    size, half = ((folder / MODEL).stat().st_size for folder in (source, Path("out/large")))
    assert 0.45 < half / size < 0.55
    assert f"{half / 1e6:.2f} MB" in ended.out
    arrays, _ = read_tensors(Path("out/large") / MODEL)
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float16)}
    assert_as_good(language_model.load(str(source)), language_model.load("out/large"))
    assert_as_good(language_model.load(str(source)), language_model.load(f"out/large/{MODEL}"))
    assert listed("--folder", "out")["out/large"]["validation_loss"] == 1.5
    data = json.loads(charlm("info", "out/large", "--json").out)
    assert data["training"] == {"epochs": 3}
    assert charlm("export", "out/large", "out/again").code == 0
    assert (Path("out/again") / MODEL).read_bytes() == (Path("out/large") / MODEL).read_bytes()


def assert_as_good(one: language_model.LanguageModel, other: language_model.LanguageModel) -> None:
    assert (one.config, one.vocabulary) == (other.config, other.vocabulary)
    text = "abc, defgh.\n" * 4
    for mine, theirs in zip(one.score(text), other.score(text), strict=True):
        assert abs(mine.surprisal - theirs.surprisal) < 0.02


def test_an_export_cannot_be_resumed_and_says_so(charlm: Any, run: Path) -> None:
    assert charlm("export", TINY, "out").code == 0
    assert not (Path("out") / LAST).exists()
    assert RunFolder(Path("out")).exists


def test_an_export_overwrites_nothing(refused: Refused, run: Path) -> None:
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert "holds a model already" in refused("export", TINY, TINY)
    assert "single file" in refused("export", f"{TINY}/{MODEL}", "out")
    assert "no model" in refused("export", "nowhere", "out")
    Path("file").write_text("")
    assert "cannot make file" in refused("export", TINY, "file")
    assert not Path("out").exists()
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_weights_too_large_for_half_precision_are_one_line(refused: Refused) -> None:
    weights = random_weights()
    weights["output.bias"][0] = 65_600
    write_run(Path("runs/large"), weights)
    assert "too large for half precision" in refused("export", "runs/large", "out")
    assert not Path("out").exists()


def test_an_export_that_failed_can_be_repeated(
    charlm: Any, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any, **about: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("charlm.runs.tensors.write_atomic", full)
        refused("export", TINY, "out")
    assert charlm("export", TINY, "out").code == 0
    assert read_json(Path("out/config.json"))["kind"] == "charlm"
