"""Contiguous streams for truncated back-propagation through time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from charlm.config import TrainingConfig
from corpora.errors import UserError


class Streams:
    """A text cut into `batch_size` contiguous streams, read side by side in windows.

    Row b of window i goes on where row b of window i - 1 ended, so that the state can be carried.
    `ids` may be a memory map: a window copies only what it returns.
    """

    def __init__(
        self,
        ids: np.ndarray,
        batch_size: int,
        window: int,
        *,
        rows: slice | None = None,
        remap: np.ndarray | None = None,
        device: torch.device | None = None,
    ) -> None:
        length = len(ids) // batch_size
        self.windows = max(0, length - 1) // window
        self.window = window
        share = ids[: length * batch_size].reshape(batch_size, length)
        self.ids = share if rows is None else share[rows]
        self.remap = remap
        self.device = device or torch.device("cpu")

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self.starting_at(0)

    def starting_at(self, first: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield inputs and targets, (B, T) each, from window `first` to the last."""
        for start in range(first * self.window, self.windows * self.window, self.window):
            part = self.ids[:, start : start + self.window + 1]
            part = self.remap[part] if self.remap is not None else part.astype(np.int64)
            block = torch.from_numpy(part).to(self.device, non_blocking=True)
            yield block[:, :-1], block[:, 1:]


def check_length(characters: int, training: int, config: TrainingConfig) -> None:
    """Raise `UserError` unless the `training` part of the text fills one batch.

    Args:
        characters: length of the whole text.
        training: length of its training part, four fifths.
        config: says how large a batch is.
    """
    needed = config.batch_size * (config.window + 1)
    if training < needed:
        whole = -(-needed * 5 // 4) + 1
        raise UserError(
            f"the text has {characters:,} characters, too few for one batch of "
            f"{config.batch_size} x {config.window}: {whole:,} are needed; "
            f"take a longer text, or a smaller --batch-size or --window"
        )
