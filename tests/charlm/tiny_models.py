"""Tiny models with random weights: nothing is trained where only what a model is matters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from charlm.config import ModelConfig
from charlm.generation.network import Network
from charlm.generation.weights import list_shapes
from charlm.language_model import LanguageModel
from charlm.runs.files import LAST, METRICS, MODEL
from charlm.runs.model_file import ModelFile, write_model
from charlm.runs.registry import CHARACTERS
from charlm.runs.run_folder import RunFolder
from charlm.runs.tensors import write_tensors
from corpora.text.vocabulary import Vocabulary

CONFIG = ModelConfig(hidden_size=6, num_layers=2, embedding_size=5)


def vocabulary_of(text: str) -> Vocabulary:
    """Return the vocabulary of the sorted distinct characters of `text`."""
    return Vocabulary(tuple(sorted(set(text))))


VOCABULARY = vocabulary_of("\n abcdefgh.,é")

Weights = dict[str, np.ndarray]


def named(config: ModelConfig) -> str:
    """The name of a test with this model."""
    sizes = f"{config.embedding_size}-{config.num_layers}x{config.hidden_size}"
    return f"{config.cell}-{sizes}{'-residual' if config.residual else ''}"


def random_weights(
    config: ModelConfig = CONFIG, vocabulary: Vocabulary = VOCABULARY, seed: int = 0
) -> Weights:
    random = np.random.default_rng(seed)
    named = list_shapes(config, len(vocabulary))
    return {name: random.normal(0, 0.5, shape).astype(np.float32) for name, shape in named.items()}


def random_text(characters: int, seed: int = 0, vocabulary: Vocabulary = VOCABULARY) -> str:
    ids = np.random.default_rng(seed).integers(len(vocabulary), size=characters)
    return vocabulary.decode(ids)


def language_model(config: ModelConfig = CONFIG, seed: int = 0) -> LanguageModel:
    network = Network(config, random_weights(config, seed=seed), len(VOCABULARY))
    return LanguageModel("tiny", config, VOCABULARY, network)


def write_run(
    folder: Path,
    weights: Weights | None = None,
    *,
    config: ModelConfig = CONFIG,
    vocabulary: Vocabulary = VOCABULARY,
    **about: Any,
) -> Path:
    """Write a run folder; `about` goes into its config.json."""
    weights = random_weights(config, vocabulary) if weights is None else weights
    run = RunFolder(folder)
    run.create(CHARACTERS, vocabulary.to_json(), {"model": config.to_json(), **about})
    model = ModelFile(CHARACTERS, config.to_json(), vocabulary.to_json(), weights)
    write_model(folder / MODEL, model)
    write_tensors(
        folder / LAST, weights, {"state": json.dumps({"step": 3, "loss": 1.5}), "signed": "{}"}
    )
    return folder


def log_loss(run: Path, loss: float) -> None:
    """Write the log of a run that was evaluated once."""
    (run / METRICS).write_text(json.dumps({"event": "evaluated", "loss": loss}) + "\n")


def write_signed(
    path: Path,
    weights: Weights | None = None,
    *,
    vocabulary: str | None = None,
    **header: Any,
) -> Path:
    """Write a model file that is whole by its checksum, whatever it says."""
    header = {"kind": CHARACTERS, "format": 1, "model": CONFIG.to_json()} | header
    metadata = {"config": json.dumps(header), "vocabulary": vocabulary or VOCABULARY.to_json()}
    write_tensors(path, random_weights() if weights is None else weights, metadata)
    return path


def damaged(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` versions of `data`, each harmed in one place in one of several ways."""
    random = np.random.default_rng(seed)
    while count:
        start, end = sorted(random.integers(0, len(data) + 1, 2).tolist())
        end = min(end, start + int(random.choice([1, 8, 64, len(data)])))
        part = data[start:end]
        bit = 1 << int(random.integers(8))
        instead = {
            "cut off": lambda: None,
            "missing": lambda: b"",
            "twice": lambda p=part: p + p,
            "zeros": lambda p=part: bytes(len(p)),
            "random": lambda p=part: random.bytes(len(p)),
            "flipped": lambda p=part, b=bit: bytes([p[0] ^ b]) + p[1:] if p else b"\0",
            "in capitals": lambda p=part: p.swapcase(),
            "backwards": lambda p=part: p[::-1],
        }
        new = instead[str(random.choice(list(instead)))]()
        harmed = data[:start] if new is None else data[:start] + new + data[end:]
        if harmed != data:
            count -= 1
            yield harmed
