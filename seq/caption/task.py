"""Captioning as a task for the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.nn.transfer import move
from charlm.runs.model_file import ModelFile
from charlm.runs.registry import CAPTIONER
from charlm.training.config import Precision
from charlm.training.device import autocast
from charlm.training.distributed import World
from charlm.training.task import Task, copy_weights
from corpora.scenes.drawing import Pictures
from corpora.scenes.reader import judge
from corpora.text.vocabulary import Vocabulary
from seq.batches import pad
from seq.caption.config import CaptionerConfig, CaptionerTraining
from seq.caption.examples import Examples, MadeExamples
from seq.caption.model import Captioner
from seq.caption.words import decode, encode, to_text
from seq.decoding import DecodingRules, greedy_search
from seq.padding import END, PAD, START, Ids

EVALUATION_BATCH = 128


@dataclass(frozen=True)
class Batch:
    """Pictures, each with one of its captions."""

    pictures: Tensor
    """Colours from 0 to 255, (B, S, S, 3), on the device."""
    inputs: Tensor
    """Inputs of the decoder, (T, B), on the device: the start, then the words."""
    words: Tensor
    """Targets of the decoder, (T, B), on the device: the words, then the end."""


def make_batch(pictures: Pictures, captions: Sequence[Ids], device: torch.device) -> Batch:
    """Return a batch of pictures (B, S, S, 3), and the ids of a caption of each."""
    words, _ = pad(captions)
    inputs = torch.cat([torch.full_like(words[:1], START), words[:-1]])
    parts = (move(part, device) for part in (torch.from_numpy(pictures), inputs, words))
    return Batch(*parts)


class Captioning(Task[Batch]):
    """The training of a `Captioner` (see `charlm.training.task.Task`).

    Args:
        model: the captioner, on the world's device.
        vocabulary: words, which are written into the model file.
        training: pictures to learn from.
        validation: pictures to choose the best model with.
        config: settings of the training.
        precision: arithmetic of the evaluations, the same as in training.
        world: this process alone.
    """

    model: Captioner
    unit = "pictures"

    def __init__(
        self,
        model: Captioner,
        vocabulary: Vocabulary,
        training: Examples,
        validation: Examples,
        config: CaptionerTraining,
        *,
        precision: Precision,
        world: World,
    ) -> None:
        self.model, self.vocabulary, self.config = model, vocabulary, config
        self.training, self.validation = training, validation
        self.precision, self.device = precision, world.device
        self.steps_per_epoch = -(-len(training) // config.batch_size)

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of a pass from number `start` on. Seed and epoch decide them.

        Of the captions of a picture, every pass draws one.
        """
        random = np.random.default_rng([self.config.seed, epoch])
        order, lots = random.permutation(len(self.training)), random.random(len(self.training))
        for number in range(start, self.steps_per_epoch):
            rows = order[number * self.config.batch_size :][: self.config.batch_size]
            pictures, captions = self.training.take(rows, epoch)
            said = [
                encode(self.vocabulary, some[int(lot * len(some))])
                for some, lot in zip(captions, lots[rows].tolist(), strict=True)
            ]
            yield make_batch(pictures, said, self.device)

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        """Return the mean cross-entropy in nats per word, and the penalty if there is one.

        The end counts as a word, and so does a comma.
        """
        memory = self.model.look(batch.pictures, generator)
        logits, _, weights = self.model.decoder(batch.inputs, memory.final, memory)
        surprisal = _cross_entropy(logits, batch.words)
        if weights is None or not self.config.penalty:
            return surprisal
        return surprisal + self.config.penalty * find_penalty(weights, batch.words)

    def units(self, batch: Batch) -> int:
        """Return the number of pictures in the batch."""
        return len(batch.pictures)

    def evaluate(self) -> Mapping[str, float]:
        """Return loss (nats per word), and how often what is written is right, for validation.

        Of scenes that is the share of true captions (`true`); of other pictures, the share of
        captions that are one of those that people wrote (`accuracy`).
        """
        total = steps = 0.0
        right = 0
        made = isinstance(self.validation, MadeExamples)
        self.model.eval()
        for rows in batch_rows(len(self.validation)):
            pictures, captions = self.validation.take(rows)
            said = [encode(self.vocabulary, some[0]) for some in captions]
            batch = make_batch(pictures, said, self.device)
            with torch.inference_mode(), autocast(self.device, self.precision):
                memory = self.model.look(batch.pictures)
                logits, _, _ = self.model.decoder(batch.inputs, memory.final, memory)
            count = int((batch.words != PAD).sum())
            total += float(_cross_entropy(logits, batch.words)) * count
            steps += count
            written = self._write(pictures)
            if isinstance(self.validation, MadeExamples):
                scenes = self.validation.find(rows)
                pairs = zip(written, scenes, strict=True)
                right += sum(judge(words, scene).true for words, scene in pairs)
            else:
                right += sum(w in some for w, some in zip(written, captions, strict=True))
        self.model.train()
        share = right / len(self.validation)
        return {"loss": total / steps, "true" if made else "accuracy": share}

    def _write(self, pictures: Pictures) -> list[tuple[str, ...]]:
        found = write_captions(self.model, pictures, self.device, self.precision)
        return [decode(self.vocabulary, ids) for ids in found]

    def sample(self, step: int) -> str:
        """Return a caption of a validation picture, and how it could be said: each step another."""
        row = np.array([step % len(self.validation)])
        pictures, captions = self.validation.take(row)
        said = to_text(self._write(pictures)[0])
        return f"{said}  (as it is: {to_text(captions[0][0])})"

    def model_file(self) -> ModelFile:
        """Return the contents of the model file."""
        config = self.model.config.to_json()
        return ModelFile(CAPTIONER, config, self.vocabulary.to_json(), copy_weights(self.model))


def batch_rows(count: int) -> Iterator[Ids]:
    """Yield the numbers from 0 to `count` - 1 in batches."""
    for start in range(0, count, EVALUATION_BATCH):
        yield np.arange(start, min(count, start + EVALUATION_BATCH))


def find_rules(config: CaptionerConfig) -> DecodingRules:
    """Return the rules of decoding for a captioner of this shape."""
    return DecodingRules(start=START, end=END, limit=config.limit)


def write_captions(
    model: Captioner, pictures: Pictures, device: torch.device, precision: Precision
) -> list[tuple[int, ...]]:
    """Return the ids of the words of each picture's caption, by greedy search.

    The model keeps its mode, training or evaluation.

    Args:
        model: the captioner, on `device`.
        pictures: (N, S, S, 3).
        device: device to compute on.
        precision: arithmetic of the layers.
    """
    training, rules = model.training, find_rules(model.config)
    found: list[tuple[int, ...]] = []
    model.eval()
    try:
        with torch.inference_mode(), autocast(device, precision):
            for rows in batch_rows(len(pictures)):
                memory = model.look(torch.from_numpy(pictures[rows]).to(device))
                found += greedy_search(model.decoder, memory, rules)
    finally:
        model.train(training)
    return found


def find_penalty(weights: Tensor, words: Tensor) -> Tensor:
    """Return how far each cell is from being looked at once in all: the mean of (1 - Σₜ αₜ)².

    Args:
        weights: attention weights, (T, B, cells).
        words: targets, (T, B). What comes after the end does not count.
    """
    looked = (weights * (words != PAD)[..., None]).sum(dim=0)
    return (1 - looked).square().mean()


def _cross_entropy(logits: Tensor, words: Tensor) -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1), words.flatten(), ignore_index=PAD)
