"""`charlm imdb info`: counts without a training are those of trained models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands_of_scan import put, translator_flags

from charlm.training.log import read_events
from seq.imdb.config import PRESETS

Charlm = Callable[..., Any]


def count(charlm: Charlm, *arguments: str) -> Any:
    ended = charlm("imdb", "info", "--json", *arguments)
    assert (ended.code, ended.err) == (0, "")
    return json.loads(ended.out)["parameters"]


def test_every_preset_is_counted_by_the_formulas_of_textbooks(charlm: Charlm) -> None:
    rows = count(charlm)
    assert list(rows) == list(PRESETS)
    assert all(row["total"] == sum(row.values()) - row["total"] for row in rows.values())
    for name, gates in (("rnn100", 1), ("gru100", 3), ("lstm100", 4)):
        assert rows[name]["embedding"] == 20_000 * 100
        assert rows[name]["recurrent"] == gates * 100 * (100 + 100 + 2)
        assert rows[name]["output"] == 100 * 2 + 2
    assert rows["birnn100"]["recurrent"] == 2 * rows["rnn100"]["recurrent"]
    shown = charlm("imdb", "info", "gru100").out
    assert f"{rows['gru100']['total']:,}" in shown
    assert "lstm100" not in shown


def test_a_frozen_identity_does_not_count(charlm: Charlm) -> None:
    """One-hot words: a column for each word, and the identity that reads them is not trained."""
    given = ("rnn100", "--embedding", "one-hot", "--vocabulary-size", "20", "--hidden-size", "50")
    (row,) = count(charlm, *given).values()
    assert row["embedding"] + row["recurrent"] == 20 * 50 + 50 * 50 + 2 * 50


@pytest.mark.long
@pytest.mark.parametrize("embedding", ["one-hot", "learned"])
def test_a_trained_model_has_as_many(charlm: Charlm, file: Path, embedding: str) -> None:
    given = ("--embedding", embedding, "--hidden-size", "5", "--embedding-size", "4")
    options = ("--preset", "gru100", *given, "--epochs", "1", "--out", "run")
    assert charlm("imdb", "train", file, *options, "--device", "cpu").code == 0
    about = json.loads(charlm("info", "run", "--json").out)
    size = str(len(about["vocabulary"]))
    (row,) = count(charlm, "gru100", *given, "--vocabulary-size", size).values()
    assert about["parameters"]["total"] == row["total"]
    assert about["parameters"]["embedding"] == row["embedding"]
    assert next(read_events(Path("run")))["parameters"] == row["total"]


@pytest.mark.long
def test_the_lexicon_of_a_translator_does_not_count(
    charlm: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch)
    flags = [*translator_flags(epochs=1), "--lexicon"]
    flags = [one for one in flags if one != "--no-lexicon"]
    assert charlm("scan", "train", "--split", "tiny", *flags, "--out", "run").code == 0
    about = json.loads(charlm("info", "run", "--json").out)
    assert "lexicon" not in about["parameters"]
    trained = next(read_events(Path("run")))["parameters"]
    assert about["parameters"]["total"] == trained


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rnn200",), "no preset 'rnn200'"),
        (("--classes", "1"), "2 classes"),
        (("--vocabulary-size", "2"), "3 entries"),
        (("--hidden-size", "0"), "hidden_size must lie"),
    ],
)
def test_what_cannot_be_counted(
    refused: Callable[..., str], arguments: tuple[str, ...], message: str
) -> None:
    assert message in refused("imdb", "info", *arguments)
