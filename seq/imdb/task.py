"""Classification of texts as a task for the training loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from charlm.nn.transfer import move
from charlm.runs.model_file import ModelFile
from charlm.runs.registry import CLASSIFIER
from charlm.training.config import Precision
from charlm.training.device import autocast
from charlm.training.distributed import World
from charlm.training.task import Task, copy_weights
from seq.batches import batch_by_words, draw_batches, pad
from seq.imdb.config import ClassifierTraining
from seq.imdb.model import Classifier
from seq.padding import Ids

EVALUATION_BATCH = 64
BATCH_WORDS = 40_000
"""Most words of a batch that is evaluated, padding included."""
PACKED = {"auto": None, "packed": True, "padded": False}
"""Value of `Encoder.packed` for each value of `ClassifierTraining.sequences`."""


@dataclass(frozen=True)
class Batch:
    """A batch of texts of similar length."""

    ids: Tensor
    """Ids of the words, (T, B), on the device."""
    lengths: Tensor
    """Lengths of the texts, (B,), on the CPU, where packing needs them."""
    labels: Tensor
    """Labels of the texts, (B,), on the device."""


@dataclass(frozen=True)
class Examples:
    """N encoded texts and their labels."""

    ids: Sequence[Ids]
    """Ids of the words of each text. No text is empty."""
    labels: npt.NDArray[np.int64]
    """Label of each text, (N,)."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Number of words of each text, (N,)."""
        return np.array([len(ids) for ids in self.ids], dtype=np.int64)


class Classification(Task[Batch]):
    """The training of a `Classifier` (see `charlm.training.task.Task`).

    Args:
        model: the classifier, on the world's device.
        vocabulary: JSON that is written into the model file.
        classes: names of the classes, by label.
        training: texts to learn from. Only the last `max_words` words of each are read.
        validation: texts to choose the best model with. All their words are read.
        config: settings of the training.
        precision: arithmetic of the evaluations, the same as in training.
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
        last = [ids[-config.max_words :] for ids in training.ids]  # 0 keeps all words
        self.training = Examples(last, training.labels)
        self.validation, self.config = validation, config
        self.precision, self.device = precision, world.device
        self.lengths = self.training.lengths
        self.epoch = 0
        self.steps_per_epoch = -(-len(training) // config.batch_size)
        model.encoder.packed = PACKED[config.sequences]
        model.embedding.weight.requires_grad_(not config.freeze_embedding)

    def batches(self, epoch: int, start: int) -> Iterator[Batch]:
        """Yield the batches of a pass from number `start` on. Seed and epoch decide them."""
        self.epoch = epoch
        random = np.random.default_rng([self.config.seed, epoch])
        for rows in draw_batches(self.lengths, self.config.batch_size, random)[start:]:
            yield self._make_batch(self.training, rows)

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        """Return the mean cross-entropy in nats per text, over both readings if adversarial."""
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
        # The gradient of the first reading is known already. A linear term with this gradient adds
        # it to that of the sum, so the layers of the first reading need no second backward pass.
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
        """Return the contents of the model file."""
        config = {**self.model.config.to_json(), "classes": self.classes}
        return ModelFile(CLASSIFIER, config, self.vocabulary, copy_weights(self.model))

    def _make_batch(self, examples: Examples, rows: Ids) -> Batch:
        ids, lengths = pad([examples.ids[row] for row in rows])
        labels = torch.from_numpy(examples.labels[rows])
        return Batch(
            move(ids, self.device),
            lengths,
            move(labels, self.device),
        )


def predict(
    model: Classifier, ids: Sequence[Ids], device: torch.device, precision: Precision
) -> npt.NDArray[np.float64]:
    """Return the log-probability of each class for each text, (N, C), in the order given.

    The model keeps its mode, training or evaluation.

    Args:
        model: the classifier, on `device`.
        ids: ids of the words of each text, at least one word each.
        device: device to compute on.
        precision: arithmetic of the recurrent layers.
    """
    lengths = [len(text) for text in ids]
    log_probs = np.zeros((len(ids), model.output.out_features))
    training = model.training
    model.eval()
    try:
        with torch.inference_mode(), autocast(device, precision):
            for rows in batch_by_words(lengths, EVALUATION_BATCH, BATCH_WORDS):
                batch, sizes = pad([ids[row] for row in rows])
                logits = model(batch.to(device), sizes).cpu().double()
                log_probs[rows] = logits.log_softmax(dim=1).numpy()
    finally:
        model.train(training)
    return log_probs
