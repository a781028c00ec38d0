"""What a translator is and how it is trained; every default stands here once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from charlm.config import Cell
from charlm.training.config import Config, LoopConfig, Precision, Range, Share, Size
from corpora.errors import UserError

AttentionKind = Literal["none", "scaled_dot", "dot", "cosine", "additive"]


@dataclass(frozen=True, kw_only=True)
class TranslatorConfig(Config):
    """The shape of a translator."""

    attention: AttentionKind = "scaled_dot"
    """How the decoder's state finds the encoder's states that matter to it, if it looks at them at
    all; without attention it has only the last one, which it begins with."""
    cell: Cell = "lstm"
    """Recurrent cell of the encoder's and the decoder's layers."""
    embedding_size: Size = 64
    """Features of a word's and of an action's vector."""
    hidden_size: Size = 200
    """Units of each layer of the decoder; each direction of the encoder has half of them."""
    num_layers: Size = 1
    """Recurrent layers of the encoder, and of the decoder."""
    dropout: Share = 0.2
    """Share that is dropped while training of the embeddings, between layers and before the
    output, the same features at every step of a command."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hidden_size % 2:
            raise UserError(
                f"hidden_size must be even, not {self.hidden_size}: each direction of "
                "the encoder has half of it"
            )


@dataclass(frozen=True, kw_only=True)
class TranslatorTraining(LoopConfig):
    """How a translator is trained."""

    epochs: int = 25
    batch_size: int = 64
    learning_rate: float = 4e-3
    warmup_steps: int = 200
    weight_decay: float = 0.01
    evaluate_every: int = 0
    patience: int = 0
    teacher_forcing: Annotated[float, Range(0.0, 1.0)] = 1.0
    """Share of the decoder's steps that are given the right action before; the others are given
    the one that the model found likeliest (scheduled sampling, Bengio et al. 2015)."""
    validation_share: Annotated[float, Range(0.001, 0.9)] = 0.05
    """Share of the training commands that is set apart to choose the best model by."""
    precision: Precision = "fp32"
