"""`charlm imdb train` as people call it."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command_helpers import advised, signalled
from forked_programs import Program
from refusals import refusals
from review_helpers import genres
from reviews import (
    BAD,
    GOOD,
    classifier_flags,
    request,
    reviews,
    write_csv,
)
from training_helpers import last_step, result, start, trained

from charlm.runs.files import CONFIG, MODEL
from seq.imdb import library
from seq.imdb.task import Classification

Charlm = Callable[..., Any]
Refused = Callable[..., str]

STEPS_PER_PASS = 7
"""Of 60 reviews, 6 of which are set apart."""


def written_as(form: str, rows: list[tuple[str, str]]) -> str:
    frame = pd.DataFrame(rows, columns=["review", "sentiment"])
    match form:
        case "csv":
            frame.to_csv("data.csv", index=False)
        case "tsv":
            frame.to_csv("data.tsv", index=False, sep="\t")
        case "jsonl":
            frame.to_json("data.jsonl", orient="records", lines=True)
        case "parquet":
            frame.to_parquet("data.parquet")
        case "folder":
            for number, (text, label) in enumerate(rows):
                Path("data.folder", label).mkdir(parents=True, exist_ok=True)
                Path("data.folder", label, f"{number}.txt").write_text(text)
    return f"data.{form}"


def test_texts_of_any_form_and_of_any_number_of_classes(charlm: Charlm) -> None:
    rows = [*genres(48), *(("war and peace", "war") for _ in range(16))]
    models = {}
    for form in ("csv", "tsv", "jsonl", "parquet", "folder"):
        ended = charlm(
            "imdb", "train", written_as(form, rows), "--out", form, *classifier_flags(epochs=1)
        )
        assert (ended.code, ended.err.count("\n")) == (0, 1)
        about = json.loads(Path(form, CONFIG).read_text())
        assert about["model"]["classes"] == ["crime", "love", "space", "war"]
        assert about["corpus"]["texts"] == 64
        models[form] = Path(form, MODEL).read_bytes()
    folder = models.pop("folder")  # its texts come in another order
    assert len(set(models.values())) == 1
    assert folder not in models.values()


def test_the_command_is_the_library_and_says_what_to_do_next(charlm: Charlm, file: Path) -> None:
    trained(start(request(file, Path("library"))))
    ended = charlm("imdb", "train", file, "--out", "a run", *classifier_flags())
    assert ended.code == 0
    assert Path("a run", MODEL).read_bytes() == Path("library", MODEL).read_bytes()
    assert "finished at step 28" in ended.out
    assert "words (" in ended.err
    command = advised(ended.out, "classify with: ")
    assert command[:5] == ["charlm", "imdb", "classify", "--model", "a run"]
    assert charlm(*command[1:5], "a superb film").code == 0


def test_a_new_run_is_named_after_its_texts_and_preset(charlm: Charlm, file: Path) -> None:
    for _ in range(2):
        assert charlm("imdb", "train", file, *classifier_flags(epochs=1)).code == 0
    assert sorted(path.name for path in Path("runs").iterdir()) == ["own-best", "own-best-2"]


@pytest.mark.wide
@pytest.mark.parametrize("step", [0, 9, 4 * STEPS_PER_PASS - 1])
def test_what_ctrl_c_stops_is_resumed_to_the_same_end(
    charlm: Charlm, file: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    drops = classifier_flags(dropout=0.3, embedding_dropout=0.2)
    assert charlm("imdb", "train", file, "--out", "whole", *drops).code == 0
    with monkeypatch.context() as patch:
        signalled(patch, Classification, step)
        ended = charlm("imdb", "train", file, "--out", "in two", *drops)
    if step < 4 * STEPS_PER_PASS - 1:
        assert ended.code == 130
        assert last_step(Path("in two")) == step + 1
    command = advised(ended.out, "resume with: " if ended.code else "more with: ")
    assert command[:4] == ["charlm", "imdb", "train", "--resume"]
    assert command[4] == "in two"
    again = charlm("imdb", "train", "--resume", "in two")
    assert again.code == 0
    assert result(Path("in two")) == result(Path("whole"))


def test_texts_that_have_moved_are_named_again(charlm: Charlm, refused: Refused) -> None:
    file = write_csv(Path("own.csv"), reviews(60))
    assert charlm("imdb", "train", file, "--out", "run", *classifier_flags(epochs=1)).code == 0
    file.rename("moved.csv")
    assert "'own.csv'" in refused("imdb", "train", "--resume", "run")
    assert charlm("imdb", "train", "moved.csv", "--resume", "run", "--epochs=2").code == 0
    assert last_step(Path("run")) == 2 * STEPS_PER_PASS
    write_csv(Path("other.csv"), reviews(60, seed=1))
    ended = charlm("imdb", "train", "other.csv", "--resume", "run", "--epochs=3")
    assert (ended.code, ended.out) == (2, "")
    assert "is another corpus" in ended.err
    assert last_step(Path("run")) == 2 * STEPS_PER_PASS


def test_a_run_in_the_way_is_left_as_it_is(charlm: Charlm, refused: Refused, file: Path) -> None:
    assert charlm("imdb", "train", file, "--out", "run", *classifier_flags(epochs=1)).code == 0
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    ended = charlm("imdb", "train", file, "--out", "run", *classifier_flags(epochs=2))
    assert (ended.code, ended.out) == (2, "")
    assert "run holds a run already" in ended.err.splitlines()[-1]
    # At once, not when the word model has been trained.
    line = refused("imdb", "train", file, "--preset=pretrained", "--out", "run")
    assert "run holds a run already" in line
    assert {path: path.read_bytes() for path in before} == before
    assert not Path("run-words").exists()


@refusals(
    """
    nowhere.csv                               | there is no file or folder 'nowhere.csv'
    few.csv                                   | 4 texts are too few
    one.csv                                   | one class only, 'bad'
    empty.csv                                 | holds no texts
    binary.parquet                            | binary.parquet cannot be read
    binary.txt                                | binary.txt
    own.csv own.csv                           | own.csv
    own.csv --label-column=stars              | no column 'stars'
    own.csv --preset=vast                     | there is no preset 'vast'
    own.csv --hidden-size=0                   | hidden_size must lie between
    own.csv --epochs=many                     | --epochs
    own.csv --nope                            | --nope
    --nope                                    | there is no option --nope
    own.csv --init-from=nowhere               | there is no model 'nowhere'
    own.csv --init-from=x --cell=gru          | --cell cannot change
    own.csv --init-from=x --vocabulary-size=9 | --vocabulary-size cannot change
    own.csv --init-from=x --embedding=one-hot | --embedding cannot change
    own.csv --init-from=x --vectors=v         | --vectors
    own.csv --preset=pretrained --vectors=v   | --vectors
    own.csv --vectors=nowhere.txt             | nowhere.txt
    own.csv --vectors=v --embedding=one-hot   | --embedding cannot change
    own.csv --vectors=v --embedding-size=9    | --embedding-size cannot change
    own.csv --out=own.csv/run                 | a part of the path is a file
    --resume=nowhere                          | nowhere is not a run folder
    --resume=run --out=other                  | leave out --
    --resume=run --vectors=v                  | leave out --
    --resume=run --text-column=body           | leave out --
    --resume=run --hidden-size=9              | --hidden-size cannot change
    """
)
def test_what_train_cannot_do_is_a_line_and_nothing_is_written(
    charlm: Charlm, file: Path, arguments: list[str], line: str
) -> None:
    write_csv(Path("few.csv"), reviews(4))
    write_csv(Path("one.csv"), reviews(40)[::2])
    Path("empty.csv").touch()
    Path("binary.parquet").write_bytes(bytes(range(256)))
    Path("binary.txt").write_bytes(bytes(range(256)))
    before = sorted(Path().rglob("*"))
    ended = charlm("imdb", "train", *arguments)
    assert (ended.code, ended.out) == (2, "")
    *notices, error = ended.err.splitlines()
    assert error.startswith("charlm: ")
    assert line in error
    assert all("words (" in notice for notice in notices)
    assert sorted(Path().rglob("*")) == before


def test_vectors_from_a_file(charlm: Charlm, file: Path) -> None:
    Path("v.txt").write_text("".join(f"{word} 1 {n} 0\n" for n, word in enumerate(GOOD + BAD)))
    own = ["--vectors=v.txt", "--freeze-embedding", "--hidden-size=8", "--epochs=1"]
    ended = charlm("imdb", "train", file, "--out", "run", *own)
    assert ended.code == 0
    assert "v.txt has 38.1% of the 21 words" in ended.err
    found = library.load("run")
    rows = [found.tokenizer.words.index(word) for word in GOOD + BAD]
    vectors = [[1, number, 0] for number in range(len(rows))]
    assert found.model.embedding.weight[rows].tolist() == vectors


# As a program of its own


@pytest.mark.long
def test_the_module_is_the_command(file: Path, charlm: Charlm) -> None:
    """Started, stopped by SIGINT, and resumed by the line that it prints."""
    options = classifier_flags(epochs=3000)
    program = Program("-m", "seq.imdb", "train", file, "--out=a run", *options)
    log = Path("a run/metrics.jsonl")
    while program.poll() is None and not (log.exists() and b'"evaluated"' in log.read_bytes()):
        time.sleep(0.01)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert (program.returncode, err.count("\n")) == (130, 1), err
    command = advised(out, "resume with: charlm ")
    stopped = last_step(Path("a run"))
    assert charlm(*command, f"--epochs={stopped // STEPS_PER_PASS + 2}").code == 0
    assert last_step(Path("a run")) > stopped
