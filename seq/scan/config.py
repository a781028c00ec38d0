"""Configurations of a translator and of its training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from charlm.config import Cell
from charlm.parts import AttentionKind
from charlm.training.config import (
    MAX_SIZE,
    Config,
    Count,
    ExamplesConfig,
    Precision,
    Range,
    Share,
    Size,
    later,
)
from corpora.errors import UserError
from seq.scan.augment.ideas import Ideas

Validation = Literal["random", "longest", "primitive"]


@dataclass(frozen=True, kw_only=True)
class TranslatorConfig(Config):
    """The shape of a translator."""

    attention: AttentionKind = "scaled_dot"
    """How the attention of the decoder to the encoder's states is scored: scaled_dot, dot, cosine,
    additive, or as a --plugin has registered. With none, the decoder knows only the encoder's last
    state, which it starts from."""
    lexicon: bool = later(False)
    """Whether the decoder can copy the action of a word that it looks at. Which word brings which
    action, and which words are of one kind, is found in the training pairs. Words of one kind are
    read as one (after lexicon learning, Akyürek and Andreas 2021)."""
    walking: bool = later(False)
    """Whether attention also follows a place among the words, which moves by a learned number of
    words at each step (location attention, Dubois et al. 2020)."""
    cell: Cell = "lstm"
    """Recurrent cell of the encoder's and the decoder's layers: rnn (with tanh), rnn_relu, gru,
    lstm, or one that a --plugin has registered."""
    embedding_size: Size = 64
    """Features of the vector of a word and of an action."""
    hidden_size: Size = 200
    """Units of each layer of the decoder. Each direction of the encoder has half as many, if
    encoder_hidden_size does not say otherwise."""
    encoder_hidden_size: Annotated[int, Range(0, MAX_SIZE)] = later(0)
    """Units of each direction of the encoder (0: half of the decoder's). Where both directions
    together have more or fewer than the decoder, a learned matrix makes its first state."""
    input_feeding: bool = later(False)
    """Whether a step of the decoder also reads what attention saw in the step before (Luong, Pham
    and Manning 2015). All steps are then computed one by one."""
    num_layers: Size = 1
    """Number of recurrent layers of the encoder and of the decoder."""
    dropout: Share = 0.2
    """Share of the features of embeddings, between layers and before the output that is dropped in
    training, the same features at every step of a command."""
    limit: Size = later(100)
    """Most steps of a translation, the end included; it is cut off there. SCAN's longest command
    has 48 actions. Pairs of your own that are longer raise it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.hidden_size % 2 and not self.encoder_hidden_size:
            raise UserError(
                f"hidden_size must be even, not {self.hidden_size}: each direction of "
                "the encoder has half of it; or name an encoder_hidden_size"
            )
        parts = {"walking": self.walking, "lexicon": self.lexicon}
        parts["input_feeding"] = self.input_feeding
        needing = [name for name, chosen in parts.items() if chosen]
        if needing and self.attention == "none":
            raise UserError(f"{needing[0]} needs attention; choose a kind of attention with it")

    @property
    def encoder_units(self) -> int:
        """Units of each direction of the encoder."""
        return self.encoder_hidden_size or self.hidden_size // 2


@dataclass(frozen=True, kw_only=True)
class TranslatorTraining(ExamplesConfig):
    """Settings of the training of a translator."""

    epochs: int = 25
    learning_rate: float = 4e-3
    warmup_steps: int = 200
    teacher_forcing: Annotated[float, Range(0.0, 1.0)] = 1.0
    """Share of the decoder's steps whose input is the correct previous action. The input of the
    other steps is the model's own prediction (scheduled sampling, Bengio et al. 2015)."""
    validation_share: Annotated[float, Range(0.001, 0.9)] = 0.05
    """Share of the training commands that is held out to choose the best model."""
    precision: Precision = "fp32"


@dataclass(frozen=True, kw_only=True)
class PairsConfig(Config):
    """Which training pairs are held out, and which pairs are made and trained on as well."""

    validation: Validation = later("random")
    """Which training commands choose the best model: drawn by lot (random); the longest; or some in
    which a word stands in company that is trained on nearly by itself alone (primitive)."""
    ideas: Ideas = later("plain")
    """What makes pairs: nothing (plain), exchanges of words that stand for each other (swaps),
    rules of how phrases go together (phrases), or both. `charlm scan rules` shows what they
    find."""
    longest_made: Count = later(0)
    """Most actions of a pair that is made (0: no limit)."""
    made_share: Share = later(0.5)
    """Greatest share of made pairs in a pass. If there are more of them, each pass draws others."""


def is_frozen(model: Mapping[str, Any], name: str) -> bool:
    """Return whether a weight of a translator is never trained: what its lexicon holds is found.

    Args:
        model: the configuration in its model file.
        name: name of the weight.
    """
    return name in ("lexicon", "kinds")
