"""Configurations of a captioner, of its training and of its data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from charlm.config import Cell
from charlm.parts import AttentionKind
from charlm.training.config import (
    AtLeastOne,
    Config,
    ExamplesConfig,
    Precision,
    Range,
    Share,
    Size,
    later,
)
from corpora.errors import UserError
from corpora.scenes.scene import SIZE
from corpora.scenes.splits import Split

CELL_PIXELS = 8
"""Pixels that a cell of the grid is wide and high: the encoder halves a picture three times."""


@dataclass(frozen=True, kw_only=True)
class CaptionerConfig(Config):
    """The shape of a captioner."""

    attention: AttentionKind = "scaled_dot"
    """How the attention of the decoder to the grid of the picture is scored. Xu et al. (2015) have
    additive, which takes longer. With none, the decoder knows only what it starts from, which is
    then made of all cells of the grid; with attention it is their mean."""
    input_feeding: bool = True
    """Whether a step of the decoder also reads what attention saw in the step before, so that it
    knows where it has looked; only with attention."""
    cell: Cell = "gru"
    """Recurrent cell of the decoder."""
    channels: Annotated[int, Range(16, 4096)] = 64
    """Features of each cell of the grid; a multiple of 16."""
    around: Annotated[int, Range(0, 16)] = later(1, before=0)
    """Convolutions by which a cell of the grid learns what the cells around it see, each of them a
    cell further on each side."""
    embedding_size: Size = 32
    """Features of the vector of a word."""
    hidden_size: Size = 128
    """Units of each layer of the decoder."""
    num_layers: Size = 1
    """Number of recurrent layers of the decoder."""
    dropout: Share = 0.0
    """Share of the features between layers and before the output that is dropped in training."""
    picture_size: Annotated[int, Range(CELL_PIXELS, 1024)] = SIZE
    """Width and height of pictures in pixels, a multiple of 8. Others are made as large."""
    limit: Annotated[int, Range(2, 1000)] = 40
    """Most words of a caption, the end included."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.picture_size % CELL_PIXELS:
            raise UserError(
                f"picture_size must be a multiple of {CELL_PIXELS}, not {self.picture_size}"
            )
        if self.channels % 16:
            raise UserError(f"channels must be a multiple of 16, not {self.channels}")

    @property
    def grid(self) -> int:
        """Cells of the grid from left to right, and from top to bottom."""
        return self.picture_size // CELL_PIXELS


@dataclass(frozen=True, kw_only=True)
class CaptionerTraining(ExamplesConfig):
    """Settings of the training of a captioner."""

    epochs: int = 14
    batch_size: int = 32
    learning_rate: float = 3e-3
    warmup_steps: int = 200
    captions: Annotated[int, Range(1, 100)] = 1
    """Captions of each picture in a pass. A picture is looked at once for all of them, which saves
    time where pictures are few."""
    guide: Annotated[float, Range(0, 1000)] = 0.5
    """Weight of a lesson in looking: at the words that name a shape, attention should lie in its
    box (supervised attention, Liu et al. 2017). Only scenes know their boxes; 0 leaves attention
    to itself."""
    penalty: Annotated[float, Range(0, 1000)] = 0.0
    """Weight of a penalty that wants every cell of the grid to be looked at as often as any other
    (doubly stochastic attention, Xu et al. 2015, equation 14; they take 1)."""
    validation_share: Annotated[float, Range(0.001, 0.9)] = 0.1
    """Share of pictures of your own that is held out to choose the best model."""
    test_share: Annotated[float, Range(0.0, 0.9)] = 0.1
    """Share of pictures of your own that training never sees."""
    precision: Precision = "fp32"


@dataclass(frozen=True, kw_only=True)
class SceneConfig(Config):
    """Which scenes are drawn for a training."""

    split: Split = "random"
    """What training never shows, and the test does: other scenes (random); colours and shapes that
    are never seen together (pairs); or numbers of a shape that are never seen (counts)."""
    scenes: AtLeastOne = 8000
    """Scenes of a pass. Every pass draws others, so none is seen twice."""
    data_seed: Annotated[int, Range(0, 2**63 - 1)] = 1
    """Seed of the scenes."""
