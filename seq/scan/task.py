"""Translation as a task for the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.nn.transfer import move
from charlm.runs.model_file import ModelFile
from charlm.runs.registry import TRANSLATOR
from charlm.training.config import Precision
from charlm.training.device import autocast
from charlm.training.distributed import World
from charlm.training.task import Task, copy_weights
from corpora.scan.grammar import Pair
from seq.batches import batch_by_length, draw_batches, pad
from seq.decoding import DecodingRules, greedy_search
from seq.layers.memory import Memory
from seq.padding import END, PAD, START, Ids
from seq.scan.config import TranslatorConfig, TranslatorTraining
from seq.scan.lexicon import find_lexicon
from seq.scan.model import Translator
from seq.scan.vocabularies import Languages

EVALUATION_BATCH = 512


@dataclass(frozen=True)
class Batch:
    """A batch of commands with similar numbers of actions."""

    commands: Tensor
    """Ids of the words, (S, B), on the device."""
    lengths: Tensor
    """Lengths of the commands, (B,), on the CPU."""
    inputs: Tensor
    """Inputs of the decoder, (T, B), on the device: the start, then the actions."""
    actions: Tensor
    """Targets of the decoder, (T, B), on the device: the actions, then the end."""


@dataclass(frozen=True)
class EncodedPairs:
    """Commands and their actions as ids."""

    commands: Sequence[Ids]
    """Ids of the words of each command, (S,)."""
    actions: Sequence[Ids]
    """Ids of the actions of each command, and of the end after them, (T,)."""

    def __len__(self) -> int:
        return len(self.commands)

    def __add__(self, other: EncodedPairs) -> EncodedPairs:
        """Return these pairs, and after them the others."""
        return EncodedPairs([*self.commands, *other.commands], [*self.actions, *other.actions])

    def select(self, indices: Ids) -> EncodedPairs:
        """Return the pairs with these indices."""
        return EncodedPairs(
            [self.commands[index] for index in indices], [self.actions[index] for index in indices]
        )

    def decode(self, languages: Languages) -> Iterator[Pair]:
        """Yield the pairs as symbols."""
        words = languages.source.symbols
        for command, actions in zip(self.commands, self.actions, strict=True):
            yield Pair(tuple(words[i] for i in command), languages.decode_actions(actions))

    def batch(self, indices: Ids, device: torch.device) -> Batch:
        """Return the pairs with these indices as a batch."""
        commands, lengths = pad([self.commands[index] for index in indices])
        actions, _ = pad([self.actions[index] for index in indices])
        inputs = torch.cat([torch.full_like(actions[:1], START), actions[:-1]])
        moved = (move(part, device) for part in (commands, inputs, actions))
        first, *others = moved
        return Batch(first, lengths, *others)


class Translation(Task[Batch]):
    """The training of a `Translator` (see `charlm.training.task.Task`).

    Args:
        model: the translator, on the world's device.
        languages: vocabularies, which are written into the model file.
        training: pairs to learn from.
        validation: pairs to choose the best model with.
        config: settings of the training.
        made: pairs made from those of `training`, to learn from as well; None for none.
        made_share: greatest share of them in a pass.
        precision: arithmetic of the evaluations, the same as in training.
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
        made: EncodedPairs | None = None,
        made_share: float = 0.5,
        precision: Precision,
        world: World,
    ) -> None:
        self.model, self.languages, self.config = model, languages, config
        self.training = training + made if made else training
        self.validation, self.originals = validation, len(training)
        self.precision, self.device = precision, world.device
        self.lengths = np.array([len(ids) for ids in self.training.actions], dtype=np.int64)
        most = int(len(training) * made_share / (1 - made_share))
        if model.config.lexicon:
            model.learn_lexicon(find_lexicon(languages, training.decode(languages)))
        self.made_per_pass = min(len(made or ()), most)
        self.steps_per_epoch = -(-(len(training) + self.made_per_pass) // config.batch_size)

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of a pass from number `start` on. Seed and epoch decide them.

        A pass holds every original pair once, and no more made pairs than the share allows.
        """
        random = np.random.default_rng([self.config.seed, epoch])
        chosen = np.arange(self.originals)
        if self.made_per_pass:
            made = np.arange(self.originals, len(self.training))
            chosen = np.append(chosen, random.permutation(made)[: self.made_per_pass])
        for rows in draw_batches(self.lengths[chosen], self.config.batch_size, random)[start:]:
            yield self.training.batch(chosen[rows], self.device)

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        """Return the mean cross-entropy in nats per action. The end counts as an action."""
        memory = self.model.encode(batch.commands, batch.lengths, generator)
        if self.config.teacher_forcing == 1:
            logits, _, _ = self.model.decoder(batch.inputs, memory.final, memory)
        else:
            logits = self._decode_by_steps(batch, memory, generator)
        return _cross_entropy(logits, batch.actions)

    def _decode_by_steps(self, batch: Batch, memory: Memory, generator: torch.Generator) -> Tensor:
        """Return the logits (T, B, V) if some inputs are the model's own predictions."""
        share = torch.full(batch.inputs.shape, self.config.teacher_forcing)
        given = move(torch.bernoulli(share, generator=generator).bool(), self.device)
        state, symbols = memory.final, batch.inputs[:1]
        steps: list[Tensor] = []
        for step in range(len(batch.inputs)):
            if step:
                found = steps[-1].detach().argmax(dim=2)
                symbols = torch.where(given[step], batch.inputs[step], found)
            logits, state, _ = self.model.decoder(symbols, state, memory)
            steps.append(logits)
        return torch.cat(steps)

    def units(self, batch: Batch) -> int:
        """Return the number of commands in the batch."""
        return len(batch.lengths)

    def evaluate(self) -> Mapping[str, float]:
        """Return loss (nats per action) and accuracy (exact match) on the validation pairs."""
        pairs = self.validation
        lengths = np.array([len(actions) for actions in pairs.actions])
        total = steps = 0.0
        self.model.eval()
        with torch.inference_mode(), autocast(self.device, self.precision):
            for indices in batch_by_length(lengths, EVALUATION_BATCH):
                batch = pairs.batch(indices, self.device)
                memory = self.model.encode(batch.commands, batch.lengths)
                logits, _, _ = self.model.decoder(batch.inputs, memory.final, memory)
                count = int((batch.actions != PAD).sum())
                total += float(_cross_entropy(logits, batch.actions)) * count
                steps += count
        self.model.train()
        found = translate(self.model, pairs.commands, self.device, self.precision)
        right = [
            ids == tuple(actions.tolist())
            for ids, actions in zip(found, pairs.actions, strict=True)
        ]
        return {"loss": total / steps, "accuracy": sum(right) / len(right)}

    def sample(self, step: int) -> str:
        """Return a validation command with its translation. Another command comes at each step."""
        row = step % len(self.validation)
        command = self.validation.commands[row]
        (ids,) = translate(self.model, [command], self.device, self.precision)
        words = self.languages.source.decode(command, " ")
        return f"{words} → {' '.join(self.languages.decode_actions(ids))}"

    def model_file(self) -> ModelFile:
        """Return the contents of the model file."""
        config = self.model.config.to_json()
        return ModelFile(TRANSLATOR, config, self.languages.to_json(), copy_weights(self.model))


def find_rules(config: TranslatorConfig) -> DecodingRules:
    """Return the rules of decoding for a translator of this shape."""
    return DecodingRules(start=START, end=END, limit=config.limit)


def translate(
    model: Translator, commands: Sequence[Ids], device: torch.device, precision: Precision
) -> list[tuple[int, ...]]:
    """Return the ids of the actions of each command, by greedy search, in the order given.

    The model keeps its mode, training or evaluation.

    Args:
        model: the translator, on `device`.
        commands: ids of the words of each command, (S,).
        device: device to compute on.
        precision: arithmetic of the recurrent layers.
    """
    lengths = np.array([len(command) for command in commands], dtype=np.int64)
    found: list[tuple[int, ...]] = [()] * len(commands)
    training, rules = model.training, find_rules(model.config)
    model.eval()
    try:
        with torch.inference_mode(), autocast(device, precision):
            for indices in batch_by_length(lengths, EVALUATION_BATCH):
                ids, sizes = pad([commands[index] for index in indices])
                written = greedy_search(model.decoder, model.encode(ids.to(device), sizes), rules)
                for index, actions in zip(indices.tolist(), written, strict=True):
                    found[index] = actions
    finally:
        model.train(training)
    return found


def _cross_entropy(logits: Tensor, actions: Tensor) -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1), actions.flatten(), ignore_index=PAD)
