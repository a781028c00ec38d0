"""Small models of every kind: one with units built by hand, the others with random weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hand_built import CONFIG, VOCABULARY, build_weights, built_model, quoted_text
from tiny_models import write_run

from charlm.language_model import LanguageModel
from charlm.runs import registry
from corpora.labelled.words import WordTokenizer
from seq.imdb.config import ClassifierConfig
from seq.imdb.library import TextClassifier
from seq.imdb.model import Classifier
from seq.scan.config import TranslatorConfig
from seq.scan.library import CommandTranslator
from seq.scan.model import Translator
from seq.scan.vocabularies import Languages
from tui.app import CharlmApp
from tui.reading import Reading


def build_classifier(**shape: Any) -> TextClassifier:
    torch.manual_seed(0)
    words = sorted({"the", "plot", "is", "dull", "and", "ending", "cast", "superb", "a", "good"})
    tokenizer = WordTokenizer(("<pad>", "<unk>", *words))
    config = ClassifierConfig(
        **{"hidden_size": 6, "embedding_size": 5, "bidirectional": True, "pooling": "concat"}
        | shape
    )
    model = Classifier(config, len(tokenizer.symbols), 2).eval()
    return TextClassifier(
        "small", ("negative", "positive"), tokenizer, model, torch.device("cpu"), "fp32"
    )


def build_translator(**shape: Any) -> CommandTranslator:
    torch.manual_seed(0)
    languages = Languages.from_symbols(
        ("jump", "left", "twice", "walk"), ("I_JUMP", "I_TURN_LEFT", "I_WALK")
    )
    config = TranslatorConfig(**{"hidden_size": 8, "embedding_size": 5} | shape)
    model = Translator(config, len(languages.source), len(languages.target)).eval()
    return CommandTranslator("small", languages, model, torch.device("cpu"), "fp32")


@pytest.fixture
def readings(
    tmp_path: Path, at_home: None, monkeypatch: pytest.MonkeyPatch
) -> list[Reading | None]:
    """What the other panes have open, the last one; the model built by hand is all that ships."""
    folder = tmp_path / "shipped"
    write_run(folder / "charlm" / "built", build_weights(), config=CONFIG, vocabulary=VOCABULARY)
    monkeypatch.setattr(registry, "pretrained", lambda package: folder / package)
    opened: list[Reading | None] = [None]
    monkeypatch.setattr(CharlmApp, "find_reading", lambda self: opened[-1])
    return opened


@pytest.fixture
def built() -> LanguageModel:
    """The model with a unit that follows quotes, and one that counts the characters of a line."""
    return built_model()


@pytest.fixture
def page() -> str:
    """A text that it knows, with quotes and lines."""
    return quoted_text(1500)


@pytest.fixture
def classifier() -> TextClassifier:
    return build_classifier()


@pytest.fixture
def translator() -> CommandTranslator:
    return build_translator()


@pytest.fixture
def make_classifier() -> Callable[..., TextClassifier]:
    """Makes a classifier with random weights, of a shape."""
    return build_classifier
