"""A decoder reads a memory that any encoder may fill: here the places of a picture."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import torch
from torch import Tensor, nn

from charlm.config import Cell
from charlm.nn.recurrent import State
from charlm.parts import KnownAttention
from seq.layers.decoder import Decoder, VectorDecoder
from seq.layers.memory import Memory

V, E, H, K = 9, 5, 8, 6
"""Symbols; features of a symbol, of a state, and of a place of the picture."""
S, T = 7, 4
COUNTS = torch.tensor([7, 3, 5])
"""Places of each picture; the others are padding."""
B = len(COUNTS)
PADDING = torch.arange(S)[:, None] >= COUNTS
KINDS: tuple[Any, ...] = (None, *get_args(KnownAttention)[1:])


class Painter(nn.Module):
    """Fills memories without a recurrent layer: linear maps of the mean of all places."""

    def __init__(self, cell: Cell, layers: int) -> None:
        super().__init__()
        self.cell = cell
        self.maps = nn.ModuleList(nn.Linear(K, 2 * H) for _ in range(layers))

    def forward(self, places: Tensor, padding: Tensor) -> State:
        kept = places.masked_fill(padding[..., None], 0.0)
        mean = kept.sum(0, keepdim=True) / (~padding).sum(0)[None, :, None]
        both = [made(mean).tanh().chunk(2, dim=2) for made in self.maps]
        return [(h, c) if self.cell == "lstm" else h for h, c in both]


def parts(kind: Any, cell: Cell = "lstm", layers: int = 1) -> tuple[Decoder, Painter]:
    torch.manual_seed(5)
    decoder = Decoder(cell, V, E, H, layers, memory_size=K, scoring=kind, dropout=0.4)
    return decoder.eval(), Painter(cell, layers)


def picture() -> Tensor:
    return torch.randn(S, B, K, generator=torch.Generator().manual_seed(6))


def symbols() -> Tensor:
    return torch.randint(1, V, (T, B), generator=torch.Generator().manual_seed(7))


def remember(decoder: Decoder, painter: Painter, places: Tensor, padding: Tensor) -> Memory:
    return decoder.prepare(places, padding, painter(places, padding))


def flat(state: State) -> list[Tensor]:
    return [part for layer in state for part in (layer if isinstance(layer, tuple) else (layer,))]


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_are_those_that_are_said_and_weights_sum_to_one(kind: Any) -> None:
    decoder, painter = parts(kind)
    memory = remember(decoder, painter, picture(), PADDING)
    logits, state, weights = decoder(symbols(), memory.final, memory)
    assert logits.shape == (T, B, V)
    assert all(part.shape == (1, B, H) for part in flat(state))
    if kind is None:
        assert weights is None
        return
    assert weights is not None
    assert weights.shape == (T, B, S)
    torch.testing.assert_close(weights.sum(2), torch.ones(T, B))
    assert (weights.permute(2, 1, 0)[PADDING] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_padding_changes_nothing(kind: Any) -> None:
    """Neither what it holds nor how much there is, alone or beside others."""
    decoder, painter = parts(kind)
    places = picture()
    memory = remember(decoder, painter, places, PADDING)
    logits, _, weights = decoder(symbols(), memory.final, memory)
    garbage = places.masked_fill(PADDING[..., None], 1e4)
    other = remember(decoder, painter, garbage, PADDING)
    assert torch.equal(decoder(symbols(), other.final, other)[0], logits)
    for row, count in enumerate(COUNTS.tolist()):
        own = slice(row, row + 1)
        alone = remember(decoder, painter, places[:count, own], PADDING[:count, own])
        found, _, own_weights = decoder(symbols()[:, own], alone.final, alone)
        torch.testing.assert_close(found, logits[:, own], atol=1e-5, rtol=1e-5)
        if weights is not None and own_weights is not None:
            torch.testing.assert_close(own_weights, weights[:, own, :count], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("cell", "layers"), [("rnn", 1), ("gru", 2), ("lstm", 2)])
def test_stepping_equals_all_at_once(kind: Any, cell: Cell, layers: int) -> None:
    decoder, painter = parts(kind, cell, layers)
    memory = remember(decoder, painter, picture(), PADDING)
    logits, after, weights = decoder(symbols(), memory.final, memory)
    state, steps = memory.final, []
    for step in symbols().split(1):
        found, state, looked = decoder(step, state, memory)
        steps.append((found, looked))
    torch.testing.assert_close(torch.cat([found for found, _ in steps]), logits)
    if weights is not None:
        torch.testing.assert_close(torch.cat([looked for _, looked in steps]), weights)
    for one, other in zip(flat(state), flat(after), strict=True):
        torch.testing.assert_close(one, other)


def test_rows_of_a_memory_are_those_of_the_pictures_in_training_as_well() -> None:
    decoder, painter = parts("additive")
    decoder.train()
    places = picture()
    final = painter(places, PADDING)
    memory = decoder.prepare(places, PADDING, final, torch.Generator().manual_seed(8))
    rows = torch.tensor([2, 0, 2])
    chosen = memory.select(rows)
    logits = decoder(symbols(), memory.final, memory)[0]
    found = decoder(symbols()[:, rows], chosen.final, chosen)[0]
    torch.testing.assert_close(found, logits[:, rows], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_reaches_what_filled_the_memory(kind: Any) -> None:
    decoder, painter = parts(kind)
    places = picture().requires_grad_()
    memory = remember(decoder, painter, places, PADDING)
    decoder(symbols(), memory.final, memory)[0].square().sum().backward()
    for weight in (*decoder.parameters(), *painter.parameters()):
        assert weight.grad is not None
        assert weight.grad.abs().sum() > 0
    assert places.grad is not None
    assert (places.grad[PADDING] == 0).all()
    assert (places.grad[~PADDING] != 0).any(dim=1).all()


def test_a_decoder_of_symbols_is_one_of_vectors_after_an_embedding() -> None:
    """With the same weights, in the order in which a seed has always drawn them."""
    decoder, painter = parts("dot")
    torch.manual_seed(7)
    vectors = VectorDecoder("lstm", E, H, 1, outputs=V, memory_size=K, scoring="dot").eval()
    weights = decoder.state_dict()
    assert next(iter(weights)) == "embedding.weight"
    vectors.load_state_dict({n: w for n, w in weights.items() if not n.startswith("embedding")})
    memory = decoder.prepare(picture(), PADDING, painter(picture(), PADDING))
    symbols = torch.randint(1, V, (T, B), generator=torch.Generator().manual_seed(8))
    logits, _, attended = decoder(symbols, memory.final, memory)
    numbers, _, others = vectors(decoder.embedding(symbols), memory.final, memory)
    assert torch.equal(logits, numbers)
    assert attended is not None
    assert torch.equal(attended, others)
