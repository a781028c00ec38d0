"""`charlm scan train`: train a translator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from charlm.console.interrupts import Interrupts
from charlm.console.options import RUN, RunOptions, select_given, trains
from charlm.console.program import notice
from corpora.scan.splits import SPLITS
from seq.scan.config import PairsConfig, TranslatorConfig, TranslatorTraining

if TYPE_CHECKING:
    from seq.scan.training import TranslatorRequest


@trains(TranslatorConfig, TranslatorTraining, PairsConfig, default="default")
def train(
    *,
    split: str | None = None,
    options: RunOptions = RUN,
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
    from seq.scan.training import TranslatorRequest

    def request() -> TranslatorRequest:
        return TranslatorRequest(
            model=TranslatorConfig().replace(changes),
            training=TranslatorTraining().replace(changes),
            split=split or "simple",
            pairs=PairsConfig().replace(changes),
            run=options.folder,
        )

    stop = Interrupts()
    hooks = Hooks(stop=stop, notice=notice)
    opened = open_training(TranslatorRequest, request, options, hooks, beside={"--split": split})
    with opened as ready:
        return watch(ready, stop, tensorboard=options.tensorboard)


train.__doc__ = (train.__doc__ or "").format(splits=", ".join(SPLITS))
