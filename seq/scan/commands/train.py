"""`charlm scan train`: train a translator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import Out, Resume, TensorBoardToo, make_options, select_given
from charlm.console.program import notice
from corpora.scan.splits import SPLITS
from seq.scan.config import TranslatorConfig, TranslatorTraining

if TYPE_CHECKING:
    from seq.scan.training import TranslatorRequest

Options = make_options(TranslatorConfig, TranslatorTraining, module=__name__, default="default")


def train(
    *,
    split: str | None = None,
    run_folder: Out = None,
    resume: Resume = None,
    tensorboard: TensorBoardToo = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train a translator. Stop with Ctrl-C at any time and go on with --resume.

    Parameters
    ----------
    split
        Split of the commands into training and test: {splits}; by default simple.
    """
    changes = select_given(options)
    # Imported here, because torch takes over a second to load and --help does not need it.
    from charlm.console.watch import open_training, watch
    from charlm.training.request import Hooks
    from charlm.training.tensorboard import require_tensorboard
    from seq.scan.training import TranslatorRequest

    if tensorboard:
        require_tensorboard()

    def request() -> TranslatorRequest:
        return TranslatorRequest(
            model=TranslatorConfig().replace(changes),
            training=TranslatorTraining().replace(changes),
            split=split or "simple",
            run=run_folder,
        )

    stop = Interrupts()
    opened = open_training(
        TranslatorRequest,
        request,
        resume=resume,
        changes=changes,
        beside={"--split": split, "--out": run_folder},
        hooks=Hooks(stop=stop, notice=notice),
    )
    with opened as ready:
        return watch(ready, stop, tensorboard=tensorboard)


train.__doc__ = (train.__doc__ or "").format(splits=", ".join(SPLITS))
