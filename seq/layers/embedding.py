"""The embedding layer of the models of this package."""

from __future__ import annotations

import torch
from torch import nn

from seq.padding import PAD


def make_embedding(symbols: int, features: int) -> nn.Embedding:
    """Return an embedding with normal random vectors, and a vector of zeros for the padding.

    It equals `nn.Embedding(symbols, features, PAD)`, except on the meta device. There no numbers
    are drawn, because torch would load its compiler for that, which takes 0.9 s.
    """
    made = nn.Embedding.from_pretrained(  # type: ignore[no-untyped-call]
        torch.empty(symbols, features), freeze=False, padding_idx=PAD
    )
    assert isinstance(made, nn.Embedding)
    if not made.weight.is_meta:
        nn.init.normal_(made.weight)
        with torch.no_grad():
            made.weight[PAD] = 0
    return made
