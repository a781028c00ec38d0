"""`charlm imdb compare`: train several presets and put what came of them side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from charlm.console.interrupts import Interrupts
from charlm.console.options import overrides
from charlm.console.program import notice, print_json, stderr, stdout
from charlm.runs.files import write_json
from charlm.training.config import preset
from corpora.atomic import write_atomic
from corpora.errors import UserError
from corpora.labelled.imdb import CLASSES
from seq.imdb.config import PRESETS, ClassifierTraining

if TYPE_CHECKING:
    from rich.console import Console

    from corpora.labelled.texts import LabelledTexts
    from seq.imdb.data import Source

SWITCH = Parameter(negative="")
IMDB = "imdb"
HEIGHT = 34
"""Lines of the curves in the terminal."""

Options = overrides(ClassifierTraining, module=__name__)


def compare(
    *presets: str,
    data: str = "imdb",
    test: str | None = None,
    folder: Annotated[Path, Parameter(name="--out")] = Path("runs/compare"),
    text_column: str | None = None,
    label_column: str | None = None,
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
    text_column
        Column with the texts, if it is not called text, review, sentence or content.
    label_column
        Column with the labels, if it is not called label, sentiment, class or category.
    json
        Write the table as one JSON object instead.
    """
    if not presets:
        raise UserError(f"which presets? name some of {', '.join(PRESETS)}")
    if data != IMDB and test is None:
        raise UserError("name labelled texts to test on, with --test")
    changes = {name: value for name, value in vars(options).items() if value is not None}
    for name in presets:
        if preset(name, PRESETS).pretraining is not None:
            raise UserError(f"{name} is trained in two steps, by charlm imdb train")
    from charlm.experiments.comparison import in_turn, markdown, table
    from seq.drawing.braille import draw
    from seq.drawing.curves import curve
    from seq.drawing.picture import save_png
    from seq.imdb.comparison_rows import HEADINGS, cells, row
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
    curves = [curve(name, folder / name) for name in names]
    write_atomic(folder / "compare.md", markdown(HEADINGS, map(cells, rows)).encode())
    write_json(folder / "compare.json", [asdict(row) for row in rows])
    save_png(curves, folder / "compare.png", title=f"Classifiers of {data}")
    if json:
        print_json({"rows": [asdict(row) for row in rows]})
        return 0
    console.print(table(HEADINGS, map(cells, rows)))
    console.print(draw(curves, min(console.width, 160), HEIGHT))
    notice(f"written: {folder}/compare.md, compare.json, compare.png")
    return 0


compare.__doc__ = (compare.__doc__ or "").format(presets=", ".join(PRESETS))


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
    from seq.imdb import training

    chosen = preset(name, PRESETS)
    config = chosen.training.replace(changes)
    request = training.Request(
        model=chosen.model, training=config, source=source, preset=name, run=folder
    )
    opened = open_or_resume(
        folder,
        {"training": config.to_json(), "corpus": asdict(source)},
        lambda: training.start(request, stop=stop, notice=notice),
        lambda: training.resume(folder, stop=stop),
    )
    with opened as ready:
        use = 'classify with: charlm imdb classify --model {run} "…"'
        return watch(ready, stop, again="seq.imdb train", use=use, console=console)
