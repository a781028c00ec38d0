"""Configurations of classifiers and word models and of their training, and the presets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from charlm.config import Cell, is_own
from charlm.training import config
from charlm.training.config import (
    MAX_SIZE,
    AtLeastOne,
    Config,
    Count,
    ExamplesConfig,
    Range,
    Share,
    Size,
    later,
)
from corpora.errors import UserError

IMDB = "imdb"
"""Name by which a user asks for the reviews of Maas et al. (2011)."""

VocabularySize = Annotated[int, Range(3, 10**7)]
ValidationShare = Annotated[float, Range(0.001, 0.9)]

Embedding = Literal["learned", "one-hot"]
Pooling = Literal["last", "mean", "max", "concat"]
"""Kinds of pooling, explained in `seq.layers.pooling`. That module would load torch."""
Sequences = Literal["auto", "packed", "padded"]


@dataclass(frozen=True, kw_only=True)
class ReaderConfig(Config):
    """The shape of the layers that a classifier and a word model have in common."""

    cell: Cell = "lstm"
    """Recurrent cell of every layer: rnn (with tanh), rnn_relu, gru, lstm, or one that a --plugin
    has registered."""
    embedding_size: Size = 100
    """Features of the vector of a word."""
    hidden_size: Size = 100
    """Units of each recurrent layer, in each direction."""
    bidirectional: bool = False
    """Read in both directions."""


@dataclass(frozen=True, kw_only=True)
class ClassifierConfig(ReaderConfig):
    """The shape of a classifier."""

    embedding: Embedding = "learned"
    """A learned vector for each word, or one-hot words, which the first layer reads directly."""
    num_layers: Size = 1
    """Number of recurrent layers."""
    pooling: Pooling = "last"
    """How the states become one vector for the text: the last state of each direction, the mean or
    the maximum over all states, or all three concatenated (Howard and Ruder 2018)."""
    dense_size: Annotated[int, Range(0, MAX_SIZE)] = 0
    """Units of a dense layer (ReLU) before the output (0: none)."""
    embedding_dropout: Share = 0.0
    """Share of the embedding's features that is dropped in training, the same features at every
    word of a text."""
    dropout: Share = 0.0
    """Share of the features between recurrent layers, of the pooled vector and of the dense layer
    that is dropped in training."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.embedding == "one-hot" and is_own(self.cell):
            raise UserError(
                f"one-hot words are for charlm's own cells, whose input matrix is known; with "
                f"{self.cell} the embedding must be learned"
            )


def read_shape(model: object) -> tuple[ClassifierConfig, tuple[str, ...]]:
    """Return the shape and the classes of a classifier from the configuration in its model file.

    Raises:
        UserError: `model` is not the configuration of a classifier.
    """
    if not isinstance(model, dict):
        raise UserError("its model configuration is not an object")
    shape = dict(model)
    classes = shape.pop("classes", None)
    good = isinstance(classes, list) and all(isinstance(name, str) for name in classes)
    if not good or len(set(classes)) != len(classes) or len(classes) < 2:
        raise UserError("its classes are not two or more names")
    return ClassifierConfig.from_json(shape), tuple(classes)


def is_frozen(model: Mapping[str, Any], name: str) -> bool:
    """Return whether a weight of a classifier is never trained.

    One-hot words are read by an input matrix that is the identity; see `seq.imdb.model`.

    Args:
        model: the configuration in its model file.
        name: name of the weight.
    """
    first = name.startswith("encoder.layers.0.") and name.endswith("weight_ih_l0")
    return first and model.get("embedding") == "one-hot"


@dataclass(frozen=True, kw_only=True)
class TextTraining(ExamplesConfig):
    """Settings of every training on texts of words."""

    vocabulary_size: VocabularySize = 20_000
    """Greatest number of entries of the vocabulary: padding, <unk> for all unknown words, and the
    most frequent words of the texts."""
    min_frequency: AtLeastOne = 1
    """Number of times that a word of the vocabulary occurs in the texts, at least."""
    validation_share: ValidationShare = 0.1
    """Share of the texts that is held out to choose the best model."""
    correct_spelling: bool = later(False)
    """Read a word that is one slip away from a known one as that word, in training and whenever the
    model is used (needs symspellpy)."""


