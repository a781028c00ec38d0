"""Configurations: frozen dataclasses whose values are checked, and what every training asks for."""

from __future__ import annotations

import dataclasses
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import get_annotations
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    Self,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from charlm.parts import MODULES, PartName
from corpora.errors import UserError

ClipBy = Literal["norm", "value", "none"]
Precision = Literal["auto", "fp32", "bf16"]
Device = Literal["auto", "cpu", "cuda", "mps"]

MAX_SIZE = 65_536
"""Largest width, depth or embedding that is accepted. A larger number is a slip of the hand, or a
damaged file that claims sizes which no memory holds."""

LATER = "later"
"""Key of the metadata of a field that a later version added: what a file without it means."""
_SAME = object()


def later(default: Any, *, before: Any = _SAME) -> Any:
    """Return a field of a `Config` that a later version added.

    Args:
        default: value of the field where none is given.
        before: what a file means that was written without the field; as a rule the default.
    """
    meant = default if before is _SAME else before
    return dataclasses.field(default=default, metadata={LATER: meant})


@dataclass(frozen=True)
class Range:
    """Bounds of a number, both included: an annotation of a field of a `Config`."""

    low: float
    high: float


Size = Annotated[int, Range(1, MAX_SIZE)]
Share = Annotated[float, Range(0.0, 0.95)]
Count = Annotated[int, Range(0, 10**9)]
AtLeastOne = Annotated[int, Range(1, 10**9)]


