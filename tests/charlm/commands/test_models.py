from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_models import (
    CONFIG,
    VOCABULARY,
    damaged,
    log_loss,
    random_weights,
    write_run,
    write_signed,
)

from charlm.config import ModelConfig
from charlm.runs.files import METRICS, MODEL
from corpora.text.vocabulary import Vocabulary

Refused = Callable[..., str]


TINY = "runs/tiny"


PARAMETERS = sum(array.size for array in random_weights().values())


TITLE = "\x1b]0;owned\x07"
"""An escape sequence that would name a terminal's window."""


pytestmark = pytest.mark.usefixtures("run")


def rewrite(run: Path, **changes: Any) -> None:
    path = run / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "model cut": lambda run: (run / MODEL).write_bytes((run / MODEL).read_bytes()[:100]),
    "model missing and no shape": lambda run: ((run / MODEL).unlink(), rewrite(run, model={})),
    "model is a list": lambda run: ((run / MODEL).unlink(), rewrite(run, model=[1])),
    "no vocabulary": lambda run: (run / "vocabulary.json").unlink(),
    "config is no object": lambda run: (run / "config.json").write_text("[]"),
    "config is no JSON": lambda run: (run / "config.json").write_text("{"),
    "config is deep": lambda run: (run / "config.json").write_text("[" * 99_999),
    "config is a folder": lambda run: (
        (run / "config.json").unlink(),
        (run / "config.json").mkdir(),
    ),
    "another kind": lambda run: rewrite(run, kind="imdb"),
    "another format": lambda run: rewrite(run, format=2),
    "log is a folder": lambda run: (run / METRICS).mkdir(),
    "another model": lambda run: write_signed(
        run / MODEL, random_weights(CONFIG.replace({"cell": "gru"}))
    ),
    "a cell of escapes": lambda run: (
        (run / MODEL).unlink(),
        rewrite(run, model={**CONFIG.to_json(), "cell": TITLE}),
    ),
}


def test_shipped_models_and_runs_are_listed(
    charlm: Any, listed: Any, run: Path, tmp_path: Path
) -> None:
    write_run(tmp_path / "shipped" / "charlm" / "island", validation_loss=1.25)
    log_loss(run, 1.5)
    rows = listed()
    assert list(rows) == ["island", TINY]
    for row in rows.values():
        assert set(row) == {"model", "origin", "kind", "config", "parameters", "validation_loss"}
        assert ModelConfig.from_json(row["config"]) == CONFIG
        assert row["parameters"] == PARAMETERS
    assert [row["origin"] for row in rows.values()] == ["shipped", "run"]
    assert [row["validation_loss"] for row in rows.values()] == [1.25, 1.5]
    shown = charlm("models")
    assert (shown.code, shown.err) == (0, "")
    for part in ("island", TINY, f"{PARAMETERS:,}", "1.2500", "1.5000", "lstm"):
        assert part in shown.out


def test_a_run_before_its_first_evaluation_is_listed(charlm: Any, listed: Any, run: Path) -> None:
    (run / MODEL).unlink()
    assert listed()[TINY]["parameters"] is None
    assert TINY in charlm("models").out


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_run_does_not_hide_the_others(
    charlm: Any, listed: Any, run: Path, damage: str
) -> None:
    bad = write_run(run.parent / "bad")
    write_run(run.parent / "zoo")
    DAMAGE[damage](bad)
    rows = listed()
    assert list(rows) == ["runs/bad", TINY, "runs/zoo"]
    assert set(rows["runs/bad"]) == {"model", "origin", "error"}
    assert rows["runs/bad"]["error"].isprintable()
    assert rows[TINY]["parameters"] == rows["runs/zoo"]["parameters"] == PARAMETERS
    shown = charlm("models")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.count(f"{PARAMETERS:,}") == 2
    assert "\x1b" not in shown.out
    assert "\x07" not in shown.out


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_run_is_one_line_for_info_and_export(
    refused: Refused, run: Path, damage: str
) -> None:
    DAMAGE[damage](run)
    assert TINY in refused("info", TINY)
    assert TINY in refused("export", TINY, "out")
    assert not Path("out").exists()


def test_no_models_at_all(charlm: Any, listed: Any, run: Path) -> None:
    shutil.rmtree(run)
    assert listed() == {}
    assert charlm("models").code == 0


def test_runs_may_be_elsewhere(listed: Any) -> None:
    write_run(Path("other place") / "one")
    assert list(listed("--folder", "other place")) == ["other place/one"]


