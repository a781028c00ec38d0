"""`charlm caption train`: train a captioner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from charlm.console.interrupts import Interrupts
from charlm.console.options import INPUT, RUN, RunOptions, select_given, trains
from charlm.console.program import notice
from seq.caption.config import CaptionerConfig, CaptionerTraining, SceneConfig

if TYPE_CHECKING:
    from seq.caption.training import CaptionerRequest


@trains(CaptionerConfig, CaptionerTraining, SceneConfig, default="default")
def train(
    data: Annotated[str | None, INPUT] = None,
    /,
    *,
    rarest: int | None = None,
    options: RunOptions = RUN,
) -> int:
    """Train a captioner. Stop with Ctrl-C at any time and go on with --resume.

    Parameters
    ----------
    data
        scenes, which are drawn by rule (the default); or a folder of pictures with captions.txt, a
        table with the columns image and caption, as Flickr8k has it. With --resume, where the
        folder is now.
    rarest
        Least times that a word of captions of your own must occur, by default 1; rarer words are
        unknown.
    """
    changes = select_given(options)
    # Imported here, because torch takes over a second to load and --help does not need it.
    from charlm.console.watch import open_training, watch
    from charlm.training.request import Hooks
    from seq.caption.data import SCENES, Source
    from seq.caption.training import CaptionerRequest

    def request() -> CaptionerRequest:
        return CaptionerRequest(
            model=CaptionerConfig().replace(changes),
            training=CaptionerTraining().replace(changes),
            source=Source(
                spec=SCENES if data is None else data,
                rarest=1 if rarest is None else rarest,
                how=SceneConfig().replace(changes),
            ),
            run=options.folder,
        )

    stop = Interrupts()
    hooks = Hooks(stop=stop, notice=notice)
    moved = {"spec": data} if options.resume and data is not None else {}
    beside = {"--rarest": rarest}
    opened = open_training(CaptionerRequest, request, options, hooks, beside=beside, **moved)
    with opened as ready:
        return watch(ready, stop, tensorboard=options.tensorboard)
