"""Contiguous streams for truncated back-propagation through time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from charlm.config import TrainingConfig
from corpora.errors import UserError
from corpora.text.encoded import release
from corpora.text.normalize import split_bounds

RELEASE_EVERY = 256
"""Windows after which the pages of a memory map that were read are let go."""


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
        for number in range(first, self.windows):
            if number % RELEASE_EVERY == 0:
                release(self.ids)
            start = number * self.window
            part = self.ids[:, start : start + self.window + 1]
            part = self.remap[part] if self.remap is not None else part.astype(np.int64)
            block = torch.from_numpy(part).to(self.device, non_blocking=True)
            yield block[:, :-1], block[:, 1:]


def check_length(characters: int, config: TrainingConfig) -> None:
    """Raise `UserError` unless a text of so many characters can be trained and evaluated on."""
    if not _is_enough(characters, config):
        filling = config.batch_size * (config.window + 1) * 5 // 4  # the training part is 4/5
        enough = next(n for n in itertools.count(filling) if _is_enough(n, config))
        raise UserError(
            f"the text has {characters:,} characters, too few for one batch of "
            f"{config.batch_size} x {config.window}: {enough:,} are needed; "
            f"take a longer text, or a smaller --batch-size or --window"
        )


def _is_enough(characters: int, config: TrainingConfig) -> bool:
    """Whether the training part fills one batch and the validation part holds a prediction."""
    training, validation, _ = split_bounds(characters)
    fills = int(training.stop) >= config.batch_size * (config.window + 1)
    return fills and int(validation.stop) - int(validation.start) >= 2
