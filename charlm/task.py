"""Character language modelling as a task for the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.config import ModelConfig, TrainingConfig, is_own
from charlm.evaluation import evaluate
from charlm.generation import generate
from charlm.generation.sampling import Sampling
from charlm.language_model import make_network
from charlm.model import CharLM
from charlm.nn.recurrent import (
    State,
    detach_state,
    flatten_state,
    join_states,
    restore_state,
    split_state,
    unflatten_state,
    zero_rows,
)
from charlm.nn.transfer import move
from charlm.runs.model_file import ModelFile
from charlm.runs.registry import CHARACTERS
from charlm.streams import Streams, check_length
from charlm.training.config import Precision
from charlm.training.device import autocast
from charlm.training.distributed import World
from charlm.training.replicas import Shards
from charlm.training.task import Task, copy_weights
from corpora.text.encoded import EncodedText
from corpora.text.vocabulary import Vocabulary

VALIDATION_LIMIT = 1_000_000
"""Most characters of the validation part that an evaluation reads. The whole validation part of a
corpus of a gigabyte would take longer than the training between two evaluations."""

LARGEST_SHARDED = 256
"""Units of the largest layers whose batches are split among threads. Each thread reads all weights:
with two threads, training in bf16 is 1.3 times as fast at 64 units, 1.6 times at 128, 1.1 times at
256, and 0.7 times at 512."""


def choose_shards(model: ModelConfig, config: TrainingConfig, world: World) -> int:
    """Return the number of threads of a process that share a batch, for the most speed."""
    if model.hidden_size > LARGEST_SHARDED or is_own(
        model.cell
    ):  # which may not be safe in threads
        return 1
    return world.shards(config.batch_size)


class LanguageModelling(Task[tuple[Tensor, Tensor]]):
    """Trains a `CharLM` to predict the next character of a text (see `charlm.training.task.Task`).

    Args:
        model: the model to train, on the world's device.
        vocabulary: the vocabulary of the model; it may hold more symbols than that of the text.
        text: the text; its training part and its validation part are read.
        config: sizes of the batches.
        precision: arithmetic of the evaluations, the same as that of the training.
        world: the processes that train together; each reads its own rows of a batch.
        shards: threads of this process that share its rows (see `choose_shards`).

    Raises:
        UserError: the text is too short for one batch.
    """

    model: CharLM
    unit = "characters"

    def __init__(
        self,
        model: CharLM,
        vocabulary: Vocabulary,
        text: EncodedText,
        config: TrainingConfig,
        *,
        precision: Precision,
        world: World,
        shards: int = 1,
    ) -> None:
        check_length(len(text), config)
        self.model, self.vocabulary, self.config = model, vocabulary, config
        model.rank, model.world_size = world.rank, world.size
        self.precision, self.device = precision, world.device
        same = text.vocabulary == vocabulary
        self.remap = None if same else text.remap_table(vocabulary)
        self.validation = text.split("validation")[:VALIDATION_LIMIT]
        self.streams = Streams(
            text.split("train"),
            config.batch_size,
            config.window,
            rows=world.rows(config.batch_size),
            shifts=config.shift_streams,
            remap=self.remap,
            device=self.device,
        )
        self.steps_per_epoch = self.streams.windows
        self.state: State | None = None
        self.shards = _make_shards(model, shards) if shards > 1 else None

    def batches(self, epoch: int, start: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (inputs, targets), (B, T) each. A pass begins with a state of zeros."""
        if start == 0:
            self.state = None
        shift = 0
        if self.config.shift_streams:  # the same one for a pass that goes on after an interruption
            drawn = np.random.default_rng((self.config.seed, epoch))
            shift = int(drawn.integers(self.config.window))
        return self.streams.read_from(start, shift)

    def loss(
        self, model: nn.Module, batch: tuple[Tensor, Tensor], generator: torch.Generator
    ) -> Tensor:
        """Return the mean cross-entropy in nats per character, and carry the state on."""
        if self.config.zero_state and self.state is not None:
            # Drawn for the streams of all processes, so that it does not matter how many there are.
            drawn = torch.rand(self.config.batch_size, generator=generator)
            own = (drawn < self.config.zero_state)[self.streams.rows]
            self.state = zero_rows(self.state, move(own, self.device))
        if self.shards is None:
            loss, self.state = _compute_loss(model, batch, self.state, generator)
            return loss
        count = len(self.shards.replicas)
        parts = list(zip(*(tensor.chunk(count) for tensor in batch), strict=True))
        states = split_state(self.state, count)
        # Each thread draws the masks for all rows, and takes those of its own rows.
        generators = [generator.clone_state() for _ in range(count)]

        def compute_part(index: int, replica: nn.Module) -> Tensor:
            own, states[index] = _compute_loss(
                replica, parts[index], states[index], generators[index]
            )
            return own

        mean = self.shards.mean(compute_part)
        self.state = join_states(states)
        generator.set_state(generators[0].get_state())
        return mean

    def units(self, batch: tuple[Tensor, Tensor]) -> int:
        """Return the number of characters in the batch."""
        return batch[0].numel()

    def evaluate(self) -> Mapping[str, float]:
        """Return the validation loss: nats and bits per character, and the CRLF-equivalent."""
        with autocast(self.device, self.precision):
            score = evaluate(
                self.model,
                self.validation,
                device=self.device,
                line_feed=self.vocabulary.line_feed,
                remap=self.remap,
            )
        return {
            "loss": score.nats_per_character,
            "bits_per_character": score.bits_per_character,
            "crlf_equivalent": score.crlf_equivalent,
        }

    def sample(self, step: int) -> str:
        """Return a text that the model writes now; the same step draws the same random numbers."""
        if self.config.sample_length == 0:
            return ""
        weights = copy_weights(self.model)
        network = make_network(self.model.config, weights, len(self.vocabulary))
        tokens = generate.generate(
            network,
            self.vocabulary,
            length=self.config.sample_length,
            sampling=Sampling(),
            seed=self.config.seed + step,
        )
        return "".join(token.character for token in tokens)

    def carried(self) -> dict[str, Tensor]:
        """Return the state of every stream."""
        return flatten_state(self.state)

    def carry(self, tensors: dict[str, Tensor]) -> None:
        """Set the state of every stream to what `carried` returned."""
        restore_state(tensors, self.model.stack(), self.streams.count)
        self.state = unflatten_state({name: t.to(self.device) for name, t in tensors.items()})

    def model_file(self) -> ModelFile:
        """Return the content of the model file."""
        config, vocabulary = self.model.config.to_json(), self.vocabulary.to_json()
        return ModelFile(CHARACTERS, config, vocabulary, copy_weights(self.model))


def _make_shards(model: CharLM, count: int) -> Shards[CharLM]:
    shards = Shards(model, count)
    for rank, replica in enumerate(shards.replicas):
        replica.rank, replica.world_size = rank, count
    return shards


def _compute_loss(
    model: nn.Module,
    batch: Sequence[Tensor],
    state: State | None,
    generator: torch.Generator,
) -> tuple[Tensor, State]:
    """Return the mean cross-entropy of (inputs, targets), and the state after them."""
    inputs, targets = batch
    logits, after = model(inputs, state, generator)
    # Time first, as the logits lie in memory: flattening them then copies nothing.
    loss = F.cross_entropy(logits.transpose(0, 1).flatten(0, 1).float(), targets.t().flatten())
    return loss, detach_state(after)