@dataclass(frozen=True, kw_only=True)
class ClassifierTraining(TextTraining):
    """Settings of the training of a classifier."""

    epochs: int = 5
    batch_size: int = 32
    learning_rate: float = 2e-3
    patience: int = 3
    max_words: Count = 400
    """Number of words at the end of a text that training reads (0: all). Evaluation reads all."""
    label_smoothing: Annotated[float, Range(0, 0.9)] = 0.0
    """Share of the label's probability that is spread over all classes (Szegedy et al. 2016)."""
    adversarial: Annotated[float, Range(0, 1000)] = 0.0
    """Norm of adversarial perturbations (0: off). The embeddings of each text are perturbed in the
    direction that raises the loss most, and training reads the perturbed text as well (Miyato et
    al. 2017)."""
    adversarial_from: Count = 0
    """Number of passes before the first one with adversarial perturbations."""
    freeze_embedding: bool = False
    """Do not train the embedding."""
    sequences: Sequences = "auto"
    """Whether the recurrent layers run on packed or on padded sequences, with the same results.
    auto packs on a GPU and pads on a CPU, where padding is over ten times faster."""


@dataclass(frozen=True, kw_only=True)
class PretrainingConfig(TextTraining):
    """Settings of the training of a word model, whose weights a classifier can start from."""

    epochs: int = 3
    learning_rate: float = 5e-3
    warmup_steps: int = 200
    evaluate_every: int = 1000
    window: AtLeastOne = 128
    """Number of words in a window of truncated back-propagation through time."""
    dropout: Share = 0.1
    """Share of the features of embedding and recurrent layer that is dropped in training."""
    validation_share: ValidationShare = 0.01


@dataclass(frozen=True)
class Preset(config.Preset[ClassifierConfig, ClassifierTraining]):
    """The configurations that a name stands for."""

    pretraining: PretrainingConfig | None = None
    """Settings of the word model that it starts from; None if it starts from random weights."""


def _make_rung(why: str, **model: Any) -> Preset:
    """Return a preset for a comparison of models. All have the same training."""
    training = ClassifierTraining(
        epochs=6,
        batch_size=64,
        learning_rate=3e-3,
        # In bf16 a vanilla RNN of 100 units trains no faster: at 0.95 times the speed of fp32.
        precision="fp32" if model["cell"] == "rnn" else "auto",
    )
    return Preset(why, ClassifierConfig(dropout=0.2, embedding_dropout=0.3, **model), training)


DEFAULT_PRESET = "best"

PRESETS: Mapping[str, Preset] = {
    "rnn100": _make_rung("a vanilla RNN of 100 units", cell="rnn"),
    "rnn50": _make_rung("a vanilla RNN of 50 units", cell="rnn", hidden_size=50),
    "birnn100": _make_rung(
        "a vanilla RNN of 100 units a direction", cell="rnn", bidirectional=True
    ),
    "birnn100-dense": _make_rung(
        "the same with a dense layer of 100 before the output",
        cell="rnn",
        bidirectional=True,
        dense_size=100,
    ),
    "gru100": _make_rung("a GRU of 100 units", cell="gru"),
    "lstm100": _make_rung("an LSTM of 100 units", cell="lstm"),
    "textbook": Preset(
        "the LSTM of 64 units of a textbook (Raschka et al. 2022, chapter 15)",
        ClassifierConfig(
            embedding_size=20,
            hidden_size=64,
            dense_size=64,
            embedding_dropout=0.1,
            dropout=0.2,
        ),
        ClassifierTraining(epochs=6, learning_rate=3e-3),
    ),
    "best": Preset(
        "a bidirectional LSTM with adversarial training: the best without other texts",
        ClassifierConfig(
            embedding_size=128,
            hidden_size=128,
            bidirectional=True,
            pooling="concat",
            embedding_dropout=0.3,
            dropout=0.5,
        ),
        ClassifierTraining(epochs=6, learning_rate=3e-3, adversarial=5.0, adversarial_from=1),
    ),
    "pretrained": Preset(
        "the same, larger, after pre-training as a language model on unlabelled reviews, too",
        ClassifierConfig(
            embedding_size=192,
            hidden_size=384,
            bidirectional=True,
            pooling="concat",
            embedding_dropout=0.3,
            dropout=0.5,
        ),
        ClassifierTraining(epochs=4, adversarial=5.0, adversarial_from=1),
        PretrainingConfig(),
    ),
}
