"""Train from Python: `charlm.train` for a text, `charlm.train_task` for a job of your own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import torch
from torch import nn

from charlm.config import DEFAULT_PRESET, PRESETS, REGULARIZATION, ModelConfig, TrainingConfig
from charlm.language_model import LanguageModel, load
from charlm.runs.model_file import read_model
from charlm.runs.registry import OWN_TASK
from charlm.start import LanguageModelRequest
from charlm.trained import Folders, Progress, Trained, take_settings, train_here
from charlm.training.config import LoopConfig, Precision, preset
from charlm.training.distributed import World
from charlm.training.request import Hooks, Job, Request
from charlm.training.task import Task
from corpora.errors import UserError
from corpora.text.decoding import Decoding

LONGEST_NAME = 255
"""Characters of a string that may still be the name of a corpus or of a file."""


def train(
    text: str | Path | None = None,
    *,
    preset: str = DEFAULT_PRESET,
    init_from: str | None = None,
    encoding: str = "utf-8",
    suffixes: Sequence[str] | None = None,
    out: str | Path | None = None,
    resume: str | Path | None = None,
    progress: Progress = "auto",
    **settings: Any,
) -> Trained[LanguageModel]:
    """Train a character language model, and return it with the history of its losses.

    Ctrl-C (in a notebook: the stop button) ends the training after a save: then `interrupted` is
    true, the model so far is there, and `charlm.train(resume=result.run)` goes on.

    >>> result = charlm.train("sample", preset="tiny", epochs=3, cell="gru")  # doctest: +SKIP
    >>> result.model.generate("The ", seed=1)  # doctest: +SKIP

    Args:
        text: a text itself, or the name of one: a file, a folder, or what `charlm corpora` lists. A
            string is a text if it has a line feed or more than 255 characters. A `Path` is a file
            or folder. None only with `resume`.
        preset: settings to start from: default, large, classic, textbook or tiny.
        init_from: model to start from, in the place of random weights.
        encoding: character encoding of files.
        suffixes: of a folder, read the files whose names end so (`[".py", ".tex"]`); None for all
            its texts.
        out: folder of the run; None for a new one under runs/.
        resume: folder of a run that goes on. A text that was a string must be given again.
        progress: auto, off, or a function that takes the events.
        **settings: fields of `charlm.config.ModelConfig` and `TrainingConfig`, such as `cell`,
            `hidden_size`, `epochs`, `learning_rate` or `seed`.

    Raises:
        UserError: the text cannot be read, or a setting cannot be.
    """
    take_settings(settings, ModelConfig, TrainingConfig)
    if text is None and resume is None:
        raise UserError("which text? give a string, a path or a name")
    given: dict[str, Any] = {} if text is None else _place(text)
    if suffixes is not None:
        given["suffixes"] = (suffixes,) if isinstance(suffixes, str) else tuple(suffixes)

    def request(folder: Path | None) -> LanguageModelRequest:
        shape = {field for field in ModelConfig().to_json() if field not in REGULARIZATION}
        if init_from is not None and (fixed := sorted(shape & set(settings))):
            raise UserError(f"{fixed[0]} cannot change while init_from gives the model")
        return LanguageModelRequest(
            **_choose(preset).change(settings),
            **given,
            decoding=Decoding(encoding),
            preset=preset,
            init_from=init_from,
            run=folder,
        )

    return train_here(
        LanguageModelRequest, request, load, settings, given, Folders(out, resume), progress
    )


def _choose(name: str) -> Any:
    return preset(name, PRESETS)


def _place(text: str | Path) -> dict[str, str]:
    """Return the argument of a request that a text, a path or a name is."""
    if isinstance(text, Path):
        return {"corpus": str(text)}
    if not isinstance(text, str):
        raise UserError(f"a text is a string or a path, not {type(text).__name__}")
    return {"text": text} if "\n" in text or len(text) > LONGEST_NAME else {"corpus": text}


@dataclass(frozen=True, kw_only=True)
class TaskRequest(Request):
    """A request to train a task that a Python program has."""

    kind: ClassVar[str] = OWN_TASK

    make: Callable[[LoopConfig], Task[Any]]
    """Makes the task, with its model on the CPU."""
    name: str = "task"
    """Names the run folder."""

    def job(self, hooks: Hooks, vocabulary: str | None = None) -> Job:
        """Return the job, which has no data of its own."""

        def task(world: World, precision: Precision) -> Task[Any]:
            made = self.make(self.training)
            made.model.to(world.device)
            return made

        return Job(
            kind=self.kind,
            name=self.name,
            training=self.training,
            model={},
            vocabulary="{}",
            about={"corpus": {}},
            task=task,
        )

    @classmethod
    def recorded(cls, signed: Mapping[str, Any], **moved: Any) -> Self:
        """Return the request that a run recorded; `make` must be given again."""
        return cls(training=LoopConfig.from_json(signed["training"]), **moved)


def train_task(
    make: Callable[[LoopConfig], Task[Any]],
    *,
    name: str = "task",
    out: str | Path | None = None,
    resume: str | Path | None = None,
    progress: Progress = "auto",
    **settings: Any,
) -> Trained[nn.Module]:
    """Train a job of your own with charlm's loop: see `charlm.training.task.Task`.

    It is logged, saved, stopped and resumed as every training is. It trains in single precision on
    the CPU, unless `device` and `precision` are given; then batches must lie on that device.

    Args:
        make: makes the task of a configuration: the class of the task, or a function.
        name: names the run folder.
        out: folder of the run; None for a new one under runs/.
        resume: folder of a run that goes on.
        progress: auto, off, or a function that takes the events.
        **settings: fields of `charlm.training.config.LoopConfig`, such as `epochs` or
            `learning_rate`.

    Returns:
        What came of it. Its `model` is the task's model with the best weights.

    Raises:
        UserError: a setting cannot be, or the run cannot be resumed.
    """
    take_settings(settings, LoopConfig)
    usual = {"device": "cpu", "precision": "fp32"}
    config = LoopConfig(**(usual | settings))

    def load_best(folder: str) -> nn.Module:
        file = read_model(Path(folder), OWN_TASK)
        with torch.random.fork_rng(devices=[]):
            model = make(config).model
        model.load_state_dict({key: torch.from_numpy(w) for key, w in file.weights.items()})
        return model.eval()

    def request(folder: Path | None) -> TaskRequest:
        return TaskRequest(make=make, name=name, training=config, run=folder)

    moved = {"make": make}
    return train_here(
        TaskRequest, request, load_best, settings, moved, Folders(out, resume), progress
    )
