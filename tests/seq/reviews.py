"""Made-up reviews and small trainings, shared by the tests of the classifiers."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from command_helpers import QUICK, flags

from charlm.training.distributed import World
from seq.imdb.config import ClassifierConfig, ClassifierTraining, PretrainingConfig, ReaderConfig
from seq.imdb.data import Source
from seq.imdb.model import Classifier
from seq.imdb.task import Classification, Examples
from seq.imdb.training import ClassifierRequest
from seq.imdb.words.training import WordModelRequest

GOOD, BAD = ("good", "great", "superb", "lovely"), ("bad", "awful", "dull", "poor")
PLAIN = ("the", "a", "film", "plot", "cast", "of", "and", "with", "story", "it", "was")


def reviews(count: int, seed: int = 0, longest: int = 20) -> list[tuple[str, str]]:
    """Texts in which one word among others decides the label."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        words = random.choice(PLAIN, random.integers(2, longest)).tolist()
        label = ("bad", "good")[number % 2]
        word = str(random.choice(GOOD if label == "good" else BAD))
        words.insert(int(random.integers(len(words) + 1)), word)
        made.append((" ".join(words), label))
    return made


def write_csv(path: Path, rows: list[tuple[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    return path


def shape(**changes: Any) -> ClassifierConfig:
    return ClassifierConfig(hidden_size=8, embedding_size=6).replace(changes)


def training(**changes: Any) -> ClassifierTraining:
    small = ClassifierTraining(epochs=4, batch_size=8, learning_rate=1e-2, patience=0, **QUICK)
    return small.replace(changes)


def pretraining(**changes: Any) -> PretrainingConfig:
    small = PretrainingConfig(
        epochs=2, batch_size=4, window=8, evaluate_every=5, validation_share=0.2, **QUICK
    )
    return small.replace(changes)


def reader(**changes: Any) -> ReaderConfig:
    return ReaderConfig(hidden_size=8, embedding_size=6).replace(changes)


def classifier_flags(**changes: Any) -> list[str]:
    """The options of the training that `request` asks for."""
    return flags(shape(), training(), **changes)


def word_model_flags(**changes: Any) -> list[str]:
    """The options of the training that `word_request` asks for, of one direction."""
    return flags(reader(), pretraining(), **changes)


def request(file: Path, run: Path, **changes: Any) -> ClassifierRequest:
    return ClassifierRequest(
        model=shape(**changes),
        training=training(**changes),
        source=Source(spec=str(file)),
        run=run,
    )


def word_request(file: Path, run: Path, **changes: Any) -> WordModelRequest:
    """The training of a word model, of two directions unless `changes` says otherwise."""
    return WordModelRequest(
        model=reader(**{"bidirectional": True, **changes}),
        training=pretraining(**changes),
        source=Source(spec=str(file)),
        run=run,
    )


def examples(count: int, vocabulary_size: int, seed: int = 0, longest: int = 12) -> Examples:
    """Random ids with random labels."""
    random = np.random.default_rng(seed)
    ids = [
        random.integers(1, vocabulary_size, random.integers(1, longest + 1)) for _ in range(count)
    ]
    return Examples(ids, random.integers(0, 2, count))


def task(
    data: Examples, model: ClassifierConfig, vocabulary_size: int, **changes: Any
) -> Classification:
    return Classification(
        Classifier(model, vocabulary_size, 2),
        "{}",
        ["bad", "good"],
        data,
        data,
        training(**changes),
        precision="fp32",
        world=World(),
    )
