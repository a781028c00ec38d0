"""The tasks that can be trained: which data each takes, and which settings its form shows first.

This module uses no screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from charlm.runs.registry import (
    CAPTIONER,
    CHARACTERS,
    CLASSIFIER,
    FORECASTER,
    TRANSLATOR,
    WORD_MODEL,
)
from charlm.training.config import Config, LoopConfig
from tui.train.settings import read_arguments
from tui.train.task import Preset, Task

OWN = {"preset_name", "init_from", "options", "split"}
"""Arguments of the commands that the form shows in its own way."""

LEARNING = ("learning_rate", "batch_size", "epochs", "max_minutes", "seed", "clip")
NETWORK = ("cell", "num_layers", "hidden_size")
SCENES = "scenes"
"""Pictures that are drawn; `seq.caption.data` knows the name too, but loads what reads pictures."""


@cache
def load_text() -> Task:
    """Return the task of writing: a language model of characters."""
    from charlm.config import DEFAULT_PRESET, PRESETS
    from corpora.known.catalog import CATALOG

    # Not `from charlm import train`: that is the function of the same name.
    command = import_module("charlm.train")
    learning = (*LEARNING[:2], "window", *LEARNING[2:])
    return Task(
        name="text",
        kind=CHARACTERS,
        sources=tuple(CATALOG),
        usual_source="sample",
        example="the sample text and a small model",
        naming="{source}".format_map,
        presets=_list_presets(PRESETS),
        usual_preset=DEFAULT_PRESET,
        first_preset="tiny",
        common=(("network", (*NETWORK, "dropout")), ("learning", learning)),
        extras=tuple(read_arguments(command.train, OWN)),
        starts_from=(CHARACTERS,),
        given_by_model=frozenset(command.SHAPE),
    )


@cache
def load_reviews() -> Task:
    """Return the task of judging: a classifier of texts."""
    from seq.imdb.commands import train as command
    from seq.imdb.config import DEFAULT_PRESET, IMDB, PRESETS

    network = (*NETWORK, "bidirectional", "pooling", "dropout")
    return Task(
        name="reviews",
        kind=CLASSIFIER,
        sources=(IMDB,),
        usual_source=IMDB,
        example="the reviews of IMDB",
        naming="{source}-{preset}".format_map,
        presets=_list_presets(PRESETS),
        usual_preset=DEFAULT_PRESET,
        first_preset=DEFAULT_PRESET,
        common=(("network", network), ("learning", (*LEARNING, "max_words", "adversarial"))),
        extras=tuple(read_arguments(command.train, OWN)),
        starts_from=(WORD_MODEL, CLASSIFIER),
        given_by_model=frozenset(command.SETTLED),
    )


@cache
def load_commands() -> Task:
    """Return the task of translating SCAN's commands into actions."""
    from corpora.scan.splits import SPLITS

    return _make_translation(
        name="commands",
        source="split",
        sources=tuple(SPLITS),
        made=frozenset(SPLITS) - {"simple"},
        usual_source="simple",
        example="the commands of SCAN",
        takes_files=False,
    )


@cache
def load_pairs() -> Task:
    """Return the task of translating as pairs of the user's own show it."""
    return _make_translation(name="pairs")


def _make_translation(**data: Any) -> Task:
    """Return a task of translating; `data` says what it learns from."""
    from seq.scan.commands import train as command
    from seq.scan.config import PairsConfig, TranslatorConfig, TranslatorTraining

    network = ("attention", *NETWORK, "dropout")
    return Task(
        kind=TRANSLATOR,
        naming=_name_translation,
        presets=_make_default(
            "an encoder and a decoder with attention, as the command line trains them",
            TranslatorConfig(),
            TranslatorTraining(),
            PairsConfig(),
        ),
        common=(("network", network), ("learning", (*LEARNING, "teacher_forcing"))),
        extras=tuple(read_arguments(command.train, OWN)),
        **data,
    )


