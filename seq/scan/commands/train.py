"""`charlm scan train`: train a translator."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from charlm.console.interrupts import Interrupts
from charlm.console.options import INPUT, RUN, RunOptions, select_given, trains
from charlm.console.program import notice
from corpora.errors import UserError
from corpora.scan.splits import is_split, list_splits
from seq.scan.config import PairsConfig, TranslatorConfig, TranslatorTraining

if TYPE_CHECKING:
    from seq.scan.training import TranslatorRequest

OWN_USE = 'translate with: charlm scan translate --model {run} "…"'
"""What a translator of the user's own pairs is used with: its commands are not SCAN's."""


@trains(TranslatorConfig, TranslatorTraining, PairsConfig, default="default")
def train(
    data: Annotated[str | None, INPUT] = None,
    /,
    *,
    split: str | None = None,
    options: RunOptions = RUN,
) -> int:
    """Train a translator. Stop with Ctrl-C at any time and go on with --resume.

    Parameters
    ----------
    data
        Pairs of your own to train on, in place of a split: a text file with a command, a tab and
        its actions a line, or a .jsonl file of objects with `command` and `actions`. The
        vocabularies are those of the pairs. With --resume, where the file is now.
    split
        Split of SCAN's commands into training and test: {splits}. By default simple.
    """
    changes = select_given(options)
    if data is not None and split is not None:
        raise UserError(f"train on {data} or on the split {split}, not on both")
    if data is not None and is_split(data) and not Path(data).exists():
        raise UserError(f"{data} is a split; train on it with --split {data}")
    # Imported here, because torch takes over a second to load and --help does not need it.
    from charlm.console.watch import open_training, watch
    from charlm.training.request import Hooks
    from seq.scan.training import TranslatorRequest

    def request() -> TranslatorRequest:
        return TranslatorRequest(
            model=TranslatorConfig().replace(changes),
            training=TranslatorTraining().replace(changes),
            split=split or "simple",
            own=data,
            pairs=PairsConfig().replace(changes),
            run=options.folder,
        )

    stop = Interrupts()
    hooks = Hooks(stop=stop, notice=notice)
    moved = {"own": data} if options.resume and data is not None else {}
    opened = open_training(
        TranslatorRequest, request, options, hooks, beside={"--split": split}, **moved
    )
    with opened as ready:
        use = None if "split" in ready.run.signed["corpus"] else OWN_USE
        return watch(ready, stop, use=use, tensorboard=options.tensorboard)


train.__doc__ = (train.__doc__ or "").format(splits=list_splits())
