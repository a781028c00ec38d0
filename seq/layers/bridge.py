"""From the last state of an encoder to the first one of a decoder of another size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from torch import Tensor, nn

from charlm.nn.recurrent import State


class Bridge(nn.Module):
    """A linear layer for each tensor of each layer's state.

    Args:
        encoder_size: features of the encoder's states, those of both directions together.
        decoder_size: features of the decoder's states.
        counts: number of tensors of the state of each layer, such as 2 for an LSTM.
    """

    def __init__(self, encoder_size: int, decoder_size: int, counts: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.ModuleList(nn.Linear(encoder_size, decoder_size) for _ in range(count))
            for count in counts
        )

    def forward(self, state: State) -> State:
        """Return the decoder's first state for the encoder's last one, both for each layer."""
        made: State = []
        for layer, before in zip(self.layers, state, strict=True):
            parts = (before,) if isinstance(before, Tensor) else before
            makers = cast("Iterable[nn.Linear]", layer)
            after = [
                make(part.to(make.weight.dtype)) for make, part in zip(makers, parts, strict=True)
            ]
            made.append(after[0] if len(after) == 1 else (after[0], after[1]))
        return made
