from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from charlm.config import ModelConfig
from charlm.model import CharLM
from charlm.nn.dropout import drop_weights, variational_dropout
from charlm.nn.recurrent import detach_state, flatten_state, unflatten_state
from corpora.errors import UserError

SYMBOLS = 11
SHAPES = list(itertools.product(["rnn", "rnn_relu", "gru", "lstm"], [False, True]))


def model_of(cell: str, *, residual: bool = True, seed: int = 0, **more: float) -> CharLM:
    torch.manual_seed(seed)
    config = ModelConfig(hidden_size=8, embedding_size=8, num_layers=3, dropout=0.0).replace(more)
    return CharLM(config.replace({"cell": cell, "residual": residual}), SYMBOLS)


def ids_of(batch: int, time: int, seed: int = 1) -> torch.Tensor:
    return torch.randint(SYMBOLS, (batch, time), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("cell", "residual"), SHAPES)
def test_carrying_the_state_equals_one_long_pass(cell: str, residual: bool) -> None:
    model, ids = model_of(cell, residual=residual).eval(), ids_of(3, 20)
    whole, end = model(ids)
    parts, state = [], None
    for part in ids.split([1, 7, 12], dim=1):
        logits, state = model(part, state)
        parts.append(logits)
    assert whole.shape == (3, 20, SYMBOLS)
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-6, rtol=1e-5)
    assert flatten_state(state).keys() == flatten_state(end).keys()
    for name, tensor in flatten_state(state).items():
        torch.testing.assert_close(tensor, flatten_state(end)[name], atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(("cell", "residual"), SHAPES)
def test_a_stream_does_not_see_its_neighbours_nor_the_future(cell: str, residual: bool) -> None:
    model, ids = model_of(cell, residual=residual).eval(), ids_of(3, 12)
    changed = ids.clone()
    changed[1, 6:] = (changed[1, 6:] + 1) % SYMBOLS
    with torch.no_grad():
        difference = (model(ids)[0] - model(changed)[0]).abs().amax(-1)
    untouched = torch.ones_like(difference, dtype=torch.bool)
    untouched[1, 6:] = False
    assert float(difference[untouched].max()) < 1e-6
    assert bool((difference[1, 6:] > 1e-6).all())


def test_residual_connections_change_what_a_model_says() -> None:
    plain, residual = (model_of("lstm", residual=r).eval() for r in (False, True))
    ids = ids_of(2, 5)
    assert plain.state_dict().keys() == residual.state_dict().keys()
    assert not torch.allclose(plain(ids)[0], residual(ids)[0], atol=1e-4)


def test_a_layer_of_another_width_has_no_residual_connection() -> None:
    model = model_of("gru", embedding_size=5).eval()
    logits, state = model(ids_of(2, 5))
    assert logits.shape == (2, 5, SYMBOLS)
    assert [tuple(tensor.shape) for tensor in flatten_state(state).values()] == [(1, 2, 8)] * 3


def test_dropout_is_drawn_from_the_generator_and_from_nothing_else() -> None:
    model, ids = model_of("lstm", dropout=0.5).train(), ids_of(4, 9)
    outputs = []
    for seed, unrelated in ((1, 5), (1, 6), (2, 5)):
        torch.manual_seed(unrelated)
        outputs.append(model(ids, generator=torch.Generator().manual_seed(seed))[0])
    first, same, other = outputs
    assert torch.equal(first, same)
    assert not torch.allclose(first, other, atol=1e-4)
    before = torch.get_rng_state()
    model(ids, generator=torch.Generator().manual_seed(1))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("dropout", "mode"), [(0.5, False), (0.0, True)])
def test_without_dropout_the_generator_is_left_alone(dropout: float, mode: bool) -> None:
    model, ids = model_of("gru", dropout=dropout).train(mode), ids_of(4, 9)
    generator = torch.Generator().manual_seed(1)
    before = generator.get_state()
    assert torch.equal(model(ids, generator=generator)[0], model(ids)[0])
    assert torch.equal(generator.get_state(), before)


def test_dropped_features_are_the_same_ones_at_every_step_and_keep_the_mean() -> None:
    dropped = variational_dropout(torch.ones(20, 50, 64), 0.5, torch.Generator().manual_seed(3))
    assert torch.equal(dropped, dropped[:1].expand_as(dropped))
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert not torch.equal(dropped[0, 0], dropped[0, 1])  # each stream has its own
    assert float(dropped.mean()) == pytest.approx(1.0, abs=0.05)


def test_dropped_weights_are_gone_and_the_rest_makes_up_for_them() -> None:
    weights = torch.full((300, 200), 0.7)
    assert drop_weights(weights, 0.0, None) is weights
    dropped = drop_weights(weights, 0.3, torch.Generator().manual_seed(3))
    again = drop_weights(weights, 0.3, torch.Generator().manual_seed(3))
    assert torch.equal(dropped, again)
    torch.testing.assert_close(dropped.unique(), torch.tensor([0.0, 1.0]))
    assert float((dropped == 0).float().mean()) == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_recurrent_weights_are_dropped_while_training_only(cell: str) -> None:
    model, ids = model_of(cell, weight_dropout=0.5), ids_of(2, 6)

    def logits(seed: int) -> torch.Tensor:
        return model(ids, None, torch.Generator().manual_seed(seed))[0]

    assert torch.equal(logits(1), logits(1))
    # The first character is read from a state of zeros, where recurrent weights are not heard.
    torch.testing.assert_close(logits(1)[:, 0], logits(2)[:, 0])
    assert not torch.allclose(logits(1)[:, 1:], logits(2)[:, 1:], atol=1e-4)
    model.eval()
    plain = model_of(cell).eval()
    torch.testing.assert_close(logits(1), plain(ids)[0])


