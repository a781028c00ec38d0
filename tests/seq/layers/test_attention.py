"""Attention is a weighted mean over what is no padding, by scores as the papers define them."""

from __future__ import annotations

import math
from typing import Any, get_args

import pytest
import torch

from charlm.parts import KnownAttention
from seq.layers.attention import Attention

KINDS = [kind for kind in get_args(KnownAttention) if kind != "none"]
T, S, B, H = 5, 7, 3, 6
LENGTHS = torch.tensor([7, 1, 4])


@pytest.fixture
def given() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {
        "queries": torch.randn(T, B, H, generator=generator),
        "keys": torch.randn(S, B, H, generator=generator),
        "padding": torch.arange(S)[:, None] >= LENGTHS,
    }


def made(kind: Any) -> Attention:
    torch.manual_seed(2)
    return Attention(kind, H, H)


def attend(
    attention: Attention, queries: torch.Tensor, keys: torch.Tensor, padding: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attend to keys that are the values, too."""
    return attention(queries, attention.project(keys), keys, padding)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_sum_to_one_and_padding_has_none(kind: str, given: dict[str, Any]) -> None:
    attended, weights = attend(made(kind), **given)
    assert attended.shape == (T, B, H)
    assert weights.shape == (T, B, S)
    torch.testing.assert_close(weights.sum(2), torch.ones(T, B))
    assert (weights >= 0).all()
    for row, length in enumerate(LENGTHS.tolist()):
        assert (weights[:, row, length:] == 0).all()
        assert (weights[:, row, :length] > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_padding_holds_changes_nothing(kind: str, given: dict[str, Any]) -> None:
    attention = made(kind)
    before = attend(attention, **given)
    keys = given["keys"].masked_fill(given["padding"][..., None], 1e4)
    after = attend(attention, given["queries"], keys, given["padding"])
    for one, other in zip(before, after, strict=True):
        assert torch.equal(one, other)
    alone = attend(
        attention, given["queries"][:, 2:], given["keys"][:4, 2:], given["padding"][:4, 2:]
    )
    torch.testing.assert_close(alone[0], before[0][:, 2:])
    torch.testing.assert_close(alone[1], before[1][:, 2:, :4])


def score(kind: str, attention: Attention, q: torch.Tensor, k: torch.Tensor) -> torch.Tensor:
    """The score of one query for one key, as the papers write it."""
    match kind:
        case "dot":
            return q @ k
        case "scaled_dot":
            return q @ k / math.sqrt(H)
        case "cosine":
            return attention.scale * (q @ k) / (q.norm() * k.norm())
        case _:
            hidden = attention.of_query.weight @ q + attention.of_query.bias
            hidden = hidden + attention.of_key.weight @ k
            return attention.of_both.weight[0] @ hidden.tanh()


@pytest.mark.parametrize("kind", KINDS)
def test_the_weighted_mean_is_that_of_the_definition(kind: str, given: dict[str, Any]) -> None:
    attention = made(kind)
    attended, weights = attend(attention, **given)
    for row, length in enumerate(LENGTHS.tolist()):
        keys = given["keys"][:length, row]
        for step in range(T):
            query = given["queries"][step, row]
            expected = torch.stack([score(kind, attention, query, key) for key in keys]).softmax(0)
            torch.testing.assert_close(weights[step, row, :length], expected)
            torch.testing.assert_close(attended[step, row], expected @ keys)


def test_the_scale_of_a_vector_is_nothing_to_the_cosine(given: dict[str, Any]) -> None:
    attention = made("cosine")
    weights = attend(attention, **given)[1]
    larger = attend(attention, 7 * given["queries"], given["keys"] / 3, given["padding"])[1]
    torch.testing.assert_close(weights, larger)


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_learned_gets_a_gradient(kind: str, given: dict[str, Any]) -> None:
    attention = made(kind)
    given["queries"].requires_grad_()
    given["keys"].requires_grad_()
    attended, _ = attend(attention, **given)
    (attended * torch.arange(H)).sum().backward()
    for learned in (*attention.parameters(), given["queries"]):
        assert learned.grad is not None
        assert learned.grad.abs().sum() > 0
    assert (given["keys"].grad[given["padding"]] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_queries_keys_and_values_may_have_other_sizes(kind: Any, given: dict[str, Any]) -> None:
    torch.manual_seed(3)
    attention = Attention(kind, H, H + 3)
    keys, values = torch.randn(S, B, H + 3), torch.randn(S, B, 2)
    projected = attention.project(keys)
    attended, weights = attention(given["queries"], projected, values, given["padding"])
    assert attended.shape == (T, B, 2)
    torch.testing.assert_close(weights.sum(2), torch.ones(T, B))
    torch.testing.assert_close(attended, torch.einsum("tbs,sbv->tbv", weights, values))
