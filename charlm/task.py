"""Language modelling as a task for the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.config import ModelConfig, TrainingConfig
from charlm.evaluation import evaluate
from charlm.generation import generate
from charlm.generation.network import Network
from charlm.generation.sampling import Sampling
from charlm.model import CharLM
from charlm.nn.recurrent import State, detached, divided, flattened, joined, unflattened
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
"""Characters of the validation part that are read at each evaluation, at most: of a corpus of a
gigabyte, all of it would take longer than the training in between."""


LARGEST_SHARDED = 256
"""Units of the largest layers whose batches are shared by threads, each of which then reads all of
their weights: with two threads, training in bf16 is 1.3 times as fast at 64 units, 1.6 times at
128, 1.1 times at 256, and 0.7 times at 512."""


def fast_shards(model: ModelConfig, config: TrainingConfig, world: World) -> int:
    """Return by how many threads of a process a batch is shared for the most speed."""
    return world.shards(config.batch_size) if model.hidden_size <= LARGEST_SHARDED else 1


class LanguageModelling(Task[tuple[Tensor, Tensor]]):
    """Trains a `CharLM` to predict the next character of a text (see `charlm.training.task.Task`).

    Args:
        model: on the world's device.
        vocabulary: the model's; it may hold more than the text's.
        text: is split into training, validation and test parts, the last untouched here.
        config: sizes of the batches.
        precision: arithmetic of the evaluations, the one of the training.
        world: says which rows of each batch are this process's.
        shards: threads that share them (see `fast_shards`).

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
            remap=self.remap,
            device=self.device,
        )
        self.steps_per_epoch = self.streams.windows
        self.state: State | None = None
        self.shards = _sharded(model, shards) if shards > 1 else None

    def batches(self, epoch: int, start: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield (inputs, targets), (B, T) each; each pass begins with a state of zeros."""
        if start == 0:
            self.state = None
        return self.streams.starting_at(start)

    def loss(
        self, model: nn.Module, batch: tuple[Tensor, Tensor], generator: torch.Generator
    ) -> Tensor:
        """Return the mean cross-entropy in nats per character, and carry the state on."""
        if self.shards is None:
            loss, self.state = _loss(model, batch, self.state, generator)
            return loss
        count = len(self.shards.replicas)
        parts = list(zip(*(tensor.chunk(count) for tensor in batch), strict=True))
        states = divided(self.state, count)
        # Each draws the masks of all, and takes its own.
        generators = [generator.clone_state() for _ in range(count)]

        def of_one(index: int, replica: nn.Module) -> Tensor:
            own, states[index] = _loss(replica, parts[index], states[index], generators[index])
            return own

        mean = self.shards.mean(of_one)
        self.state = joined(states)
        generator.set_state(generators[0].get_state())
        return mean

    def units(self, batch: tuple[Tensor, Tensor]) -> int:
        """Return the number of characters in the batch."""
        return batch[0].numel()

    def evaluate(self) -> Mapping[str, float]:
        """Return loss (nats per character), its CRLF equivalent, and bits, on validation."""
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
        """Return a text that the model writes as it stands; the same step, the same draws."""
        if self.config.sample_length == 0:
            return ""
        network = Network(self.model.config, copy_weights(self.model), len(self.vocabulary))
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
        return flattened(self.state)

    def carry(self, tensors: dict[str, Tensor]) -> None:
        """Undo `carried`."""
        self.state = unflattened({name: t.to(self.device) for name, t in tensors.items()})

    def model_file(self) -> ModelFile:
        """Return what the model file holds."""
        config, vocabulary = self.model.config.to_json(), self.vocabulary.to_json()
        return ModelFile(CHARACTERS, config, vocabulary, copy_weights(self.model))


def _sharded(model: CharLM, count: int) -> Shards[CharLM]:
    shards = Shards(model, count)
    for rank, replica in enumerate(shards.replicas):
        replica.rank, replica.world_size = rank, count
    return shards


def _loss(
    model: nn.Module,
    batch: Sequence[Tensor],
    state: State | None,
    generator: torch.Generator,
) -> tuple[Tensor, State]:
    """Return the mean cross-entropy of (inputs, targets), and the state after them."""
    inputs, targets = batch
    logits, after = model(inputs, state, generator)
    # Time first, as the logits lie in memory: nothing large is copied.
    loss = F.cross_entropy(logits.transpose(0, 1).flatten(0, 1).float(), targets.t().flatten())
    return loss, detached(after)
