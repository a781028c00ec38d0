"""`charlm scan compare`: with and without attention, on several splits, from several seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import SWITCH, given, overrides
from charlm.console.program import notice, print_json, stderr, stdout
from charlm.experiments.comparison import table, write_tables
from corpora.errors import UserError
from corpora.scan import splits
from corpora.scan.splits import SPLITS
from seq.drawing.braille import HEIGHT, draw
from seq.drawing.curves import curve_panels, read_curve
from seq.drawing.panels import Panel
from seq.drawing.picture import save_panels
from seq.scan.comparison_rows import HEADINGS, Row, cells, row
from seq.scan.config import AttentionKind, TranslatorConfig, TranslatorTraining

if TYPE_CHECKING:
    from rich.console import Console

Options = overrides(
    TranslatorConfig,
    TranslatorTraining,
    module=__name__,
    default="default",
    without=("attention",),  # several are named here
)


def compare(
    *names: str,
    attention: Annotated[tuple[AttentionKind, ...], Parameter(negative="")] = (
        "none",
        "scaled_dot",
    ),
    seeds: int = 1,
    folder: Annotated[Path, Parameter(name="--out")] = Path("runs/scan"),
    json: Annotated[bool, SWITCH] = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train with and without attention, then test each model once, and print one table.

    Writes compare.md, compare.json and the curves of each split, SPLIT.png, into the folder, beside
    the run folders. What was stopped goes on where it was when the command is given again.

    Parameters
    ----------
    names
        Splits: {splits}, or all.
    attention
        Kinds of attention to compare; give the option once for each.
    seeds
        How many trainings there are of each model; their seeds count from --seed on.
    folder
        Where to write.
    json
        Write the table as one JSON object instead.
    """
    changes = given(options)
    wanted = _splits(names)
    kinds = list(dict.fromkeys(attention))
    if not 1 <= seeds <= 1000:
        raise UserError(f"--seeds must lie between 1 and 1000, not {seeds}")
    from charlm.experiments.comparison import in_turn

    first = TranslatorTraining().replace(changes).seed
    numbers = range(first, first + seeds)
    stop = Interrupts()
    console = stderr() if json else stdout()
    trainings = [
        partial(
            _train,
            _run(folder, split, kind, seed),
            split,
            TranslatorConfig().replace({**changes, "attention": kind}),
            TranslatorTraining().replace({**changes, "seed": seed}),
            stop,
            console,
        )
        for split, kind, seed in product(wanted, kinds, numbers)
    ]
    if code := in_turn(trainings, stop):
        return code
    notice("all are trained; testing …")
    rows = [
        row(split, kind, [_run(folder, split, kind, n) for n in numbers], splits.load(split).test)
        for split, kind in product(wanted, kinds)
    ]
    panels = _publish(folder, wanted, kinds, first, rows)
    if json:
        print_json({"rows": [asdict(row) for row in rows]})
        return 0
    console.print(table(HEADINGS, map(cells, rows)))
    if len(wanted) == 1:
        console.print(draw(panels[wanted[0]], kinds, min(console.width, 160), HEIGHT))
    notice(f"written: {folder}/compare.md, compare.json, {', '.join(wanted)}.png")
    return 0


compare.__doc__ = (compare.__doc__ or "").format(splits=", ".join(SPLITS))


def _publish(
    folder: Path, wanted: Sequence[str], kinds: Sequence[str], seed: int, rows: Sequence[Row]
) -> dict[str, list[Panel]]:
    """Write the tables, and the curves of each split from one seed; return the curves by split."""
    write_tables(folder, "compare", HEADINGS, map(cells, rows), [asdict(row) for row in rows])
    panels = {}
    for split in wanted:
        curves = [read_curve(kind, _run(folder, split, kind, seed)) for kind in kinds]
        panels[split] = curve_panels(curves)
        title = f"SCAN, {split}, by attention"
        save_panels(panels[split], kinds, folder / f"{split}.png", title=title)
    return panels


def _splits(names: tuple[str, ...]) -> list[str]:
    """Return the splits that are named; raise `UserError` if one is none."""
    if not names:
        raise UserError(f"which splits? name some of {', '.join(SPLITS)}, or all")
    wanted = list(dict.fromkeys(SPLITS if names == ("all",) else names))
    for name in wanted:
        if name not in SPLITS:
            raise UserError(f"there is no split {name!r}; splits are {', '.join(SPLITS)}, or all")
    return wanted


def _run(folder: Path, split: str, attention: str, seed: int) -> Path:
    return folder / f"{split}-{attention}-{seed}"


def _train(
    run: Path,
    split: str,
    model: TranslatorConfig,
    training: TranslatorTraining,
    stop: Interrupts,
    console: Console,
) -> int:
    """Train a translator to its end in `run`, from where it was left; return the exit code."""
    from charlm.console.watch import watch
    from charlm.experiments.comparison import open_or_resume
    from charlm.training.request import Hooks
    from seq.scan.training import TranslatorRequest

    request = TranslatorRequest(model=model, training=training, split=split, run=run)
    wanted = {"training": training.to_json(), "model": model.to_json(), "corpus": {"split": split}}
    with open_or_resume(request, wanted, Hooks(stop=stop, notice=notice)) as ready:
        return watch(ready, stop, console=console)
