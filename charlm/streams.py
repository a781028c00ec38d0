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
        shifts: whether `read_from` may begin further on. The streams are then shorter, so that
            every pass has as many windows.
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
        shifts: bool = False,
        remap: np.ndarray | None = None,
        device: torch.device | None = None,
    ) -> None:
        self.length = max(0, len(ids) - (window - 1) * shifts) // batch_size
        self.windows = max(0, self.length - 1) // window
        self.window, self.batch_size, self.rows = window, batch_size, rows or slice(None)
        self.all_ids = ids
        self.remap = remap
        self.device = device or torch.device("cpu")

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return self.read_from(0)

    @property
    def count(self) -> int:
        """Number of streams that are read, B."""
        return len(self.cut())

    def cut(self, shift: int = 0) -> np.ndarray:
        """Return the streams (B, L) of a pass, which begin `shift` characters into the text."""
        share = self.all_ids[shift : shift + self.length * self.batch_size]
        return share.reshape(self.batch_size, self.length)[self.rows]

    def read_from(self, first: int, shift: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield inputs and targets, (B, T) each, from window number `first` to the last one.

        Args:
            first: number of the window to begin with.
            shift: characters at the beginning of the text that are left out, fewer than a window.
        """
        ids = self.cut(shift)
        for number in range(first, self.windows):
            if number % RELEASE_EVERY == 0:
                release(ids)
            start = number * self.window
            part = ids[:, start : start + self.window + 1]
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
    shifts = (config.window - 1) * config.shift_streams
    fills = int(training.stop) - shifts >= config.batch_size * (config.window + 1)
    return fills and int(validation.stop) - int(validation.start) >= 2
