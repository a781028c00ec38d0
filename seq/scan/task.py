"""Translation as a task for the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.runs.model_file import ModelFile
from charlm.runs.registry import TRANSLATOR
from charlm.training.config import Precision
from charlm.training.device import autocast
from charlm.training.distributed import World
from charlm.training.task import Task, copy_weights
from seq.batches import bucketed, by_length, padded
from seq.decoding import Writing, greedy
from seq.layers.decoder import Memory
from seq.padding import PAD
from seq.scan.config import TranslatorTraining
from seq.scan.model import Translator
from seq.scan.vocabularies import END, START, Languages

EVALUATION_BATCH = 512
WRITING = Writing(start=START, end=END, limit=100)
"""The limit is about twice the actions of the longest command of SCAN, 48."""

Ids = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Batch:
    """Commands with about as many actions each."""

    commands: Tensor
    """(S, B), on the device."""
    lengths: Tensor
    """Of the commands, (B,), on the CPU."""
    begun: Tensor
    """The start and the actions, (T, B), on the device: what the decoder is given."""
    actions: Tensor
    """The actions and the end, (T, B), on the device: what it is to say."""


@dataclass(frozen=True)
class EncodedPairs:
    """Commands (S,) and their actions with the end (T,), as ids."""

    commands: Sequence[Ids]
    actions: Sequence[Ids]

    def __len__(self) -> int:
        return len(self.commands)

    def select(self, wanted: Ids) -> EncodedPairs:
        """Return the pairs of these indices."""
        return EncodedPairs(
            [self.commands[index] for index in wanted], [self.actions[index] for index in wanted]
        )

    def batch(self, wanted: Ids, device: torch.device) -> Batch:
        """Return the pairs of these indices as a batch."""
        commands, lengths = padded([self.commands[index] for index in wanted])
        actions, _ = padded([self.actions[index] for index in wanted])
        begun = torch.cat([torch.full_like(actions[:1], START), actions[:-1]])
        moved = (part.to(device, non_blocking=True) for part in (commands, begun, actions))
        first, *others = moved
        return Batch(first, lengths, *others)


class Translation(Task[Batch]):
    """Trains a `Translator` to say the actions of a command (see `charlm.training.task.Task`).

    Args:
        model: on the world's device.
        languages: written into the model file.
        training: pairs to learn from.
        validation: pairs to choose the best model by.
        config: sizes, and what the decoder is given.
        precision: arithmetic of the evaluations, the one of the training.
        world: this process alone.
    """

    model: Translator
    unit = "commands"

    def __init__(
        self,
        model: Translator,
        languages: Languages,
        training: EncodedPairs,
        validation: EncodedPairs,
        config: TranslatorTraining,
        *,
        precision: Precision,
        world: World,
    ) -> None:
        self.model, self.languages = model, languages
        self.training, self.validation, self.config = training, validation, config
        self.precision, self.device = precision, world.device
        self.lengths = np.array([len(ids) for ids in training.actions], dtype=np.int64)
        self.steps_per_epoch = -(-len(training) // config.batch_size)

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of a pass: drawn anew for each, the same for the same seed."""
        random = np.random.default_rng([self.config.seed, epoch])
        for wanted in bucketed(self.lengths, self.config.batch_size, random)[start:]:
            yield self.training.batch(wanted, self.device)

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        """Return the mean cross-entropy in nats per action, the end included."""
        memory = self.model.encode(batch.commands, batch.lengths, generator)
        if self.config.teacher_forcing == 1:
            logits, _, _ = self.model.decoder(batch.begun, memory.final, memory)
        else:
            logits = self._on_its_own(batch, memory, generator)
        return _cross_entropy(logits, batch.actions)

    def _on_its_own(self, batch: Batch, memory: Memory, generator: torch.Generator) -> Tensor:
        """Return the logits (T, B, V) where only some of the actions before are given."""
        share = torch.full(batch.begun.shape, self.config.teacher_forcing)
        given = torch.bernoulli(share, generator=generator).bool().to(self.device)
        state, symbols = memory.final, batch.begun[:1]
        steps: list[Tensor] = []
        for step in range(len(batch.begun)):
            if step:
                found = steps[-1].detach().argmax(dim=2)
                symbols = torch.where(given[step], batch.begun[step], found)
            logits, state, _ = self.model.decoder(symbols, state, memory)
            steps.append(logits)
        return torch.cat(steps)

    def units(self, batch: Batch) -> int:
        """Return the number of commands in the batch."""
        return len(batch.lengths)

    def evaluate(self) -> Mapping[str, float]:
        """Return loss (nats per action) and accuracy (exact match) on the validation pairs."""
        pairs = self.validation
        total = actions = 0.0
        self.model.eval()
        with torch.inference_mode(), autocast(self.device, self.precision):
            for wanted in by_length(np.array([*map(len, pairs.actions)]), EVALUATION_BATCH):
                batch = pairs.batch(wanted, self.device)
                memory = self.model.encode(batch.commands, batch.lengths)
                logits, _, _ = self.model.decoder(batch.begun, memory.final, memory)
                count = int((batch.actions != PAD).sum())
                total += float(_cross_entropy(logits, batch.actions)) * count
                actions += count
        self.model.train()
        found = translate(self.model, pairs.commands, self.device, self.precision)
        right = [
            ids == tuple(actions.tolist())
            for ids, actions in zip(found, pairs.actions, strict=True)
        ]
        return {"loss": total / actions, "accuracy": sum(right) / len(right)}

    def sample(self, step: int) -> str:
        """Return a command of the validation pairs, another one each time, and what it becomes."""
        row = step % len(self.validation)
        command = self.validation.commands[row]
        (ids,) = translate(self.model, [command], self.device, self.precision)
        said = self.languages.source.decode(command, " ")
        return f"{said} → {' '.join(self.languages.actions(ids))}"

    def model_file(self) -> ModelFile:
        """Return what the model file holds."""
        config = self.model.config.to_json()
        return ModelFile(TRANSLATOR, config, self.languages.to_json(), copy_weights(self.model))


def translate(
    model: Translator, commands: Sequence[Ids], device: torch.device, precision: Precision
) -> list[tuple[int, ...]]:
    """Return what each command (S,) becomes, by greedy decoding, in the order given.

    The model is left in the mode in which it was.
    """
    lengths = np.array([len(command) for command in commands], dtype=np.int64)
    found: list[tuple[int, ...]] = [()] * len(commands)
    training = model.training
    model.eval()
    try:
        with torch.inference_mode(), autocast(device, precision):
            for wanted in by_length(lengths, EVALUATION_BATCH):
                ids, sizes = padded([commands[index] for index in wanted])
                written = greedy(model.decoder, model.encode(ids.to(device), sizes), WRITING)
                for index, actions in zip(wanted.tolist(), written, strict=True):
                    found[index] = actions
    finally:
        model.train(training)
    return found


def _cross_entropy(logits: Tensor, actions: Tensor) -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1), actions.flatten(), ignore_index=PAD)
