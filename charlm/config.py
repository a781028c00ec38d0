"""Configurations of character language models and of their training, and the presets.

Every default is written only here; the command line, the README and the app read it from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, TypeVar

from charlm.parts import PartName, find_part
from charlm.training import config as training_config
from charlm.training.config import (
    AtLeastOne,
    Config,
    Count,
    LoopConfig,
    Range,
    Share,
    Size,
    later,
)
from corpora.errors import UserError

Known = TypeVar("Known")

Cell = Annotated[str, PartName("cell")]
"""The name of a cell: rnn, rnn_relu, gru, lstm, or one of `charlm.register_cell`."""


class CellTable(dict[Cell, Known]):
    """What is known of each of charlm's own cells. Of a registered one it says that in a line."""

    def __missing__(self, cell: Cell) -> Known:
        raise UserError(
            f"{cell} is a cell that was registered: what its gates are is not known here, only "
            "what goes into it and what comes out of it"
        )


GATES: Mapping[Cell, int] = CellTable(rnn=1, rnn_relu=1, gru=3, lstm=4)
"""Rows of the weight matrices of a cell for each of its units."""


VANILLA = ("rnn", "rnn_relu")
"""Cells without gates: h = tanh(…), or h = max(0, …)."""


def is_own(cell: Cell) -> bool:
    """Return whether a cell is one that was registered, and none of charlm's own."""
    return find_part("cell", cell) is not None


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Config):
    """The shape of a character language model."""

    cell: Cell = "lstm"
    """Recurrent cell of every layer: rnn (with tanh), rnn_relu, gru, lstm, or one that a --plugin
    has registered."""
    hidden_size: Size = 128
    """Units in each recurrent layer."""
    num_layers: Size = 4
    """Number of recurrent layers, stacked."""
    embedding_size: Size = 128
    """Features of a character's embedding."""
    dropout: Share = 0.05
    """Share of the output of each layer that is dropped while training, with one mask per stream
    and window (variational dropout, Gal and Ghahramani 2016)."""
    weight_dropout: Share = later(0.0)
    """Share of the recurrent weights that is dropped while training, with one mask per window
    (DropConnect, Merity, Keskar and Socher 2018)."""
    residual: bool = True
    """Add the input of each layer to its output (where the widths are equal)."""
    forget_bias: Annotated[float, Range(0, 10)] = later(0.0)
    """Added to the biases of the forget gates of an LSTM before training, so that its cells keep
    what they hold from the start (1 is usual; Jozefowicz, Zaremba and Sutskever 2015)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.weight_dropout and is_own(self.cell):
            raise UserError(
                f"weight_dropout is for charlm's own cells: with {self.cell} it must be 0"
            )
        if self.forget_bias and self.cell != "lstm":
            raise UserError(f"forget_bias is for lstm cells: with {self.cell} it must be 0")


REGULARIZATION = ("dropout", "weight_dropout")
"""Fields of a `ModelConfig` that matter only while training."""


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(LoopConfig):
    """How a character language model is trained."""

    window: AtLeastOne = 128
    """Characters per window of truncated back-propagation through time."""
    shift_streams: bool = later(False)
    """Begin the streams of each pass at another place, less than a window further on, so that the
    text is not cut into the same windows again."""
    zero_state: Annotated[float, Range(0, 1)] = later(0.0)
    """Probability that a stream begins a window with a state of zeros, as every text is begun
    (0.01, for example)."""
    sample_length: Count = 160
    """Characters of the sample that the model writes at each evaluation (0: none)."""


Preset = training_config.Preset[ModelConfig, TrainingConfig]


DEFAULT_PRESET = "default"

PRESETS: Mapping[str, Preset] = {
    DEFAULT_PRESET: Preset(
        "4 LSTM layers of 128 with residual connections: the best at this size",
        ModelConfig(),
        TrainingConfig(),
    ),
    "large": Preset(
        "4 LSTM layers of 512, regularized by dropout of features and of recurrent weights: the "
        "best of all, in about two hours on two cores that are fast at bf16",
        ModelConfig(hidden_size=512, embedding_size=512, dropout=0.25, weight_dropout=0.25),
        TrainingConfig(
            epochs=36, learning_rate=5e-3, weight_decay=0.25, evaluate_every=624, patience=0
        ),
    ),
    "classic": Preset(
        "the plain experiment: 4 LSTM layers of 128 without residual connections or dropout",
        ModelConfig(residual=False, dropout=0.0),
        TrainingConfig(),
    ),
    "textbook": Preset(
        "the recipe of a textbook for The Mysterious Island: one LSTM layer of 512, windows of 40 "
        "characters, and Adam at a constant 0.005 for 10,000 updates (29 passes)",
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
        "a small model that learns a short text in a minute or two",
        ModelConfig(hidden_size=96, num_layers=2, embedding_size=64, dropout=0.1),
        TrainingConfig(batch_size=16, window=64, epochs=25, warmup_steps=50, evaluate_every=100),
    ),
}
