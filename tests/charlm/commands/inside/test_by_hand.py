"""`charlm inside step`, `recurrences` and `shapes`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from refusals import refusals

WEIGHTS = {
    "weight_ih": [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]],
    "weight_hh": [[0.7], [0.8], [0.9]],
    "x": [[1, -1], [0, 2]],
}


def test_the_classic_example_is_printed_number_by_number(charlm: Any) -> None:
    ended = charlm("inside", "step")
    assert (ended.code, ended.err) == (0, "")
    rows = [line.split() for line in ended.out.splitlines() if line[:1] in "123"]
    assert [row[-1] for row in rows if len(row) == 8] == ["0.0400", "0.0917", "0.1465"]
    assert [row[-2] for row in rows if len(row) == 8] == ["0.0400", "0.0917", "0.1465"]
    assert "equal to torch.nn" in ended.out


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_every_cell_is_equal_to_that_of_torch(charlm: Any, cell: str) -> None:
    asked = ("--cell", cell, "--seed", "5", "--input", "4", "--hidden", "20")
    ended = charlm("inside", "step", *asked)
    assert "17 more units: see --json" in ended.out
    assert "equal to torch.nn" in ended.out
    data = json.loads(charlm("inside", "step", *asked, "--json").out)
    assert data["cell"] == cell
    assert data["largest_difference"] < 1e-12
    assert [len(record["h"]) for record in data["records"]] == [20, 20, 20]
    assert data["records"][0]["torch.nn h"] == pytest.approx(data["records"][0]["h"])


def test_lines_fit_80_columns(charlm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    commands = (
        ("step",), ("step", "--cell", "lstm", "--hidden", "2", "--input", "3"),
        ("step", "--cell", "gru", "--hidden", "9"), ("recurrences", "--x", "-1", "0.5"),
        ("shapes", "--cell", "lstm", "--layers", "2", "--bidirectional"),
    )  # fmt: skip
    for command in commands:
        ended = charlm("inside", *command)
        assert ended.code == 0
        assert max(map(len, ended.out.splitlines())) <= 80, command


def test_weights_and_inputs_come_from_a_file(charlm: Any) -> None:
    Path("cell.json").write_text(json.dumps(WEIGHTS))
    data = json.loads(charlm("inside", "step", "--weights", "cell.json", "--json").out)
    assert data["cell"] == "gru"
    assert [record["x"] for record in data["records"]] == WEIGHTS["x"]
    asked = ("--weights", "cell.json", "--x", "-1", "1.5", "--json")
    data = json.loads(charlm("inside", "step", *asked).out)
    assert [record["x"] for record in data["records"]] == [[-1.0, 1.5]]


def test_pictures_are_written(charlm: Any) -> None:
    for command in ("step", "recurrences", "shapes"):
        assert charlm("inside", command, "--png", f"{command}.png").code == 0
        assert Path(f"{command}.png").read_bytes().startswith(b"\x89PNG")


def test_three_recurrences_are_printed_and_in_json(charlm: Any) -> None:
    ended = charlm("inside", "recurrences", "--x", *["0.5"] * 20)
    assert ended.code == 0
    assert "and 8 more steps: see --json" in ended.out
    data = json.loads(charlm("inside", "recurrences", "--json").out)
    kinds = {record["kind"] for record in data["records"]}
    assert kinds == {"hidden to hidden", "output to hidden", "output to output"}
    assert data["w"] == 0.3


def test_shapes_are_marked_and_counted(charlm: Any) -> None:
    asked = ("--input", "1", "--hidden", "3", "--layers", "2", "--cell", "lstm")
    ended = charlm("inside", "shapes", *asked)
    assert (ended.code, ended.err) == (0, "")
    assert "168 parameters" in ended.out
    assert ended.out.count("✓") == 17
    data = json.loads(charlm("inside", "shapes", *asked, "--json").out)
    assert data["parameters"] == 168
    assert all(record["equal"] for record in data["records"])


def test_without_torch_its_column_is_left_out(charlm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "charlm.inside.by_hand.torch_cells", None)
    for command in ("step", "shapes"):
        ended = charlm("inside", command)
        assert ended.code == 0
        assert "torch is not installed" in ended.err
        assert "as in torch" not in ended.out
        assert "equal to" not in ended.out
        assert charlm("inside", command, "--json").code == 0


def test_options_change_an_exercise(charlm: Any) -> None:
    data = json.loads(charlm("inside", "shapes", "--preset", "layers", "--json").out)
    assert (data["hidden_size"], data["num_layers"], data["cell"]) == (3, 2, "rnn")
    changed = charlm("inside", "shapes", "--preset", "layers", "--cell", "gru", "--json")
    assert json.loads(changed.out)["parameters"] == 3 * data["parameters"]


@refusals(
    """
    step --x nan                          | a number from
    step --x 1e7                          | a number from
    step --input 2 --x 1                  | no whole steps
    step --input 0                        | inputs must lie between
    step --hidden 5000                    | hidden units must lie between
    step --seed -1                        | a seed must be
    step --cell perceptron                | perceptron
    step --weights nowhere.json           | nowhere.json: it does not exist
    step --weights bad.json               | bad.json is not JSON
    step --weights cell.json --seed 1     | not both
    step --weights cell.json --cell rnn   | of the kind gru, not rnn
    step --weights no_x.json              | holds no x
    step --weights cell.json --x 1        | no whole steps
    recurrences --w inf                   | a number from
    recurrences --x 1 --u 1e9             | a number from
    shapes --layers 0                     | --layers must lie between
    shapes --hidden 100000                | --hidden must lie between
    shapes --batch -3                     | --batch must lie between
    shapes --preset hard                  | hard
    """
)
def test_impossible_requests_are_one_line(
    refused: Callable[..., str], arguments: list[str], line: str
) -> None:
    Path("cell.json").write_text(json.dumps(WEIGHTS))
    Path("no_x.json").write_text(
        json.dumps({name: WEIGHTS[name] for name in ("weight_ih", "weight_hh")})
    )
    Path("bad.json").write_text("{")
    assert line in refused("inside", *arguments)
