"""`charlm caption compare`: compare splits, with and without attention, from several seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.console.extras import can_draw
from charlm.console.interrupts import Interrupts
from charlm.console.options import SEVERAL, Json, make_options, select_given
from charlm.console.program import notice, print_json, stderr, stdout
from charlm.console.tables import print_table
from charlm.experiments.comparison import Settings, describe_written, make_table
from charlm.parts import AttentionKind
from corpora.errors import UserError
from corpora.scenes.splits import Split
from seq.caption.config import CaptionerConfig, CaptionerTraining, SceneConfig

if TYPE_CHECKING:
    from rich.console import Console

    from seq.caption.comparison import Comparison, Variant

PICTURE = "compare.png"

Options = make_options(
    CaptionerConfig,
    CaptionerTraining,
    SceneConfig,
    module=__name__,
    default="default",
    without=("split", "attention"),  # here they take several values
)


def compare(
    *,
    splits: Annotated[tuple[Split, ...], SEVERAL] = ("random", "pairs", "counts"),
    attentions: Annotated[tuple[AttentionKind, ...], SEVERAL, Parameter(name="--attention")] = (
        "none",
        "scaled_dot",
    ),
    seeds: int = 1,
    count: int = 1000,
    folder: Annotated[Path, Parameter(name="--out")] = Path("runs/caption"),
    json: Json = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train several captioners of scenes, test each once, and print one table.

    The folder gets the run folders, the table (compare.md and compare.json) and a picture of it
    (compare.png). If the command was stopped, give it again to go on.

    Parameters
    ----------
    splits
        Splits: what the test shows and training never did.
    attentions
        Kinds of attention: --attention none cosine.
    seeds
        Number of trainings of each captioner. Their seeds count from --seed on.
    count
        Scenes of each test.
    folder
        Folder to write to.
    """
    if not 1 <= seeds <= 1000:
        raise UserError(f"--seeds must lie between 1 and 1000, not {seeds}")
    if not 1 <= count <= 1_000_000:
        raise UserError(f"--count must lie between 1 and 1,000,000, not {count:,}")
    from seq.caption.comparison import Comparison, list_variants

    changes = select_given(options)
    training = CaptionerTraining().replace(changes)
    compared = Comparison(
        folder,
        CaptionerConfig().replace(changes),
        training,
        SceneConfig().replace(changes),
        list_variants(splits, attentions),
        tuple(range(training.seed, training.seed + seeds)),
        count,
    )
    return _run(compared, json)


def _run(compared: Comparison, json: bool) -> int:
    """Train all that is compared, test it, print the table, and return the exit code."""
    from charlm.experiments.comparison import run_in_turn
    from seq.caption.comparison import COLUMNS, draw_outcomes

    stop, console = Interrupts(), stderr() if json else stdout()
    if code := run_in_turn(_plan(compared, stop, console), stop):
        return code
    notice("all are trained; testing …")
    outcomes = list(compared.test())
    compared.publish(outcomes)
    if can_draw():
        from charlm.drawing.picture import save_picture

        save_picture(draw_outcomes(outcomes), compared.folder / PICTURE)
    if json:
        print_json({"rows": [one.to_json() for one in outcomes]})
        return 0
    print_table(console, make_table(COLUMNS, [one.list_cells() for one in outcomes]))
    notice(describe_written(compared.folder, [PICTURE]))
    return 0


def _plan(compared: Comparison, stop: Interrupts, console: Console) -> Sequence[Callable[[], int]]:
    """Return the trainings of a comparison, to be called later."""
    return [
        partial(_train, compared, variant, seed, stop, console)
        for variant in compared.variants
        for seed in compared.seeds
    ]


def _train(
    compared: Comparison, variant: Variant, seed: int, stop: Interrupts, console: Console
) -> int:
    """Train a captioner, or go on with its training, and return the exit code."""
    from dataclasses import replace

    from charlm.experiments.comparison import train_to_end
    from seq.caption.data import Data
    from seq.caption.training import CaptionerRequest

    source, place = compared.find_source(variant), CaptionerRequest.place
    request = CaptionerRequest(
        model=replace(compared.model, attention=variant.attention),
        training=replace(compared.training, seed=seed),
        source=source,
        run=compared.find_run(variant, seed),
    )
    corpus = {name: value for name, value in Data(source).record().items() if name not in place}
    wanted: Settings = {"training": request.training, "model": request.model, "corpus": corpus}
    return train_to_end(request, wanted, stop, console)
