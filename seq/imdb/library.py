"""Classifiers by name: shipped ones, run folders, single files; ready to classify with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import nn

from charlm.runs.model_file import read_model
from charlm.runs.registry import find, shipped
from charlm.runs.tensors import Arrays
from charlm.training.config import Device, Precision
from charlm.training.device import pick_device, pick_precision
from corpora.errors import UserError
from corpora.labelled.words import WordTokenizer
from seq.imdb.config import CLASSIFIER, WORD_MODEL, ClassifierConfig, ReaderConfig
from seq.imdb.data import encoded
from seq.imdb.model import Classifier
from seq.imdb.task import predict

SHIPPED = Path(__file__).parent / "pretrained"
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
        return predict(self.model, encoded(self.tokenizer, texts), self.device, self.precision)


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

    def made(
        model: dict[str, Any], vocabulary: str
    ) -> tuple[tuple[WordTokenizer, tuple[str, ...]], Classifier]:
        config, classes = shape_of(model)
        tokenizer = WordTokenizer.from_json(vocabulary)
        return (tokenizer, classes), Classifier(config, len(tokenizer), len(classes))

    found = opened(name, CLASSIFIER, made, device, precision)
    tokenizer, classes = found.about
    return TextClassifier(
        found.name, classes, tokenizer, found.model, found.device, found.precision
    )


About = TypeVar("About")
Module = TypeVar("Module", bound=nn.Module)


@dataclass(frozen=True)
class Opened(Generic[About, Module]):
    """A model that was read from disk."""

    name: str
    about: About
    """What there is to it besides the weights."""
    model: Module
    """Ready to compute with, on the device."""
    device: torch.device
    precision: Precision


def opened(
    name: str,
    kind: str,
    made: Callable[[dict[str, Any], str], tuple[About, Module]],
    device: Device,
    precision: Precision,
) -> Opened[About, Module]:
    """Read a model by shipped name, run folder or `.safetensors` file.

    Args:
        name: of the model.
        kind: what it must be.
        made: makes it, without its weights, of its configuration and its vocabulary.
        device: where it is to compute.
        precision: how it is to compute there.

    Raises:
        UserError: it does not exist, is damaged, or is a model of another kind.
    """
    path = find(name, shipped(SHIPPED))
    file = read_model(path, kind)
    where = pick_device(device)
    try:
        with torch.device("meta"):  # a file may claim sizes that no memory holds
            check_shapes(made(file.config, file.vocabulary)[1], file.weights)
        about, model = made(file.config, file.vocabulary)
        model.load_state_dict({name: torch.from_numpy(w) for name, w in file.weights.items()})
    except UserError as error:
        raise UserError(f"{path} cannot be loaded: {error}") from error
    own = path.name if path.is_dir() else path.stem
    model = model.to(where).eval()
    return Opened(own, about, model, where, pick_precision(precision, where))


def shape_of(model: Mapping[str, Any]) -> tuple[ClassifierConfig, tuple[str, ...]]:
    """Return shape and classes from what a model file says of its model.

    Raises:
        UserError: it says something else.
    """
    if not isinstance(model, dict):
        raise UserError("its model configuration is not an object")
    shape = dict(model)
    classes = shape.pop("classes", None)
    good = isinstance(classes, list) and all(isinstance(name, str) for name in classes)
    if not good or len(set(classes)) != len(classes) or len(classes) < 2:
        raise UserError("its classes are not two or more names")
    return ClassifierConfig.from_json(shape), tuple(classes)


def check_shapes(model: nn.Module, weights: Arrays) -> None:
    """Raise `UserError` unless `weights` are those of `model`, by name and shape."""
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    if shapes != {name: array.shape for name, array in weights.items()}:
        raise UserError("its weights do not fit its configuration")


def beginning(
    name: str, wanted: ClassifierConfig
) -> tuple[WordTokenizer, ClassifierConfig, dict[str, np.ndarray]]:
    """Return what a new classifier starts from: vocabulary, shape, and weights by name.

    Args:
        name: a word model or classifier: a run folder, a file, or a shipped name.
        wanted: the new classifier. What reads is as in the model, what follows it as wanted here.

    Raises:
        UserError: it does not exist, is damaged, or is a model of another kind.
    """
    path = find(name, shipped(SHIPPED))
    file = read_model(path, WORD_MODEL, CLASSIFIER)
    try:
        if file.kind == WORD_MODEL:
            reader = ReaderConfig.from_json(file.config).to_json()
            shape = wanted.replace({**reader, "embedding": "learned"})
        else:
            own = ("pooling", "dense_size", "embedding_dropout", "dropout")
            shape = shape_of(file.config)[0].replace({key: getattr(wanted, key) for key in own})
        tokenizer = WordTokenizer.from_json(file.vocabulary)
    except UserError as error:
        raise UserError(f"{path} cannot be loaded: {error}") from error
    parts = ("embedding.", "encoder.")
    weights = {key: array for key, array in file.weights.items() if key.startswith(parts)}
    return tokenizer, shape, weights
