"""What a classifier is and how it is trained, and the presets; every default stands here once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from charlm.config import Cell
from charlm.training.config import (
    MAX_SIZE,
    AtLeastOne,
    Config,
    Count,
    LoopConfig,
    Range,
    Share,
    Size,
)
from corpora.errors import UserError

IMDB = "imdb"
"""Name of the reviews of Maas et al. (2011), where a user names texts."""

VocabularySize = Annotated[int, Range(3, 10**7)]
ValidationShare = Annotated[float, Range(0.001, 0.9)]

Embedding = Literal["learned", "one-hot"]
Pooling = Literal["last", "mean", "max", "concat"]
"""See `seq.layers.pooling`, which loads torch."""
Sequences = Literal["auto", "packed", "padded"]


@dataclass(frozen=True, kw_only=True)
class ReaderConfig(Config):
    """What a classifier shares with the word model that it can start from."""

    cell: Cell = "lstm"
    """Recurrent cell of every layer."""
    embedding_size: Size = 100
    """Features of a word's vector."""
    hidden_size: Size = 100
    """Units of each recurrent layer, in each direction."""
    bidirectional: bool = False
    """Read in both directions."""


@dataclass(frozen=True, kw_only=True)
class ClassifierConfig(ReaderConfig):
    """The shape of a classifier."""

    embedding: Embedding = "learned"
    """A vector for each word, or one-hot words, which the first layer reads as they are."""
    num_layers: Size = 1
    """Recurrent layers, one upon another."""
    pooling: Pooling = "last"
    """What stands for the text: the last state of each direction, the mean or the maximum over all
    states, or these three side by side (concat pooling, Howard and Ruder 2018)."""
    dense_size: Annotated[int, Range(0, MAX_SIZE)] = 0
    """Units of a dense layer (ReLU) before the output (0: none)."""
    embedding_dropout: Share = 0.0
    """Share of the embedding's features that is dropped while training, the same ones at every word
    of a text."""
    dropout: Share = 0.0
    """Share that is dropped between recurrent layers, of the pooled states, and of the dense
    layer."""


def read_shape(model: object) -> tuple[ClassifierConfig, tuple[str, ...]]:
    """Return the shape and the classes of a classifier from the configuration in its model file.

    Raises:
        UserError: it is not the configuration of a classifier.
    """
    if not isinstance(model, dict):
        raise UserError("its model configuration is not an object")
    shape = dict(model)
    classes = shape.pop("classes", None)
    good = isinstance(classes, list) and all(isinstance(name, str) for name in classes)
    if not good or len(set(classes)) != len(classes) or len(classes) < 2:
        raise UserError("its classes are not two or more names")
    return ClassifierConfig.from_json(shape), tuple(classes)


@dataclass(frozen=True, kw_only=True)
class TextTraining(LoopConfig):
    """What every training on texts of words asks for."""

    vocabulary_size: VocabularySize = 20_000
    """Entries of the vocabulary at most, the most frequent words of the texts; padding and <unk>,
    which stands for all other words, are two of them."""
    min_frequency: AtLeastOne = 1
    """Times that a word must occur in the texts to be in the vocabulary."""
    validation_share: ValidationShare = 0.1
    """Share of the texts that is set apart to choose the best model by."""


@dataclass(frozen=True, kw_only=True)
class ClassifierTraining(TextTraining):
    """How a classifier is trained."""

    epochs: int = 5
    batch_size: int = 32
    learning_rate: float = 2e-3
    warmup_steps: int = 100
    weight_decay: float = 0.01
    evaluate_every: int = 0
    patience: int = 3
    max_words: Count = 400
    """Words of a text that training reads, the last ones (0: all). Evaluation reads all."""
    label_smoothing: Annotated[float, Range(0, 0.9)] = 0.0
    """Share of each label's probability that is spread over all classes (Szegedy et al. 2016)."""
    adversarial: Annotated[float, Range(0, 1000)] = 0.0
    """Norm of the perturbation of a text's embeddings that raises its loss most: training learns
    from the text so perturbed as well (Miyato et al. 2017), at twice the cost or more (0: off)."""
    adversarial_from: Count = 0
    """Passes before texts are perturbed."""
    freeze_embedding: bool = False
    """Leave the embedding as it is."""
    sequences: Sequences = "auto"
    """How the recurrent layers are run: on packed sequences or on padded ones, with the same
    results; auto packs on a GPU, and pads on a CPU, where that is over ten times faster."""


@dataclass(frozen=True, kw_only=True)
class PretrainingConfig(TextTraining):
    """How a word language model is trained, whose weights a classifier can start from."""

    epochs: int = 3
    learning_rate: float = 5e-3
    warmup_steps: int = 200
    weight_decay: float = 0.01
    evaluate_every: int = 1000
    patience: int = 0
    window: AtLeastOne = 128
    """Words per truncated back-propagation through time."""
    dropout: Share = 0.1
    """Share that is dropped of the embedding's and of the recurrent layer's features."""
    validation_share: ValidationShare = 0.01


@dataclass(frozen=True)
class Preset:
    """A named pair of configurations and the reason that it exists."""

    why: str
    model: ClassifierConfig
    training: ClassifierTraining
    pretraining: PretrainingConfig | None = None
    """Of the language model whose embedding and recurrent layers it starts from."""


def _ladder(why: str, **model: Any) -> Preset:
    """Return a rung of the ladder: one recipe for all, so that only the model differs."""
    training = ClassifierTraining(
        epochs=6,
        batch_size=64,
        learning_rate=3e-3,
        # What one layer that reads reviews one by one gains from bf16 it loses in the conversions.
        precision="fp32" if model["cell"] == "rnn" else "auto",
    )
    return Preset(why, ClassifierConfig(dropout=0.2, embedding_dropout=0.3, **model), training)


DEFAULT_PRESET = "best"

PRESETS: Mapping[str, Preset] = {
    "rnn100": _ladder("a vanilla RNN of 100 units", cell="rnn"),
    "rnn50": _ladder("a vanilla RNN of 50 units", cell="rnn", hidden_size=50),
    "birnn100": _ladder("a vanilla RNN of 100 units a direction", cell="rnn", bidirectional=True),
    "birnn100-dense": _ladder(
        "the same with a dense layer of 100 before the output",
        cell="rnn",
        bidirectional=True,
        dense_size=100,
    ),
    "lstm100": _ladder("an LSTM of 100 units", cell="lstm"),
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
