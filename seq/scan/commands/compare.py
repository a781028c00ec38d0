"""`charlm scan compare`: compare kinds of attention and ideas on several splits and seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import SEVERAL, Json, make_options, select_given
from charlm.console.program import notice, print_json, stderr, stdout
from charlm.console.tables import print_table
from charlm.drawing.braille import HEIGHT, draw
from charlm.experiments.comparison import (
    Settings,
    check_settings,
    describe_written,
    make_table,
)
from charlm.parts import AttentionKind
from corpora.errors import UserError
from corpora.scan.splits import SPLITS, is_split, list_splits
from seq.scan.augment.ideas import Ideas
from seq.scan.comparison import Comparison, list_variants
from seq.scan.config import PairsConfig, TranslatorConfig, TranslatorTraining

if TYPE_CHECKING:
    from rich.console import Console

Options = make_options(
    TranslatorConfig,
    TranslatorTraining,
    PairsConfig,
    module=__name__,
    default="default",
    without=("attention", "ideas", "longest_made"),  # here they take several values
)

ATTENTION = Parameter(name="--attention", show_default=False)


def compare(
    *names: str,
    kinds: Annotated[tuple[AttentionKind, ...], SEVERAL, ATTENTION] = (),
    ideas: Annotated[tuple[Ideas, ...], SEVERAL] = ("plain",),
    limits: Annotated[tuple[int, ...], SEVERAL, Parameter(name="--longest-made")] = (0,),
    seeds: int = 1,
    folder: Annotated[Path, Parameter(name="--out")] = Path("runs/scan"),
    json: Json = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train with and without attention, or with ideas, test each model once, and print one table.

    The folder gets the run folders, the results (compare.md and compare.json) and the training
    curves of each split (SPLIT.png). If the command was stopped, give it again to go on. Where
    ideas make pairs, the table says how much of the test they made, and what is right of that and
    of the rest: only the rest says what the network does by itself.

    Parameters
    ----------
    names
        Names of splits, or all of the first eight: {splits}.
    kinds
        Kinds of attention to compare, of none, scaled_dot, dot, cosine, additive, and those that a
        --plugin has registered: --attention none dot. By default none and scaled_dot; where ideas
        are compared, scaled_dot alone.
    ideas
        What makes pairs that are trained on as well: --ideas plain swaps phrases both. See `charlm
        scan rules`.
    limits
        Most actions of a pair that is made, 0 for no limit: --longest-made 0 22.
    seeds
        Number of trainings of each model. Their seeds count from --seed on.
    folder
        Folder to write to.
    """
    changes = select_given(options)
    wanted = _select_splits(names)
    if not 1 <= seeds <= 1000:
        raise UserError(f"--seeds must lie between 1 and 1000, not {seeds}")
    from charlm.experiments.comparison import run_in_turn

    choices = [PairsConfig().replace({**changes, "ideas": idea}) for idea in ideas]
    usual: tuple[AttentionKind, ...] = ("scaled_dot",)
    usual = ("none", *usual) if set(ideas) == {"plain"} else usual
    first = TranslatorTraining().replace(changes).seed
    compared = Comparison(
        folder,
        tuple(wanted),
        tuple(list_variants(kinds or usual, choices, limits)),
        tuple(range(first, first + seeds)),
    )
    stop = Interrupts()
    console = stderr() if json else stdout()
    if code := run_in_turn(_plan(compared, changes, stop, console), stop):
        return code
    notice("all are trained; testing …")
    rows = compared.test()
    columns, panels = compared.columns, compared.publish(rows)
    if json:
        print_json({"rows": [row.to_json() for row in rows]})
        return 0
    headings, cells = zip(*columns, strict=True)
    print_table(console, make_table(headings, [[cell(row) for cell in cells] for row in rows]))
    if len(wanted) == 1 and panels[wanted[0]]:
        shown = draw(panels[wanted[0]], compared.legend, min(console.width, 160), HEIGHT)
        console.print(shown)
    drawn = [f"{name}.png" for name in wanted if panels[name]]
    notice(describe_written(folder, drawn))
    return 0


compare.__doc__ = (compare.__doc__ or "").format(splits=list_splits())


def _select_splits(names: tuple[str, ...]) -> list[str]:
    """Return the names of the splits to compare on.

    Raises:
        UserError: there is no name, or there is no split of this name.
    """
    if not names:
        raise UserError(f"which splits? name some of {list_splits()}; or all")
    wanted = list(dict.fromkeys(SPLITS if names == ("all",) else names))
    for name in wanted:
        if not is_split(name):
            raise UserError(f"there is no split {name!r}; splits are {list_splits()}; or all")
    return wanted


def _plan(
    compared: Comparison, changes: Mapping[str, Any], stop: Interrupts, console: Console
) -> Sequence[Callable[[], int]]:
    """Return the trainings of a comparison, to be called later."""
    return [
        partial(
            _train,
            compared.find_run(split, variant, seed),
            split,
            TranslatorConfig().replace({**changes, "attention": variant.attention}),
            TranslatorTraining().replace({**changes, "seed": seed}),
            variant.pairs,
            stop,
            console,
        )
        for split, variant, seed in product(compared.splits, compared.variants, compared.seeds)
    ]


def _train(
    run: Path,
    split: str,
    model: TranslatorConfig,
    training: TranslatorTraining,
    pairs: PairsConfig,
    stop: Interrupts,
    console: Console,
) -> int:
    """Train a translator in `run`, or go on with its training, and return the exit code."""
    from charlm.experiments.comparison import train_to_end
    from seq.scan.training import TranslatorRequest

    request = TranslatorRequest(model=model, training=training, split=split, pairs=pairs, run=run)
    wanted: Settings = {"training": training, "model": model, "corpus": {"split": split}}
    check_settings(run, {"corpus": pairs})
    return train_to_end(request, wanted, stop, console)
