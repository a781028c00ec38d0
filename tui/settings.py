"""The settings of the user, in a TOML file that one can edit. This module uses no screen."""

from __future__ import annotations

import dataclasses
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpora.atomic import write_atomic
from corpora.errors import UserError
from tui.keys import KEYS
from tui.tabs import TABS

FILE = "tui.toml"
WRAPS = ("words", "re-flow")
SCALES = ("colors", "marks")
PACES = range(1, 10_001)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the user has set; the docstring of each field is its help."""

    theme: str = "textual-dark"
    """Theme of the app."""
    pace: int | None = None
    """Characters per second at which a model writes; without a number, as fast as it can."""
    wrap: str = "words"
    """Lines break between words; "re-flow" also joins lines of the text that end singly."""
    scale: str = "colors"
    """How surprisal is shown: by "colors", or by "marks" that need no colours."""
    folder: str = ""
    """Folder where files are looked for and written; empty for the one that the app began in."""
    autosave: bool = True
    """Whether what is typed and made is kept at once, and not only when the app ends."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the name of what they do, where they are not those of the app."""

    def __post_init__(self) -> None:
        """Raise UserError for a value that does not exist."""
        _check(self.wrap in WRAPS, "wrap", WRAPS, self.wrap)
        _check(self.scale in SCALES, "scale", SCALES, self.scale)
        if self.pace is not None and self.pace not in PACES:
            raise UserError(f"pace must lie between 1 and {PACES[-1]:,}, not {self.pace}")
        for name, key in self.keys.items():
            _check(name in KEYS, "keys", KEYS, name)
            if not isinstance(key, str) or not key.strip():
                raise UserError(f"the key of {name} must be the name of a key, not {key!r}")
        used = {tab.title: tab.key for tab in TABS}
        used |= {name: self.keys.get(name, known.key) for name, known in KEYS.items()}
        for name, key in used.items():
            other = next(one for one, its in used.items() if its == key)
            if other != name:
                raise UserError(f"{other} and {name} have the same key, {key}")


def _check(good: bool, name: str, values: Any, value: object) -> None:
    if not good:
        raise UserError(f"{name} has no value {value!r}; choose one of {', '.join(values)}")


def find_path() -> Path:
    """Return the path of the file: in $CHARLM_CONFIG, else in charlm's own folder for the user."""
    if folder := os.environ.get("CHARLM_CONFIG"):
        return Path(os.path.expanduser(folder)) / FILE  # noqa: PTH111  (Path.expanduser may raise)
    import platformdirs

    return Path(platformdirs.user_config_dir("charlm")) / FILE


def load() -> Settings:
    """Return the settings; those that the file does not name have their default.

    Raises:
        UserError: the file cannot be read, or has a value that does not exist.
    """
    path = find_path()
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}") from error
    try:
        return Settings(**{name: _read_value(name, value) for name, value in found.items()})
    except UserError as error:
        raise UserError(f"{path}: {error}") from error


def _read_value(name: str, value: Any) -> Any:
    known = {one.name: one for one in dataclasses.fields(Settings)}
    _check(name in known, FILE, known, name)
    default = getattr(Settings(), name)
    wanted = int if name == "pace" else dict if name == "keys" else type(default)
    if type(value) is not wanted:
        raise UserError(f"{name} must be {_TYPES[wanted]}, not {value!r}")
    return value


_TYPES = {int: "a whole number", str: "a text", bool: "true or false", dict: "a table"}


def save(settings: Settings) -> None:
    """Write the settings that are not the defaults; comments in the file stay.

    Raises:
        UserError: the file cannot be written, or what it holds is no TOML.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = find_path()
    try:
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        document = tomlkit.parse(old)
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise UserError(f"{path}: {error}; mend or remove it") from error
    for one in dataclasses.fields(Settings):
        value, default = getattr(settings, one.name), getattr(Settings(), one.name)
        if value != default:
            document[one.name] = dict(value) if one.name == "keys" else value
        elif one.name in document:
            del document[one.name]
    if (new := tomlkit.dumps(document)) != old:
        write_atomic(path, new.encode())
