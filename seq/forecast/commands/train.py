"""`charlm forecast train`: train a forecaster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from charlm.console.interrupts import Interrupts
from charlm.console.options import INPUT, RUN, SEVERAL, RunOptions, select_given, trains
from charlm.console.program import notice
from corpora.errors import UserError
from corpora.series.load import list_series
from seq.forecast.config import ForecasterConfig, ForecasterTraining, SourceConfig

if TYPE_CHECKING:
    from seq.forecast.training import ForecasterRequest


@trains(ForecasterConfig, ForecasterTraining, SourceConfig, default="default")
def train(
    data: Annotated[str | None, INPUT] = None,
    /,
    *,
    target: str | None = None,
    inputs: Annotated[tuple[str, ...], SEVERAL] = (),
    time: str | None = None,
    options: RunOptions = RUN,
) -> int:
    """Train a forecaster. Stop with Ctrl-C at any time and go on with --resume.

    The first rows are for training, the next ones choose the best model, the last ones are for
    `charlm forecast evaluate`. The scaling is fitted on the rows for training alone.

    Parameters
    ----------
    data
        A table (.csv, .tsv, .json, .jsonl or .parquet) with columns of numbers, or one of
        {series}. With --resume, where the table is now.
    target
        Column that is forecast, if there are several.
    inputs
        Columns that are read: --inputs temp humidity. The target always is.
    time
        Column with the times, if it is not called time, date or the like.
    """
    changes = select_given(options)
    if data is None and options.resume is None:
        raise UserError(f"which series? name a table, or one of {list_series()}")
    # Imported here, because torch takes over a second to load and --help does not need it.
    from charlm.console.watch import open_training, watch
    from charlm.training.request import Hooks
    from seq.forecast.data import Source
    from seq.forecast.training import ForecasterRequest

    def request() -> ForecasterRequest:
        return ForecasterRequest(
            model=ForecasterConfig().replace(changes),
            training=ForecasterTraining().replace(changes),
            source=Source(
                spec=str(data),
                target=target,
                inputs=inputs,
                time=time,
                how=SourceConfig().replace(changes),
            ),
            run=options.folder,
        )

    stop = Interrupts()
    hooks = Hooks(stop=stop, notice=notice)
    moved = {"spec": data} if options.resume and data is not None else {}
    beside = {"--target": target, "--inputs": inputs or None, "--time": time}
    opened = open_training(ForecasterRequest, request, options, hooks, beside=beside, **moved)
    with opened as ready:
        return watch(ready, stop, tensorboard=options.tensorboard)


train.__doc__ = (train.__doc__ or "").format(series=list_series())
