from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from charlm.commands.inside.shapes import Preset
from charlm.config import Cell
from charlm.inside.by_hand.shapes import PRESETS, StackSizes, list_tensors
from charlm.inside.by_hand.torch_cells import LAYERS, list_torch_shapes
from corpora.errors import UserError

CELLS: tuple[Cell, ...] = ("rnn", "gru", "lstm")
SIZES = st.builds(
    StackSizes,
    cell=st.sampled_from(CELLS),
    input_size=st.integers(1, 7),
    hidden_size=st.integers(1, 7),
    num_layers=st.integers(1, 3),
    bidirectional=st.booleans(),
    steps=st.integers(1, 5),
    batch_size=st.integers(1, 5),
)


@settings(deadline=None, max_examples=25)
@given(sizes=SIZES)
def test_shapes_and_counts_are_those_of_torch(sizes: StackSizes) -> None:
    listed = list_tensors(sizes)
    expected = list_torch_shapes(sizes)
    assert {tensor.torch_name: tensor.shape for tensor in listed.tensors} == expected
    assert all(tensor.equal for tensor in listed.compare(expected).tensors)
    module: nn.RNNBase = LAYERS[sizes.cell](
        sizes.input_size, sizes.hidden_size, sizes.num_layers, bidirectional=sizes.bidirectional
    )
    assert listed.parameters == sum(parameter.numel() for parameter in module.parameters())


def test_a_wrong_shape_is_marked() -> None:
    listed = list_tensors(StackSizes(hidden_size=2))
    expected = list_torch_shapes(listed.sizes) | {"bias_hh_l0": (3,)}
    marks = {tensor.torch_name: tensor.equal for tensor in listed.compare(expected).tensors}
    assert [name for name, equal in marks.items() if not equal] == ["bias_hh_l0"]


def test_letters_and_numbers_of_a_shape_agree() -> None:
    sizes = StackSizes(
        cell="lstm", input_size=2, hidden_size=3, num_layers=5, bidirectional=True, steps=7,
        batch_size=11,
    )  # fmt: skip
    letters = {"I": 2, "H": 3, "L": 5, "T": 7, "B": 11}
    for tensor in list_tensors(sizes).tensors:
        named = [int(a[:-1] or 1) * letters[a[-1]] for a in tensor.axes.split(", ")]
        assert tuple(named) == tensor.shape, tensor


def test_the_exercises_are_named_in_the_command() -> None:
    assert get_args(Preset) == tuple(PRESETS)


def test_a_large_stack_takes_no_memory() -> None:
    sizes = StackSizes(cell="lstm", hidden_size=65_536, steps=65_536, batch_size=65_536)
    listed = list_tensors(sizes)
    assert all(tensor.equal for tensor in listed.compare(list_torch_shapes(sizes)).tensors)


def test_a_picture_is_drawn_of_every_exercise() -> None:
    for sizes in PRESETS.values():
        listed = list_tensors(replace(sizes, bidirectional=True))
        assert listed.plot().axes
        assert len(listed.records()) == len(listed.tensors)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("input_size", 0),
        ("hidden_size", -1),
        ("num_layers", 17),
        ("steps", 0),
        ("batch_size", 10**9),
    ],
)
def test_impossible_sizes_are_refused(name: str, number: int) -> None:
    with pytest.raises(UserError, match="must lie between"):
        replace(StackSizes(), **{name: number})  # type: ignore[arg-type]
