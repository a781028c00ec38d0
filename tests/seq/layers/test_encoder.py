"""The encoder's layers are torch's own, and reversal is its own inverse."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import nn

from charlm.config import Cell
from charlm.nn.dropout import variational_dropout
from seq.layers.encoder import Encoder
from seq.layers.reversal import reverse, reversed_rows


@pytest.mark.parametrize(("cell", "torchs"), [("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)])
@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("depths", [1, 2])
def test_the_layers_are_those_of_torch(
    cell: Cell, torchs: type[nn.RNNBase], packed: bool, ways: int, depths: int
) -> None:
    torch.manual_seed(0)
    encoder = Encoder(cell, 5, 7, depths, bidirectional=ways == 2)
    encoder.packed = packed
    reference = torchs(5, 7, depths, bidirectional=ways == 2)
    for depth, way in product(range(depths), range(ways)):
        suffix = f"_l{depth}" + ("_reverse" if way else "")
        for name, weight in encoder.layers_at(depth)[way].named_parameters():
            reference.get_parameter(name.replace("_l0", suffix)).data = weight.data
    x, lengths = torch.randn(6, 3, 5), torch.tensor([6, 2, 4])
    sequences = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    expected, _ = nn.utils.rnn.pad_packed_sequence(reference(sequences)[0])
    found = encoder(x, lengths)
    for row, length in enumerate(lengths.tolist()):
        torch.testing.assert_close(found[:length, row], expected[:length, row])


def test_reversing_is_its_own_inverse_and_passes_gradients_back() -> None:
    lengths = torch.tensor([4, 1, 3])
    x = torch.randn(4, 3, 2, dtype=torch.float64, requires_grad=True)
    rows = reversed_rows(lengths, 4)
    turned = reverse(x, rows)
    assert torch.equal(reverse(turned, rows), x)
    assert torch.equal(turned[:3, 2], x[:3, 2].flip(0))
    assert torch.equal(turned[3, 2], x[3, 2])
    assert torch.autograd.gradcheck(lambda y: reverse(y, rows), (x,))


def test_a_mask_is_one_for_all_words_of_a_text_and_another_for_each_text() -> None:
    x = torch.ones(7, 400, 50)
    found = variational_dropout(x, 0.3, torch.Generator().manual_seed(1))
    assert (found == found[0]).all()
    assert found.unique().tolist() == pytest.approx([0.0, 1 / 0.7])
    assert found.mean().item() == pytest.approx(1.0, abs=0.02)
    assert len(found[0].unique(dim=0)) == 400
    assert variational_dropout(x, 0.0, None) is x
    shares = [
        variational_dropout(part, 0.3, torch.Generator().manual_seed(1), rank=rank, ranks=2)
        for rank, part in enumerate(x.chunk(2, dim=1))
    ]
    assert torch.equal(torch.cat(shares, dim=1), found)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_sequences_of_one_length_need_no_packing(cell: Cell) -> None:
    torch.manual_seed(0)
    encoder = Encoder(cell, 5, 7, 2, bidirectional=True)
    x = torch.randn(6, 3, 5)
    packed, whole = encoder.read_to_end(x, torch.tensor([6, 6, 6])), encoder.read_to_end(x, None)
    torch.testing.assert_close(whole, packed)
