"""Configurations of a forecaster, of its training and of its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from charlm.config import Cell
from charlm.parts import AttentionKind
from charlm.training.config import AtLeastOne, Config, ExamplesConfig, Precision, Range, Share, Size
from corpora.errors import UserError
from corpora.series.series import Fill

Strategy = Literal["direct", "recursive", "decoder"]
Likelihood = Literal["gaussian", "student"]

Window = Annotated[int, Range(1, 100_000)]


@dataclass(frozen=True, kw_only=True)
class ForecasterConfig(Config):
    """The shape of a forecaster."""

    strategy: Strategy = "decoder"
    """How several steps are forecast: all at once from the last state of an encoder (direct); step
    by step by one network, which reads its own forecasts (recursive); or step by step by a decoder
    that starts from the last state of an encoder (decoder)."""
    attention: AttentionKind = "none"
    """How the attention of a decoder to the states of the encoder is scored: scaled_dot, dot,
    cosine, additive, or as a --plugin has registered; only with the strategy decoder."""
    cell: Cell = "gru"
    """Recurrent cell of all layers: rnn (with tanh), rnn_relu, gru, lstm, or one that a --plugin
    has registered."""
    hidden_size: Size = 64
    """Units of each layer; with a bidirectional encoder, each direction has half as many."""
    num_layers: Size = 1
    """Number of recurrent layers of the encoder and of the decoder."""
    bidirectional: bool = False
    """Whether the encoder reads the context in both directions. It ends where the forecast begins,
    so nothing later is read."""
    dropout: Share = 0.0
    """Share of the features between layers and before the output that is dropped in training."""
    likelihood: Likelihood = "gaussian"
    """Distribution of the next value around the point forecast. Student's has heavy tails, and
    learns how heavy they are."""
    relative: bool = False
    """Whether all values of a window are read as differences from its last known row. So a level
    that was never seen in training, as in a series that grows, is no stranger; but the level itself
    is not seen."""
    context: Window = 48
    """Steps that are read before a forecast."""
    horizon: Window = 24
    """Steps that are forecast in training."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.attention != "none" and self.strategy != "decoder":
            raise UserError(f"attention needs the strategy decoder, not {self.strategy}")
        if self.bidirectional and self.strategy == "recursive":
            raise UserError(
                "a recursive forecaster reads step by step and cannot be bidirectional; take the "
                "strategy direct or decoder"
            )
        if self.bidirectional and self.hidden_size % 2:
            raise UserError(
                f"hidden_size must be even, not {self.hidden_size}: each direction of the encoder "
                "has half of it"
            )


@dataclass(frozen=True, kw_only=True)
class ForecasterTraining(ExamplesConfig):
    """Settings of the training of a forecaster."""

    epochs: int = 20
    learning_rate: float = 4e-3
    teacher_forcing: Annotated[float, Range(0.0, 1.0)] = 0.5
    """Share of the steps whose input is the true value before. The input of the other steps is the
    forecaster's own forecast, as when it is used (scheduled sampling, Bengio et al. 2015)."""
    validation_share: Annotated[float, Range(0.01, 0.9)] = 0.1
    """Share of the rows, after those for training, that choose the best model."""
    test_share: Annotated[float, Range(0.0, 0.9)] = 0.2
    """Share of the rows, the last ones, that training never sees."""
    precision: Precision = "fp32"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.validation_share + self.test_share > 0.9:
            raise UserError(
                "validation_share and test_share leave less than a tenth of the rows to learn from"
            )


@dataclass(frozen=True, kw_only=True)
class SourceConfig(Config):
    """How a series is read or made."""

    fill: Fill = "none"
    """How missing values are filled: not at all (none); with the value before (last); or on a line
    to the next known value (linear), which tells a little of what comes. Rows that are left out are
    put in. No figure counts filled values."""
    length: AtLeastOne = 4000
    """Values of a series that is made by rule."""
    data_seed: Annotated[int, Range(0, 2**63 - 1)] = 1
    """Seed of a series that is made by rule."""
