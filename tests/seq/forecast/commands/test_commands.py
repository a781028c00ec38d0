"""`charlm forecast predict`, `evaluate`, `compare` and `info` as people call them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_helpers import assert_not_trained_anew
from refusals import refusals
from series_helpers import forecaster_flags

from corpora.series.load import load_series
from seq.forecast.library import load

Charlm = Callable[..., Any]
Refused = Callable[..., str]


@pytest.mark.long
def test_predict_draws_and_writes_one_forecast(charlm: Charlm, sines: Path) -> None:
    shown = charlm("forecast", "predict", "--model", sines, "--png", "a.png", "--csv", "a.csv")
    assert shown.code == 0, shown.err
    assert any("\u2800" < letter <= "\u28ff" for letter in shown.out)
    assert "off by" in shown.out
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")
    found = json.loads(charlm("forecast", "predict", "--model", sines, "--json").out)
    series = load_series("sines", length=164).values
    library = load(str(sines), device="cpu").forecast(series[:160])
    assert found["forecast"] == library.point.tolist()
    assert found["came"] == series[160:, 0].tolist()
    assert found["first"] == 160
    table = np.loadtxt("a.csv", delimiter=",", skiprows=1)
    assert np.allclose(table[:, 1], library.point)
    assert np.allclose(table[:, 2:4], np.stack([library.lower, library.upper], axis=1))
    assert table[:, 0].tolist() == [160, 161, 162, 163]


@pytest.mark.long
def test_the_future_of_a_table_is_not_known(charlm: Charlm, sines: Path) -> None:
    values = load_series("sines", length=60).values[:, 0]
    Path("own.csv").write_text("\n".join(["value", *map(str, values)]))
    found = json.loads(charlm("forecast", "predict", "own.csv", "--model", sines, "--json").out)
    assert found["came"] == []
    assert found["first"] == 60
    back = charlm("forecast", "predict", "own.csv", "--model", sines, "--back", "9", "--json")
    assert json.loads(back.out)["came"] == values[51:55].tolist()


@pytest.mark.long
def test_evaluate_puts_simple_methods_beside_the_model(charlm: Charlm, sines: Path) -> None:
    arguments = ("forecast", "evaluate", sines, "--steps", "3", "--origins", "7")
    found = json.loads(charlm(*arguments, "--json").out)
    names = [row["method"] for row in found["methods"]]
    assert names[:2] == [str(sines), "last value"]
    assert {name.split(" (")[0] for name in names[2:]} >= {"autoregression", "ARIMA"}
    assert found["origins"] == 7
    assert found["values"] == 21
    shown = charlm(*arguments).out
    assert "7 forecasts of 3 steps from the test part" in shown
    assert "in the 80 % band" in shown


@pytest.mark.long
def test_compare_trains_tests_and_goes_on(charlm: Charlm) -> None:
    wanted = [
        option
        for option in forecaster_flags(epochs=1)
        if not option.startswith(("--strategy", "--cell", "--attention"))
    ]
    arguments = ["forecast", "compare", "sines", "--strategies", "direct", "recursive"]
    arguments += ["--steps", "1", "3", "--seeds", "2", "--origins", "5", "--out", "all", *wanted]
    ended = charlm(*arguments)
    assert ended.code == 0, ended.err
    rows = json.loads(Path("all/compare.json").read_text())
    nets = [
        (row["steps"], row["method"], len(row["measures"]))
        for row in rows
        if row["method"].endswith("gru")
    ]
    assert nets == [
        (steps, f"{strategy}-gru", 2) for steps in (1, 3) for strategy in ("direct", "recursive")
    ]
    assert len(list(Path("all").rglob("*.safetensors"))) >= 4
    assert_not_trained_anew(charlm, arguments, (8, 6))


def test_info_shows_a_series_and_lists_those_with_a_name(charlm: Charlm) -> None:
    listed = charlm("forecast", "info").out
    assert "mackey_glass" in listed
    assert "Mauna Loa" in listed
    shown = charlm("forecast", "info", "noisy_seasons", "--length", "500").out
    assert "500 rows (350 for training, 50 for validation, 100 for test)" in shown
    assert "a season of 24 steps" in shown
    found = json.loads(charlm("forecast", "info", "square", "--length", "300", "--json").out)
    assert found["columns"]["value"]["highest"] == 1.0


@refusals(
    """
    predict --model nowhere                | there is no model 'nowhere'
    predict own.csv --model RUN --back 999 | --back must lie between 0 and
    predict --model RUN --steps 0          | the steps must lie between 1 and
    predict own.csv --model RUN            | has no column 'value'
    evaluate RUN --origins -1              | --origins
    evaluate RUN --period 9999             | the period must lie between 1 and
    compare sines --seeds 0                | --seeds must lie between 1 and 1000
    predict --model RUN --seed -1          | a seed must be a whole number from 0 to 2^63 - 1
    predict --model RUN --seed 9999999999999999999 | a seed must be a whole number
    predict --csv .                        | . is a folder; name a file
    compare sines --strategies direct --horizon 4 --steps 9 | cannot forecast 9 steps
    info nothing                           | there is no file and no series 'nothing'
    """
)
@pytest.mark.long
def test_what_cannot_be_done_is_a_line(
    refused: Refused, sines: Path, arguments: list[str], line: str
) -> None:
    Path("own.csv").write_text(
        "other\n" + "1\n" * 30 if "--back" not in arguments else "value\n1\n2"
    )
    given = [str(sines) if one == "RUN" else one for one in arguments]
    assert line in refused("forecast", *given)
