"""Contiguous streams for truncated back-propagation through time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from charlm.config import TrainingConfig
from charlm.nn.transfer import move
from corpora.errors import UserError
from corpora.text.encoded import release
from corpora.text.normalize import split_bounds

RELEASE_EVERY = 256
"""Windows after which the pages of a memory map that were read are released."""


class Streams:
    """A text cut into contiguous streams, which are read side by side in windows.

    Row b of window i continues row b of window i - 1, so that the state can be carried.

    Args:
        ids: the text (N,). It may be a memory map: a window copies only what it returns.
        batch_size: number of streams, B.
        window: characters of a stream that are read at a time, T.
        rows: the streams to read, if not all.
        remap: lookup table from `ids` to the ids of the model.
        device: device of the batches; by default the CPU.
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
        return self.read_from(0)

    def read_from(self, first: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield inputs and targets, (B, T) each, from window number `first` to the last one."""
        for number in range(first, self.windows):
            if number % RELEASE_EVERY == 0:
                release(self.ids)
            start = number * self.window
            part = self.ids[:, start : start + self.window + 1]
            part = self.remap[part] if self.remap is not None else part.astype(np.int64)
            block = move(torch.from_numpy(part), self.device)
            yield block[:, :-1], block[:, 1:]


def check_length(characters: int, config: TrainingConfig) -> None:
    """Raise `UserError` if a text of that many characters is too short to train and evaluate on."""
    if not _is_enough(characters, config):
        least = config.batch_size * (config.window + 1) * 5 // 4  # the training part is 4/5
        enough = next(n for n in itertools.count(least) if _is_enough(n, config))
        raise UserError(
            f"the text has {characters:,} characters, too few for one batch of "
            f"{config.batch_size} x {config.window}: {enough:,} are needed; "
            f"take a longer text, or a smaller --batch-size or --window"
        )


def _is_enough(characters: int, config: TrainingConfig) -> bool:
    """Return whether the training part fills a batch, and the validation part has 2 characters."""
    training, validation, _ = split_bounds(characters)
    fills = int(training.stop) >= config.batch_size * (config.window + 1)
    return fills and int(validation.stop) - int(validation.start) >= 2