@dataclass(frozen=True, kw_only=True)
class Config:
    """What all configurations share: values checked on creation, to and from plain JSON objects.

    The checks are ours: msgspec would check what comes from JSON, but not what a Python user hands
    to the constructor, and not in words that name the range.
    """

    def __post_init__(self) -> None:
        for field, kind in find_kinds(type(self)).items():
            _check(field, getattr(self, field), kind)

    @classmethod
    def from_json(cls, data: object) -> Self:
        """Build a configuration from a parsed JSON object.

        Raises:
            UserError: a field is unknown, missing, or has a value that cannot be.
        """
        if not isinstance(data, dict):
            raise UserError(f"{cls.__name__}: an object is expected, not {type(data).__name__}")
        if parts := _find_parts(cls):
            data = dict(data)
            modules = data.pop(MODULES, {})
            for name, part in parts.items():
                module = modules.get(name) if isinstance(modules, dict) else modules
                part.check_recorded(data.get(name), module)
        data = find_earlier(cls) | data
        wanted = {field.name for field in dataclasses.fields(cls)}
        if wrong := sorted(wanted ^ set(data), key=str):
            raise UserError(f"{cls.__name__}: unknown or missing field {wrong[0]!r}")
        return cls(**data)

    def to_json(self) -> dict[str, Any]:
        """Return the fields as a plain object, with the modules of parts that were registered."""
        parts = _find_parts(type(self)).items()
        modules = {name: part.find_module(getattr(self, name)) for name, part in parts}
        own = {name: module for name, module in modules.items() if module is not None}
        return dataclasses.asdict(self) | ({MODULES: own} if own else {})

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Return a copy with those of `changes` that are fields here and are not None."""
        names = {field.name for field in dataclasses.fields(self)}
        wanted = {k: v for k, v in changes.items() if k in names and v is not None}
        return dataclasses.replace(self, **wanted)


def find_earlier(config: type[Config]) -> dict[str, Any]:
    """Return what the fields that later versions added mean where a file lacks them, by name."""
    fields = dataclasses.fields(config)
    return {field.name: field.metadata[LATER] for field in fields if LATER in field.metadata}


def find_kinds(config: type) -> dict[str, Any]:
    """Return the annotated types of the fields of a configuration, by name.

    A field that a subclass declares anew, for another default, keeps the range that it had.
    """
    found: dict[str, Any] = {}
    for family in reversed(config.__mro__):
        hints = get_type_hints(family, include_extras=True)
        for name in get_annotations(family):
            before = found.get(name)
            if get_origin(before) is not Annotated or get_args(before)[0] != hints[name]:
                found[name] = hints[name]
    return found


def _find_parts(config: type) -> dict[str, PartName]:
    """Return the fields of a configuration that name parts."""
    return {
        name: get_args(kind)[1]
        for name, kind in find_kinds(config).items()
        if get_origin(kind) is Annotated and isinstance(get_args(kind)[1], PartName)
    }


def _check(name: str, value: object, kind: Any) -> None:
    """Raise `UserError` unless `value` is of the annotated type and in its range."""
    bounds = None
    if get_origin(kind) is Annotated:
        kind, bounds = get_args(kind)
    if isinstance(bounds, PartName):
        bounds.check(name, value)
        return
    _check_type(name, value, kind)
    if bounds is not None and not bounds.low <= value <= bounds.high:
        shown = reprlib.repr(value)  # a whole number may be too large for a float
        raise UserError(f"{name} must lie between {bounds.low:g} and {bounds.high:g}, not {shown}")


def _check_type(name: str, value: object, kind: Any) -> None:
    """Raise `UserError` unless `value` is of the type `kind`. A whole number passes for a float."""
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


@dataclass(frozen=True, kw_only=True)
class LoopConfig(Config):
    """How any task is trained: what the loop and its optimizer ask for."""

    epochs: AtLeastOne = 32
    """Passes over the training part."""
    max_minutes: Annotated[float, Range(0, 10**9)] = 0.0
    """Minutes of training at most, over all sessions (0: no limit); the learning rate then follows
    the clock, so that two such runs are not the same to the bit."""
    batch_size: AtLeastOne = 64
    """Examples (of a text: contiguous streams) that are read side by side."""
    learning_rate: Annotated[float, Range(0, 100)] = 2e-2
    """Peak learning rate of AdamW."""
    warmup_steps: Count = 300
    """Steps over which the learning rate rises from zero to its peak."""
    final_learning_rate: Annotated[float, Range(0, 1)] = 0.02
    """Share of the peak that is left when the cosine decay ends."""
    weight_decay: Annotated[float, Range(0, 10)] = 0.1
    """Decoupled weight decay of the matrices (not of biases)."""
    clip: Annotated[float, Range(1e-9, 10**9)] = 1.0
    """Bound on the gradient."""
    clip_by: ClipBy = "norm"
    """What the bound holds for: the global norm, each value, or nothing."""
    ema_decay: Annotated[float, Range(0, 0.99999)] = later(0.0)
    """Decay of an exponential moving average of the weights, such as 0.999 (0: none). Every
    evaluation then looks at the average as well, and the better of the two is kept."""
    ema_start: Annotated[float, Range(0, 0.99)] = later(0.5)
    """Share of the training after which the average of the weights begins."""
    evaluate_every: Count = 300
    """Steps between evaluations on the validation part (0: one after each pass)."""
    patience: Count = 20
    """Evaluations without improvement after which training stops (0: never)."""
    save_seconds: Annotated[float, Range(0, 10**9)] = 30.0
    """Longest time between saves."""
    seed: Annotated[int, Range(0, 2**63 - 1)] = 1
    """Seed of all that is drawn: initial weights, dropout, the order of examples, samples."""
    precision: Precision = "auto"
    """Arithmetic of the recurrent layers; auto takes bf16 where the processor has it and a short
    measurement of such a layer finds it faster."""
    device: Device = "auto"
    """Where to train; auto takes a GPU where there is one."""


@dataclass(frozen=True, kw_only=True)
class ExamplesConfig(LoopConfig):
    """How a task is trained whose examples are short and stand alone, one evaluation a pass."""

    warmup_steps: int = 100
    weight_decay: float = 0.01
    evaluate_every: int = 0
    patience: int = 0


Shape = TypeVar("Shape", bound=Config)
Settings = TypeVar("Settings", bound=LoopConfig)


@dataclass(frozen=True)
class Preset(Generic[Shape, Settings]):
    """A pair of configurations with a purpose."""

    why: str
    """What the preset is for, as shown in the help."""
    model: Shape
    """Shape of the model."""
    training: Settings
    """Settings of its training."""

    def change(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return both with some fields changed, under the names that a `Request` has for them."""
        return {"model": self.model.replace(changes), "training": self.training.replace(changes)}


AnyPreset = TypeVar("AnyPreset")


def preset(name: str, presets: Mapping[str, AnyPreset]) -> AnyPreset:
    """Return the named one of `presets`; raise `UserError` that lists them for an unknown name."""
    if name not in presets:
        raise UserError(f"there is no preset {name!r}; presets are {', '.join(presets)}")
    return presets[name]
