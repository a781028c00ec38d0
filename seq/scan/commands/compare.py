"""`charlm scan compare`: compare kinds of attention on several splits, with several seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import Json, make_options, select_given
from charlm.console.program import notice, print_json, stderr, stdout
from charlm.console.tables import print_table
from charlm.drawing.braille import HEIGHT, draw
from charlm.drawing.panels import Panel
from charlm.experiments.comparison import Settings, make_table, write_tables
from charlm.experiments.curves import make_panels, read_curves
from corpora.errors import UserError
from corpora.scan import splits
from corpora.scan.splits import SPLITS
from seq.scan.comparison_rows import HEADINGS, Row, format_cells, make_row
from seq.scan.config import AttentionKind, TranslatorConfig, TranslatorTraining

if TYPE_CHECKING:
    from rich.console import Console

Options = make_options(
    TranslatorConfig,
    TranslatorTraining,
    module=__name__,
    default="default",
    without=("attention",),  # here --attention takes several kinds
)


def compare(
    *names: str,
    kinds: Annotated[tuple[AttentionKind, ...], Parameter(name="--attention", negative="")] = (
        "none",
        "scaled_dot",
    ),
    seeds: int = 1,
    folder: Annotated[Path, Parameter(name="--out")] = Path("runs/scan"),
    json: Json = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train with and without attention, test each model once, and print a table of the results.

    The folder gets the run folders, the results (compare.md and compare.json) and the training
    curves of each split (SPLIT.png). If the command was stopped, give it again to go on.

    Parameters
    ----------
    names
        Names of splits: {splits}, or all.
    kinds
        Kinds of attention to compare; give the option once for each.
    seeds
        Number of trainings of each model. Their seeds count from --seed on.
    folder
        Folder to write to.
    """
    changes = select_given(options)
    wanted = _select_splits(names)
    kinds = tuple(dict.fromkeys(kinds))
    if not 1 <= seeds <= 1000:
        raise UserError(f"--seeds must lie between 1 and 1000, not {seeds}")
    from charlm.experiments.comparison import run_in_turn

    first = TranslatorTraining().replace(changes).seed
    numbers = range(first, first + seeds)
    stop = Interrupts()
    console = stderr() if json else stdout()
    models = list(product(wanted, kinds, numbers))
    trainings = [_plan(folder, *model, changes, stop, console) for model in models]
    if code := run_in_turn(trainings, stop):
        return code
    notice("all are trained; testing …")
    rows = [
        make_row(
            split,
            kind,
            [_run_folder(folder, split, kind, n) for n in numbers],
            splits.load(split).test,
        )
        for split, kind in product(wanted, kinds)
    ]
    panels = _publish(folder, wanted, kinds, first, rows)
    if json:
        print_json({"rows": [asdict(row) for row in rows]})
        return 0
    print_table(console, make_table(HEADINGS, map(format_cells, rows)))
    if len(wanted) == 1 and panels[wanted[0]]:
        console.print(draw(panels[wanted[0]], kinds, min(console.width, 160), HEIGHT))
    notice(f"written: {folder}/compare.md, compare.json, {', '.join(wanted)}.png")
    return 0


compare.__doc__ = (compare.__doc__ or "").format(splits=", ".join(SPLITS))


def _publish(
    folder: Path, wanted: Sequence[str], kinds: Sequence[str], seed: int, rows: Sequence[Row]
) -> dict[str, list[Panel]]:
    """Write the tables, and the curves of each split for one seed; return the panels by split."""
    write_tables(
        folder, "compare", HEADINGS, map(format_cells, rows), [asdict(row) for row in rows]
    )
    panels = {}
    for split in wanted:
        runs = {kind: _run_folder(folder, split, kind, seed) for kind in kinds}
        panels[split] = make_panels(read_curves(runs))
        title = f"SCAN, {split}, by attention"
        if panels[split]:
            from charlm.drawing.picture import draw_panels, save_picture

            save_picture(draw_panels(panels[split], kinds, title=title), folder / f"{split}.png")
    return panels


def _select_splits(names: tuple[str, ...]) -> list[str]:
    """Return the names of the splits to compare on.

    Raises:
        UserError: there is no name, or there is no split of this name.
    """
    if not names:
        raise UserError(f"which splits? name some of {', '.join(SPLITS)}, or all")
    wanted = list(dict.fromkeys(SPLITS if names == ("all",) else names))
    for name in wanted:
        if name not in SPLITS:
            raise UserError(f"there is no split {name!r}; splits are {', '.join(SPLITS)}, or all")
    return wanted


def _run_folder(folder: Path, split: str, attention: str, seed: int) -> Path:
    return folder / f"{split}-{attention}-{seed}"


def _plan(
    folder: Path,
    split: str,
    kind: AttentionKind,
    seed: int,
    changes: Mapping[str, Any],
    stop: Interrupts,
    console: Console,
) -> Callable[[], int]:
    """Return the training of one model, to be called later."""
    return partial(
        _train,
        _run_folder(folder, split, kind, seed),
        split,
        TranslatorConfig().replace({**changes, "attention": kind}),
        TranslatorTraining().replace({**changes, "seed": seed}),
        stop,
        console,
    )


def _train(
    run: Path,
    split: str,
    model: TranslatorConfig,
    training: TranslatorTraining,
    stop: Interrupts,
    console: Console,
) -> int:
    """Train a translator in `run`, or go on with its training, and return the exit code."""
    from charlm.experiments.comparison import train_to_end
    from seq.scan.training import TranslatorRequest

    request = TranslatorRequest(model=model, training=training, split=split, run=run)
    wanted: Settings = {"training": training, "model": model, "corpus": {"split": split}}
    return train_to_end(request, wanted, stop, console)
