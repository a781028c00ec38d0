"""`charlm imdb evaluate`: metrics of a classifier on labelled texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from charlm.console.options import (
    COMPUTING,
    INPUT,
    SWITCH,
    ComputingOptions,
    Encoding,
    Json,
    LabelColumn,
    Model,
    TextColumn,
)
from charlm.console.program import format_name, notice, print_json, printable, stderr, stdout
from charlm.console.slow import counting
from charlm.console.tables import print_table
from corpora.errors import UserError
from corpora.labelled.imdb import CLASSES, Split

if TYPE_CHECKING:
    from seq.imdb.metrics import Report


CorrectSpelling = Annotated[
    bool,
    SWITCH,
    Parameter(
        help="Read a word that the model does not know as one that it is a slip away from (needs "
        "symspellpy). A model that was trained so always does."
    ),
]


def evaluate(
    model: Model = "imdb",
    data: Annotated[str, INPUT] = "imdb",
    /,
    *,
    split: Split = "test",
    text_column: TextColumn = None,
    label_column: LabelColumn = None,
    encoding: Encoding = "utf-8",
    correct_spelling: CorrectSpelling = False,
    computing: ComputingOptions = COMPUTING,
    json: Json = False,
) -> None:
    """Report accuracy, F1, log loss, calibration error and the confusion matrix of a classifier.

    Parameters
    ----------
    data
        `imdb`, or your own labelled texts: a .csv, .tsv, .jsonl or .parquet file, or a folder
        with a folder of .txt files for each class.
    split
        Part of the IMDB reviews to evaluate on.
    """
    import numpy as np

    from seq.imdb.config import IMDB
    from seq.imdb.data import Source
    from seq.imdb.library import load
    from seq.imdb.metrics import report

    classifier = load(model, **vars(computing))
    if correct_spelling:
        classifier = classifier.correct_spelling()
    if data == IMDB and classifier.classes != CLASSES:
        known = ", ".join(classifier.classes)
        raise UserError(f"{model} tells {known} apart; name texts with these labels to evaluate on")
    source = Source(data, text_column, label_column, encoding)
    texts = source.read(split, notice=notice, classes=classifier.classes)
    if (texts.labels < 0).any():
        raise UserError(f"the {split} reviews have no labels to evaluate on")
    with counting(stderr(), "classifying", len(texts), after=0) as advance:
        log_probs = classifier.log_probs(texts.texts, progress=advance, notice=notice)
    found = report(np.exp(log_probs), texts.labels)
    part = f"the {split} reviews" if data == IMDB else texts.name
    if json:
        about = {"model": model, "data": data, "split": split if data == IMDB else None}
        print_json({**about, "classes": list(classifier.classes), **found.to_json()})
        return
    stdout().print(printable(f"{model} on {part}, {found.examples:,} texts"), soft_wrap=True)
    _show(found, classifier.classes)


def _show(found: Report, classes: tuple[str, ...]) -> None:
    console = stdout()
    console.print(
        f"accuracy {found.accuracy:.2%}, macro F1 {found.macro_f1:.4f}, "
        f"log loss {found.log_loss:.4f} nats, calibration error {found.calibration_error:.2%}",
        soft_wrap=True,
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for name in classes:
        table.add_column(Text(f"said {format_name(name)}"), justify="right")
    for heading in ("precision", "recall", "F1"):
        table.add_column(heading, justify="right")
    for index, name in enumerate(classes):
        table.add_row(
            Text(format_name(name)),
            *(f"{count:,}" for count in found.confusion[index]),
            f"{found.precision[index]:.2%}",
            f"{found.recall[index]:.2%}",
            f"{found.f1[index]:.4f}",
        )
    print_table(console, table)
