"""Layers with registered cells: they read as torch's do, and what cannot work is said at once."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from own_parts import forget, registered
from torch import Tensor, nn

import charlm
from charlm.nn.cells import LAYERS, count_states, make_layer
from charlm.nn.own import OwnLayer
from charlm.nn.recurrent import run_layer
from corpora.errors import UserError
from seq.layers.attention import Attention
from seq.layers.encoder import Encoder

__all__ = ["registered"]


def twins(cell: str, base: type[nn.RNNBase], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """A registered layer and torch's own, with the same weights."""
    forget(monkeypatch)
    charlm.register_cell("twin")(type("Twin", (base,), {}))
    own, real = make_layer("twin", 5, 6), make_layer(cell, 5, 6)
    assert isinstance(own, OwnLayer)
    own.cell.load_state_dict(real.state_dict())
    return own, real


def list_parts(state: Any) -> list[Tensor]:
    return [state] if isinstance(state, Tensor) else list(state)


@pytest.mark.parametrize(("cell", "base"), [("gru", nn.GRU), ("lstm", nn.LSTM), ("rnn", nn.RNN)])
@pytest.mark.parametrize("lengths", [None, [3, 7, 1, 7, 2], [7] * 5, [2, 2, 2, 2, 2]])
def test_a_registered_layer_computes_what_torchs_computes(
    monkeypatch: pytest.MonkeyPatch, cell: str, base: type[nn.RNNBase], lengths: Any
) -> None:
    own, real = twins(cell, base, monkeypatch)
    assert count_states(own) == count_states(real)
    x, given = torch.randn(7, 5, 5), None if lengths is None else torch.tensor(lengths)
    with torch.no_grad():
        _, state = real(torch.randn(2, 5, 5))
    for before in (None, state):
        y, after = run_layer(own, x, before, lengths=given)
        expected, wanted = run_layer(real, x, before, lengths=given)
        pairs = zip([y, *list_parts(after)], [expected, *list_parts(wanted)], strict=True)
        for one, other in pairs:
            torch.testing.assert_close(one, other)
        gradients = [
            torch.autograd.grad(out.square().sum(), list(layer.parameters()))
            for out, layer in ((y, own), (expected, real))
        ]
        for one, other in zip(*gradients, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_it_computes_in_single_precision_under_autocast(registered: None) -> None:
    layer, x = make_layer("mgu", 5, 6), torch.randn(7, 3, 5).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        y, state = run_layer(layer, x)
    assert isinstance(state, Tensor)
    assert (y.dtype, state.dtype) == (torch.bfloat16, torch.float32)
    torch.testing.assert_close(state, run_layer(layer, x.float())[1])


def test_an_encoder_of_own_cells_ignores_padding(registered: None) -> None:
    encoder = Encoder("mgu", 5, 4, 2, bidirectional=True)
    x, lengths = torch.randn(7, 3, 5), torch.tensor([7, 2, 5])
    states, final = encoder.read_to_end(x, lengths)
    changed = x.clone()
    for row, length in enumerate(lengths.tolist()):
        changed[length:, row] = 9.0
    again, ends = encoder.read_to_end(changed, lengths)
    for one, other in zip(final, ends, strict=True):
        torch.testing.assert_close(one, other)
    padded = encoder(x, lengths)
    for row, length in enumerate(lengths.tolist()):
        torch.testing.assert_close(states[:length, row], again[:length, row])
        torch.testing.assert_close(states[:length, row], padded[:length, row])


class Flat(nn.Module):
    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.linear = nn.Linear(input_size, hidden_size)
        self.hidden_size = hidden_size

    def forward(self, x: Tensor, state: Tensor | None = None) -> Any:
        y = self.linear(x)
        return y, y[-1:]


class BatchFirst(Flat):
    def forward(self, x: Tensor, state: Tensor | None = None) -> Any:
        return super().forward(x)[0], self.linear(x)[:, -1:]


class Forgetful(Flat):
    def forward(self, x: Tensor, state: Tensor | None = None) -> Any:
        y = self.linear(x).cumsum(0)
        return y, y[-1:]


class Single(Flat):
    def forward(self, x: Tensor, state: Tensor | None = None) -> Any:
        return self.linear(x)


class Breaks(Flat):
    def forward(self, x: Tensor, state: Tensor | None = None) -> Any:
        return self.linear(x, state)


class Alone(nn.Module):
    pass


WRONG: list[tuple[type, str]] = [
    (BatchFirst, r"must return a state of one or two tensors \(1, 3, 6\) here, not \(2, 1, 6\)"),
    (Forgetful, "does not hand its state on"),
    (Single, "must return a pair"),
    (Breaks, "fails in forward, line [0-9]+: TypeError"),
    (Alone, "fails.*: TypeError"),
    (dict, "fails.*: TypeError"),
]


@pytest.mark.parametrize(("made", "message"), WRONG, ids=lambda one: getattr(one, "__name__", ""))
def test_a_cell_that_breaks_the_contract_is_one_line(
    monkeypatch: pytest.MonkeyPatch, made: type, message: str
) -> None:
    forget(monkeypatch)
    charlm.register_cell("wrong")(made)
    with pytest.raises(UserError, match=message) as caught:
        make_layer("wrong", 5, 6)
    assert "\n" not in str(caught.value)
    assert "wrong" in str(caught.value)


def test_the_check_draws_nothing_from_torch(registered: None) -> None:
    make_layer("pair", 5, 6)
    torch.manual_seed(1)
    LAYERS["lstm"](5, 6)
    after = torch.get_rng_state()
    torch.manual_seed(1)
    make_layer("pair", 5, 6)
    assert torch.equal(torch.get_rng_state(), after)


def test_a_registered_attention_is_weighed_as_the_others(registered: None) -> None:
    own, general = Attention("bilinear", 6, 4), Attention("dot", 6, 4)
    own.own.between.load_state_dict(general.of_key.state_dict())
    queries, keys = torch.randn(3, 5, 6), torch.randn(4, 5, 4)
    padding = torch.tensor([0, 0, 1, 1])[:, None].bool().expand(4, 5)
    for one, other in zip(
        own(queries, own.project(keys), keys, padding),
        general(queries, general.project(keys), keys, padding),
        strict=True,
    ):
        torch.testing.assert_close(one, other)


def test_an_attention_with_scores_of_another_shape_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forget(monkeypatch)

    class Turned(nn.Module):
        def __init__(self, query_size: int, key_size: int) -> None:
            super().__init__()

        def forward(self, queries: Tensor, keys: Tensor) -> Tensor:
            return queries.transpose(0, 1)

    charlm.register_attention("turned")(Turned)
    with pytest.raises(UserError, match=r"must return scores \(2, 3, 4\).* not \(3, 2, 6\)"):
        Attention("turned", 6, 4)
