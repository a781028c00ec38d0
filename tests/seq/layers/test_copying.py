"""A decoder that copies: a distribution that holds what the attended words mean."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seq.layers.copying import mix_with_copies

T, B, S, V = 4, 3, 5, 6


@pytest.fixture
def given() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1)
    translations = torch.zeros(S, B, V)
    translations[:3, :, 2:5] = torch.eye(3)[:, None]  # the last two words mean nothing
    return {
        "logits": torch.randn(T, B, V + 1, generator=generator),
        "weights": torch.randn(T, B, S, generator=generator).softmax(2),
        "translations": translations,
    }


@pytest.mark.parametrize("gate", [-1e4, -1.0, 0.0, 3.0, 1e4])
def test_it_is_a_distribution_with_finite_gradients(gate: float, given: dict[str, Tensor]) -> None:
    given["logits"][..., -1] = gate
    given["logits"].requires_grad_()
    log_probs = mix_with_copies(**given)
    torch.testing.assert_close(log_probs.exp().sum(2), torch.ones(T, B))
    log_probs.sum().backward()
    assert given["logits"].grad is not None
    assert torch.isfinite(given["logits"].grad).all()


def test_an_open_gate_says_what_is_looked_at(given: dict[str, Tensor]) -> None:
    given["logits"][..., -1] = 20.0
    given["weights"] = torch.eye(S)[[0, 1, 2, 1]][:, None].expand(T, B, S)
    assert mix_with_copies(**given).argmax(2).tolist() == [[2] * B, [3] * B, [4] * B, [3] * B]


def test_where_nothing_is_copied_all_is_generated(given: dict[str, Tensor]) -> None:
    """With a closed gate, and with an open one where the attended words have no translation."""
    generated = given["logits"][..., :-1].log_softmax(2)
    given["logits"][..., -1] = -50.0
    torch.testing.assert_close(mix_with_copies(**given), generated)
    given["logits"][..., -1] = 50.0
    given["weights"] = torch.eye(S)[[3, 4, 3, 4]][:, None].expand(T, B, S)
    torch.testing.assert_close(mix_with_copies(**given), generated)


def test_symbols_that_are_read_as_one_are_only_copied(given: dict[str, Tensor]) -> None:
    read_as = torch.tensor([0, 1, 2, 2, 2, 5])
    given["logits"][..., -1] = -50.0
    given["logits"].requires_grad_()
    log_probs = mix_with_copies(**given, read_as=read_as)
    assert (log_probs[..., 2:5].exp() < 1e-9).all()
    torch.testing.assert_close(log_probs.exp().sum(2), torch.ones(T, B))
    log_probs.logsumexp(2).sum().backward()
    assert given["logits"].grad is not None
    assert torch.isfinite(given["logits"].grad).all()
