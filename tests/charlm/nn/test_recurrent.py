"""On a CPU, layers compute to the last bit what torch's modules compute."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from charlm.nn.cells import LAYERS
from charlm.nn.dropout import drop_weights
from charlm.nn.recurrent import LayerState, run_layer, runs_bf16

CPU = torch.device("cpu")


def list_parts(state: LayerState) -> list[Tensor]:
    return [state] if isinstance(state, Tensor) else list(state)


def bf16() -> AbstractContextManager[object]:
    return torch.autocast("cpu", torch.bfloat16)


def draw(cell: str, context: object, *shape: int) -> Tensor:
    """Random features. Given fp32 under autocast, torch's LSTM fails without AVX-512."""
    features = torch.randn(shape)
    return features.bfloat16() if (cell, context) == ("lstm", bf16) else features


@pytest.mark.parametrize("cell", LAYERS)
@pytest.mark.parametrize("context", [nullcontext, bf16])
@pytest.mark.parametrize("with_state", [False, True])
def test_a_layer_computes_what_the_module_computes(
    cell: str, context: type[AbstractContextManager[object]], with_state: bool
) -> None:
    layer, x = LAYERS[cell](12, 16), draw(cell, context, 7, 5, 12)
    with context():
        before = layer(draw(cell, context, 2, 5, 12))[1] if with_state else None
        expected, state = layer(x, before)
        y, after = run_layer(layer, x, before)
    for one, other in zip([y, *list_parts(after)], [expected, *list_parts(state)], strict=True):
        assert torch.equal(one, other)
        assert one.dtype == other.dtype
    gradients = [
        torch.autograd.grad(out.float().sum(), list(layer.parameters()), retain_graph=True)
        for out in (y, expected)
    ]
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))


@pytest.mark.parametrize("cell", LAYERS)
@pytest.mark.parametrize("context", [nullcontext, bf16])
def test_packed_sequences_too(cell: str, context: type[AbstractContextManager[object]]) -> None:
    layer, x, lengths = LAYERS[cell](12, 16), torch.randn(7, 5, 12), torch.tensor([3, 7, 1, 7, 2])
    with context():
        packed, state = layer(pack_padded_sequence(x, lengths, enforce_sorted=False))
        y, after = run_layer(layer, x, lengths=lengths)
        again, _ = run_layer(layer, x, after, lengths=lengths)
        expected, _ = layer(pack_padded_sequence(x, lengths, enforce_sorted=False), state)
    assert torch.equal(y, pad_packed_sequence(packed, total_length=7)[0])
    assert torch.equal(again, pad_packed_sequence(expected, total_length=7)[0])
    for one, other in zip(list_parts(after), list_parts(state), strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("cell", LAYERS)
@pytest.mark.parametrize("context", [nullcontext, bf16])
def test_weights_are_replaced_for_one_call(
    cell: str, context: type[AbstractContextManager[object]]
) -> None:
    layer, x = LAYERS[cell](12, 16), draw(cell, context, 7, 5, 12)
    own = layer.get_parameter("weight_hh_l0")
    other = own.detach() * 0.5
    with context():
        expected, _ = functional_call(layer, {"weight_hh_l0": other}, (x,))
        y, _ = run_layer(layer, x, weights={"weight_hh_l0": other})
    assert torch.equal(y, expected)
    assert layer.get_parameter("weight_hh_l0") is own


def test_an_lstm_takes_fp32_features_under_autocast_on_every_processor() -> None:
    layer, x = nn.LSTM(12, 16), torch.randn(7, 5, 12)
    with bf16():
        y, _ = run_layer(layer, x)
        expected, _ = run_layer(layer, x.bfloat16())
    assert torch.equal(y, expected)


def test_threads_that_replace_weights_do_not_see_each_other() -> None:
    layer, x = nn.LSTM(6, 8), torch.randn(4, 3, 6)
    expected = [
        run_layer(layer, x, weights={"bias_hh_l0": torch.full((32,), float(n))})[0]
        for n in range(4)
    ]
    wrong: list[int] = []

    def compute(number: int) -> None:
        weights = {"bias_hh_l0": torch.full((32,), float(number))}
        found = [run_layer(layer, x, weights=weights)[0] for _ in range(50)]
        wrong.extend(number for y in found if not torch.equal(y, expected[number]))

    threads = [threading.Thread(target=compute, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_device_is_tried_without_a_trace() -> None:
    state, grad = torch.get_rng_state(), torch.is_grad_enabled()
    runs_bf16.cache_clear()
    with torch.inference_mode():
        assert runs_bf16(CPU)
        assert not runs_bf16(torch.device("mps"))
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.is_grad_enabled() == grad
    runs_bf16.cache_clear()


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_dropped_weights_are_those_of_a_boolean_mask(share: float) -> None:
    """Runs that were begun with the slower form are resumed with the same bits."""
    weights, keep = torch.randn(64, 16, requires_grad=True), 1 - share
    one, other = (torch.Generator().manual_seed(3) for _ in range(2))
    dropped = drop_weights(weights, share, one)
    expected = weights * (torch.rand(weights.shape, generator=other) < keep) / keep
    assert torch.equal(dropped.view(torch.int32), expected.view(torch.int32))
    assert torch.equal(one.get_state(), other.get_state())
    upstream = torch.randn(64, 16)
    gradients = [torch.autograd.grad(out, weights, upstream)[0] for out in (dropped, expected)]
    assert torch.equal(*gradients)
