"""`python -m charlm.train CORPUS`: train a character language model."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from charlm.config import DEFAULT_PRESET, PRESETS, REGULARIZATION, ModelConfig, TrainingConfig
from charlm.console.completers import complete_from, complete_models, complete_texts
from charlm.console.interrupts import Interrupts
from charlm.console.options import (
    CORPUS_OPTIONS,
    INPUT,
    RUN,
    CorpusOptions,
    RunOptions,
    select_given,
    trains,
)
from charlm.console.process import share_cores
from charlm.console.program import notice, run, stderr
from charlm.runs.kind import import_attribute
from charlm.training.config import preset
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.start import LanguageModelRequest

SHAPE = {field.name for field in fields(ModelConfig)} - {*REGULARIZATION}
"""Fields of the shape that `--init-from` decides."""

app = App(name="train", help_flags=["--help", "-h"], version_flags=[])


@app.default
@trains(ModelConfig, TrainingConfig)
def train(
    corpus: Annotated[str | None, INPUT, Parameter(completer=complete_texts)] = None,
    /,
    *,
    preset_name: Annotated[
        str | None, Parameter(name="--preset", completer=complete_from(PRESETS))
    ] = None,
    init_from: Annotated[str | None, Parameter(completer=complete_models)] = None,
    reading: CorpusOptions = CORPUS_OPTIONS,
    options: RunOptions = RUN,
) -> int:
    """Train a model on a text. Stop with Ctrl-C at any time; --resume continues.

    Parameters
    ----------
    corpus
        A text file, a folder of text files, a name that `charlm corpora` lists, or - for standard
        input.
    preset_name
        Settings to start from, which the other options change; by default `default`: {presets}.
    init_from
        Start from this model: a run folder, a .safetensors file, a model that ships with charlm, or
        hf:user/name of the Hugging Face hub.
    """
    if corpus is None and options.resume is None:
        raise UserError("which text? give a file, a folder or a name: charlm corpora")
    # Imported here: loading torch takes over a second, and --help does not need it.
    from charlm.console.download_bar import DownloadBar
    from charlm.console.watch import open_training, watch
    from charlm.start import LanguageModelRequest
    from charlm.training.request import Hooks

    changes = select_given(options)
    beside = {"--preset": preset_name, "--init-from": init_from}
    beside |= {f"--{name}": value for name, value in vars(reading).items()}
    stop = Interrupts()
    with closing(DownloadBar(stderr())) as bar:
        opened = open_training(
            LanguageModelRequest,
            lambda: _make_request(corpus, preset_name, changes, reading, init_from, options.folder),
            options,
            Hooks(stop=stop, notice=notice, progress=bar),
            beside=beside,
            **({} if corpus is None else {"corpus": corpus}),
        )
        with opened as ready:
            return watch(ready, stop, tensorboard=options.tensorboard)


def _make_request(
    corpus: str | None,
    preset_name: str | None,
    changes: Mapping[str, Any],
    reading: CorpusOptions,
    init_from: str | None,
    run_folder: Path | None,
) -> LanguageModelRequest:
    """Return the request for a new training."""
    from charlm.console.watch import refuse
    from charlm.start import LanguageModelRequest

    assert corpus is not None  # as the command has asked
    name = preset_name or DEFAULT_PRESET
    chosen = preset(name, PRESETS)
    if init_from is not None:
        refuse(set(changes) & SHAPE, "while --init-from gives the model")
    return LanguageModelRequest(
        corpus=corpus,
        **chosen.change(changes),
        decoding=reading.make(),
        suffixes=reading.suffix,
        preset=name,
        init_from=init_from,
        run=run_folder,
    )


train.__doc__ = (train.__doc__ or "").format(
    presets="; ".join(f"{name} ({preset.why})" for name, preset in PRESETS.items())
)


def main() -> None:
    """Run this command alone."""
    share_cores()
    run(app)


class _CallableModule(ModuleType):
    """This module, which hides the function `charlm.train` once it is imported, called as that."""

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """Train from Python; see `charlm.from_python.train`."""
        return import_attribute("charlm.from_python:train")(*arguments, **settings)


sys.modules[__name__].__class__ = _CallableModule

if __name__ == "__main__":
    main()
