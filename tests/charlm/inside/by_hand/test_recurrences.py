from __future__ import annotations

import math

import pytest

from charlm.inside.by_hand.cell_steps import step
from charlm.inside.by_hand.recurrences import Neuron, Recurrences, compare_recurrences
from corpora.errors import UserError

X = (0.7, 0.9, 1.1, -0.4)


def outputs(found: Recurrences, kind: str) -> tuple[float, ...]:
    return next(path.y for path in found.paths if path.kind == kind)


def test_hidden_to_hidden_is_the_classic_example() -> None:
    found = compare_recurrences(X[:3])
    assert found.paths[0].h == pytest.approx(step().h[:, 0].tolist())


def test_without_a_recurrence_all_are_the_same() -> None:
    found = compare_recurrences(X, Neuron(w=0.0))
    assert len({path.y for path in found.paths}) == 1


def test_an_output_that_is_the_hidden_state_changes_nothing() -> None:
    found = compare_recurrences(X, Neuron(v=1.0, c=0.0))
    assert outputs(found, "hidden to hidden") == outputs(found, "output to hidden")


def test_output_to_output_forgets_exactly_geometrically() -> None:
    influence = compare_recurrences(X, Neuron(w=0.5)).paths[2].influence
    assert influence == pytest.approx([influence[0] * 0.5**t for t in range(len(X))])


def test_the_influence_of_the_first_input_is_its_derivative() -> None:
    small = 1e-6
    found = compare_recurrences(X)
    above = compare_recurrences((X[0] + small, *X[1:]))
    below = compare_recurrences((X[0] - small, *X[1:]))
    for path, high, low in zip(found.paths, above.paths, below.paths, strict=True):
        slopes = [(a - b) / (2 * small) for a, b in zip(high.y, low.y, strict=True)]
        assert path.influence == pytest.approx(slopes, abs=1e-9)


def test_records_and_picture_show_every_step() -> None:
    found = compare_recurrences(X)
    assert len(found.records()) == 3 * len(X)
    assert len(found.plot().axes) == 2


@pytest.mark.parametrize("x", [(), (math.nan,), (math.inf,), (1e7,), (0.0,) * 1001])
def test_impossible_inputs_are_refused(x: tuple[float, ...]) -> None:
    with pytest.raises(UserError):
        compare_recurrences(x)


def test_what_grows_beyond_all_numbers_is_refused() -> None:
    with pytest.raises(UserError, match="without bound"):
        compare_recurrences((1.0,) * 100, Neuron(w=1e6))
