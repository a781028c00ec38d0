"""`charlm scan train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import overrides
from charlm.console.program import notice
from charlm.console.watch import refuse, watch
from corpora.errors import UserError
from corpora.scan.splits import SPLITS
from seq.scan.config import TranslatorConfig, TranslatorTraining

SWITCH = Parameter(negative="")
USE = 'translate with: charlm scan translate --model {run} "jump twice"'

Options = overrides(TranslatorConfig, TranslatorTraining, module=__name__, default="default")


def train(
    *,
    split: str | None = None,
    run_folder: Annotated[Path | None, Parameter(name="--out")] = None,
    resume: Path | None = None,
    tensorboard: Annotated[bool, SWITCH] = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train a translator. Stop with Ctrl-C at any time and go on with --resume.

    Parameters
    ----------
    split
        Which commands to learn from, and which to be tested on: {splits}; by default simple.
    run_folder
        Folder to write to; by default a new one under runs/.
    resume
        Go on with the training in this run folder.
    tensorboard
        Log for TensorBoard as well (needs the extra of that name).
    """
    changes = {name: value for name, value in vars(options).items() if value is not None}
    # Imported here: loading torch takes over a second, and --help does not need it.
    from charlm.training.log import require_tensorboard
    from charlm.training.session import MAY_CHANGE
    from seq.scan import training

    if tensorboard:
        require_tensorboard()
    stop = Interrupts()
    if resume is not None:
        if split is not None or run_folder is not None:
            raise UserError("--resume goes on in its own folder and split: leave out the rest")
        refuse(set(changes) - MAY_CHANGE, "while a training is resumed")
        opened = training.resume(resume, changes=changes, stop=stop, notice=notice)
    else:
        request = training.Request(
            model=TranslatorConfig().replace(changes),
            training=TranslatorTraining().replace(changes),
            split=split or "simple",
            run=run_folder,
        )
        opened = training.start(request, stop=stop, notice=notice)
    with opened as ready:
        return watch(ready, stop, again="seq.scan train", use=USE, tensorboard=tensorboard)


train.__doc__ = (train.__doc__ or "").format(splits=", ".join(SPLITS))