def test_info_adds_up(charlm: Any, run: Path) -> None:
    log_loss(run, 1.5)
    training, corpus = {"epochs": 3}, {"spec": "text.txt"}
    rewrite(run, training=training, corpus=corpus)
    ended = charlm("info", TINY, "--json")
    assert (ended.code, ended.err, ended.out.count("\n")) == (0, "", 1)
    data = json.loads(ended.out)
    parts = data.pop("parameters")
    assert parts["total"] == PARAMETERS == parts["embedding"] + parts["recurrent"] + parts["output"]
    assert parts["embedding"] == len(VOCABULARY) * CONFIG.embedding_size
    assert ModelConfig.from_json(data.pop("config")) == CONFIG
    assert data == {
        "model": TINY,
        "kind": "charlm",
        "vocabulary": list(VOCABULARY.symbols),
        "training": training,
        "corpus": corpus,
        "validation_loss": 1.5,
        "averaged": False,
    }
    shown = charlm("info", TINY)
    assert (shown.code, shown.err) == (0, "")
    for part in (f"{PARAMETERS:,}", "text.txt", "1.5000", f"{len(VOCABULARY)} characters"):
        assert part in shown.out


def test_info_on_a_file_alone_says_what_it_knows(charlm: Any, run: Path) -> None:
    whole = json.loads(charlm("info", TINY, "--json").out)
    alone = json.loads(charlm("info", f"{TINY}/{MODEL}", "--json").out)
    assert set(alone) == set(whole)
    for key in ("config", "parameters", "vocabulary"):
        assert alone[key] == whole[key]
    assert charlm("info", f"{TINY}/{MODEL}").code == 0


@pytest.mark.parametrize("about", ["x", [1], 7, None, {}, {"spec": None}, {TITLE: TITLE}], ids=str)
def test_info_shows_what_others_wrote_without_obeying_it(
    charlm: Any, run: Path, about: Any
) -> None:
    rewrite(run, corpus=about, training=about)
    shown = charlm("info", TINY)
    assert (shown.code, shown.err) == (0, "")
    assert not set(shown.out) & set("\x1b\x07")
    assert charlm("info", TINY, "--json").code == 0


def test_characters_that_print_nothing_are_named(charlm: Any, run: Path) -> None:
    odd = Vocabulary(("\n", "\x1b", "\x9b", "\u202e", "\ud800", "[", "a"))
    write_run(run.parent / "odd", vocabulary=odd)
    shown = charlm("info", "runs/odd")
    assert (shown.code, shown.err) == (0, "")
    assert all(code in shown.out for code in ("U+001B", "U+009B", "U+202E", "U+D800"))
    assert not set(shown.out) & {"\x1b", "\x9b", "\u202e", "\ud800"}


def test_harmed_metadata_never_ends_in_a_traceback(charlm: Any, listed: Any, run: Path) -> None:
    log_loss(run, 1.5)
    for name, seed in (("config.json", 1), (METRICS, 2)):
        good = (run / name).read_bytes()
        for harmed in damaged(good, 10, seed):
            (run / name).write_bytes(harmed)
            assert list(listed()) == [TINY]
            assert charlm("models").code == 0
            for options in ([], ["--json"]):
                ended = charlm("info", TINY, *options)
                assert ended.code in (0, 2)
                assert len(ended.err.splitlines()) == (ended.code == 2)
        (run / name).write_bytes(good)


@pytest.mark.parametrize("command", ["info", "export", "models"])
def test_unknown_options_are_one_line(refused: Refused, command: str) -> None:
    assert "--nope" in refused(command, "--nope")


def test_names_stay_whole_in_a_narrow_terminal(
    charlm: Any, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    name = run.rename(run.parent / ("a run of many words " * 4 + "end"))
    whole = f"runs/{name.name}"
    assert f"{whole}  charlm" in charlm("models").out
    assert whole in charlm("info", whole).out
    (name / MODEL).write_bytes(b"")
    listed = charlm("models").out.splitlines()
    assert f"{whole}  unusable" in listed
    assert listed[-1].startswith(f"{whole}/{MODEL} ")


def test_a_long_symbol_is_cut(charlm: Any, tmp_path: Path) -> None:
    vocabulary = Vocabulary(("x" * 9000, *VOCABULARY.symbols[1:]))
    write_run(tmp_path / "work" / "long", vocabulary=vocabulary)
    said = charlm("info", "long").out
    assert f"{'x' * 60}…" in said.replace("\n", "")
    assert "x" * 61 not in said
