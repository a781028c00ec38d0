"""A folder of texts is read again as a run has read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training_helpers import request, short_text

import charlm as package
from charlm.runs.files import CONFIG
from charlm.start import LanguageModelRequest
from charlm.training.request import Hooks
from corpora.errors import UserError
from corpora.known.resolve import encode

pytestmark = pytest.mark.long

SIZES: dict[str, Any] = {"preset": "tiny", "hidden_size": 10, "num_layers": 1, "epochs": 1}
SIZES |= {"batch_size": 6, "window": 16, "evaluate_every": 0, "sample_length": 0, "device": "cpu"}
OPTIONS = [f"--{name.replace('_', '-')}={value}" for name, value in SIZES.items()]


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "code"
    folder.mkdir()
    short_text(folder, 3000, "a.py")
    short_text(folder, 2000, "b.tex")
    short_text(folder, 1000, "c.txt")
    return folder


def length(folder: str, *suffixes: str) -> int:
    return len(encode(folder, suffixes=suffixes or None))


def recorded(run: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(run) / CONFIG).read_text())["corpus"]
    return found


@pytest.mark.usefixtures("code")
def test_the_files_that_a_run_read_are_read_again(charlm: Any) -> None:
    chosen = ["--suffix", ".py", "--suffix", ".tex"]
    ended = charlm("train", *chosen, "code", "--out", "run", *OPTIONS)
    assert ended.code == 0
    assert "reading 2 files of code that end in .py or .tex" in ended.err
    assert recorded("run")["suffixes"] == [".py", ".tex"]
    assert recorded("run")["characters"] == length("code", ".py", ".tex")
    Path("code/d.txt").write_text("a file of another kind, with Ω and Я")
    again = charlm("train", "--resume", "run", "--epochs", "2")
    assert again.code == 0, again.err
    part = ("--split", "all", "--device", "cpu", "--json")
    unsaid, said = (charlm("evaluate", "run", "code", *how, *part) for how in ([], chosen))
    assert unsaid.out == said.out
    other = json.loads(charlm("evaluate", "run", "code", "--suffix", ".tex", *part).out)
    assert other["characters"] == length("code", ".tex") - 1


@pytest.mark.usefixtures("code")
def test_all_texts_are_read_by_default(refused: Callable[..., str], charlm: Any) -> None:
    Path("code/e.bin").write_bytes(b"\0\1")
    ended = charlm("train", "code", "--out", "run", *OPTIONS)
    assert "reading 3 text files of code; left out: 1 binary" in ended.err
    assert recorded("run")["suffixes"] is None
    assert recorded("run")["characters"] == length("code")
    assert "leave out --suffix" in refused("train", "--resume", "run", "--suffix", ".py")
    assert "is no folder" in refused("train", "sample", "--suffix", ".py", *OPTIONS)
    assert r"no file at any depth that ends in .rs" in refused("train", "code", "--suffix", ".rs")


def test_a_run_from_before_suffixes_reads_what_it_read(code: Path) -> None:
    """Such a run recorded none, and read .txt, .md and .text."""
    short_text(code, 1500, "d.MD")
    record = request(code, None).job(Hooks()).record
    del record["corpus"]["suffixes"]
    again = LanguageModelRequest.recorded(record).job(Hooks()).about["corpus"]
    assert again["characters"] == length("code", ".txt", ".md")


def test_python_chooses_as_well(code: Path) -> None:
    result = package.train(code, suffixes=[".py", ".tex"], progress="off", **SIZES)
    assert recorded(str(result.run))["characters"] == length("code", ".py", ".tex")
    again = package.train(resume=result.run, epochs=2, progress="off")
    assert again.history.epochs[-1] == 2
    with pytest.raises(UserError, match="has changed"):
        package.train(resume=result.run, suffixes=[".py"], epochs=3, progress="off")
