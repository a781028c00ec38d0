"""`python -m charlm.train CORPUS`: train a character language model."""

from __future__ import annotations

from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from charlm.config import DEFAULT_PRESET, PRESETS, REGULARIZATION, ModelConfig, TrainingConfig
from charlm.console.interrupts import Interrupts
from charlm.console.options import INPUT, overrides
from charlm.console.process import share_cores
from charlm.console.program import notice, run, stderr
from charlm.console.watch import refuse, watch
from charlm.training.config import preset
from corpora.errors import UserError

SHAPE = {field.name for field in fields(ModelConfig)} - {*REGULARIZATION}
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
    from charlm import start
    from charlm.console.download_bar import DownloadBar
    from charlm.training.log import require_tensorboard
    from charlm.training.session import MAY_CHANGE

    if tensorboard:
        require_tensorboard()
    stop = Interrupts()
    with closing(DownloadBar(stderr())) as progress:
        hooks: dict[str, Any] = {"stop": stop, "notice": notice, "progress": progress}
        if resume is not None:
            if run_folder is not None or init_from is not None:
                raise UserError("--resume goes on in its own folder: leave out --out, --init-from")
            refuse(set(changes) - MAY_CHANGE, "while a training is resumed")
            opened = start.resume(resume, corpus=corpus, changes=changes, **hooks)
        else:
            if corpus is None:
                raise UserError("which text? give a file, a folder or a name: charlm corpora")
            chosen = preset(preset_name, PRESETS)
            if init_from is not None:
                refuse(set(changes) & SHAPE, "while --init-from gives the model")
            request = start.Request(
                corpus=corpus,
                model=chosen.model.replace(changes),
                training=chosen.training.replace(changes),
                encoding=encoding,
                preset=preset_name,
                init_from=init_from,
                run=run_folder,
            )
            opened = start.start(request, **hooks)
        with opened as ready:
            use = "write with: charlm generate {run}"
            return watch(ready, stop, again="charlm.train", use=use, tensorboard=tensorboard)


train.__doc__ = (train.__doc__ or "").format(
    presets="; ".join(f"{name} ({preset.why})" for name, preset in PRESETS.items())
)


def main() -> None:
    """Run this command alone."""
    share_cores()
    run(app)


if __name__ == "__main__":
    main()
