"""Classifiers by name: shipped ones, run folders, single files; ready to classify with."""

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
"""Texts that are sorted by length and classified together."""


@dataclass(frozen=True)
class Prediction:
    """What a classifier says of a text."""

    label: str | None
    """The likeliest class; None for a text without any word, of which nothing can be said."""
    probabilities: Mapping[str, float]
    """Of each class; empty where `label` is None."""
    words: int
    unknown: int
    """Words that the model does not know: all of them read as <unk>."""

    @property
    def probability(self) -> float | None:
        """Of the label."""
        return self.probabilities[self.label] if self.label is not None else None


@dataclass(frozen=True)
class TextClassifier:
    """A classifier that is ready to use. It keeps no state."""

    name: str
    classes: tuple[str, ...]
    tokenizer: WordTokenizer
    model: Classifier
    device: torch.device
    precision: Precision

    def classify(self, texts: Iterable[str]) -> list[Prediction]:
        """Return what the model says of each text; see `stream`."""
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str]) -> Iterator[Prediction]:
        """Yield what the model says of each text, in order, some two thousand texts at a time.

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
                said = dict(zip(self.classes, row.tolist(), strict=True)) if len(text) else {}
                label = max(said, key=said.__getitem__) if said else None
                yield Prediction(label, said, len(text), unknown)

    def log_probs(self, texts: Sequence[str]) -> np.ndarray:
        """Return the log-probability of each class for each text, (N, C), in nats."""
        return predict(self.model, encode_texts(self.tokenizer, texts), self.device, self.precision)


def load(
    name: str = DEFAULT_CLASSIFIER, *, device: Device = "auto", precision: Precision = "fp32"
) -> TextClassifier:
    """Load a classifier by shipped name, run folder or `.safetensors` file.

    Args:
        name: `imdb` for the one that ships.
        device: where to compute.
        precision: fp32 gives the same probabilities in any batch, to 1e-5; bf16 is faster on some
            processors, and near them.

    Raises:
        UserError: it does not exist, is damaged, or is a model of another kind.
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


def read_beginning(
    name: str, wanted: ClassifierConfig
) -> tuple[WordTokenizer, ClassifierConfig, dict[str, np.ndarray]]:
    """Return what a new classifier starts from: vocabulary, shape, and weights by name.

    Args:
        name: a word model or classifier: a run folder, a file, or a shipped name.
        wanted: the new classifier. What reads is as in the model, what follows it as wanted here.

    Raises:
        UserError: it does not exist, is damaged, or is a model of another kind.
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
