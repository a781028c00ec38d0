"""`seq.train_classifier` and `seq.train_translator`, from lists, tables, names and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands_of_scan import put, some
from reviews import reviews, write_csv
from training_helpers import result

import seq
from charlm.training.events import Event, Step
from corpora.errors import UserError
from seq.scan.own_pairs import take_pairs

pytestmark = pytest.mark.long

QUICK: dict[str, Any] = {
    "epochs": 2,
    "hidden_size": 6,
    "embedding_size": 6,
    "warmup_steps": 2,
    "batch_size": 8,
    "validation_share": 0.2,
    "device": "cpu",
    "precision": "fp32",
    "progress": "off",
}
PAIRS = [(f"say {a} {b}", [b, a]) for a in "abcdefg" for b in "abcdefg"]


def interrupt(event: Event) -> None:
    if isinstance(event, Step) and event.step == 10:
        raise KeyboardInterrupt


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "own.csv", reviews(120))


def classifier(*data: Any, **changes: Any) -> Any:
    return seq.train_classifier(*data, preset="lstm100", **{**QUICK, **changes})


def translator(*data: Any, **changes: Any) -> Any:
    return seq.train_translator(*data, **{**QUICK, **changes})


def test_a_list_trains_what_a_file_trains(file: Path) -> None:
    import pandas

    frame = pandas.read_csv(file)
    texts, labels = frame.columns
    one = classifier(frame[texts], frame[labels], out="one")
    other, table = classifier(str(file), out="other"), classifier(frame, out="table")
    assert result(one.run).tensors == result(other.run).tensors == result(table.run).tensors
    found = one.model.classify(["a good film"])[0]
    assert found.label in one.model.classes
    assert len(one.history.accuracies) == len(one.history.losses) == 2


def test_an_interrupted_classifier_goes_on_exactly(
    file: Path, charlm: Callable[..., Any], refused: Callable[..., str]
) -> None:
    import pandas

    frame = pandas.read_csv(file)
    cut = classifier(frame, out="cut", progress=interrupt)
    assert cut.interrupted
    line = refused("imdb", "train", "--resume", "cut")
    assert "the data of this run came from Python" in line
    ended = seq.train_classifier(frame, resume="cut", progress="off")
    assert result(ended.run) == result(classifier(frame, out="whole").run)
    assert charlm("imdb", "train", file, "--resume", "cut", "--epochs", "3").code == 0


@pytest.mark.parametrize(
    ("data", "given", "message"),
    [
        ((), {}, "which texts"),
        (("a.csv", [1]), {}, "give a list of texts"),
        (("absent.csv",), {}, "no file or folder"),
        ((["a", "b"], [0, 1]), {"layers": 2}, "no setting 'layers'"),
        ((["a", "b"], [0, 1]), {"preset": "pretrained"}, "begins with a word model"),
        ((["a", "b"], [0, 1]), {"preset": "none"}, "no preset"),
    ],
)
def test_what_no_classifier_can_be_trained_on(
    data: Any, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        seq.train_classifier(*data, progress="off", **given)


def test_pairs_of_python_are_those_of_a_file_and_of_tables() -> None:
    import pandas

    Path("mine.tsv").write_text("".join(f"{s}\t{' '.join(t)}\n" for s, t in PAIRS))
    runs = [
        translator(PAIRS, out="list"),
        translator("mine.tsv", out="file"),
        translator(Path("mine.tsv"), out="path"),
        translator(pandas.DataFrame(PAIRS, columns=["source", "target"]), out="frame"),
        translator([(tuple(s.split()), " ".join(t)) for s, t in PAIRS], out="words"),
    ]
    first = result(runs[0].run)
    assert all(result(run.run).tensors == first.tensors for run in runs)
    assert set(runs[0].model.translate("say a b")[0].actions) <= set("abcdefg")


def test_an_interrupted_translator_goes_on_exactly(refused: Callable[..., str]) -> None:
    given = {"attention": "additive", "epochs": 3}
    cut = translator(PAIRS, out="cut", progress=interrupt, **given)
    assert cut.interrupted
    assert "came from Python" in refused("scan", "train", "--resume", "cut")
    ended = seq.train_translator(PAIRS, resume="cut", progress="off")
    assert result(ended.run) == result(translator(PAIRS, out="whole", **given).run)
    with pytest.raises(UserError, match="has changed"):
        seq.train_translator(PAIRS[1:], resume="cut", progress="off", epochs=5)


def test_a_split_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)
    found = translator("tiny", out="run")
    assert found.model.languages.of_scan
    with pytest.raises(UserError, match="trained on the split tiny"):
        seq.train_translator(PAIRS, resume="run", progress="off")
    assert seq.train_translator(resume="run", epochs=3, progress="off").reason == "finished"


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (3, "pairs must be a list"),
        ([], "no pairs"),
        (["a b"], "pair 1 is no pair"),
        ([("a", "b", "c")], "pair 1 is no pair"),
        ([("a", "b"), ("", "c")], "pair 2 is no pair"),
        ([("a", 3)], "pair 1 is no pair"),
    ],
)
def test_what_is_no_pair_is_one_line(pairs: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        take_pairs(pairs)
    with pytest.raises(UserError, match="which pairs"):
        seq.train_translator(progress="off")
    assert take_pairs(some(5)[:0] or [("a", "b")])
