"""Load a classifier by shipped name, run folder or file, and classify texts with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from reprlib import repr as shortened
from typing import Any

import numpy as np
import torch

from charlm.runs.model_file import read_model
from charlm.runs.registry import CLASSIFIER, WORD_MODEL, find
from charlm.training.config import Device, Precision
from corpora.errors import UserError
from corpora.labelled.spelling import describe_corrections, require_speller
from corpora.labelled.words import WordTokenizer
from corpora.notice import Notice, silent
from corpora.short_repr import ShortRepr
from seq.batches import batch_by_words
from seq.imdb.config import ClassifierConfig, ReaderConfig, read_shape
from seq.imdb.model import Classifier
from seq.imdb.task import BATCH_WORDS, EVALUATION_BATCH, predict
from seq.model_file import open_model
from seq.padding import Ids

DEFAULT_CLASSIFIER = "imdb"
CHUNK = 2048
"""Number of texts that are sorted by length and classified together."""
LONGEST_TEXT = 20_000
"""Most words that are read of a text: its last ones, as in training. They take 12 kB a word with
the classifier that ships, 240 MB in all."""

Progress = Callable[[int], object]
"""A function that takes the number of texts that are done now, in addition to those before."""


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
class TextClassifier(ShortRepr):
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

    def correct_spelling(self) -> TextClassifier:
        """Return the classifier that reads an unknown word as one that it is a slip away from.

        Raises:
            UserError: symspellpy is missing.
        """
        require_speller()
        return replace(self, tokenizer=replace(self.tokenizer, spelling=True))

    def classify(self, texts: Iterable[str]) -> list[Prediction]:
        """Return the prediction for each text. Of a longer one, the last 20,000 words are read.

        Raises:
            TypeError: `texts` is one string, or does not hold strings.
        """
        return list(self.stream(texts))

    def stream(
        self, texts: Iterable[str], *, progress: Progress | None = None
    ) -> Iterator[Prediction]:
        """Return the predictions for texts, in order. 2,048 texts are read at a time.

        Args:
            texts: the texts. Of a longer one, the last 20,000 words are read.
            progress: is called after every batch.

        Raises:
            TypeError: `texts` is one string, or does not hold strings.
        """
        return self._predict(_check_texts(texts), progress)

    def _predict(self, texts: Iterator[str], progress: Progress | None) -> Iterator[Prediction]:
        while chunk := list(islice(texts, CHUNK)):
            ids = self.tokenizer.encode(chunk)
            probabilities = np.exp(self.read_ids(ids, progress))
            for text, row in zip(ids, probabilities, strict=True):
                unknown = int((text == WordTokenizer.UNKNOWN).sum())
                found = dict(zip(self.classes, row.tolist(), strict=True)) if len(text) else {}
                label = max(found, key=found.__getitem__) if found else None
                yield Prediction(label, found, len(text), unknown)

    def log_probs(
        self, texts: Iterable[str], *, progress: Progress | None = None, notice: Notice = silent
    ) -> np.ndarray:
        """Return the log-probability of each class for each text, (N, C), in nats.

        Args:
            texts: the texts. Of a longer one, the last 20,000 words are read.
            progress: is called after every batch.
            notice: gets a line about texts that are not read whole, and one about corrected words.

        Raises:
            TypeError: `texts` is one string, or does not hold strings.
        """
        read = list(_check_texts(texts))
        ids = self.tokenizer.encode(read)
        if self.tokenizer.spelling:
            notice(describe_corrections(self.tokenizer.corrections(read)))
        if longer := sum(len(text) > LONGEST_TEXT for text in ids):
            notice(describe_longer(longer))
        return self.read_ids(ids, progress)

    def read_ids(self, ids: Sequence[Ids], progress: Progress | None = None) -> np.ndarray:
        """Return the log-probability of each class for each encoded text, (N, C), in nats.

        Args:
            ids: ids of the words of each text. Of a longer one, the last 20,000 are read.
            progress: is called after every batch. Batches take bounded memory.
        """
        nothing = np.array([WordTokenizer.UNKNOWN])
        read = [text[-LONGEST_TEXT:] if len(text) else nothing for text in ids]
        log_probs = np.zeros((len(read), len(self.classes)))
        for rows in batch_by_words([len(text) for text in read], EVALUATION_BATCH, BATCH_WORDS):
            some = [read[row] for row in rows]
            log_probs[rows] = predict(self.model, some, self.device, self.precision)
            if progress is not None:
                progress(len(rows))
        return log_probs


def describe_longer(texts: int) -> str:
    """Return a message about texts that are not read whole."""
    them = f"{texts:,} texts have" if texts > 1 else "a text has"
    return f"{them} more than {LONGEST_TEXT:,} words: only the last {LONGEST_TEXT:,} are read"


def _check_texts(texts: Iterable[str]) -> Iterator[str]:
    """Return an iterator over `texts`, which raises `TypeError` for what is no string."""
    if isinstance(texts, str):
        raise TypeError("classify takes a list of texts, not one text")
    if not isinstance(texts, Iterable):
        raise TypeError(f"classify takes a list of texts, not {texts!r}")
    return map(_check_text, texts)


def _check_text(text: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"a text must be a string, not {shortened(text)}")
    return text


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
