"""The embedding that the models of this package begin with."""

from __future__ import annotations

import torch
from torch import nn

from seq.padding import PAD


def embedding(symbols: int, features: int) -> nn.Embedding:
    """Return what `nn.Embedding` would be: normal numbers, and zeros for the padding.

    But on the meta device, where there is nothing to draw, none are drawn: torch would load its
    compiler for that, which takes 0.9 s.
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
