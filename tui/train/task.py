"""What the form and the command line know of a task that can be trained.

This module uses no screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from charlm.console.plugins import list_options
from charlm.runs.place import FROM_PYTHON
from charlm.runs.registry import KINDS
from charlm.training.config import Config, LoopConfig
from tui.train.settings import Setting, read_settings

TENSORBOARD = Setting(
    name="tensorboard",
    kind="switch",
    help="Log for TensorBoard as well (needs the extra of that name).",
    config=None,
    default=False,
)


@dataclass(frozen=True)
class Preset:
    """Settings that go together."""

    why: str
    model: Config
    training: LoopConfig
    data: Config | None = None
    """How the data is read or made, where a configuration says that."""

    @property
    def parts(self) -> tuple[Config, ...]:
        """Its configurations."""
        return (self.model, self.training, *(() if self.data is None else (self.data,)))

    def find_part(self, config: type[Config]) -> Config:
        """Return the configuration of a class."""
        return next(part for part in self.parts if isinstance(part, config))

    def replace(self, changes: Mapping[str, Any]) -> Preset:
        """Return the settings with other values; a part takes those of its own.

        Raises:
            UserError: a value is refused.
        """
        model, training = self.model.replace(changes), self.training.replace(changes)
        data = None if self.data is None else self.data.replace(changes)
        return Preset(self.why, model, training, data)


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task: what it trains on, its settings, and its command."""

    name: str
    """Its name in the form."""
    kind: str
    """Kind of its models; see `charlm.runs.registry`."""
    source: str = "from"
    """What the form calls the data."""
    sources: tuple[str, ...] = ()
    """Data that is known by name."""
    made: frozenset[str] = frozenset()
    """Data among them that a rule makes: it needs no file and no network."""
    usual_source: str = ""
    """Data of a new form; empty if only the user has some."""
    example: str = ""
    """That data in words, with what is trained on it."""
    takes_files: bool = True
    """Whether the data may be a file or folder of the user's."""
    presets: Mapping[str, Preset]
    naming: Callable[[Mapping[str, str]], str]
    """Returns how a run is called, as its command calls it; it takes what the settings show, by
    their names, and `source` and `preset`."""
    usual_preset: str = "default"
    """Preset that the command takes if none is named."""
    first_preset: str = "default"
    """Preset that a new form shows."""
    common: tuple[tuple[str, tuple[str, ...]], ...]
    """Settings that are always shown, in groups with their headings; the others unfold."""
    extras: tuple[Setting, ...]
    """Options of the command beside its configurations."""
    starts_from: tuple[str, ...] = ()
    """Kinds of models that a training can begin with."""
    given_by_model: frozenset[str] = frozenset()
    """Settings that cannot change while such a model gives them."""

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """All settings by name: those of the model, of the training, and other options."""
        parts = self.presets[self.usual_preset].parts
        found = [one for part in parts for one in read_settings(type(part))]
        return {one.name: one for one in [*found, *self.extras, TENSORBOARD]}

    @property
    def module(self) -> tuple[str, ...]:
        """Arguments of `python -m` that train such a model."""
        return KINDS[self.kind].command

    @property
    def typed(self) -> tuple[str, ...]:
        """The same as a person types it."""
        return tuple(KINDS[self.kind].typed.split())

    @property
    def command(self) -> tuple[str, ...]:
        """Arguments of `python -m` that train such a model, with the plugins of the app."""
        return (*self.module, *list_options())

    def get_value(self, preset: str, name: str) -> Any:
        """Return the value that a setting has in a preset."""
        setting = self.settings[name]
        if setting.config is None:
            return setting.default
        return getattr(self.presets[preset].find_part(setting.config), name)

    def find_source(self, corpus: Mapping[str, Any]) -> str | None:
        """Return the data that a run of this task has recorded, as it is typed.

        Args:
            corpus: the part `corpus` of its `config.json`.

        Returns:
            None if it is no data of this task.
        """
        if self.takes_files:
            found = corpus.get("spec")
            return found if isinstance(found, str) and found != FROM_PYTHON else None
        found = corpus.get("split")
        return found if found in self.sources else None
