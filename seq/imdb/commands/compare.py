"""`charlm imdb compare`: train several presets and compare their results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.completers import complete_from
from charlm.console.extras import can_draw
from charlm.console.interrupts import Interrupts
from charlm.console.options import (
    Encoding,
    Json,
    LabelColumn,
    TextColumn,
    make_options,
    select_given,
)
from charlm.console.program import notice, print_json, stderr, stdout
from charlm.console.tables import print_table
from charlm.drawing.braille import HEIGHT, draw
from charlm.drawing.panels import Panel
from charlm.experiments.comparison import Settings, describe_written, make_table, write_tables
from charlm.experiments.curves import make_panels, read_curves
from charlm.training.config import preset
from corpora.errors import UserError
from corpora.labelled.imdb import CLASSES
from seq.imdb.comparison_rows import HEADINGS, Row, format_cells, make_row
from seq.imdb.config import IMDB, PRESETS, ClassifierTraining

if TYPE_CHECKING:
    from rich.console import Console

    from corpora.labelled.texts import LabelledTexts
    from seq.imdb.data import Source

Options = make_options(ClassifierTraining, module=__name__)


def compare(
    *presets: Annotated[str, Parameter(completer=complete_from(PRESETS))],
    data: str = IMDB,
    test: str | None = None,
    folder: Annotated[Path, Parameter(name="--out")] = Path("runs/compare"),
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    encoding: Encoding = "utf-8",
    json: Json = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train presets one after the other, test each model once, and print a table of the results.

    The folder gets a run folder for each preset, the results (compare.md and compare.json) and the
    training curves (compare.png). If the command was stopped, give it again to go on.

    Parameters
    ----------
    presets
        Names of presets: {presets}.
    data
        Texts to train on: `imdb`, or your own labelled texts.
    test
        Labelled texts to test on; for `imdb` its test reviews by default.
    folder
        Folder to write to.
    """
    changes = select_given(options)
    _check(presets, data, test)
    from charlm.experiments.comparison import run_in_turn
    from seq.imdb.data import Source

    source = Source(data, text_column, label_column, encoding)
    texts = _read_own_test(source, test) if test is not None else None
    stop = Interrupts()
    names = list(dict.fromkeys(presets))
    console = stderr() if json else stdout()
    trainings = [
        partial(_train, name, folder / name, source, changes, stop, console) for name in names
    ]
    if code := run_in_turn(trainings, stop):
        return code
    notice("all are trained; testing …")
    if texts is None:
        texts = source.read("test", notice=notice)
    rows = [make_row(name, folder / name, texts) for name in names]
    panels = _publish(folder, names, rows, data)
    if json:
        print_json({"rows": [asdict(row) for row in rows]})
        return 0
    print_table(console, make_table(HEADINGS, map(format_cells, rows)))
    if panels:
        console.print(draw(panels, names, min(console.width, 160), HEIGHT))
    notice(describe_written(folder, ["compare.png"] if panels else []))
    return 0


compare.__doc__ = (compare.__doc__ or "").format(presets=", ".join(PRESETS))


def _check(presets: tuple[str, ...], data: str, test: str | None) -> None:
    """Check that the presets can be compared.

    Raises:
        UserError: a preset is missing, unknown or of two steps, or there are no texts to test on.
    """
    if not presets:
        raise UserError(f"which presets? name some of {', '.join(PRESETS)}")
    if data != IMDB and test is None:
        raise UserError("name labelled texts to test on, with --test")
    for name in presets:
        if preset(name, PRESETS).pretraining is not None:
            raise UserError(f"{name} is trained in two steps, by charlm imdb train")


def _publish(folder: Path, names: list[str], rows: list[Row], data: str) -> list[Panel]:
    """Write tables and curves into `folder`, and return the panels of the curves."""
    panels = make_panels(read_curves({name: folder / name for name in names}))
    write_tables(
        folder, "compare", HEADINGS, map(format_cells, rows), [asdict(row) for row in rows]
    )
    if panels and can_draw():
        from charlm.drawing.picture import draw_panels, save_picture

        title = f"Classifiers of {data}"
        save_picture(draw_panels(panels, names, title=title), folder / "compare.png")
    return panels


def _read_own_test(source: Source, spec: str) -> LabelledTexts:
    """Read the test texts `spec`. This comes first, because the trainings can take hours.

    Raises:
        UserError: the texts cannot be read, or have other classes than the training texts.
    """
    classes = CLASSES if source.spec == IMDB else source.read().classes
    if spec == IMDB and classes != CLASSES:
        raise UserError(f"{source.spec} tells {', '.join(classes)} apart, imdb does not")
    return replace(source, spec=spec).read("test", notice=notice, classes=classes)


def _train(
    name: str,
    folder: Path,
    source: Source,
    changes: Mapping[str, Any],
    stop: Interrupts,
    console: Console,
) -> int:
    """Train a preset in `folder`, or go on with its training, and return the exit code."""
    from charlm.experiments.comparison import train_to_end
    from seq.imdb.training import ClassifierRequest

    chosen = preset(name, PRESETS)
    config = chosen.training.replace(changes)
    request = ClassifierRequest(
        model=chosen.model, training=config, source=source, preset=name, run=folder
    )
    wanted: Settings = {"training": config, "corpus": asdict(source)}
    return train_to_end(request, wanted, stop, console)
