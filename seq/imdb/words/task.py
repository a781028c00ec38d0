"""Word language modelling as a task for the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from charlm.nn.recurrent import detach_state, flatten_state, restore_state, unflatten_state
from charlm.runs.model_file import ModelFile
from charlm.runs.registry import WORD_MODEL
from charlm.streams import Streams
from charlm.training.config import Precision
from charlm.training.device import autocast
from charlm.training.distributed import World
from charlm.training.task import Task, copy_weights
from corpora.errors import UserError
from seq.imdb.config import PretrainingConfig
from seq.imdb.words.model import State, WordModel
from seq.padding import PAD, Ids

VALIDATION_STREAMS = 16
"""Number of streams into which the validation texts are cut."""

Window = tuple[list[Tensor], list[Tensor]]
"""Inputs and targets of each direction, (T, B) each."""


class WordModelling(Task[Window]):
    """The training of a `WordModel` on streams of texts (see `charlm.training.task.Task`).

    Args:
        model: the word model, on the world's device.
        vocabulary: JSON that is written into the model file.
        training: encoded texts to learn from.
        validation: encoded texts to choose the best model with.
        config: settings of the training.
        precision: arithmetic of the evaluations, the same as in training.
        world: this process alone.

    Raises:
        UserError: the texts are too short for one batch.
    """

    model: WordModel
    unit = "words"

    def __init__(
        self,
        model: WordModel,
        vocabulary: str,
        training: Sequence[Ids],
        validation: Sequence[Ids],
        config: PretrainingConfig,
        *,
        precision: Precision,
        world: World,
    ) -> None:
        self.model, self.vocabulary, self.config = model, vocabulary, config
        self.precision, self.device = precision, world.device
        self.directions = model.encoder.directions
        self.streams = self._make_streams(_join(training), config.batch_size)
        self.validation = self._make_streams(_join(validation), VALIDATION_STREAMS)
        self.steps_per_epoch = self.streams[0].windows
        if not self.steps_per_epoch or not self.validation[0].windows:
            raise UserError(
                "the texts are too short to pre-train on; take a smaller --batch-size or --window"
            )
        self.state: State = [None] * self.directions

    def _make_streams(self, ids: npt.NDArray[np.int64], batch_size: int) -> list[Streams]:
        orders = [ids, ids[::-1]][: self.directions]
        window = self.config.window
        return [Streams(order, batch_size, window, device=self.device) for order in orders]

    def batches(self, epoch: int, start: int) -> Iterator[Window]:
        """Yield the windows of a pass from number `start` on. A pass starts with zero states."""
        if start == 0:
            self.state = [None] * self.directions
        return _read_windows(self.streams, start)

    def loss(self, model: nn.Module, batch: Window, generator: torch.Generator) -> Tensor:
        """Return the mean cross-entropy in nats per word; keep the state for the next window."""
        loss, state = model(*batch, self.state, generator)
        self.state = list(detach_state(state))
        return loss  # type: ignore[no-any-return]

    def units(self, batch: Window) -> int:
        """Return the number of words in the batch. Words count once for all directions."""
        return batch[0][0].numel()

    def evaluate(self) -> Mapping[str, float]:
        """Return loss (nats per word, mean of the directions) and perplexity on validation."""
        self.model.eval()
        losses: list[float] = []
        state: State = [None] * self.directions
        with torch.inference_mode(), autocast(self.device, self.precision):
            for window in _read_windows(self.validation, 0):
                loss, state = self.model(*window, state)
                losses.append(float(loss))
        self.model.train()
        mean = float(np.mean(losses))
        return {"loss": mean, "perplexity": float(np.exp(mean))}

    def carried(self) -> dict[str, Tensor]:
        """Return the state of every stream, by name."""
        return flatten_state([layer for layer in self.state if layer is not None])

    def carry(self, tensors: dict[str, Tensor]) -> None:
        """Set the state of every stream; see `carried`."""
        restore_state(tensors, self.model.encoder.layers_at(0), self.streams[0].count)
        state = unflatten_state({name: t.to(self.device) for name, t in tensors.items()})
        self.state = list(state) if state else [None] * self.directions

    def model_file(self) -> ModelFile:
        """Return the contents of the model file."""
        config = self.model.config.to_json()
        return ModelFile(WORD_MODEL, config, self.vocabulary, copy_weights(self.model))


def _join(texts: Sequence[Ids]) -> npt.NDArray[np.int64]:
    """Return all texts as one sequence, with padding after each text to separate them."""
    between = np.array([PAD])
    return np.concatenate([part for text in texts for part in (text, between)]).astype(np.int64)


def _read_windows(streams: Sequence[Streams], start: int) -> Iterator[Window]:
    for ways in zip(*(stream.read_from(start) for stream in streams), strict=True):
        yield [inputs.t() for inputs, _ in ways], [targets.t() for _, targets in ways]
