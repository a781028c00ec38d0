"""`charlm forecast train` as people call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_helpers import advised, assert_resumed_as_said
from refusals import refusals
from series_helpers import forecaster_flags, request
from training_helpers import start, trained

from charlm.runs.files import CONFIG, MODEL
from seq.forecast.task import Forecasting

Charlm = Callable[..., Any]
Refused = Callable[..., str]


@pytest.mark.long
def test_the_command_is_the_library_and_says_what_to_do_next(charlm: Charlm) -> None:
    trained(start(request(Path("library"))))
    ended = charlm("forecast", "train", "sines", "--out", "a run", *forecaster_flags())
    assert ended.code == 0
    assert Path("a run", MODEL).read_bytes() == Path("library", MODEL).read_bytes()
    assert "sample: a forecast of 4 steps is off by" in ended.out
    assert not any("\u2800" < letter <= "\u28ff" for letter in ended.out)
    again = charlm(*advised(ended.out, "forecast with: charlm "))
    assert again.code == 0
    assert "of 4 values lie in the band" in again.out


@pytest.mark.long
def test_a_stopped_training_is_resumed_as_it_says(
    charlm: Charlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["forecast", "train", "sines", *forecaster_flags()]
    assert_resumed_as_said(charlm, monkeypatch, Forecasting, 3, command)


@pytest.mark.long
def test_a_table_of_ones_own_is_trained_on_and_forecast(charlm: Charlm) -> None:
    rows = [f"2024-{1 + n // 28:02}-{1 + n % 28:02},{n % 7},{n % 5 or 'NA'}" for n in range(160)]
    Path("own.csv").write_text("\n".join(["date,temp,humidity", *rows]))
    wanted = [*forecaster_flags(epochs=1, fill="last"), "--target", "temp", "--inputs", "humidity"]
    ended = charlm("forecast", "train", "own.csv", "--out", "run", *wanted)
    assert ended.code == 0, ended.err
    assert "are filled; they are read" in ended.err
    assert "12 rows that own.csv leaves out are put in" in ended.err  # its months have 28 days
    assert json.loads(Path("run", CONFIG).read_text())["corpus"]["inputs"] == ["temp", "humidity"]
    shown = charlm("forecast", "predict", "--model", "run", "--back", "4", "--csv", "out.csv")
    assert "temp" in shown.out
    lines = Path("out.csv").read_text().splitlines()
    assert lines[0] == "step,forecast,lower,upper,came"
    assert [float(line.split(",")[4]) for line in lines[1:]] == [2, 3, 4, 5]
    assert "columns" in charlm("info", "run").out
    assert "forecaster" in charlm("models", "--folder", ".").out
    assert charlm("export", "run", "half").code == 0
    assert charlm("forecast", "evaluate", "half", "--data", "own.csv", "--origins", "3").code == 0


@refusals(
    """
                                            | which series? name a table, or one of sines
    sinus                                   | there is no file and no series 'sinus'
    sines --attention dot --strategy direct | attention needs the strategy decoder
    sines --horizon 0                       | horizon must lie between 1 and
    sines --length 20                       | rows are too few: the training part
    sines --target b                        | sines has no column of numbers called 'b'
    sines --fill never                      | never
    --resume nowhere                        | nowhere
    sines --resume nowhere --target a       | leave out --target
    --resume nowhere --context 3            | --context cannot change
    """
)
def test_what_train_cannot_do_is_a_line(refused: Refused, arguments: list[str], line: str) -> None:
    assert line in refused("forecast", "train", *arguments)
