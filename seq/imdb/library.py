"""Load a classifier by shipped name, run folder or file, and classify texts with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import torch

from charlm.runs.model_file import read_model
from charlm.runs.registry import CLASSIFIER, WORD_MODEL, find
from charlm.training.config import Device, Precision
from corpora.errors import UserError
from corpora.labelled.words import WordTokenizer
from seq.imdb.config import ClassifierConfig, ReaderConfig, read_shape
from seq.imdb.data import encode_texts
from seq.imdb.model import Classifier
from seq.imdb.task import predict
from seq.model_file import open_model

DEFAULT_CLASSIFIER = "imdb"
CHUNK = 2048
"""Number of texts that are sorted by length and classified together."""


@dataclass(frozen=True)
class Prediction:
    """The prediction of a classifier for a text."""

    label: str | None
    """The most probable class; None for a text without words."""
    probabilities: Mapping[str, float]
    """Probability of each class. Empty if `label` is None."""
    words: int
    """Number of words in the text."""
    unknown: int
    """Number of words that are not in the vocabulary. The model reads each of them as <unk>."""

    @property
    def probability(self) -> float | None:
        """Probability of `label`."""
        return self.probabilities[self.label] if self.label is not None else None


@dataclass(frozen=True)
class TextClassifier:
    """A loaded classifier. It keeps no state between calls."""

    name: str
    """Name of the model, to show to people."""
    classes: tuple[str, ...]
    """Names of the classes, in the order of the model's outputs."""
    tokenizer: WordTokenizer
    """Splits texts into words, and encodes these."""
    model: Classifier
    """The network, on `device`."""
    device: torch.device
    precision: Precision
    """Arithmetic of the recurrent layers: fp32 or bf16."""

    def classify(self, texts: Iterable[str]) -> list[Prediction]:
        """Return the prediction for each text.

        Raises:
            TypeError: `texts` is one string.
        """
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Yield the prediction for each text, in order. 2,048 texts are read at a time.

        Raises:
            TypeError: `texts` is one string.
        """
        if isinstance(texts, str):
            raise TypeError("classify takes a list of texts, not one text")
        remaining = iter(texts)
        while chunk := list(islice(remaining, CHUNK)):
            ids = self.tokenizer.encode(chunk)
            probabilities = np.exp(self.log_probs(chunk))
            for text, row in zip(ids, probabilities, strict=True):
                unknown = int((text == WordTokenizer.UNKNOWN).sum())
                found = dict(zip(self.classes, row.tolist(), strict=True)) if len(text) else {}
                label = max(found, key=found.__getitem__) if found else None
                yield Prediction(label, found, len(text), unknown)

    def log_probs(self, texts: Sequence[str]) -> np.ndarray:
        """Return the log-probability of each class for each text, (N, C), in nats."""
        return predict(self.model, encode_texts(self.tokenizer, texts), self.device, self.precision)


def load(
    name: str = DEFAULT_CLASSIFIER, *, device: Device = "auto", precision: Precision = "fp32"
) -> TextClassifier:
    """Load a classifier by shipped name, run folder or `.safetensors` file.

    Args:
        name: a shipped name (`imdb`), a run folder or a file.
        device: device to compute on.
        precision: fp32 gives the same probabilities in any batch, to 1e-5. bf16 is faster on some
            processors and gives probabilities close to these.

    Raises:
        UserError: the model does not exist, is damaged, or is of another kind.
    """

    def build(
        model: dict[str, Any], vocabulary: str
    ) -> tuple[tuple[WordTokenizer, tuple[str, ...]], Classifier]:
        config, classes = read_shape(model)
        tokenizer = WordTokenizer.from_json(vocabulary)
        return (tokenizer, classes), Classifier(config, len(tokenizer), len(classes))

    found = open_model(name, CLASSIFIER, build, device, precision)
    tokenizer, classes = found.about
    return TextClassifier(
        found.name, classes, tokenizer, found.model, found.device, found.precision
    )


def read_initialization(
    name: str, wanted: ClassifierConfig
) -> tuple[WordTokenizer, ClassifierConfig, dict[str, np.ndarray]]:
    """Read the model that a new classifier starts from.

    Args:
        name: a shipped name, a run folder or a file of a word model or a classifier.
        wanted: shape of the new classifier. Embedding and recurrent layers keep the shape of the
            model; only the layers after them are as `wanted` says.

    Returns:
        The tokenizer of the new classifier, its shape, and its initial weights by name.

    Raises:
        UserError: the model does not exist, is damaged, or is of another kind.
    """
    path = find(name, WORD_MODEL, CLASSIFIER)
    file = read_model(path, WORD_MODEL, CLASSIFIER)
    try:
        if file.kind == WORD_MODEL:
            reader = ReaderConfig.from_json(file.config).to_json()
            shape = wanted.replace({**reader, "embedding": "learned"})
        else:
            own = ("pooling", "dense_size", "embedding_dropout", "dropout")
            shape = read_shape(file.config)[0].replace({key: getattr(wanted, key) for key in own})
        tokenizer = WordTokenizer.from_json(file.vocabulary)
    except UserError as error:
        raise UserError(f"{path} cannot be loaded: {error}") from error
    parts = ("embedding.", "encoder.")
    weights = {key: array for key, array in file.weights.items() if key.startswith(parts)}
    return tokenizer, shape, weights
