"""`charlm imdb` train, pretrain, compare and evaluate as people call them."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command_helpers import flags, signalled
from review_helpers import genres
from reviews import BAD, GOOD, pretraining, reader, request, reviews, shape, training, write_csv
from training_helpers import last_step, result, start, trained

from charlm.runs.files import CONFIG, MODEL
from charlm.training.log import read_events
from seq.imdb import library
from seq.imdb.config import PRESETS, Preset
from seq.imdb.task import Classification
from seq.imdb.words.task import WordModelling

Charlm = Callable[..., Any]
Refused = Callable[..., str]

ROOT = Path(library.__file__).resolve().parents[2]
STEPS_PER_PASS = 7
"""Of 60 reviews, 6 of which are set apart."""


def small(**changes: Any) -> list[str]:
    """The options of the training that `reviews.request` asks for."""
    return flags(shape(), training(), **changes)


def wordy(**changes: Any) -> list[str]:
    """The options of a pre-training that takes a blink."""
    return flags(reader(), pretraining(), **changes)


@pytest.fixture
def file() -> Path:
    return write_csv(Path("own.csv"), reviews(60))


def advised(out: str, what: str) -> list[str]:
    """The words of the command that is printed after `what`."""
    line = next(line for line in out.splitlines() if line.startswith(what))
    return shlex.split(line.removeprefix(what))


# Training


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
        ended = charlm("imdb", "train", written_as(form, rows), "--out", form, *small(epochs=1))
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
    ended = charlm("imdb", "train", file, "--out", "a run", *small())
    assert ended.code == 0
    assert Path("a run", MODEL).read_bytes() == Path("library", MODEL).read_bytes()
    assert "finished at step 28" in ended.out
    assert "words (" in ended.err
    command = advised(ended.out, "classify with: ")
    assert command[:5] == ["charlm", "imdb", "classify", "--model", "a run"]
    assert charlm(*command[1:5], "a superb film").code == 0


def test_a_new_run_is_named_after_its_texts_and_preset(charlm: Charlm, file: Path) -> None:
    for _ in range(2):
        assert charlm("imdb", "train", file, *small(epochs=1)).code == 0
    assert sorted(path.name for path in Path("runs").iterdir()) == ["own-best", "own-best-2"]


@pytest.mark.parametrize("step", [0, 9, 4 * STEPS_PER_PASS - 1])
def test_what_ctrl_c_stops_is_resumed_to_the_same_end(
    charlm: Charlm, file: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    drops = small(dropout=0.3, embedding_dropout=0.2)
    assert charlm("imdb", "train", file, "--out", "whole", *drops).code == 0
    with monkeypatch.context() as patch:
        signalled(patch, Classification, step)
        ended = charlm("imdb", "train", file, "--out", "in two", *drops)
    if step < 4 * STEPS_PER_PASS - 1:
        assert ended.code == 130
        assert last_step(Path("in two")) == step + 1
    command = advised(ended.out, "resume with: " if ended.code else "more with: ")
    assert command[:4] == ["python", "-m", "seq.imdb", "train"]
    assert command[4:6] == ["--resume", "in two"]
    again = charlm("imdb", "train", "--resume", "in two")
    assert again.code == 0
    assert result(Path("in two")) == result(Path("whole"))


def test_texts_that_have_moved_are_named_again(charlm: Charlm, refused: Refused) -> None:
    file = write_csv(Path("own.csv"), reviews(60))
    assert charlm("imdb", "train", file, "--out", "run", *small(epochs=1)).code == 0
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
    assert charlm("imdb", "train", file, "--out", "run", *small(epochs=1)).code == 0
    before = {path: path.read_bytes() for path in Path("run").rglob("*") if path.is_file()}
    ended = charlm("imdb", "train", file, "--out", "run", *small(epochs=2))
    assert (ended.code, ended.out) == (2, "")
    assert "run holds a run already" in ended.err.splitlines()[-1]
    # At once, not when the word model has been trained.
    line = refused("imdb", "train", file, "--preset=pretrained", "--out", "run")
    assert "run holds a run already" in line
    assert {path: path.read_bytes() for path in before} == before
    assert not Path("run-words").exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nowhere.csv"], "there is no file or folder 'nowhere.csv'"),
        (["few.csv"], "4 texts are too few"),
        (["one.csv"], "one class only, 'bad'"),
        (["empty.csv"], "holds no texts"),
        (["binary.parquet"], "binary.parquet cannot be read"),
        (["binary.txt"], "binary.txt"),
        (["own.csv", "own.csv"], "own.csv"),
        (["own.csv", "--label-column=stars"], "no column 'stars'"),
        (["own.csv", "--preset=vast"], "there is no preset 'vast'"),
        (["own.csv", "--hidden-size=0"], "hidden_size must lie between"),
        (["own.csv", "--epochs=many"], "--epochs"),
        (["own.csv", "--nope"], "--nope"),
        (["--nope"], "there is no option --nope"),
        (["own.csv", "--init-from=nowhere"], "there is no model 'nowhere'"),
        (["own.csv", "--init-from=x", "--cell=gru"], "--cell cannot change"),
        (["own.csv", "--init-from=x", "--vocabulary-size=9"], "--vocabulary-size cannot change"),
        (["own.csv", "--init-from=x", "--embedding=one-hot"], "--embedding cannot change"),
        (["own.csv", "--init-from=x", "--vectors=v"], "--vectors"),
        (["own.csv", "--preset=pretrained", "--vectors=v"], "--vectors"),
        (["own.csv", "--vectors=nowhere.txt"], "nowhere.txt"),
        (["own.csv", "--vectors=v", "--embedding=one-hot"], "--embedding cannot change"),
        (["own.csv", "--vectors=v", "--embedding-size=9"], "--embedding-size cannot change"),
        (["own.csv", "--out=own.csv/run"], "a part of the path is a file"),
        (["--resume=nowhere"], "nowhere is not a run folder"),
        (["--resume=run", "--out=other"], "leave out --"),
        (["--resume=run", "--vectors=v"], "leave out --"),
        (["--resume=run", "--text-column=body"], "leave out --"),
        (["--resume=run", "--hidden-size=9"], "--hidden-size cannot change"),
    ],
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


# Pre-training


def test_pretraining_and_what_it_advises_to_do_next(charlm: Charlm) -> None:
    file = write_csv(Path("my {own}.csv"), reviews(60))
    ended = charlm("imdb", "pretrain", file, "--out", "words", *wordy(epochs=1))
    assert ended.code == 0
    command = advised(ended.out, "start a classifier from it: ")
    assert command == [
        *("charlm", "imdb", "train", "my {own}.csv"),
        *("--preset", "pretrained", "--init-from", "words"),
    ]
    ended = charlm(*command[1:], "--out", "run", "--epochs=1")
    assert ended.code == 0
    about = json.loads(Path("run", CONFIG).read_text())
    assert (about["model"]["hidden_size"], about["model"]["pooling"]) == (8, "concat")


def test_pretraining_needs_no_labels_and_resumes(
    charlm: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("own.txt").write_text("\n".join(text for text, _ in reviews(60)) + "\n")
    assert charlm("imdb", "pretrain", "own.txt", "--out", "whole", *wordy()).code == 0
    with monkeypatch.context() as patch:
        signalled(patch, WordModelling, 7)
        ended = charlm("imdb", "pretrain", "own.txt", "--out", "in two", *wordy())
    assert ended.code == 130
    command = advised(ended.out, "resume with: ")
    assert command == ["python", "-m", "seq.imdb", "pretrain", "--resume", "in two"]
    assert charlm("imdb", *command[3:]).code == 0
    assert result(Path("in two")) == result(Path("whole"))


@pytest.fixture
def two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Preset pretrained with a first step that takes a blink."""
    chosen = PRESETS["pretrained"]
    quick = Preset(chosen.why, chosen.model, chosen.training, pretraining())
    monkeypatch.setitem(PRESETS, "pretrained", quick)  # type: ignore[arg-type]


