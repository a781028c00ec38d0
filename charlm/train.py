"""`python -m charlm.train CORPUS`: train a character language model."""

from __future__ import annotations

from contextlib import closing
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from charlm.config import DEFAULT_PRESET, PRESETS, REGULARIZATION, ModelConfig, TrainingConfig
from charlm.console.interrupts import Interrupts
from charlm.console.options import INPUT, Out, Resume, TensorBoardToo, given, overrides
from charlm.console.process import share_cores
from charlm.console.program import notice, run, stderr
from charlm.training.config import preset
from corpora.errors import UserError

if TYPE_CHECKING:
    from charlm.start import LanguageModelRequest

SHAPE = {field.name for field in fields(ModelConfig)} - {*REGULARIZATION}
"""Options that a model to start from has settled."""

Options = overrides(ModelConfig, TrainingConfig, module=__name__)

app = App(name="train", help_flags=["--help", "-h"], version_flags=[])


@app.default
def train(
    corpus: Annotated[str | None, INPUT] = None,
    /,
    *,
    preset_name: Annotated[str | None, Parameter(name="--preset")] = None,
    run_folder: Out = None,
    resume: Resume = None,
    init_from: str | None = None,
    encoding: str | None = None,
    tensorboard: TensorBoardToo = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train a model on a text. Stop with Ctrl-C at any time and go on with --resume.

    Parameters
    ----------
    corpus
        A text file, a folder of them, a known name or path (see `charlm corpora`), or - for
        standard input.
    preset_name
        Named settings that the options below change, by default `default`: {presets}.
    init_from
        Start from this model: a run folder, a .safetensors file or a shipped name.
    encoding
        Character encoding of the text, by default utf-8.
    """
    changes = given(options)
    # Imported here: loading torch takes over a second, and --help does not need it.
    from charlm.console.download_bar import DownloadBar
    from charlm.console.watch import open_training, refuse, watch
    from charlm.start import LanguageModelRequest
    from charlm.training.request import Hooks
    from charlm.training.tensorboard import require_tensorboard

    if tensorboard:
        require_tensorboard()

    def request() -> LanguageModelRequest:
        if corpus is None:
            raise UserError("which text? give a file, a folder or a name: charlm corpora")
        name = preset_name or DEFAULT_PRESET
        chosen = preset(name, PRESETS)
        if init_from is not None:
            refuse(set(changes) & SHAPE, "while --init-from gives the model")
        return LanguageModelRequest(
            corpus=corpus,
            model=chosen.model.replace(changes),
            training=chosen.training.replace(changes),
            encoding=encoding or "utf-8",
            preset=name,
            init_from=init_from,
            run=run_folder,
        )

    beside = {"--preset": preset_name, "--out": run_folder, "--init-from": init_from}
    stop = Interrupts()
    with closing(DownloadBar(stderr())) as bar:
        opened = open_training(
            LanguageModelRequest,
            request,
            resume=resume,
            changes=changes,
            beside={**beside, "--encoding": encoding},
            hooks=Hooks(stop=stop, notice=notice, progress=bar),
            **({} if corpus is None else {"corpus": corpus}),
        )
        with opened as ready:
            return watch(ready, stop, tensorboard=tensorboard)


train.__doc__ = (train.__doc__ or "").format(
    presets="; ".join(f"{name} ({preset.why})" for name, preset in PRESETS.items())
)


def main() -> None:
    """Run this command alone."""
    share_cores()
    run(app)


if __name__ == "__main__":
    main()
