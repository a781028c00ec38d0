"""The equations on the screen are those of the cell, and their numbers are right."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from tiny_models import language_model

from charlm.config import Cell, ModelConfig
from charlm.generation.cells import FIELDS
from charlm.inside.recurrent_steps import RecurrentSteps
from charlm.inside.windows import trace_window
from tui.inside.equations import MINUS, list_figures, name_previous, write_equations, write_number
from tui.inside.quantities import KEYS, LETTERS, find_field, list_keys, name_field

CELLS: tuple[Cell, ...] = ("lstm", "gru", "rnn", "rnn_relu")


def steps_of(cell: Cell) -> RecurrentSteps:
    config = ModelConfig(cell=cell, hidden_size=6, num_layers=2, embedding_size=5)
    return trace_window(language_model(config), "a bad cab", 0, 9)


def compute(sums: str) -> float:
    """Return what the middle of an equation comes to, read as a sum of numbers."""
    python = sums.replace(MINUS, "-").replace("·", "*")
    python = re.sub(r"tanh (\(?)(-?[\d.]+)(\)?)", r"tanh(\2)", python)
    names: dict[str, Any] = {"tanh": math.tanh, "max": max}
    return float(eval(python, {"__builtins__": {}}, names))


@pytest.mark.parametrize("cell", CELLS)
def test_the_numbers_of_an_equation_are_equal_on_both_sides(cell: Cell) -> None:
    steps = steps_of(cell)
    for place in range(len(steps)):
        for unit in range(steps.units):
            for line in write_equations(steps, place, 1, unit, decimals=5):
                if line.endswith("= .00000, shut"):  # a ReLU below zero
                    assert steps.fields["hidden"][place, 1, unit] == 0
                    continue
                *_, middle, value = line.split(" = ")
                assert compute(middle) == pytest.approx(compute(value), abs=1e-4)
                name = line.split(" = ")[0]
                assert dict(list_figures(steps, place, 1, unit))[name] == pytest.approx(
                    compute(value), abs=1e-5
                )


def test_what_is_full_is_said() -> None:
    steps = steps_of("rnn")
    steps.fields["hidden"][3, 0, 2] = -1
    (line,) = write_equations(steps, 3, 0, 2)
    assert line.endswith(f"= {MINUS}1.00, full")


def test_numbers_are_written_as_by_hand() -> None:
    written = [write_number(value) for value in (0.94, -0.123, 1.0, -12.345, 0, -0.001, 0.999)]
    assert written == [".94", f"{MINUS}.12", "1.00", f"{MINUS}12.35", ".00", ".00", "1.00"]
    assert write_number(0.5, 3) == ".500"


@pytest.mark.parametrize("cell", CELLS)
def test_every_field_has_one_key_and_one_letter(cell: Cell) -> None:
    shown = [find_field(key, cell) for key in KEYS]
    assert sorted(filter(None, shown)) == sorted(FIELDS[cell]) == sorted(LETTERS[cell])
    assert all(field in list_keys(cell) for field in FIELDS[cell])
    letters = [letter for letter, _ in list_figures(steps_of(cell), 0, 0, 0)]
    assert sorted(letters) == sorted(LETTERS[cell].values())


def test_fields_have_names() -> None:
    assert name_field("forget", "lstm") == "forget gate f"
    assert name_field("cell", "lstm") == "cell c"
    assert name_field("update", "gru") == "update gate z"
    assert find_field("o", "gru") is None


def test_a_unit_that_reads_backwards_stands_on_the_next_word() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 1, 4)
    steps = RecurrentSteps(
        "gru",
        dict.fromkeys(FIELDS["gru"], values / 20),
        {"hidden": np.zeros((1, 4), np.float32)},
        backward_from=2,
    )
    assert "next" in name_previous(steps, 3)
    assert "before" in name_previous(steps, 1)
    (line,) = write_equations(steps, 1, 0, 3)
    assert "·.55 = " in line  # 11 / 20, of the step after