TWO_STEPS = flags(reader(), training(), epochs=1, vocabulary_size=12)


@pytest.mark.usefixtures("two_steps")
def test_the_pretrained_preset_is_two_trainings(charlm: Charlm, file: Path) -> None:
    ended = charlm("imdb", "train", file, "--preset=pretrained", "--out", "run", *TWO_STEPS)
    assert ended.code == 0
    about = json.loads(Path("run", CONFIG).read_text())
    assert about["init_from"] == "run-words"
    assert about["model"]["hidden_size"] == 8
    words = Path("run-words", "vocabulary.json").read_text()
    assert Path("run", "vocabulary.json").read_text() == words
    assert len(json.loads(words)["words"]) == 12


@pytest.mark.usefixtures("two_steps")
def test_ctrl_c_in_the_first_training_ends_both(
    charlm: Charlm, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("imdb", "train", file, "--preset=pretrained", "--out")
    assert charlm(*asked, "whole", *TWO_STEPS).code == 0
    with monkeypatch.context() as patch:
        signalled(patch, WordModelling, 12)
        ended = charlm(*asked, "run", *TWO_STEPS)
    assert ended.code == 130
    assert not Path("run").exists()
    resumed = charlm("imdb", *advised(ended.out, "resume with: ")[3:])
    assert resumed.code == 0
    second = advised(resumed.out, "start a classifier from it: ")[1:]
    settled = ("--vocabulary-size", "--min-frequency")
    options = [o for o in flags(training(epochs=1)) if not o.startswith(settled)]
    assert charlm(*second, "--out", "run", *options).code == 0
    assert Path("run", MODEL).read_bytes() == Path("whole", MODEL).read_bytes()


# Comparing

COMPARED = ("rnn50", "rnn100")
QUICK = ("--epochs=2", "--batch-size=8", "--warmup-steps=2", "--device=cpu")


@pytest.fixture
def compare(charlm: Charlm, file: Path) -> Charlm:
    """Compare two presets on reviews of one's own."""
    write_csv(Path("test.csv"), reviews(20, seed=1))
    own = ("--data=own.csv", "--test=test.csv", "--out=both", *QUICK)

    def call(*arguments: str, presets: tuple[str, ...] = COMPARED) -> Any:
        return charlm("imdb", "compare", *presets, *own, *arguments)

    return call


def test_a_comparison_is_written_and_printed(compare: Charlm, charlm: Charlm) -> None:
    ended = compare()
    assert ended.code == 0
    rows = json.loads(Path("both/compare.json").read_text())
    assert [row["preset"] for row in rows] == list(COMPARED)
    for name, row in zip(COMPARED, rows, strict=True):
        tested = charlm("imdb", "evaluate", f"both/{name}", "test.csv", "--json")
        assert json.loads(tested.out)["accuracy"] == row["test_accuracy"]
        counts = library.load(f"both/{name}").model.parameter_counts()
        assert sum(counts.values()) == row["embedding_parameters"] + row["other_parameters"]
        evaluated = [e for e in read_events(Path("both", name)) if e["event"] == "evaluated"]
        assert row["epochs_to_best"] in [event["epoch"] for event in evaluated]
        assert row["seconds_per_epoch"] > 0
        for shown in (ended.out, Path("both/compare.md").read_text()):
            assert f"{row['test_accuracy']:.2%}" in shown
            assert f"{row['other_parameters']:,}" in shown
    assert Path("both/compare.png").read_bytes().startswith(b"\x89PNG")
    # All is there: nothing is trained again, and standard output is JSON.
    again = compare("--json")
    assert (again.code, json.loads(again.out)) == (0, {"rows": rows})


@pytest.mark.parametrize("step", [9, 20])
def test_a_comparison_that_was_stopped_goes_on(
    compare: Charlm, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """In the first training, in the second."""
    with monkeypatch.context() as patch:
        signalled(patch, Classification, step)
        ended = compare("--json")
    assert (ended.code, ended.out) == (130, "")
    assert "the same command goes on" in ended.err
    assert not Path("both/compare.json").exists()
    assert compare("--json").code == 0
    shutil.copytree("both", "in two")
    shutil.rmtree("both")
    assert compare("--json").code == 0
    for name in COMPARED:
        assert result(Path("in two", name)) == result(Path("both", name))


def test_what_is_too_short_to_be_timed_is_not(compare: Charlm) -> None:
    ended = compare("--json", "--validation-share=0.9", presets=("rnn50",))
    assert ended.code == 0
    (row,) = json.loads(ended.out, parse_constant=pytest.fail)["rows"]
    assert row["seconds_per_epoch"] is None
    assert "| – |" in Path("both/compare.md").read_text()


def test_a_run_with_other_settings_or_texts_is_not_taken_for_this_one(
    compare: Charlm, refused: Refused
) -> None:
    assert compare(presets=("rnn50",)).code == 0
    write_csv(Path("other.csv"), reviews(60, seed=2))
    asked = ("imdb", "compare", "rnn50", "--test=test.csv", "--out=both", *QUICK)
    assert "has seed 1, not 2; name another" in refused(*asked, "--data=own.csv", "--seed=2")
    assert "has spec 'own.csv', not 'other.csv'" in refused(*asked, "--data=other.csv")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ([], "which presets? name some of rnn100"),
        (["vast"], "there is no preset 'vast'"),
        (["../rnn50"], "there is no preset '../rnn50'"),
        (["rnn50", "pretrained"], "pretrained is trained in two steps"),
        (["rnn50", "--data=own.csv"], "--test"),
        (["rnn50", "--data=nowhere", "--test=own.csv"], "'nowhere'"),
        (["rnn50", "--data=own.csv", "--test=nowhere"], "'nowhere'"),
        (["rnn50", "--data=own.csv", "--test=genres.csv"], "'crime' is none of the classes"),
        (["rnn50", "--data=own.csv", "--test=imdb"], "own.csv tells bad, good apart"),
        (["rnn50", "--nope"], "--nope"),
    ],
)
def test_what_compare_cannot_do_is_a_line_before_anything_is_trained(
    refused: Refused, file: Path, arguments: list[str], line: str
) -> None:
    write_csv(Path("genres.csv"), genres(9))
    assert line in refused("imdb", "compare", *arguments, *QUICK)
    assert not Path("runs").exists()


