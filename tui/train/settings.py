"""The settings of a training, read from the dataclasses that the command line reads too.

This module uses no screen.
"""

from __future__ import annotations

import csv
import dataclasses
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from inspect import signature
from io import StringIO
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from charlm.parts import PartName, list_names
from charlm.training.config import Config, Range, find_kinds
from corpora.errors import UserError

Kind = Literal["whole", "number", "choice", "switch", "text", "path", "several"]

YES, NO = "yes", "no"
NOT_GIVEN = "–"
"""What a form shows for a choice that is not made."""

WORDS = {
    "num_layers": "layers",
    "hidden_size": "hidden",
    "embedding_size": "embedding",
    "learning_rate": "rate",
    "final_learning_rate": "last rate",
    "warmup_steps": "warm-up",
    "epochs": "passes",
    "max_minutes": "minutes",
    "batch_size": "batch",
    "embedding_dropout": "drop words",
    "weight_dropout": "drop weights",
    "vocabulary_size": "vocabulary",
    "teacher_forcing": "forcing",
    "bidirectional": "two ways",
    "adversarial": "adversary",
    "encoder_hidden_size": "encoder hidden",
}
"""Short names of settings, where that of the field would not fit beside its value."""


def name_in_words(name: str) -> str:
    """Return the name of a setting as the app shows it."""
    return WORDS.get(name, name.replace("_", " "))


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting of a training: one field of its form, and one option of its command."""

    name: str
    """Name of the field in its dataclass, or of the argument of the command."""
    kind: Kind
    help: str
    """What it means, in the words of the command line."""
    config: type[Config] | None
    """Dataclass whose field it is; None for an option beside the configurations."""
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    default: Any = None

    @property
    def label(self) -> str:
        """The name as the form shows it."""
        return name_in_words(self.name)

    @property
    def is_text(self) -> bool:
        """Whether words are typed, which nothing steps."""
        return self.kind in ("text", "path", "several")

    @property
    def option(self) -> str:
        """The option of the command line."""
        return f"--{self.name.replace('_', '-')}"

    def format(self, value: object) -> str:
        """Return a value as the form shows it; see `parse`."""
        if value is None:
            return NOT_GIVEN if self.kind == "choice" else ""
        if self.kind == "several":
            return format_several(value)
        if isinstance(value, bool):
            return YES if value else NO
        return re.sub(r"e-0*", "e-", f"{value:.10g}") if isinstance(value, float) else str(value)

    def parse(self, typed: str) -> Any:
        """Return the value that was typed.

        Raises:
            UserError: it is no such value. Its range is checked by the configuration.
        """
        typed = typed.strip()
        match self.kind:
            case "whole" | "number":
                left_open = not typed and self.config is None
                return None if left_open else self._parse_number(typed)
            case "switch":
                return typed == YES
            case "choice" if self.config is None and typed == NOT_GIVEN:
                return None
            case "text" | "path":
                return typed or None
            case "several":
                return parse_several(typed)
        return typed

    def _parse_number(self, typed: str) -> int | float:
        wanted = "a whole number" if self.kind == "whole" else "a number"
        try:  # as the command line reads it, without the underscores that Python allows
            number = int(typed) if self.kind == "whole" else float(typed) + 0.0
        except ValueError:
            number = math.nan
        if number != number or "_" in typed:
            shown = repr(typed if len(typed) <= 20 else f"{typed[:20]}…")
            raise UserError(f"{self.label} must be {wanted}, not {shown}")
        return number

    def write_options(self, value: object) -> list[str]:
        """Return the words of a command line that give this value."""
        if value is None:
            return []
        if isinstance(value, bool):
            no_such = self.config is None and not value  # a switch alone has no --no-OPTION
            return [] if no_such else [self.option if value else f"--no-{self.option[2:]}"]
        if isinstance(value, tuple):
            return [word for one in value for word in self._write_option(str(one))]
        return self._write_option(self.format(value))

    def _write_option(self, shown: str) -> list[str]:
        return [f"{self.option}={shown}"] if shown.startswith("-") else [self.option, shown]


def parse_several(typed: str) -> tuple[str, ...]:
    """Return words that are typed with commas between them; quotes hold one that has a comma."""
    try:
        found = next(csv.reader(StringIO(typed), skipinitialspace=True), [])
    except csv.Error:
        found = typed.split(",")
    return tuple(word.strip() for word in found if word.strip())


def format_several(words: Any) -> str:
    """Return words as they are typed; see `parse_several`."""
    if isinstance(words, str) or not isinstance(words, Iterable):
        return str(words)
    quoted = StringIO()
    csv.writer(quoted, lineterminator="").writerow(words)
    return re.sub(r",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", ", ", quoted.getvalue())


def read_settings(config: type[Config]) -> list[Setting]:
    """Return the settings that a configuration has, in its order."""
    from charlm.console.options import read_explanations

    helps = read_explanations(config)
    hints = find_kinds(config)
    return [
        _make(one.name, hints[one.name], helps[one.name], config, one.default)
        for one in dataclasses.fields(config)
    ]


def read_arguments(command: Callable[..., Any], without: set[str]) -> list[Setting]:
    """Return the options that a command has beside those of the configurations.

    Args:
        command: function of the command, with its keyword arguments.
        without: arguments that the form shows in its own way.
    """
    from docstring_parser import parse_from_object

    documented = {one.arg_name: one.description for one in parse_from_object(command).params}
    hints = get_type_hints(command, include_extras=True)
    arguments = signature(command).parameters.values()
    return [
        _make(name, hint, _find_help(hint) or documented.get(name) or "", None, default)
        for argument in arguments
        if argument.kind is argument.KEYWORD_ONLY and argument.name not in without
        for name, hint, default in _unfold(argument.name, hints[argument.name], argument.default)
    ]


def _unfold(name: str, hint: Any, default: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield an argument, or the fields of the dataclass that it is."""
    if dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint, include_extras=True)
        for one in dataclasses.fields(hint):
            yield one.name, hints[one.name], one.default
    else:
        yield name, hint, default


def _find_help(hint: Any) -> str | None:
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((one.help for one in extras if getattr(one, "help", None)), None)


def _make(
    name: str, hint: Any, explanation: str, config: type[Config] | None, default: Any
) -> Setting:
    bounds, extras = Range(-math.inf, math.inf), []
    if get_origin(hint) is Annotated:
        hint, *extras = get_args(hint)
        bounds = next((one for one in extras if isinstance(one, Range)), bounds)
    kind, choices = _find_kind(hint)
    for part in (one for one in extras if isinstance(one, PartName)):
        kind, choices = "choice", list_names(part.kind)
    if kind == "choice" and config is None:
        choices = (NOT_GIVEN, *choices)
    return Setting(
        name=name,
        kind=kind,
        help=" ".join(explanation.split()),
        config=config,
        choices=choices,
        low=bounds.low,
        high=bounds.high,
        default=default,
    )


def _find_kind(hint: Any) -> tuple[Kind, tuple[str, ...]]:
    """Return the kind of a type, and the choices that it leaves."""
    kinds: dict[Any, Kind] = {bool: "switch", int: "whole", float: "number"}
    if get_origin(hint) is tuple:
        return "several", ()
    for one in (hint, *get_args(hint)):
        if get_origin(one) is Literal:
            return "choice", get_args(one)
        if one in kinds:
            return kinds[one], ()
        if one is Path:
            return "path", ()
    return "text", ()
