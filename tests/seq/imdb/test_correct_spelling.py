"""A classifier that was trained with its spelling corrected corrects it wherever it reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reviews import reviews, write_csv

from corpora.labelled import spelling
from seq.imdb.library import load

pytestmark = pytest.mark.long

SMALL = (
    "--hidden-size=8",
    "--embedding-size=6",
    "--pooling=max",
    "--epochs=2",
    "--batch-size=8",
    "--learning-rate=0.01",
    "--device=cpu",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = [
        (text.replace("superb", "supperb", index == 5), label)
        for index, (text, label) in enumerate(reviews(200))
    ]
    return write_csv(tmp_path / "own.csv", [("a supperb film", "good"), *rows])


def verdict(ended: Any) -> Any:
    assert ended.code == 0, ended.err
    return json.loads(ended.out)


def test_a_model_corrects_as_it_was_trained(
    charlm: Any, file: Path, refused: Callable[..., str]
) -> None:
    ended = charlm("imdb", "train", file, "--correct-spelling", "--out", "run", *SMALL)
    assert ended.code == 0, ended.err
    assert "spelling: 2 words (1 different) were corrected: supperb → superb" in ended.err
    assert "supperb" not in load("run").tokenizer.words

    slip = charlm("imdb", "classify", "a supperb film", "--model", "run", "--json")
    right = charlm("imdb", "classify", "a superb film", "--model", "run", "--json")
    assert verdict(slip) == verdict(right)
    assert "corrected: supperb → superb" in slip.err
    assert "spelling: no word was corrected" in right.err
    explained = charlm("imdb", "classify", "a supperb film", "--model", "run", "--explain")
    assert "supperb" in explained.out
    assert "corrected: supperb → superb" in explained.err

    write_csv(Path("slip.csv"), [("supperb", "good"), ("dull", "bad")])
    write_csv(Path("right.csv"), [("superb", "good"), ("dull", "bad")])
    slip, right = (
        charlm("imdb", "evaluate", "run", f"{n}.csv", "--json") for n in ("slip", "right")
    )
    assert "corrected: supperb → superb" in slip.err
    assert verdict(slip) | {"data": ""} == verdict(right) | {"data": ""}

    assert charlm("imdb", "train", "--resume", "run", "--epochs", "3").code == 0
    said = refused("imdb", "train", "--resume", "run", "--correct-spelling")
    assert "correct-spelling cannot change" in said


def test_any_model_corrects_if_it_is_asked_to(
    charlm: Any, file: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_csv(file, reviews(60))
    assert charlm("imdb", "train", file, "--out", "run", *SMALL).code == 0
    ask = ("imdb", "classify", "--model", "run", "--json")
    plain = charlm(*ask, "a supperb film")
    right = charlm(*ask, "a superb film")
    assert verdict(charlm(*ask, "a supperb film", "--correct-spelling")) == verdict(right)
    assert verdict(plain)["unknown"] == 1
    assert plain.err == ""

    spelling._load_speller.cache_clear()
    monkeypatch.setitem(sys.modules, "symspellpy", None)
    assert charlm(*ask, "a supperb film").out == plain.out
    assert "needs symspellpy" in refused(*ask, "a supperb film", "--correct-spelling")
    assert "needs symspellpy" in refused("imdb", "evaluate", "run", file, "--correct-spelling")
    assert "needs symspellpy" in refused("imdb", "train", file, "--correct-spelling", "--out", "no")
    assert not Path("no").exists()
