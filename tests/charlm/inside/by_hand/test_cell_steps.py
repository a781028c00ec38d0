from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import charlm.inside
from charlm.config import Cell
from charlm.inside.by_hand.cell_steps import CellSteps, step
from charlm.inside.by_hand.cell_weights import CellWeights, draw_weights, make_classic, read_weights
from charlm.inside.by_hand.torch_cells import run_torch_cell
from corpora.errors import UserError

CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")
CLASSIC = {"weight_ih": [[0.2]], "weight_hh": [[0.3]], "b": [-0.1], "x": [0.7, 0.9, 1.1]}


def work_out(cell: Cell, seed: int = 0, inputs: int = 3, hidden: int = 4) -> CellSteps:
    return step(*draw_weights(cell, inputs, hidden, seed))


def test_the_classic_example_is_that_of_the_textbook() -> None:
    worked = charlm.inside.step()
    assert worked.h[:, 0].round(4).tolist() == [0.04, 0.0917, 0.1465]
    (gate,) = worked.gates
    assert gate.input_part is not None
    assert gate.input_part[:, 0].round(4).tolist() == [0.14, 0.18, 0.22]


@pytest.mark.parametrize("cell", CELLS)
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 1000), inputs=st.integers(1, 5), hidden=st.integers(1, 6))
def test_steps_are_those_of_torch(cell: Cell, seed: int, inputs: int, hidden: int) -> None:
    worked = work_out(cell, seed, inputs, hidden)
    compared = worked.compare(run_torch_cell(worked.weights, worked.x))
    difference = compared.largest_difference()
    assert difference is not None
    assert difference < 1e-12


@pytest.mark.parametrize("cell", CELLS)
def test_sums_and_gates_follow_from_the_terms_that_are_printed(cell: Cell) -> None:
    for row in work_out(cell).records():
        terms: dict[str, Any] = {name: np.array(value) for name, value in row.items()}
        prefixes = [name.removesuffix("sum") for name in terms if name.endswith("sum")]
        for prefix in prefixes:
            total = terms[f"{prefix}b"] + 0.0
            for name in ("W_ih x", "W_hh h"):
                total = total + terms.get(prefix + name, 0.0)
            if cell == "gru" and prefix.startswith("candidate"):
                total = total + terms["reset (W_hh h + b_hh)"]
            np.testing.assert_allclose(total, terms[f"{prefix}sum"], atol=1e-12)
        if cell == "lstm":
            c = terms["forget c"] + terms["input candidate"]
            np.testing.assert_allclose(c, terms["c"], atol=1e-12)
            np.testing.assert_allclose(terms["output"] * np.tanh(c), terms["h"], atol=1e-12)


def test_a_large_sum_overflows_nothing() -> None:
    big = np.full((4, 1), 1e6)
    weights = CellWeights("lstm", big, -big, np.zeros(4), np.zeros(4))
    worked = step(weights, np.array([[1e6], [-1e6]]))
    assert np.isfinite(worked.h).all()


def test_the_same_seed_draws_the_same_numbers_and_no_other_does() -> None:
    first, x = draw_weights("gru", 2, 3, 7)
    again, same_x = draw_weights("gru", 2, 3, 7)
    other, _ = draw_weights("gru", 2, 3, 8)
    assert np.array_equal(first.weight_hh, again.weight_hh)
    assert np.array_equal(x, same_x)
    assert not np.array_equal(first.weight_hh, other.weight_hh)


@pytest.mark.parametrize("cell", CELLS)
def test_a_table_in_a_notebook_has_every_term(cell: Cell) -> None:
    worked = work_out(cell)
    page = worked.compare(run_torch_cell(worked.weights, worked.x))._repr_html_()
    assert "more rows" not in page
    assert "t = 3" in page
    assert all(f"<td>{name}</td>" in page for name in ("x", "h", "torch.nn h"))


def test_a_picture_shows_the_states_of_an_lstm() -> None:
    assert len(work_out("lstm").plot().axes) == 2
    assert len(work_out("rnn").plot().axes) == 1


@pytest.fixture
def written(tmp_path: Path) -> Callable[[object], Path]:
    def write(data: object) -> Path:
        path = tmp_path / "cell.json"
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return path

    return write


@pytest.mark.parametrize("cell", CELLS)
def test_the_kind_of_cell_follows_from_the_shape(cell: Cell, written: Any) -> None:
    weights, x = draw_weights(cell, 2, 3, 1)
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    data = {name: getattr(weights, name).tolist() for name in names}
    read, none = read_weights(written(data))
    assert (read.cell, none) == (cell, None)
    assert np.array_equal(step(read, x).h, step(weights, x).h)


def test_the_classic_example_can_be_written_as_a_file(written: Any) -> None:
    weights, x = read_weights(written(CLASSIC))
    assert np.array_equal(step(weights, x).h, step(make_classic()).h)


WRONG = {
    "[]": "a JSON object is expected",
    "{": "not JSON",
    "[" * 100_000: "not JSON",
    '{"weight_ih": [[1]]}': "weight_hh is missing",
    '{"weight_ih": [[1]], "weight_hh": [[1]], "U": 3}': "there is no 'U'",
    '{"weight_ih": 1, "weight_hh": [[1]]}': "must be a list of rows",
    '{"weight_ih": [[1], [1, 2]], "weight_hh": [[1]]}': "the same length",
    '{"weight_ih": [[]], "weight_hh": [[1]]}': "must be a list of numbers",
    '{"weight_ih": [["1"]], "weight_hh": [[1]]}': "a number from",
    '{"weight_ih": [[true]], "weight_hh": [[1]]}': "a number from",
    '{"weight_ih": [[NaN]], "weight_hh": [[1]]}': "a number from",
    '{"weight_ih": [[1e400]], "weight_hh": [[1]]}': "a number from",
    f'{{"weight_ih": [[{"9" * 400}]], "weight_hh": [[1]]}}': "a number from",
    f'{{"weight_ih": [[{"9" * 5000}]], "weight_hh": [[1]]}}': "not JSON",
    '{"weight_ih": [[[1]]], "weight_hh": [[1]]}': "a number from",
    '{"weight_ih": [[1]], "weight_hh": [[1], [2]]}': "must be the same",
    '{"weight_ih": [[1], [2]], "weight_hh": [[1], [2]]}': "which is no cell",
    '{"weight_ih": [[1]], "weight_hh": [[1]], "b": [1, 2]}': "b has 2 numbers",
    '{"weight_ih": [[1]], "weight_hh": [[1]], "b": [1], "bias_hh": [1]}': "not both",
    '{"weight_ih": [[1]], "weight_hh": [[1]], "x": []}': "must be a list of rows",
    '{"weight_ih": [[1]], "weight_hh": [[1]], "x": [[1, 2]]}': "each step of x has 2 numbers",
    '{"weight_ih": [[1, 2]], "weight_hh": [[1]], "x": [1, 2, 3]}': "no whole steps",
}


@pytest.mark.parametrize(("text", "line"), WRONG.items(), ids=range(len(WRONG)))
def test_files_that_hold_no_cell_are_one_line(written: Any, text: str, line: str) -> None:
    with pytest.raises(UserError, match=line) as caught:
        read_weights(written(text))
    assert len(str(caught.value)) < 600


def test_a_huge_file_is_not_read_whole() -> None:
    with pytest.raises(UserError, match="larger than"):
        read_weights(Path("/dev/zero"))