# Evaluating


def test_the_figures_are_those_of_what_it_says(charlm: Charlm, good_or_bad: Path) -> None:
    rows = [*reviews(40, seed=3), ("", "bad"), ("good and bad", "good"), ("unheard-of", "bad")]
    write_csv(Path("test.csv"), rows)
    asked = ("--model", good_or_bad, "--json")
    said = charlm("imdb", "classify", "test.csv", *asked).out.splitlines()
    right = [
        json.loads(line)["label"] == label for line, (_, label) in zip(said, rows, strict=True)
    ]
    ended = charlm("imdb", "evaluate", good_or_bad, "test.csv", "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    found = json.loads(ended.out)
    wordless = 1  # of which classify says nothing, and evaluate what is likelier of any text
    assert np.sum(right) <= found["accuracy"] * len(rows) <= np.sum(right) + wordless
    assert np.sum(found["confusion"]) == found["examples"] == len(rows)
    shown = charlm("imdb", "evaluate", good_or_bad, "test.csv").out
    assert f"accuracy {found['accuracy']:.2%}, macro F1 {found['macro_f1']:.4f}" in shown
    assert f"log loss {found['log_loss']:.4f} nats" in shown
    for name, *figures in zip(found["classes"], found["precision"], found["recall"], strict=True):
        line = next(line for line in shown.splitlines() if line.startswith(name))
        assert [f"{figure:.2%}" for figure in figures] == re.findall(r"\S+%", line)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["MODEL"], "tells bad, good apart; name texts with these labels"),
        (["MODEL", "nowhere.csv"], "'nowhere.csv'"),
        (["MODEL", "genres.csv"], "row 1: 'crime' is none of the classes bad, good"),
        (["MODEL", "plain.txt"], "plain.txt holds no labels"),
        (["MODEL", "genres.csv", "more"], "more"),
        (["MODEL", "genres.csv", "--split=half"], "--split"),
        (["MODEL", "genres.csv", "--nope"], "--nope"),
        (["nowhere", "genres.csv"], "there is no model 'nowhere'"),
        (["genres.csv", "genres.csv"], "genres.csv is not a model file"),
        ([], "there is no model 'imdb'"),
    ],
)
def test_what_evaluate_cannot_do_is_a_line(
    refused: Refused, good_or_bad: Path, arguments: list[str], line: str
) -> None:
    write_csv(Path("genres.csv"), genres(9))
    Path("plain.txt").write_text("a film\n")
    arguments = [str(good_or_bad) if word == "MODEL" else word for word in arguments]
    assert line in refused("imdb", "evaluate", *arguments)


def test_a_word_model_is_no_classifier(charlm: Charlm, refused: Refused, file: Path) -> None:
    assert charlm("imdb", "pretrain", file, "--out=words", *wordy(epochs=1)).code == 0
    for asked in (
        ("classify", "--model=words", "a text"),
        ("evaluate", "words", file),
        ("train", "--resume=words"),
    ):
        assert "of kind 'word-model', not 'classifier'" in refused("imdb", *asked)


# As a program of its own


def test_the_module_is_the_command(file: Path, charlm: Charlm) -> None:
    """Started, stopped by SIGINT, and resumed by the line that it prints."""
    options = small(epochs=3000)
    program = subprocess.Popen(
        [sys.executable, "-m", "seq.imdb", "train", file, "--out=a run", *options],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    log = Path("a run/metrics.jsonl")
    while program.poll() is None and not (log.exists() and b'"evaluated"' in log.read_bytes()):
        time.sleep(0.01)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert (program.returncode, err.count("\n")) == (130, 1), err
    command = advised(out, "resume with: python -m seq.")
    stopped = last_step(Path("a run"))
    assert charlm(*command, f"--epochs={stopped // STEPS_PER_PASS + 2}").code == 0
    assert last_step(Path("a run")) > stopped
