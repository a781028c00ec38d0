"""Captioning as a task for the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from charlm.arrays import Singles
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
from seq.caption.boxes import find_targets
from seq.caption.config import CaptionerConfig, CaptionerTraining
from seq.caption.examples import Captions, Examples
from seq.caption.losses import find_penalty, find_straying, find_surprisal
from seq.caption.model import Captioner
from seq.caption.words import decode, encode, to_text
from seq.decoding import DecodingRules, greedy_search
from seq.padding import END, PAD, START, Ids

EVALUATION_BATCH = 128


@dataclass(frozen=True)
class Batch:
    """Pictures, each with some of its captions."""

    pictures: Tensor
    """Colours from 0 to 255, (B, S, S, 3), on the device."""
    rows: Tensor
    """Row of the picture of each of the N captions, (N,), on the device."""
    inputs: Tensor
    """Inputs of the decoder, (T, N), on the device: the start, then the words."""
    words: Tensor
    """Targets of the decoder, (T, N), on the device: the words, then the end."""
    looks: Tensor | None = None
    """Where attention should lie at each word, (T, N, cells), zeros where that is left open, on the
    device; None if it is left open everywhere."""


def make_batch(
    pictures: Pictures,
    captions: Sequence[Sequence[Ids]],
    device: torch.device,
    looks: Sequence[Singles] | None = None,
) -> Batch:
    """Return a batch of pictures.

    Args:
        pictures: (B, S, S, 3).
        captions: ids of some captions of each.
        device: where the batch lies.
        looks: where attention should lie, (T, cells) for each of all captions in turn.
    """
    words, _ = pad([ids for some in captions for ids in some])
    inputs = torch.cat([torch.full_like(words[:1], START), words[:-1]])
    rows = torch.tensor([row for row, some in enumerate(captions) for _ in some])
    whole = [torch.from_numpy(pictures), rows, inputs, words]
    if looks is not None:
        whole.append(pad_sequence([torch.from_numpy(one) for one in looks]))
    return Batch(*(move(part, device) for part in whole))


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
        self.guided = config.guide > 0 and model.config.attention != "none"
        self.steps_per_epoch = -(-len(training) // config.batch_size)

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of a pass from number `start` on. Seed and epoch decide them.

        Of the captions of a picture, every pass draws some, as different as there are.
        """
        random = np.random.default_rng([self.config.seed, epoch])
        order, lots = random.permutation(len(self.training)), random.random(len(self.training))
        for number in range(start, self.steps_per_epoch):
            rows = order[number * self.config.batch_size :][: self.config.batch_size]
            shown = self.training.take(rows, epoch)
            chosen = [
                self._choose(some, lot)
                for some, lot in zip(shown.captions, lots[rows].tolist(), strict=True)
            ]
            ids = [[encode(self.vocabulary, words) for words in some] for some in chosen]
            looks = None
            if shown.scenes is not None and self.guided:
                grid = self.model.config.grid
                pairs = zip(chosen, shown.scenes, strict=True)
                looks = [
                    find_targets(words, scene, grid) for some, scene in pairs for words in some
                ]
            yield make_batch(shown.pictures, ids, self.device, looks)

    def _choose(self, captions: Captions, lot: float) -> Captions:
        """Return as many captions of a picture as a pass takes, from a lot between 0 and 1."""
        each = self.config.captions
        places = [int((lot + one / each) % 1 * len(captions)) for one in range(each)]
        return tuple(captions[place] for place in places)

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        """Return the mean cross-entropy in nats per word, with penalty and guidance if asked for.

        The end counts as a word, and so does a comma.
        """
        memory = self.model.look(batch.pictures, generator).select(batch.rows)
        logits, _, weights = self.model.decoder(batch.inputs, memory.final, memory)
        loss = find_surprisal(logits, batch.words)
        if weights is not None and self.config.penalty:
            loss = loss + self.config.penalty * find_penalty(weights, batch.words)
        if weights is not None and batch.looks is not None:
            loss = loss + self.config.guide * find_straying(weights, batch.looks)
        return loss

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
        made = False
        self.model.eval()
        for rows in batch_rows(len(self.validation)):
            shown = self.validation.take(rows)
            said = [[encode(self.vocabulary, some[0])] for some in shown.captions]
            batch = make_batch(shown.pictures, said, self.device)
            with torch.inference_mode(), autocast(self.device, self.precision):
                memory = self.model.look(batch.pictures)
                logits, _, _ = self.model.decoder(batch.inputs, memory.final, memory)
            count = int((batch.words != PAD).sum())
            total += float(find_surprisal(logits, batch.words)) * count
            steps += count
            written = self._write(shown.pictures)
            if made := shown.scenes is not None:
                pairs = zip(written, shown.scenes, strict=True)
                right += sum(judge(words, scene).true for words, scene in pairs)
            else:
                right += sum(w in some for w, some in zip(written, shown.captions, strict=True))
        self.model.train()
        share = right / len(self.validation)
        return {"loss": total / steps, "true" if made else "accuracy": share}

    def _write(self, pictures: Pictures) -> list[tuple[str, ...]]:
        found = write_captions(self.model, pictures, self.device, self.precision)
        return [decode(self.vocabulary, ids) for ids in found]

    def sample(self, step: int) -> str:
        """Return a caption of a validation picture, and how it could be said: each step another."""
        row = np.array([step % len(self.validation)])
        shown = self.validation.take(row)
        said = to_text(self._write(shown.pictures)[0])
        return f"{said}  (as it is: {to_text(shown.captions[0][0])})"

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
