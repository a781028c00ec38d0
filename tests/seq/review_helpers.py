"""Classifiers that have understood their few words, and model files that are whole but wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
from reviews import PLAIN, request, reviews, word_request, write_csv
from training_helpers import start, trained

from charlm.runs.model_file import ModelFile, write_model
from charlm.training.session import Training
from seq.imdb.library import TextClassifier, load

Opening = Callable[..., AbstractContextManager[Training]]

GENRES = {"crime": ("murder", "police"), "love": ("kiss", "wedding"), "space": ("rocket", "moon")}


def genres(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """Texts of three classes in which one word among others decides."""
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        words = random.choice(PLAIN, random.integers(2, 12)).tolist()
        label = sorted(GENRES)[number % 3]
        words.insert(int(random.integers(len(words) + 1)), str(random.choice(GENRES[label])))
        made.append((" ".join(words), label))
    return made


def understanding(folder: Path, rows: list[tuple[str, str]] | None = None, **changes: Any) -> Path:
    """Train a classifier on `rows`, by default good and bad reviews, and return its run folder."""
    file = write_csv(folder / "own.csv", reviews(300) if rows is None else rows)
    wanted = {"pooling": "max", "epochs": 12, "adversarial": 0.2} | changes
    trained(start(request(file, folder / "run", **wanted)))
    return folder / "run"


def understood(
    folder: Path, rows: list[tuple[str, str]] | None = None, **changes: Any
) -> TextClassifier:
    """Return the classifier of `understanding`."""
    return load(str(understanding(folder, rows, **changes)), device="cpu")


def rewritten(path: Path, file: ModelFile, **changes: Any) -> Path:
    """Write a model file that is whole by its checksum, with `changes` to its parts."""
    write_model(path, ModelFile(**{**vars(file), **changes}))
    return path


def classifier(file: Path, run: Path, **changes: Any) -> Opening:
    return lambda **hooks: start(request(file, run, **changes), **hooks)


def word_model(file: Path, run: Path, **changes: Any) -> Opening:
    return lambda **hooks: start(word_request(file, run, **changes), **hooks)