def _name_translation(shown: Mapping[str, str]) -> str:
    made = "" if shown["ideas"] == "plain" else "-{ideas}"
    return f"scan-{{source}}-{{attention}}{made}".format_map(shown)


@cache
def load_series() -> Task:
    """Return the task of forecasting: numbers in time."""
    from corpora.series.known import KNOWN
    from corpora.series.signals import SIGNALS
    from seq.forecast.commands import train as command
    from seq.forecast.config import ForecasterConfig, ForecasterTraining, SourceConfig

    columns = ("target", "inputs", "context", "horizon")
    network = ("strategy", "attention", *NETWORK, "dropout")
    return Task(
        name="series",
        kind=FORECASTER,
        sources=(*SIGNALS, *KNOWN),
        made=frozenset(SIGNALS),
        usual_source="noisy_seasons",
        example="a series that is made by rule",
        naming="forecast-{source}-{strategy}".format_map,
        presets=_make_default(
            "an encoder and a decoder, as the command line trains them",
            ForecasterConfig(),
            ForecasterTraining(),
            SourceConfig(),
        ),
        common=(
            ("series", columns),
            ("network", network),
            ("learning", (*LEARNING, "teacher_forcing")),
        ),
        extras=tuple(read_arguments(command.train, OWN)),
    )


@cache
def load_pictures() -> Task:
    """Return the task of describing: pictures with captions."""
    from seq.caption.commands import train as command
    from seq.caption.config import CaptionerConfig, CaptionerTraining, SceneConfig

    network = ("attention", *NETWORK, "channels", "dropout")
    return Task(
        name="pictures",
        kind=CAPTIONER,
        sources=(SCENES,),
        made=frozenset({SCENES}),
        usual_source=SCENES,
        example="scenes that are drawn by rule",
        naming=_name_pictures,
        presets=_make_default(
            "a convolutional encoder and a decoder with attention, as the command line trains them",
            CaptionerConfig(),
            CaptionerTraining(),
            SceneConfig(),
        ),
        common=(
            ("pictures", ("split", "scenes")),
            ("network", network),
            ("learning", (*LEARNING, "guide")),
        ),
        extras=tuple(read_arguments(command.train, OWN)),
    )


def _name_pictures(shown: Mapping[str, str]) -> str:
    source = "split" if shown["source"] == SCENES else "source"
    return f"caption-{shown[source]}-{shown['attention']}"


def _list_presets(presets: Mapping[str, Any]) -> dict[str, Preset]:
    return {name: Preset(one.why, one.model, one.training) for name, one in presets.items()}


def _make_default(why: str, model: Config, training: LoopConfig, data: Config) -> dict[str, Preset]:
    """Return the settings of a command that has no presets, as the only one."""
    return {"default": Preset(why, model, training, data)}


LOADERS = {
    "text": load_text,
    "reviews": load_reviews,
    "commands": load_commands,
    "pairs": load_pairs,
    "series": load_series,
    "pictures": load_pictures,
}
"""What loads each task. The modules of a task take a tenth of a second: see `warm_up`."""


def load_task(name: str) -> Task:
    """Return a task by its name; it is loaded once."""
    return LOADERS[name]()


def find_task(config: Mapping[str, Any]) -> tuple[Task, str] | None:
    """Return the task that a run has trained, and its data as it is typed, if a form has them.

    Args:
        config: what its `config.json` holds.
    """
    corpus = config.get("corpus")
    if not isinstance(corpus, Mapping):
        return None
    for load in LOADERS.values():
        task = load()
        source = task.find_source(corpus) if task.kind == config.get("kind") else None
        if source is not None:
            return task, source
    return None


def warm_up() -> None:
    """Load all tasks and their settings; a thread does it, before they are chosen."""
    import filelock  # noqa: F401  (the states of runs need it)

    for load in LOADERS.values():
        assert load().settings
