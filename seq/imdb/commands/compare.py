"""`charlm imdb compare`: train several presets and put what came of them side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import SWITCH, LabelColumn, TextColumn, given, overrides
from charlm.console.program import notice, print_json, stderr, stdout
from charlm.experiments.comparison import table, write_tables
from charlm.training.config import preset
from corpora.errors import UserError
from corpora.labelled.imdb import CLASSES
from seq.drawing.braille import HEIGHT, draw
from seq.drawing.curves import curve_panels, read_curve
from seq.drawing.panels import Panel
from seq.drawing.picture import save_panels
from seq.imdb.comparison_rows import HEADINGS, Row, cells, row
from seq.imdb.config import IMDB, PRESETS, ClassifierTraining

if TYPE_CHECKING:
    from rich.console import Console

    from corpora.labelled.texts import LabelledTexts
    from seq.imdb.data import Source

Options = overrides(ClassifierTraining, module=__name__)


def compare(
    *presets: str,
    data: str = IMDB,
    test: str | None = None,
    folder: Annotated[Path, Parameter(name="--out")] = Path("runs/compare"),
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    json: Annotated[bool, SWITCH] = False,
    options: Annotated[Options, Parameter(name="*")] = Options(),  # type: ignore[valid-type]  # noqa: B008
) -> int:
    """Train presets one after the other, then test each once, and print one table.

    Writes compare.md, compare.json and the curves, compare.png, into the folder, beside a run
    folder for each preset. What was stopped goes on where it was when the command is given again.

    Parameters
    ----------
    presets
        Which: {presets}.
    data
        Texts to train on: `imdb`, or labelled texts of your own.
    test
        Labelled texts to test on; those of IMDB where --data is `imdb`.
    folder
        Where to write.
    json
        Write the table as one JSON object instead.
    """
    changes = given(options)
    _check(presets, data, test)
    from charlm.experiments.comparison import in_turn
    from seq.imdb.data import Source

    source = Source(spec=data, text_column=text_column, label_column=label_column)
    texts = _own_test(source, test) if test is not None else None
    stop = Interrupts()
    names = list(dict.fromkeys(presets))
    console = stderr() if json else stdout()
    trainings = [
        partial(_train, name, folder / name, source, changes, stop, console) for name in names
    ]
    if code := in_turn(trainings, stop):
        return code
    notice("all are trained; testing …")
    if texts is None:
        texts = source.read("test", notice=notice)
    rows = [row(name, folder / name, texts) for name in names]
    panels = _publish(folder, names, rows, data)
    if json:
        print_json({"rows": [asdict(row) for row in rows]})
        return 0
    console.print(table(HEADINGS, map(cells, rows)))
    console.print(draw(panels, names, min(console.width, 160), HEIGHT))
    notice(f"written: {folder}/compare.md, compare.json, compare.png")
    return 0


compare.__doc__ = (compare.__doc__ or "").format(presets=", ".join(PRESETS))


def _check(presets: tuple[str, ...], data: str, test: str | None) -> None:
    """Raise `UserError` for presets that cannot be compared, or data that cannot be tested."""
    if not presets:
        raise UserError(f"which presets? name some of {', '.join(PRESETS)}")
    if data != IMDB and test is None:
        raise UserError("name labelled texts to test on, with --test")
    for name in presets:
        if preset(name, PRESETS).pretraining is not None:
            raise UserError(f"{name} is trained in two steps, by charlm imdb train")


def _publish(folder: Path, names: list[str], rows: list[Row], data: str) -> list[Panel]:
    """Write the tables and the curves into `folder`; return the curves."""
    panels = curve_panels([read_curve(name, folder / name) for name in names])
    write_tables(folder, "compare", HEADINGS, map(cells, rows), [asdict(row) for row in rows])
    save_panels(panels, names, folder / "compare.png", title=f"Classifiers of {data}")
    return panels


def _own_test(source: Source, spec: str) -> LabelledTexts:
    """Return the texts of `spec` to test on, before hours go into what is then not tested."""
    from seq.imdb.data import Source

    classes = CLASSES if source.spec == IMDB else source.read().classes
    if spec == IMDB and classes != CLASSES:
        raise UserError(f"{source.spec} tells {', '.join(classes)} apart, imdb does not")
    columns = {"text_column": source.text_column, "label_column": source.label_column}
    return Source(spec=spec, **columns).read("test", notice=notice, classes=classes)


def _train(
    name: str,
    folder: Path,
    source: Source,
    changes: Mapping[str, Any],
    stop: Interrupts,
    console: Console,
) -> int:
    """Train a preset to its end in `folder`, from where it was left; return the exit code."""
    from charlm.console.watch import watch
    from charlm.experiments.comparison import open_or_resume
    from charlm.training.request import Hooks
    from seq.imdb.training import ClassifierRequest

    chosen = preset(name, PRESETS)
    config = chosen.training.replace(changes)
    request = ClassifierRequest(
        model=chosen.model, training=config, source=source, preset=name, run=folder
    )
    wanted = {"training": config.to_json(), "corpus": asdict(source)}
    with open_or_resume(request, wanted, Hooks(stop=stop, notice=notice)) as ready:
        return watch(ready, stop, console=console)
