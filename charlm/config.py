"""What a model is and how it is trained: frozen dataclasses and the presets made of them.

Every default is written here once; the command line, the README and the app read it from here.
"""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeVar, get_args, get_type_hints

from corpora.errors import UserError

Cell = Literal["rnn", "gru", "lstm"]
ClipBy = Literal["norm", "value", "none"]
Precision = Literal["auto", "fp32", "bf16"]
Device = Literal["auto", "cpu", "cuda", "mps"]

MAX_SIZE = 65_536
"""Largest width, depth, batch or window that is taken for meant rather than for a slip."""


LATER = {"later": True}
"""Metadata of a field that came later: a file that was written without it means its default."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """What all configurations share: checked on creation, from and to plain JSON objects."""

    def __post_init__(self) -> None:
        for field, kind in get_type_hints(type(self)).items():
            _check_type(field, getattr(self, field), kind)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Build from a parsed JSON object; raise `UserError` for unknown, missing or bad fields."""
        if not isinstance(data, dict):
            raise UserError(f"{cls.__name__}: an object is expected, not {type(data).__name__}")
        fields = dataclasses.fields(cls)
        wanted = {field.name for field in fields if field.metadata != LATER}
        unknown = set(data) - {field.name for field in fields}
        if wrong := sorted(unknown | (wanted - set(data)), key=str):
            raise UserError(f"{cls.__name__}: unknown or missing field {wrong[0]!r}")
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a plain object."""
        return dataclasses.asdict(self)

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Return a copy with those of `changes` that are fields here and are not None."""
        names = {field.name for field in dataclasses.fields(self)}
        wanted = {k: v for k, v in changes.items() if k in names and v is not None}
        return dataclasses.replace(self, **wanted)


def _check_type(name: str, value: object, kind: Any) -> None:
    """Raise `UserError` unless `value` is of the annotated type (int passes for float)."""
    options = get_args(kind)
    if options and all(isinstance(option, str) for option in options):
        if value not in options:
            raise UserError(
                f"{name} must be one of {', '.join(options)}, not {reprlib.repr(value)}"
            )
        return
    allowed = tuple(options or (kind,))
    if float in allowed:
        allowed += (int,)
    good = isinstance(value, allowed) and (bool in allowed or not isinstance(value, bool))
    if not good or (isinstance(value, float) and value != value):
        raise UserError(f"{name} cannot be {reprlib.repr(value)}")


def check_range(config: object, name: str, low: float, high: float) -> None:
    """Raise `UserError` unless the field called `name` lies between `low` and `high`."""
    value = getattr(config, name)
    if value is not None and not low <= value <= high:
        shown = reprlib.repr(value)  # a whole number may be too large for a float
        raise UserError(f"{name} must lie between {low:g} and {high:g}, not {shown}")


@dataclass(frozen=True, kw_only=True)
class ModelConfig(Config):
    """The shape of a character language model."""

    cell: Cell = "lstm"
    """Recurrent cell of every layer."""
    hidden_size: int = 128
    """Units in each recurrent layer."""
    num_layers: int = 4
    """Recurrent layers, one upon another."""
    embedding_size: int = 128
    """Features of a character's embedding."""
    dropout: float = 0.05
    """Share of each layer's output that is dropped while training; one mask per stream and window
    (variational dropout, Gal and Ghahramani 2016)."""
    weight_dropout: float = dataclasses.field(default=0.0, metadata=LATER)
    """Share of the recurrent weights that is dropped while training; one mask a window
    (DropConnect, Merity, Keskar and Socher 2018)."""
    residual: bool = True
    """Add each layer's input to its output (where the widths agree)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("hidden_size", "num_layers", "embedding_size"):
            check_range(self, name, 1, MAX_SIZE)
        for name in REGULARIZATION:
            check_range(self, name, 0.0, 0.95)


REGULARIZATION = ("dropout", "weight_dropout")
"""Fields of a shape that matter only while training."""


@dataclass(frozen=True, kw_only=True)
class LoopConfig(Config):
    """How any task is trained: what the loop and its optimizer ask for."""

    epochs: int = 32
    """Passes over the training part."""
    max_minutes: float = 0.0
    """Minutes of training at most, over all sessions (0: no limit); the learning rate then follows
    the clock, so that two such runs are not the same to the bit."""
    batch_size: int = 64
    """Examples (of a text: contiguous streams) that are read side by side."""
    learning_rate: float = 2e-2
    """Peak learning rate of AdamW."""
    warmup_steps: int = 300
    """Steps over which the learning rate rises from zero to its peak."""
    final_learning_rate: float = 0.02
    """Share of the peak that is left when the cosine decay ends."""
    weight_decay: float = 0.1
    """Decoupled weight decay of the matrices (not of biases)."""
    clip: float = 1.0
    """Bound on the gradient."""
    clip_by: ClipBy = "norm"
    """What the bound holds for: the global norm, each value, or nothing."""
    evaluate_every: int = 300
    """Steps between evaluations on the validation part (0: one after each pass)."""
    patience: int = 20
    """Evaluations without improvement after which training stops (0: never)."""
    save_seconds: float = 30.0
    """Longest time between saves."""
    seed: int = 1
    """Seed of all that is drawn: initial weights, dropout, the order of examples, samples."""
    precision: Precision = "auto"
    """Arithmetic of the recurrent layers; auto takes bf16 where the processor is fast at it."""
    device: Device = "auto"
    """Where to train; auto takes a GPU where there is one."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("epochs", "batch_size"):
            check_range(self, name, 1, 10**9)
        for name in ("warmup_steps", "evaluate_every", "patience", "save_seconds"):
            check_range(self, name, 0, 10**9)
        check_range(self, "max_minutes", 0, 10**9)
        check_range(self, "learning_rate", 0, 100)
        check_range(self, "final_learning_rate", 0, 1)
        check_range(self, "weight_decay", 0, 10)
        check_range(self, "clip", 1e-9, 10**9)
        check_range(self, "seed", 0, 2**63 - 1)


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(LoopConfig):
    """How a character language model is trained."""

    window: int = 128
    """Characters per truncated back-propagation through time."""
    sample_length: int = 160
    """Characters of the sample that is written at each evaluation (0: none)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range(self, "window", 1, 10**9)
        check_range(self, "sample_length", 0, 10**9)


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


AnyPreset = TypeVar("AnyPreset")


def preset(name: str, presets: Mapping[str, AnyPreset]) -> AnyPreset:
    """Return the named one of `presets`; raise `UserError` that lists them for an unknown name."""
    if name not in presets:
        raise UserError(f"there is no preset {name!r}; presets are {', '.join(presets)}")
    return presets[name]
