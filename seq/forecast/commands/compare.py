"""`charlm forecast compare`: compare strategies, cells and attention from several seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.config import Cell
from charlm.console.interrupts import Interrupts
from charlm.console.options import INPUT, SEVERAL, Json, make_options, select_given
from charlm.console.program import notice, print_json, printable, stderr, stdout
from charlm.console.tables import print_table
from charlm.experiments.comparison import Settings, make_table
from charlm.parts import AttentionKind
from corpora.errors import UserError
from seq.forecast.config import (
    ForecasterConfig,
    ForecasterTraining,
    SourceConfig,
    Strategy,
)

if TYPE_CHECKING:
    from rich.console import Console

    from seq.forecast.comparison import Comparison
    from seq.forecast.data import Source

Options = make_options(
    ForecasterConfig,
    ForecasterTraining,
    SourceConfig,
    module=__name__,
    default="default",
    without=("strategy", "cell", "attention"),  # here they take several values
)


def compare(
    data: Annotated[str, INPUT],
    /,
    *,
    strategies: Annotated[tuple[Strategy, ...], SEVERAL] = ("direct", "recursive", "decoder"),
    cells: Annotated[tuple[Cell, ...], SEVERAL] = ("gru",),
    attentions: Annotated[tuple[AttentionKind, ...], SEVERAL, Parameter(name="--attention")] = (
        "none",
    ),
    steps: Annotated[tuple[int, ...], SEVERAL] = (),
    seeds: int = 1,
    target: str | None = None,
    inputs: Annotated[tuple[str, ...], SEVERAL] = (),
    time: str | None = None,
    period: int | None = None,
    origins: int = 200,
    folder: Annotated[Path, Parameter(name="--out")] = Path("runs/forecast"),
    json: Json = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train several forecasters, test each once beside simple methods, and print one table.

    The folder gets the run folders and the table (compare.md and compare.json). If the command was
    stopped, give it again to go on.

    Parameters
    ----------
    data
        A table with columns of numbers, or the name of a series.
    strategies
        How several steps are forecast.
    cells
        Recurrent cells, of rnn, rnn_relu, gru, lstm, and those that a --plugin has registered.
    attentions
        Kinds of attention of decoders, of none, scaled_dot, dot, cosine, additive, and those that a
        --plugin has registered: --attention none scaled_dot.
    steps
        Steps of the forecasts that are tested: --steps 1 24; by default those of --horizon.
    seeds
        Number of trainings of each forecaster. Their seeds count from --seed on.
    target
        Column that is forecast, if there are several.
    inputs
        Columns that are read. The target always is.
    time
        Column with the times, if it is not called time, date or the like.
    period
        Steps of a season; by default found in the training part.
    origins
        Most forecasts of a test, spread evenly over the test part; 0 for one from every row.
    folder
        Folder to write to.
    """
    if not 1 <= seeds <= 1000:
        raise UserError(f"--seeds must lie between 1 and 1000, not {seeds}")
    from seq.forecast.comparison import Comparison, list_variants
    from seq.forecast.data import Source

    changes = select_given(options)
    model, training = ForecasterConfig().replace(changes), ForecasterTraining().replace(changes)
    how = SourceConfig().replace(changes)
    source = Source(spec=data, target=target, inputs=inputs, time=time, how=how)
    compared = Comparison(
        folder,
        source.read(notice),
        training,
        tuple(list_variants(model, strategies, cells, attentions)),
        tuple(range(training.seed, training.seed + seeds)),
        steps or (model.horizon,),
        period,
        origins,
    )
    compared.check()
    return _run(compared, source, json)


def _run(compared: Comparison, source: Source, json: bool) -> int:
    """Train all that is compared, test it, print the table, and return the exit code."""
    from charlm.experiments.comparison import run_in_turn
    from seq.forecast.comparison import COLUMNS

    stop, console = Interrupts(), stderr() if json else stdout()
    if code := run_in_turn(_plan(compared, source, stop, console), stop):
        return code
    notice("all are trained; testing …")
    outcomes = list(compared.test())
    compared.publish(outcomes)
    if json:
        print_json({"rows": [one.to_json() for one in outcomes]})
        return 0
    lines = [[printable(cell) for cell in one.list_cells()] for one in outcomes]
    print_table(console, make_table(COLUMNS, lines))
    notice(f"written: {compared.folder}/compare.md, compare.json")
    return 0


def _plan(
    compared: Comparison, source: Source, stop: Interrupts, console: Console
) -> Sequence[Callable[[], int]]:
    """Return the trainings of a comparison, to be called later."""
    from dataclasses import replace

    return [
        partial(
            _train,
            compared.find_run(variant, seed),
            variant.model,
            replace(compared.training, seed=seed),
            source,
            compared.series,
            stop,
            console,
        )
        for variant in compared.variants
        for seed in compared.seeds
    ]


def _train(
    run: Path,
    model: ForecasterConfig,
    training: ForecasterTraining,
    source: Source,
    series: Any,
    stop: Interrupts,
    console: Console,
) -> int:
    """Train a forecaster in `run`, or go on with its training, and return the exit code."""
    from charlm.experiments.comparison import train_to_end
    from seq.forecast.training import ForecasterRequest

    place = ForecasterRequest.place
    corpus = {k: v for k, v in source.record(series).items() if k not in place}
    wanted: Settings = {"training": training, "model": model, "corpus": corpus}
    request = ForecasterRequest(model=model, training=training, source=source, run=run)
    return train_to_end(request, wanted, stop, console)
