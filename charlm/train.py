"""`python -m charlm.train CORPUS`: train a character language model."""

from __future__ import annotations

import math
import shlex
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from charlm.config import DEFAULT_PRESET, PRESETS, ModelConfig, TrainingConfig, preset
from charlm.environment import share_cores
from charlm.options import INPUT, overrides
from charlm.terminal import run, stderr, stdout
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.events import Finished
    from charlm.training import Training

PATIENCE_SECONDS = 1.0
"""Time after a first Ctrl-C from which on a second one no longer waits for the save."""

SHAPE = {field.name for field in fields(ModelConfig)} - {"dropout"}
"""Options that a model to start from has settled."""

Options = overrides(ModelConfig, TrainingConfig, module=__name__)

app = App(name="train", help_flags=["--help", "-h"], version_flags=[])


@app.default
def train(
    corpus: Annotated[str | None, INPUT] = None,
    /,
    *,
    preset_name: Annotated[str, Parameter(name="--preset")] = DEFAULT_PRESET,
    run_folder: Annotated[Path | None, Parameter(name="--out")] = None,
    resume: Path | None = None,
    init_from: str | None = None,
    encoding: str = "utf-8",
    tensorboard: Annotated[bool, Parameter(negative="")] = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train a model on a text. Stop with Ctrl-C at any time and go on with --resume.

    Parameters
    ----------
    corpus
        A text file, a folder of them, a known name or path (see `charlm corpora`), or - for
        standard input.
    preset_name
        Named settings that the options below change: {presets}.
    run_folder
        Folder to write to; by default a new one under runs/.
    resume
        Go on with the training in this run folder.
    init_from
        Start from this model: a run folder, a .safetensors file or a shipped name.
    encoding
        Character encoding of the text.
    tensorboard
        Log for TensorBoard as well (needs the extra of that name).
    """
    changes = {name: value for name, value in vars(options).items() if value is not None}
    # Imported here: loading torch takes over a second, and --help does not need it.
    from charlm import training
    from charlm.download import DownloadBar
    from charlm.report import require_tensorboard

    if tensorboard:
        require_tensorboard()
    asked: list[int] = []
    with closing(DownloadBar(stderr())) as progress:
        hooks: dict[str, Any] = {"stop": lambda: bool(asked), "notice": stderr().print}
        hooks["progress"] = progress
        if resume is not None:
            if run_folder is not None or init_from is not None:
                raise UserError("--resume goes on in its own folder: leave out --out, --init-from")
            _refuse(set(changes) - training.MAY_CHANGE, "while a training is resumed")
            opened = training.resume(resume, corpus=corpus, changes=changes, **hooks)
        else:
            if corpus is None:
                raise UserError("which text? give a file, a folder or a name: charlm corpora")
            chosen = preset(preset_name)
            if init_from is not None:
                _refuse(set(changes) & SHAPE, "while --init-from gives the model")
            request = training.Request(
                corpus=corpus,
                model=chosen.model.replace(changes),
                training=chosen.training.replace(changes),
                encoding=encoding,
                preset=preset_name,
                init_from=init_from,
                run=run_folder,
            )
            opened = training.start(request, **hooks)
        with opened as ready, _asked_by_signals(asked):
            return _watch(ready, tensorboard, asked)


train.__doc__ = (train.__doc__ or "").format(
    presets="; ".join(f"{name} ({preset.why})" for name, preset in PRESETS.items())
)


def _refuse(fields: set[str], when: str) -> None:
    """Raise `UserError` for options that cannot be given now."""
    if fields:
        raise UserError(f"--{min(fields).replace('_', '-')} cannot change {when}")


def _watch(training: Training, tensorboard: bool, asked: list[int]) -> int:
    """Train, show what happens, and return the exit code."""
    from charlm.events import Finished
    from charlm.report import display

    with display(stdout()) if training.leads else nullcontext(lambda event: None) as show:
        for event in training.events(tensorboard=tensorboard):
            show(event)
    assert isinstance(event, Finished)
    if training.leads:
        _advise(event, training.run.path, training.trainer.world.size)
    if event.reason == "diverged":
        return 1
    return 128 + asked[0] if event.reason == "interrupted" and asked else 0


def _advise(end: Finished, folder: Path, processes: int) -> None:
    """Say what can be done with the run now."""
    name, kept = shlex.quote(str(folder)), (folder / "model.safetensors").exists()
    more = {"finished": " --epochs …", "out of time": " --max-minutes …", "interrupted": ""}
    launcher = "python" if processes == 1 else f"torchrun --nproc-per-node={processes}"
    lines = []
    if end.reason == "diverged":
        lines.append(
            "the loss is no longer finite: the learning rate is probably too high. "
            + ("The best model so far is intact; start" if kept else "Start")
            + " again with a lower --learning-rate or --clip"
        )
    if end.reason in more:
        word = "resume" if end.reason == "interrupted" else "more"
        lines.append(f"{word} with: {launcher} -m charlm.train --resume {name}{more[end.reason]}")
    if kept:
        lines.append(f"write with: charlm generate {name}")
    for line in lines:
        stdout().print(line, soft_wrap=True)


@contextmanager
def _asked_by_signals(asked: list[int]) -> Iterator[None]:
    """Note SIGINT and SIGTERM in `asked` instead of dying of them; a later one is obeyed."""
    first = math.inf

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal first
        # torchrun hands on the Ctrl-C that the terminal has sent to all: one wish, two signals.
        if time.perf_counter() - first > PATIENCE_SECONDS:
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)
        first = min(first, time.perf_counter())
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def main() -> None:
    """Run this command alone."""
    share_cores()
    run(app)


if __name__ == "__main__":
    main()
