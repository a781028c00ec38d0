"""TODO."""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeVar, get_args, get_type_hints

from corpora.errors import UserError

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


AnyPreset = TypeVar("AnyPreset")


def preset(name: str, presets: Mapping[str, AnyPreset]) -> AnyPreset:
    """Return the named one of `presets`; raise `UserError` that lists them for an unknown name."""
    if name not in presets:
        raise UserError(f"there is no preset {name!r}; presets are {', '.join(presets)}")
    return presets[name]
