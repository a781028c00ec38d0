"""Cells and an attention of the user's: in comparisons, in forecasts and in captions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import flags
from commands_of_scan import put, shape, training
from own_parts import forget, write_plugin
from scene_helpers import captioner_flags
from series_helpers import forecaster_flags
from training_helpers import options, short_text

pytestmark = pytest.mark.long

Charlm = Callable[..., Any]
Refused = Callable[..., str]
PLUGIN = ("--plugin", "mycells")


@pytest.fixture(autouse=True)
def plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    write_plugin()
    forget(monkeypatch, "mycells")


def without(given: list[str], *names: str) -> list[str]:
    return [flag for flag in given if not flag.startswith(names)]


def test_a_sweep(charlm: Charlm, refused: Refused) -> None:
    short_text(Path())
    given = options(epochs=1)
    at = [given.index(f"--{n}") for n in ("cell", "hidden-size", "num-layers", "embedding-size")]
    given = [o for i, o in enumerate(given) if i not in at and i - 1 not in at]
    command = ["sweep", "text.txt", "--out", "out", "--layers", "1", "--hidden", "6", *given]
    command += ["--cells", "gru", "mgu"]
    assert "must be one of rnn, rnn_relu, gru, lstm, not 'mgu'" in refused(*command)
    ended = charlm(*command, *PLUGIN)
    assert ended.code == 0, ended.err
    assert {path.name for path in Path("out").iterdir() if path.is_dir()} == {"gru-1x6", "mgu-1x6"}


def test_a_comparison_of_attentions(
    charlm: Charlm, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(monkeypatch)
    given = without(flags(shape(), training(epochs=1)), "--attention")
    command = ["scan", "compare", "tiny", "--out", "out", *given]
    command += ["--attention", "dot", "--attention", "bilinear"]
    assert "not 'bilinear'" in refused(*command)
    ended = charlm(*command, "--json", *PLUGIN)
    assert ended.code == 0, ended.err
    rows = json.loads(ended.out)["rows"]
    assert [row["attention"] for row in rows] == ["dot", "bilinear"]


def test_forecasts(charlm: Charlm, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = without(forecaster_flags(epochs=1), "--strategy", "--cell", "--attention")
    own = ["--cell=mgu", "--attention=bilinear", "--strategy=decoder"]
    train = ["forecast", "train", "sines", "--out", "run", *wanted, *own]
    assert "not 'bilinear'" in refused(*train)
    ended = charlm(*train, *PLUGIN)
    assert ended.code == 0, ended.err
    predicted = charlm("forecast", "predict", "--model", "run", "--json", *PLUGIN)
    assert predicted.code == 0, predicted.err
    forget(monkeypatch, "mycells")
    assert "--plugin mycells" in refused("forecast", "predict", "--model", "run")
    compare = ["forecast", "compare", "sines", "--strategies", "decoder", "recursive"]
    compare += ["--cells", "pair", "--attention", "none", "bilinear", "--steps", "2"]
    ended = charlm(*compare, "--origins", "5", "--out", "all", "--json", *wanted, *PLUGIN)
    assert ended.code == 0, ended.err
    methods = {row["method"] for row in json.loads(ended.out)["rows"]}
    assert {"decoder-pair", "decoder-pair-bilinear", "recursive-pair"} <= methods


def test_captions(charlm: Charlm, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = without(captioner_flags(epochs=1), "--cell", "--attention")
    train = ["caption", "train", "--out", "run", *wanted, "--cell=mgu", "--attention=bilinear"]
    assert "not 'bilinear'" in refused(*train)
    ended = charlm(*train, *PLUGIN)
    assert ended.code == 0, ended.err
    described = charlm("caption", "describe", "--model", "run", "--json", *PLUGIN)
    assert described.code == 0, described.err
    assert json.loads(described.out)["captions"][0]["attention"] is not None
    forget(monkeypatch, "mycells")
    assert "--plugin mycells" in refused("caption", "describe", "--model", "run")
