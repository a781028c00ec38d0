"""An attention that walks: moves hold wherever they begin, and in inputs of any length."""

from __future__ import annotations

import math
from typing import Any, get_args

import pytest
import torch
from torch import Tensor

from charlm.parts import KnownAttention
from seq.layers.attention import Attention
from seq.layers.location import PLACE, WalkingAttention

T, S, B, H = 5, 9, 3, 6
LENGTHS = torch.tensor([9, 1, 6])
KINDS = get_args(KnownAttention)[1:]


@pytest.fixture
def given() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {
        "queries": torch.randn(T, B, H, generator=generator),
        "keys": torch.randn(S, B, H, generator=generator),
        "padding": torch.arange(S)[:, None] >= LENGTHS,
    }


def made(kind: Any = "dot") -> WalkingAttention:
    torch.manual_seed(2)
    return WalkingAttention(kind, H, H)


def walk(
    attention: WalkingAttention,
    queries: Tensor,
    keys: Tensor,
    padding: Tensor,
    place: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    begin = torch.zeros(1, keys.shape[1], PLACE) if place is None else place
    return attention.walk(queries, attention.project(keys), keys, padding, begin)


def walker(move: float, *, by_place: bool = True) -> WalkingAttention:
    """One that moves by as many words at each step from where it stood, whatever is asked."""
    attention = made()
    torch.nn.init.zeros_(attention.of_walk.weight)
    share = 50.0 if by_place else -50.0
    attention.of_walk.bias.data = torch.tensor([move, 50.0, -50.0, share])
    return attention


@pytest.mark.parametrize("kind", KINDS)
def test_weights_sum_to_one_and_padding_has_none(kind: str, given: dict[str, Any]) -> None:
    attended, weights, place = walk(made(kind), **given)
    torch.testing.assert_close(weights.sum(2), torch.ones(T, B))
    assert (weights >= 0).all()
    assert place.shape == (1, B, PLACE)
    for row, length in enumerate(LENGTHS.tolist()):
        assert (weights[:, row, length:] == 0).all()
        torch.testing.assert_close(attended[:, row], weights[:, row] @ given["keys"][:, row])


@pytest.mark.parametrize("kind", KINDS)
def test_step_by_step_is_the_same_as_all_at_once(kind: str, given: dict[str, Any]) -> None:
    attention = made(kind)
    whole = walk(attention, **given)
    place, steps = None, []
    for query in given["queries"]:
        *found, place = walk(attention, query[None], given["keys"], given["padding"], place)
        steps.append(found)
    for number in range(2):
        torch.testing.assert_close(torch.cat([step[number] for step in steps]), whole[number])
    torch.testing.assert_close(place, whole[2])


def test_what_the_padding_holds_changes_nothing(given: dict[str, Any]) -> None:
    before = walk(made(), **given)
    keys = given["keys"].masked_fill(given["padding"][..., None], 1e4)
    for one, other in zip(
        before, walk(made(), given["queries"], keys, given["padding"]), strict=True
    ):
        assert torch.equal(one, other)


@pytest.mark.parametrize("length", [8, 80])
@pytest.mark.parametrize("move", [1.0, 2.0])
def test_a_walk_goes_on_in_an_input_of_any_length(length: int, move: float) -> None:
    steps = math.ceil(length / move)
    keys, padding = torch.randn(length, 1, H), torch.zeros(length, 1, dtype=torch.bool)
    begin = torch.tensor([[[-move, 0.0]]])
    _, weights, place = walk(walker(move), torch.randn(steps, 1, H), keys, padding, begin)
    assert weights.argmax(2)[:, 0].tolist() == [int(move * step) for step in range(steps)]
    assert weights.amax(2).min() > 0.9
    assert place[0, 0, 0] == move * (steps - 1)


def test_a_walk_that_begins_later_sees_the_same_later(given: dict[str, Any]) -> None:
    """Far from the ends: what it sees depends on how far it is, not on where."""
    keys, padding = torch.randn(60, 1, H), torch.zeros(60, 1, dtype=torch.bool)
    attention, queries = walker(0.7), given["queries"][:, :1]
    views = [
        walk(attention, queries, keys, padding, torch.tensor([[[start, 0.0]]]))[1]
        for start in (20.0, 25.0)
    ]
    torch.testing.assert_close(views[0][..., :-5], views[1][..., 5:])


def test_it_turns_back_at_the_ends(given: dict[str, Any]) -> None:
    for move, ends in ((100.0, LENGTHS - 1), (-100.0, torch.zeros(3))):
        _, weights, place = walk(walker(move), **given)
        assert torch.equal(place[0, :, 0], ends.float())
        assert torch.isfinite(weights).all()


def test_without_a_share_for_the_place_it_is_attention(given: dict[str, Any]) -> None:
    attention = walker(1.0, by_place=False)
    attended, weights, _ = walk(attention, **given)
    plain = Attention.forward(
        attention, given["queries"], given["keys"], given["keys"], given["padding"]
    )
    torch.testing.assert_close(attended, plain[0])
    torch.testing.assert_close(weights, plain[1])


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_learned_gets_a_gradient(kind: str, given: dict[str, Any]) -> None:
    attention = made(kind)
    attended, _, _ = walk(attention, **given)
    (attended * torch.arange(H)).sum().backward()
    for name, learned in attention.named_parameters():
        assert learned.grad is not None, name
        assert learned.grad.abs().sum() > 0, name
    assert attention.of_walk.weight.grad is not None
    assert (attention.of_walk.weight.grad.abs().sum(1) > 0).all()