def test_a_weight_that_was_dropped_learns_nothing_from_that_window() -> None:
    model, ids = model_of("lstm", weight_dropout=0.5), ids_of(2, 6)
    model(ids, None, torch.Generator().manual_seed(1))[0].square().sum().backward()
    layer = model.layers[0]
    mask = drop_weights(torch.ones_like(layer.weight_hh_l0), 0.5, torch.Generator().manual_seed(1))
    assert torch.equal(layer.weight_hh_l0.grad != 0, mask != 0)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_detaching_cuts_the_graph_and_changes_no_value(cell: str) -> None:
    model = model_of(cell)
    _, state = model(ids_of(2, 5))
    cut = detach_state(state)
    for name, tensor in flatten_state(state).items():
        assert tensor.requires_grad
        assert not flatten_state(cut)[name].requires_grad
        assert torch.equal(tensor, flatten_state(cut)[name])


def test_gradients_stop_at_a_window_only_if_the_state_is_detached() -> None:
    model = model_of("lstm", num_layers=1)
    first, second = torch.tensor([[3]]), torch.tensor([[4]])
    for cut, reached in ((False, True), (True, False)):
        model.zero_grad()
        state = model(first)[1]
        model(second, detach_state(state) if cut else state)[0].sum().backward()
        assert bool(model.embedding.weight.grad[3].any()) is reached
        assert bool(model.embedding.weight.grad[4].any())


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_state_comes_back_from_its_tensors(cell: str) -> None:
    model = model_of(cell).eval()
    _, state = model(ids_of(2, 5))
    again = unflatten_state(flatten_state(state))
    ids = ids_of(2, 4, seed=9)
    assert torch.equal(model(ids, again)[0], model(ids, state)[0])
    assert flatten_state(None) == {}
    assert unflatten_state({}) is None


@pytest.mark.wide(2)
@pytest.mark.parametrize(("cell", "residual"), SHAPES)
def test_gradients_are_the_slopes_of_the_loss(cell: str, residual: bool) -> None:
    torch.manual_seed(0)
    config = ModelConfig(hidden_size=3, embedding_size=3, num_layers=2, dropout=0.0)
    model = CharLM(config.replace({"cell": cell, "residual": residual}), 4).double()
    ids = torch.tensor([[0, 1, 2, 3], [3, 3, 1, 0]])
    names, parameters = zip(*model.named_parameters(), strict=True)

    def loss(*values: torch.Tensor) -> torch.Tensor:
        weights = dict(zip(names, values, strict=True))
        logits, _ = torch.func.functional_call(model, weights, (ids[:, :-1],))
        return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())

    assert torch.autograd.gradcheck(loss, parameters, eps=1e-6, atol=1e-5)


@pytest.mark.wide
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_new_model_knows_nothing_and_learns_a_batch_by_heart(cell: str) -> None:
    model, ids = model_of(cell, hidden_size=24, embedding_size=24, num_layers=2), ids_of(4, 13)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    losses = []
    for _ in range(150):
        logits, _ = model(ids[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[0] > 0.8 * math.log(SYMBOLS)
    assert losses[-1] < 0.05


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_bf16_is_close_and_takes_up_a_state_in_fp32(cell: str) -> None:
    model, ids = model_of(cell).eval(), ids_of(2, 12)
    exact, _ = model(ids)
    with torch.autocast("cpu", torch.bfloat16):
        rounded, state = model(ids[:, :6])
        stored = {name: tensor.float() for name, tensor in flatten_state(state).items()}
        from_stored, _ = model(ids[:, 6:], unflatten_state(stored))
        carried_on, _ = model(ids[:, 6:], state)
    assert torch.equal(from_stored, carried_on)
    torch.testing.assert_close(rounded.float(), exact[:, :6], atol=0.05, rtol=0.05)


def test_a_forget_bias_is_added_to_the_forget_gates_alone() -> None:
    plain, raised = model_of("lstm"), model_of("lstm", forget_bias=1.5)
    other = raised.state_dict()
    for name, tensor in plain.state_dict().items():
        added = torch.zeros_like(tensor)
        if name.endswith("bias_ih_l0"):
            added[8:16] = 1.5
        torch.testing.assert_close(other[name], tensor + added)


def test_with_a_forget_bias_a_cell_keeps_what_it_holds_for_longer() -> None:
    """How much the first character still says about the logits 12 characters later."""
    ids = ids_of(1, 12)
    first, other = ids.clone(), ids.clone()
    first[0, 0], other[0, 0] = 1, 2

    def effect(model: CharLM) -> float:
        model.eval()
        return float((model(first)[0][0, -1] - model(other)[0][0, -1]).detach().abs().max())

    effects = [effect(model_of("lstm", forget_bias=bias)) for bias in (0.0, 1.0, 3.0)]
    assert effects[0] < effects[1] < effects[2]


@pytest.mark.parametrize("cell", ["rnn", "gru"])
def test_cells_without_a_forget_gate_have_no_forget_bias(cell: str) -> None:
    with pytest.raises(UserError, match=f"forget_bias is for lstm cells: with {cell}"):
        ModelConfig(cell=cell, forget_bias=1.0)
