"""The classification of texts as a task for the training loop."""

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
from charlm.runs.registry import CLASSIFIER
from charlm.training.config import Precision
from charlm.training.device import autocast
from charlm.training.distributed import World
from charlm.training.task import Task, copy_weights
from seq.batches import bucketed, by_length, padded
from seq.imdb.config import ClassifierTraining
from seq.imdb.model import Classifier

EVALUATION_BATCH = 64
PACKED = {"auto": None, "packed": True, "padded": False}
"""What `ClassifierTraining.sequences` means for an encoder."""

Ids = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Batch:
    """Texts of about the same length."""

    ids: Tensor
    """(T, B), on the device."""
    lengths: Tensor
    """(B,), on the CPU, where packing wants them."""
    labels: Tensor
    """(B,), on the device."""


@dataclass(frozen=True)
class Examples:
    """Encoded texts, none of them empty, and their labels (N,)."""

    ids: Sequence[Ids]
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Words of each text, (N,)."""
        return np.array([len(ids) for ids in self.ids], dtype=np.int64)


class Classification(Task[Batch]):
    """Trains a `Classifier` to tell the class of a text (see `charlm.training.task.Task`).

    Args:
        model: on the world's device.
        vocabulary: JSON, written into the model file.
        classes: their names, by label.
        training: texts to learn from; the last `max_words` of each are read.
        validation: texts to choose the best model by, read in full.
        config: sizes, and what is asked of the loss.
        precision: arithmetic of the evaluations, the one of the training.
        world: this process alone.
    """

    model: Classifier
    unit = "texts"

    def __init__(
        self,
        model: Classifier,
        vocabulary: str,
        classes: Sequence[str],
        training: Examples,
        validation: Examples,
        config: ClassifierTraining,
        *,
        precision: Precision,
        world: World,
    ) -> None:
        self.model, self.vocabulary, self.classes = model, vocabulary, list(classes)
        last = [ids[-config.max_words :] for ids in training.ids]  # all of them for 0
        self.training = Examples(last, training.labels)
        self.validation, self.config = validation, config
        self.precision, self.device = precision, world.device
        self.lengths = self.training.lengths
        self.epoch = 0
        self.steps_per_epoch = -(-len(training) // config.batch_size)
        model.encoder.packed = PACKED[config.sequences]
        model.embedding.weight.requires_grad_(not config.freeze_embedding)

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of a pass: drawn anew for each, the same for the same seed."""
        self.epoch = epoch
        random = np.random.default_rng([self.config.seed, epoch])
        for rows in bucketed(self.lengths, self.config.batch_size, random)[start:]:
            yield self._batch(self.training, rows)

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        """Return the mean cross-entropy in nats per text; with `adversarial`, of both readings."""
        size = self.config.adversarial
        if not size or self.epoch < self.config.adversarial_from:
            return self._cross_entropy(model(batch.ids, batch.lengths, generator), batch)
        width = self.model.embedding.embedding_dim
        none = torch.zeros(*batch.ids.shape, width, device=self.device, requires_grad=True)
        loss = self._cross_entropy(model(batch.ids, batch.lengths, generator, none), batch)
        parameters = [p for p in self.model.parameters() if p.requires_grad]
        gradient, *known = torch.autograd.grad(loss, [none, *parameters])
        norm = torch.linalg.vector_norm(gradient, dim=(0, 2), keepdim=True).clamp_min(1e-30)
        worst = size * gradient / norm
        perturbed = self._cross_entropy(model(batch.ids, batch.lengths, generator, worst), batch)
        # The gradient of the first reading is known by now. As the slope of a linear term it goes
        # into that of the sum, without a second way back through the layers.
        pairs = zip(known, parameters, strict=True)
        slope = torch.stack([(g * p).sum() for g, p in pairs]).sum()
        return (loss.detach() + slope - slope.detach() + perturbed) / 2

    def _cross_entropy(self, logits: Tensor, batch: Batch) -> Tensor:
        return F.cross_entropy(logits, batch.labels, label_smoothing=self.config.label_smoothing)

    def units(self, batch: Batch) -> int:
        """Return the number of texts in the batch."""
        return len(batch.lengths)

    def evaluate(self) -> Mapping[str, float]:
        """Return loss (nats per text) and accuracy on the validation texts."""
        log_probs = predict(self.model, self.validation.ids, self.device, self.precision)
        labels = self.validation.labels
        chosen = log_probs[np.arange(len(labels)), labels]
        right = log_probs.argmax(axis=1) == labels
        return {"loss": -float(chosen.mean()), "accuracy": float(right.mean())}

    def model_file(self) -> ModelFile:
        """Return what the model file holds."""
        config = {**self.model.config.to_json(), "classes": self.classes}
        return ModelFile(CLASSIFIER, config, self.vocabulary, copy_weights(self.model))

    def _batch(self, examples: Examples, rows: Ids) -> Batch:
        ids, lengths = padded([examples.ids[row] for row in rows])
        labels = torch.from_numpy(examples.labels[rows])
        return Batch(
            ids.to(self.device, non_blocking=True),
            lengths,
            labels.to(self.device, non_blocking=True),
        )


def predict(
    model: Classifier, ids: Sequence[Ids], device: torch.device, precision: Precision
) -> npt.NDArray[np.float64]:
    """Return the log-probability of each class for each text, (N, C), in the order given.

    Every text has at least one word. The model is left in the mode in which it was.
    """
    lengths = np.array([len(text) for text in ids], dtype=np.int64)
    log_probs = np.zeros((len(ids), model.output.out_features))
    training = model.training
    model.eval()
    try:
        with torch.inference_mode(), autocast(device, precision):
            for rows in by_length(lengths, EVALUATION_BATCH):
                batch, sizes = padded([ids[row] for row in rows])
                logits = model(batch.to(device), sizes).double()
                log_probs[rows] = logits.log_softmax(dim=1).cpu().numpy()
    finally:
        model.train(training)
    return log_probs
