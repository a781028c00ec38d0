"""TODO."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from charlm.nn.recurrent import State


@dataclass(frozen=True)
class Memory:
    """What the encoder has read of a batch of commands."""

    states: Tensor
    """Of the encoder's last layer, (S, B, H)."""
    padding: Tensor
    """True where a state stands for no word, (S, B)."""
    final: State
    """What the decoder begins with: h, or (h, c) of an LSTM, for each layer, (1, B, H) each."""
    masks: tuple[Tensor, ...] = field(default=())
    """Of the decoder's dropout, drawn once for all steps; none while it is not trained."""

    def rows(self, wanted: Tensor) -> Memory:
        """Return the memory of these commands of the batch, (N,), in this order."""
        return Memory(self.states[:, wanted], self.padding[:, wanted], rows(self.final, wanted))


def rows(state: State, wanted: Tensor) -> State:
    """Return the states of these rows of a batch, (N,), in this order."""
    return [
        part[:, wanted] if isinstance(part, Tensor) else (part[0][:, wanted], part[1][:, wanted])
        for part in state
    ]
