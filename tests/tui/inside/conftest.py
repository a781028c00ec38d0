"""Small models of every kind, and a text whose figures are written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hand_built import CONFIG, VOCABULARY, build_weights, built_model, quoted_text
from looking_inside import Readings, read
from tiny_models import write_run

from charlm.inside.recurrent_steps import RecurrentSteps
from charlm.inside.units.features import FEATURES, Feature
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
from tui.inside import opening
from tui.inside.anatomy import Anatomy
from tui.inside.characters import CharacterText
from tui.inside.subjects import LayerLoss, Material, Series, summarize_gates
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
def readings(tmp_path: Path, at_home: None, monkeypatch: pytest.MonkeyPatch) -> Readings:
    """What the other panes have open, the last one; the model built by hand is all that ships."""
    folder = tmp_path / "shipped"
    write_run(folder / "charlm" / "built", build_weights(), config=CONFIG, vocabulary=VOCABULARY)
    monkeypatch.setattr(registry, "pretrained", lambda package: folder / package)
    opened: Readings = [None]
    monkeypatch.setattr(CharlmApp, "find_reading", lambda self: opened[-1])
    return opened


@pytest.fixture
def page_open(readings: Readings) -> None:
    """What the other panes have open is a text of the model built by hand."""
    read(readings)


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


WRITTEN = """"I will not go," said the old man.
The officers were silent.

"You will go," she answered, "because he has
asked for you, and in 1812 you would not have
waited to be asked twice."
"""


class WrittenText(CharacterText):
    """A text with gates by formula: no arithmetic of any machine can change the screen."""

    def __init__(self) -> None:
        symbols = tuple(sorted(set(WRITTEN)))
        places = np.arange(len(symbols) * 4).reshape(-1, 4)
        ends = np.round(np.sin(places * 1.7), 1).astype(np.float32)
        self.anatomy = Anatomy(
            "charlm", "written", "lstm", 3, 24, np.tile(ends, (1, 6)), symbols,
            (False, False, True), symbols, ends,
            {"W_ih": (0.2, 0.21, 0.24), "W_hh": (0.28, 0.31, 0.26)},
        )  # fmt: skip
        self.text, self.labels, self.left_out = WRITTEN, tuple(WRITTEN), 0

    def trace(self, part: range, progress: Any) -> RecurrentSteps:
        times = np.arange(len(self))[:, None, None]
        layers, units = np.arange(3)[None, :, None], np.arange(24)[None, None]
        wave = np.sin(times * (0.05 + 0.07 * units) + layers)
        quoted = np.array([WRITTEN[: at + 1].count('"') % 2 for at in range(len(self))])
        forget, entry = np.round(0.5 + 0.45 * wave, 2), np.round(0.5 - 0.4 * wave, 2)
        fields = {"forget": forget, "input": entry, "output": np.round(0.6 + 0.3 * wave, 2)}
        fields["candidate"] = np.round(np.sin(times * 0.4 + units) + 0 * layers, 2)
        cells = np.zeros((len(self), 3, 24))
        for time in range(len(self)):
            before = cells[time - 1] if time else 0.0
            cells[time] = forget[time] * before + entry[time] * fields["candidate"][time]
        cells[:, 1, 7] = np.round(2.4 * quoted - 1.21, 2)  # a unit that follows the quotes
        fields["cell"] = np.round(cells, 2)
        fields["hidden"] = np.round(fields["output"] * np.tanh(cells), 2)
        found = {name: values.astype(np.float32) for name, values in fields.items()}
        nothing = np.zeros((3, 24), np.float32)
        return RecurrentSteps("lstm", found, {"hidden": nothing, "cell": nothing})

    def gather(self, place: int, progress: Any) -> Material:
        steps = self.trace(range(len(self)), progress)
        gates = summarize_gates("written", steps)

        def write(feature: Feature) -> Series:
            values = feature.compute(WRITTEN)
            return Series(feature.name, feature.about, feature.is_number, values)

        series = tuple(map(write, FEATURES))
        return Material(0, self.labels, "", "cell", steps.fields["cell"], series, gates, write)

    def measure_layers(self, place: int, progress: Any) -> list[LayerLoss]:
        return [LayerLoss(0.94, 0.1), LayerLoss(0.42, 0.1), LayerLoss(0.3, 0.1)]


@pytest.fixture
def written(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other panes have open is the text whose figures are written down."""
    readings.append(Reading("charlm", "built", WRITTEN, 20))
    monkeypatch.setattr(opening, "open_subject", lambda reading, model: WrittenText())
