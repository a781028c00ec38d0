"""What a decoder starts from, and what its attention reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

from charlm.nn.recurrent import State


@dataclass(frozen=True)
class Memory:
    """The initial state of a decoder, and the states that its attention reads.

    Any encoder can fill it; see `Decoder.prepare`.
    """

    states: Tensor
    """States that attention reads, such as those of an encoder's last layer, (S, B, K)."""
    padding: Tensor
    """True where a state is padding, (S, B)."""
    final: State
    """Initial state of the decoder: h, or (h, c) of an LSTM, for each layer, (1, B, H)."""
    projected: Tensor | None = None
    """`states` after the projection of the decoder's attention, computed once for all steps."""
    masks: tuple[Tensor, ...] = field(default=())
    """Dropout masks of the decoder, drawn once for all steps. Empty outside of training."""
    translations: Tensor | None = None
    """Distribution over the decoder's symbols for each state, to copy from, (S, B, V)."""
    read_as: Tensor | None = None
    """Id that each of the decoder's symbols is read as, (V,). Symbols that are read as one are
    told apart by copying alone."""

    def select(self, rows: Tensor) -> Memory:
        """Return the memory of these rows of the batch, (N,), in this order."""
        projected, translations = (
            None if each is None else each[:, rows] for each in (self.projected, self.translations)
        )
        masks = tuple(mask[:, rows] for mask in self.masks)
        final = select_rows(self.final, rows)
        states, padding = self.states[:, rows], self.padding[:, rows]
        return Memory(states, padding, final, projected, masks, translations, self.read_as)


def select_rows(state: State, rows: Tensor) -> State:
    """Return the states of these rows of a batch, (N,), in this order."""
    return [
        part[:, rows] if isinstance(part, Tensor) else (part[0][:, rows], part[1][:, rows])
        for part in state
    ]
