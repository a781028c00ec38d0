"""What a model is and how it is trained: frozen dataclasses and the presets made of them.

Every default is written here once; the command line, the README and the app read it from here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from charlm.training.config import LATER, AtLeastOne, Config, Count, LoopConfig, Share, Size

Cell = Literal["rnn", "gru", "lstm"]
GATES: Mapping[Cell, int] = {"rnn": 1, "gru": 3, "lstm": 4}
"""Rows of a cell's weight matrices for each of its units."""


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Config):
    """The shape of a character language model."""

    cell: Cell = "lstm"
    """Recurrent cell of every layer."""
    hidden_size: Size = 128
    """Units in each recurrent layer."""
    num_layers: Size = 4
    """Recurrent layers, one upon another."""
    embedding_size: Size = 128
    """Features of a character's embedding."""
    dropout: Share = 0.05
    """Share of each layer's output that is dropped while training; one mask per stream and window
    (variational dropout, Gal and Ghahramani 2016)."""
    weight_dropout: Share = dataclasses.field(default=0.0, metadata=LATER)
    """Share of the recurrent weights that is dropped while training; one mask a window
    (DropConnect, Merity, Keskar and Socher 2018)."""
    residual: bool = True
    """Add each layer's input to its output (where the widths agree)."""


REGULARIZATION = ("dropout", "weight_dropout")
"""Fields of a shape that matter only while training."""


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(LoopConfig):
    """How a character language model is trained."""

    window: AtLeastOne = 128
    """Characters per truncated back-propagation through time."""
    sample_length: Count = 160
    """Characters of the sample that is written at each evaluation (0: none)."""


@dataclass(frozen=True)
class Preset:
    """A named pair of configurations and the reason that it exists."""

    why: str
    model: ModelConfig
    training: TrainingConfig


DEFAULT_PRESET = "default"

PRESETS: Mapping[str, Preset] = {
    DEFAULT_PRESET: Preset(
        "4 LSTM layers of 128 with residual connections: the best at this size",
        ModelConfig(),
        TrainingConfig(),
    ),
    "large": Preset(
        "4 LSTM layers of 512, held back by dropout of features and of recurrent weights: the best "
        "there is, in about two hours on two cores that are fast at bf16",
        ModelConfig(hidden_size=512, embedding_size=512, dropout=0.25, weight_dropout=0.25),
        TrainingConfig(
            epochs=36, learning_rate=5e-3, weight_decay=0.25, evaluate_every=624, patience=0
        ),
    ),
    "classic": Preset(
        "the experiment that the project starts from: 4 plain LSTM layers of 128",
        ModelConfig(residual=False, dropout=0.0),
        TrainingConfig(),
    ),
    "textbook": Preset(
        "the recipe of a textbook for The Mysterious Island: one LSTM layer of 512, windows of 40 "
        "characters, and Adam at a constant 0.005 for 10,000 updates, which are 29 passes",
        ModelConfig(hidden_size=512, num_layers=1, embedding_size=256, dropout=0.0, residual=False),
        TrainingConfig(
            epochs=29,
            window=40,
            learning_rate=5e-3,
            warmup_steps=0,
            final_learning_rate=1.0,
            weight_decay=0.0,
            evaluate_every=500,
            patience=0,
        ),
    ),
    "tiny": Preset(
        "a toy that learns a short text in a minute or two",
        ModelConfig(hidden_size=96, num_layers=2, embedding_size=64, dropout=0.1),
        TrainingConfig(batch_size=16, window=64, epochs=25, warmup_steps=50, evaluate_every=100),
    ),
}
