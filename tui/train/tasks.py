"""The three tasks that can be trained, as the form and the command line know them.

This module uses no screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from charlm.console.plugins import list_options
from charlm.runs.registry import CHARACTERS, CLASSIFIER, KINDS, TRANSLATOR, WORD_MODEL
from charlm.training.config import Config, LoopConfig
from tui.train.settings import Setting, read_arguments, read_settings

OWN = {"preset_name", "init_from", "options", "split"}
"""Arguments of the commands that the form shows in its own way."""

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


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task: what it trains on, its settings, and its command."""

    name: str
    """Its name in the form."""
    kind: str
    """Kind of its models; see `charlm.runs.registry`."""
    source: str
    """What the form calls the data."""
    sources: tuple[str, ...]
    """Data that is known by name."""
    usual_source: str
    takes_files: bool
    """Whether the data may be a file or folder of the user's."""
    presets: Mapping[str, Preset]
    usual_preset: str
    """Preset that the command takes if none is named."""
    first_preset: str
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
        preset = self.presets[self.usual_preset]
        configs = (type(preset.model), type(preset.training))
        found = [one for config in configs for one in read_settings(config)]
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
        chosen, setting = self.presets[preset], self.settings[name]
        if setting.config is None:
            return setting.default
        part = chosen.model if isinstance(chosen.model, setting.config) else chosen.training
        return getattr(part, name)


LEARNING = ("learning_rate", "batch_size", "epochs", "max_minutes", "seed", "clip")


@cache
def load_text() -> Task:
    """Return the task of writing: a language model of characters."""
    from charlm.config import DEFAULT_PRESET, PRESETS
    from corpora.known.catalog import CATALOG

    # Not `from charlm import train`: that is the function of the same name.
    command = import_module("charlm.train")
    network = ("cell", "num_layers", "hidden_size", "dropout")
    learning = (*LEARNING[:2], "window", *LEARNING[2:])
    return Task(
        name="text",
        kind=CHARACTERS,
        source="from",
        sources=tuple(CATALOG),
        usual_source="sample",
        takes_files=True,
        presets={name: Preset(p.why, p.model, p.training) for name, p in PRESETS.items()},
        usual_preset=DEFAULT_PRESET,
        first_preset="tiny",
        common=(("network", network), ("learning", learning)),
        extras=tuple(read_arguments(command.train, OWN)),
        starts_from=(CHARACTERS,),
        given_by_model=frozenset(command.SHAPE),
    )


@cache
def load_reviews() -> Task:
    """Return the task of judging: a classifier of texts."""
    from seq.imdb.commands import train as command
    from seq.imdb.config import DEFAULT_PRESET, IMDB, PRESETS

    network = ("cell", "num_layers", "hidden_size", "bidirectional", "pooling", "dropout")
    return Task(
        name="reviews",
        kind=CLASSIFIER,
        source="from",
        sources=(IMDB,),
        usual_source=IMDB,
        takes_files=True,
        presets={name: Preset(p.why, p.model, p.training) for name, p in PRESETS.items()},
        usual_preset=DEFAULT_PRESET,
        first_preset=DEFAULT_PRESET,
        common=(("network", network), ("learning", (*LEARNING, "max_words", "adversarial"))),
        extras=tuple(read_arguments(command.train, OWN)),
        starts_from=(WORD_MODEL, CLASSIFIER),
        given_by_model=frozenset(command.SETTLED),
    )


@cache
def load_commands() -> Task:
    """Return the task of translating: commands into actions."""
    from corpora.scan.splits import SPLITS
    from seq.scan.commands import train as command
    from seq.scan.config import TranslatorConfig, TranslatorTraining

    network = ("attention", "cell", "num_layers", "hidden_size", "dropout")
    why = "an encoder and a decoder with attention, as the command line trains them"
    usual = Preset(why, TranslatorConfig(), TranslatorTraining())
    return Task(
        name="commands",
        kind=TRANSLATOR,
        source="split",
        sources=tuple(SPLITS),
        usual_source="simple",
        takes_files=False,
        presets={"default": usual},
        usual_preset="default",
        first_preset="default",
        common=(("network", network), ("learning", (*LEARNING, "teacher_forcing"))),
        extras=tuple(read_arguments(command.train, OWN)),
    )


LOADERS = {"text": load_text, "reviews": load_reviews, "commands": load_commands}
"""What loads each task. The modules of a task take a tenth of a second: see `warm_up`."""


def load_task(name: str) -> Task:
    """Return a task by its name; it is loaded once."""
    return LOADERS[name]()


def find_task(kind: str) -> Task | None:
    """Return the task that trains models of a kind, if the form has one."""
    tasks = (load() for load in LOADERS.values())
    return next((task for task in tasks if task.kind == kind), None)


def warm_up() -> None:
    """Load all tasks and their settings; a thread does it, before they are chosen."""
    import filelock  # noqa: F401  (the states of runs need it)

    for load in LOADERS.values():
        assert load().settings
